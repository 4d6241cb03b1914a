"""What `tests/benchmarks/gpu.py` measures is what the page of measurements shows, and nothing that nobody measured."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

import minitensor as mt
from minitensor import backend, ladder
from minitensor.cluster.meanshift import rungs
from minitensor.matrix_product import rungs as matmul

ROOT = Path(__file__).parents[1]
MACHINE = {
    "device": "Imagined GPU_7 *XL*",
    "date": "2031-02-03",
    "compute_capability": "90",
    "multiprocessors": 10,
    "clock_hz": 1.5e9,
    "versions": {"minitensor": "9.8.7", "CuPy": "6.5.4"},
}
TIMED = {"rung": "gpu_naive", "seconds": 2e-3, "fastest": 1e-3, "slowest": 4e-3, "rounds": 5}
SKIPPED = {"rung": "batched", "skipped": "about 9 s, limit 4 s", "n": 100, "bound_seconds": 1e-3}


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def benchmark(monkeypatch):
    """The benchmark on small sizes, ready to run on a simulated GPU."""
    monkeypatch.setenv("CUPY_TF32", "0")
    monkeypatch.setattr(sys, "path", sys.path.copy())
    module = load(ROOT / "tests" / "benchmarks" / "gpu.py")
    monkeypatch.setattr(module, "SIZE", 32)
    monkeypatch.setattr(module, "SHARE", 4)
    monkeypatch.setattr(module, "SECONDS", 0.0)
    monkeypatch.setattr(module, "POINTS", (64, 100))
    monkeypatch.setattr(matmul, "GPU_RUNGS", (matmul.gpu_naive, matmul.gpu_tiled))

    def gpu_fast(queries, points, bandwidth):
        moved = rungs.gpu_fused(queries, points, bandwidth)
        return moved if len(queries) > 16 else mt.tensor(module.update(queries.numpy(), points.numpy(), bandwidth)[0])

    monkeypatch.setattr(rungs, "gpu_fast", gpu_fast)
    return module


@pytest.fixture
def page():
    return load(ROOT / "docs" / "making" / "measured.py").page


def test_where_nobody_measured_the_page_says_so_and_shows_no_table(page, tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        assert ladder.stored(folder) == []
    (text,) = page([])
    assert "Nobody has measured a GPU yet" in text
    assert "python tests/benchmarks/gpu.py" in text


def test_a_measurement_becomes_tables(page, tmp_path):
    rungs = [TIMED | {"gflops": 123.4, "of_cublas": 0.25}]
    moved = [SKIPPED, TIMED | {"rung": "gpu_fast", "n": 100, "bound_seconds": 1e-3, "of_bound": 0.5, "rounds": 1}]
    found = MACHINE | {
        "matmul": {"m": 4096, "k": 4096, "n": 4096, "dtype": "float32", "rungs": rungs},
        "mean_shift": {"d": 2, "dtype": "float32", "bandwidth": 2.5, "rungs": moved},
    }
    (tmp_path / "new.json").write_text(json.dumps(found))
    (tmp_path / "old.json").write_text(json.dumps(found | {"date": "2030-01-01"}))
    (tmp_path / "einsum.txt").write_text("not a measurement of a GPU")
    stored = ladder.stored(tmp_path)
    assert [each["date"] for each in stored] == ["2030-01-01", "2031-02-03"]
    about, newest, products, updates, oldest, *_ = page(stored)
    assert "Nobody" not in about
    assert newest.startswith("Imagined GPU_7 *XL*, 2031-02-03: compute capability 90, 10 multiprocessors at 1.5 GHz")
    assert newest.endswith("minitensor 9.8.7, CuPy 6.5.4.")
    assert "2030-01-01" in oldest
    assert products.rows == [["gpu_naive", "2 ms", "1 ms to 4 ms", "123 GFLOP/s", "25%"]]
    assert updates.rows == [
        ["batched", "skipped: about 9 s, limit 4 s", "–", "–", "–"],
        ["gpu_fast", "2 ms", "once", "50%", "–"],
    ]


def test_what_was_measured_on_processors_is_no_measurement_of_a_gpu(tmp_path):
    (tmp_path / "new.json").write_text(json.dumps(MACHINE))
    (tmp_path / "ladders-some-2031-02-03.json").write_text(json.dumps({"processor": "some", "date": "2031-02-03"}))
    assert [each["device"] for each in ladder.stored(tmp_path)] == [MACHINE["device"]]
    assert [each["processor"] for each in ladder.stored(tmp_path, of="processor")] == ["some"]
    assert ladder.stored(tmp_path / "missing", of="processor") == []


@pytest.mark.thorough
def test_what_the_benchmark_measures_fits_the_page(benchmark, page):
    lib = backend.load("numpy")
    products, updates = benchmark.products(lib), benchmark.updates(lib, rate=1e9)
    assert [row["rung"] for row in products] == ["gpu_naive", "gpu_tiled", "cublas"]
    rungs = ["batched", "gemm", "gpu_fused", "gpu_tiled", "gpu_fast"]
    assert [(row["n"], row["rung"]) for row in updates] == [(n, rung) for n in (64, 100) for rung in rungs]
    for row in updates:
        assert row["of_bound"] == pytest.approx(row["n"] ** 2 / 1e9 / row["seconds"])
    matmul_job = {"m": 32, "k": 32, "n": 32, "dtype": "float32", "rungs": products}
    found = MACHINE | {"matmul": matmul_job, "mean_shift": {"d": 2, "dtype": "float32", "rungs": updates}}
    tables = page([found])[2:]
    assert len(tables) == 3
    assert sum(len(each.rows) for each in tables) == len(products) + len(updates)


def test_a_rung_that_would_take_too_long_is_skipped_and_says_why(benchmark, monkeypatch, page):
    monkeypatch.setattr(benchmark, "LIMIT", 0.0)
    rows = benchmark.updates(backend.load("numpy"), rate=1e9)
    assert all("seconds" not in row and row["skipped"].endswith("limit 0 ns") for row in rows)


def test_a_wrong_result_is_not_timed(benchmark, monkeypatch):
    monkeypatch.setattr(rungs, "gpu_tiled", lambda queries, points, bandwidth: queries)
    rungs.gpu_tiled.__name__ = "gpu_tiled"
    with pytest.raises(SystemExit, match="gpu_tiled is wrong by up to"):
        benchmark.updates(backend.load("numpy"), rate=1e9)
