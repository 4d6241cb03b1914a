"""What the machine can do at best, and how near the rungs come."""

import io
import json
import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster.meanshift import LADDER as MEAN_SHIFT
from minitensor.errors import DTypeError, InputError
from minitensor.ladder import Ceilings, Ladder, Work, ceilings, climbing, roof, roofline, rung, table
from minitensor.matrix_product import rungs as matmul

MACHINE = Ceilings(bytes_per_second=10e9, flops_per_second=100e9, exps_per_second=1e9)


@pytest.fixture
def small(monkeypatch):
    """A measurement of a few milliseconds, and none that is kept from before or for later."""
    for name, value in {"COPIED": 2**16, "SECONDS": 1e-3, "SIDES": (16,), "EXPONENTIALS": 2}.items():
        monkeypatch.setattr(roofline, name, value)
    monkeypatch.setattr(roofline, "_known", {})


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_ceilings_are_measured_on_this_backend(small, backend, kind):
    found = ceilings(kind)
    assert min(found.bytes_per_second, found.flops_per_second, found.exps_per_second) > 0
    assert math.isfinite(sum(found[:3]))
    assert (found.backend, found.dtype) == (backend, kind)
    assert datetime.fromisoformat(found.when).utcoffset().total_seconds() == 0
    assert "a copy of 65.5 kB, a product of 16 × 16 matrices" in found.how
    assert json.loads(json.dumps(found._asdict()))["machine"] == found.machine


def test_ceilings_are_measured_once_for_each_setting(small, monkeypatch):
    monkeypatch.setattr(type(mt.backend.load("numpy")), "threads", lambda self: 1)
    first = ceilings("float32", "numpy")
    assert ceilings(mt.ones(1, "float32").dtype, "numpy") is first
    assert ", on 1 thread, " in first.how
    assert ceilings("float64", "numpy") is not first
    monkeypatch.setattr(type(mt.backend.load("numpy")), "threads", lambda self: 3)
    second = ceilings("float32", "numpy")
    assert (first.threads, second.threads) == (1, 3)
    assert ", on 1 and 3 threads, " in second.how


@pytest.mark.parametrize("kind", ["int64", "float16", "complex128", "horse"])
def test_ceilings_are_of_floats(kind):
    with pytest.raises(DTypeError, match=f"^ceilings are measured in float32 or float64, not in {kind}$"):
        ceilings(kind)


def test_what_is_measured_is_a_whole_copy_and_all_the_work(monkeypatch, backend):
    """On a clock that gives every measurement one second, the ceilings are what was done."""
    monkeypatch.setattr(roofline, "COPIED", 4 * 1001)
    lib = mt.backend.current()
    done = []

    def best(function, lib):
        done.append(function())
        return 1.0

    monkeypatch.setattr(roofline, "_best", best)
    assert roofline._copy(lib, 2) == 2 * 4 * 1001
    assert roofline._matmul(lib, "float32")[1] == 2 * roofline._matmul(lib, "float32")[0] ** 3
    monkeypatch.setattr(roofline, "EXPONENTIALS", 3)
    assert roofline._exponentials(lib, "float32", 2) == 2 * lib.chunk * 3
    assert len(done[-1]) == 2


def test_a_copy_in_threads_copies_everything(monkeypatch, backend):
    lib, seen = mt.backend.current(), []
    monkeypatch.setattr(roofline, "COPIED", 4 * 1001)
    monkeypatch.setattr(roofline, "_best", lambda function, lib: function() and 1.0)
    monkeypatch.setattr(type(lib), "assign", lambda self, array, key, value: seen.append(value.shape[0]))
    roofline._copy(lib, 3)
    assert sum(seen) == 1001
    assert len(seen) == 3


@given(flops=st.floats(1, 1e15), traffic=st.floats(1, 1e12), exps=st.floats(1, 1e12))
def test_the_roof_is_the_job_in_the_time_of_its_slowest_part(flops, traffic, exps):
    least = max(flops / 100e9, traffic / 10e9, exps / 1e9)
    assert roof(Work(flops, traffic, exps), MACHINE) == pytest.approx(flops / least)


@pytest.mark.parametrize(("work", "name", "gflops"), [
    (Work(2e9, 1e9), "memory", 20), (Work(50e9, 1e9), "arithmetic", 100), (Work(50e9, 1e9, 5e9), "exp", 10),
    (Work(50e9, 0.0), "arithmetic", 100),
])  # fmt: skip
def test_the_tightest_ceiling_is_the_roof(work, name, gflops):
    assert roofline.bound(work, MACHINE) == name
    assert roof(work, MACHINE) == pytest.approx(gflops * 1e9)


@pytest.mark.parametrize("flops", [0.0, -1.0, math.nan])
def test_a_job_without_flops_has_no_roof(flops):
    with pytest.raises(InputError, match="FLOPs has no place under a roof; it needs some"):
        roof(Work(flops, 1.0), MACHINE)


@rung("twice", memory=lambda x: 0)
def twice(x):
    return x * 2.0


@rung("too large", memory=lambda x: 2e9)
def too_large(x):
    raise AssertionError


DOUBLING = Ladder("doubling", (twice, too_large), lambda x: float(x.size), lambda fraction, x: (x,), lambda x: 0.0)


def test_ceilings_measured_again_are_the_higher_of_both(small, monkeypatch):
    each = iter([(1.0, 5.0, 3.0), (2.0, 4.0, 3.0)])
    monkeypatch.setattr(roofline, "_measured", lambda *_: Ceilings(*next(each)))
    assert ceilings("float32", "numpy")[:3] == (1.0, 5.0, 3.0)
    assert ceilings("float32", "numpy", again=True)[:3] == (2.0, 5.0, 3.0)
    assert ceilings("float32", "numpy")[:3] == (2.0, 5.0, 3.0)


def test_a_ceiling_that_a_rung_beats_is_measured_again(small, monkeypatch):
    monkeypatch.setattr(climbing, "on_best_threads", lambda *_: ([1.0], ""))  # 8 FLOPs in a second
    known, measured = DOUBLING._replace(traffic=lambda x: 16.0 * x.size), []

    def measure(*_):
        measured.append(Ceilings(16.0 * 4 ** (1 + len(measured)), 100.0, 1.0))
        return measured[-1]

    monkeypatch.setattr(roofline, "_measured", measure)
    found = known.climb(mt.ones(8, "float32"))
    assert (len(measured), found.ceilings) == (2, Ceilings(256.0, 100.0, 1.0))
    assert found.rows[0].fraction == pytest.approx(8 / 16)
    assert known.climb(mt.ones(8, "float32")).rows[0].fraction == pytest.approx(8 / 16)
    assert len(measured) == 2
    given = known.climb(mt.ones(8, "float32"), under=Ceilings(16.0, 100.0, 1.0))
    assert (given.rows[0].fraction, len(measured)) == (pytest.approx(8.0), 2)


def test_a_rung_is_placed_by_its_time(monkeypatch, backend):
    monkeypatch.setattr(climbing, "on_best_threads", lambda *_: ([0.5, 2.0, 1.0], ""))
    known = DOUBLING._replace(traffic=lambda x: 16.0 * x.size)
    found = known.climb(mt.ones(8), under=Ceilings(32.0, 100.0, 1.0))
    assert (found.work, found.ceilings) == (Work(8.0, 128.0), Ceilings(32.0, 100.0, 1.0))
    assert found.rows[0].fraction == pytest.approx(8 / (8 / 128 * 32))  # 8 FLOP/s of 2: the median took a second
    assert found.rows[1].fraction is None
    assert found.rows[1].note.startswith("skipped")
    exps = known._replace(exps=lambda x: 80.0).climb(mt.ones(8), under=Ceilings(32.0, 100.0, 1.0))
    assert exps.rows[0].fraction == pytest.approx(80)
    plain = json.loads(json.dumps(found.asdict()))
    assert plain["work"] == {"flops": 8.0, "traffic": 128.0, "exps": 0.0}
    assert plain["ceilings"]["bytes_per_second"] == 32.0


def test_a_climb_is_placed_under_other_ceilings(monkeypatch):
    monkeypatch.setattr(climbing, "on_best_threads", lambda *_: ([1.0], ""))
    low, high = Ceilings(32.0, 100.0, 1.0), Ceilings(64.0, 100.0, 1.0)
    known = DOUBLING._replace(traffic=lambda x: 16.0 * x.size)
    assert known.climb(mt.ones(8), under=low).placed(high) == known.climb(mt.ones(8), under=high)
    without = DOUBLING.climb(mt.ones(8))
    assert without.placed(high) == without


@pytest.mark.parametrize("x", [mt.zeros(0), mt.ones(8, "float16"), mt.ones(8)])
def test_what_cannot_be_placed_is_not(x):
    known = DOUBLING if x.dtype == "float64" and len(x) else DOUBLING._replace(traffic=lambda x: 16.0 * x.size)
    found = known._replace(rungs=(twice,)).climb(x, seconds=0.001)
    assert found.rows[0].fraction is None
    assert found.ceilings is None
    assert found.asdict()["ceilings"] is None


def test_a_climb_measures_for_itself(small, backend):
    known = DOUBLING._replace(traffic=lambda x: 16.0 * x.size)
    found = known.climb(mt.ones(8, "float32"), seconds=0.001)
    assert found.ceilings == ceilings("float32")
    assert found.rows[0].fraction > 0


def test_what_the_jobs_of_the_ladders_must_move():
    a, b = mt.ones((3, 5), "float32"), mt.ones((5, 7))
    assert matmul.LADDER.traffic(a, b) == 4 * 15 + 8 * 35 + 8 * 21
    queries, points = mt.ones((3, 2), "float32"), mt.ones((5, 2), "float32")
    assert MEAN_SHIFT.traffic(queries, points, 1.0) == 4 * (6 + 10 + 6)
    assert MEAN_SHIFT.exps(queries, points, 1.0) == 15


@pytest.mark.parametrize(("environment", "threads"), [
    ({}, 4), ({"OPENBLAS_NUM_THREADS": "3"}, 3), ({"OPENBLAS_NUM_THREADS": "64"}, 4), ({"OMP_NUM_THREADS": "2"}, 2),
    ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"}, 1), ({"OMP_NUM_THREADS": "many"}, 4),
    ({"OMP_NUM_THREADS": "0"}, 4),
])  # fmt: skip
def test_as_many_threads_as_blas_takes(environment, threads, monkeypatch):
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr("minitensor.backend.threads._libraries", list)  # as without threadpoolctl
    assert mt.backend.load("numpy").threads() == threads


@pytest.mark.parametrize("width", [50, 60, 80, 100, 120, 135, 160])
def test_the_table_has_a_column_for_the_roof_and_fits(width):
    rich = pytest.importorskip("rich.console", reason="tables need rich, an extra")
    console = rich.Console(width=width, file=io.StringIO())
    what = "attention: scores by one product, sums by another"
    rows = tuple(
        climbing.Row(
            "broadcasting_3d", what, 1.23e8, 0.123456, 0.1, 0.5, 0.1, 1234.0, 12.3, 0.0123, "", 9, 0.0000123 * 10**5 * i
        )
        for i in (1, 100)
    )
    console.print(table(climbing.Climb("matmul", "t", "a machine", (*rows, climbing.Row("skipped", what, 0.0)))))
    text = console.file.getvalue()
    for words in ("of roof", "123%", "123 ms", "1,234"):
        assert words in text
    assert (what in text) == (width == 160)
    assert ("123 MB" in text) == (width >= 100)
    assert "…" not in text
    assert "above the roof: broadcasting_3d" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= width
