"""The page of ladders, the picture and the file they are made from say the same as the rungs."""

import importlib
import importlib.util
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import minitensor as mt

DOCS = Path(__file__).parents[2] / "docs"
ROW = {"seconds": 0.002, "low": 0.001, "high": 0.004, "best": 0.001, "rounds": 5, "memory": 1e6}
CARD = {"seconds": 4e-4, "low": 3e-4, "high": 6e-4, "bound": "L1", "tested": True, "error": 1.2, "points": 46}


@pytest.fixture
def making(monkeypatch):
    """A module of docs/making by its name; none of these needs Sphinx until it makes a page."""
    monkeypatch.syspath_prepend(str(DOCS))
    return lambda name: importlib.import_module(f"making.{name}")


@pytest.fixture
def found():
    rows = [
        {"rung": "loops", **ROW, "seconds": 600.0, "low": 590.0, "high": 610.0, "part": 0.0123},
        {"rung": "rows", **ROW, "seconds": 1.0, "note": "uneven: the machine is busy"},
        {"rung": "broadcasting_3d", "memory": 4e10, "note": "skipped: needs 40 GB, limit 2 GB"},
        {"rung": "blas", **ROW},
    ]
    gpu = {"gpu_naive": {"RTX 3090": CARD, "L4": "few blocks; more"}, "gpu_tiled": {"refused": "it has 3 atomics; why"}}
    climb = {"ladder": "matmul", "what": "two matrices", "sizes": {"m": 64, "k": 64, "n": 64}, "dtype": "float32"}
    climb |= {"flops": 2.0 * 64**3, "rows": rows, "gpu": gpu}
    machine = {"processor": "Some <CPU>", "threads": 2, "date": "2031-02-03", "versions": {"NumPy": "9.8"}}
    return machine | {"note": "Preliminary.", "climbs": [climb]}


def text(cell):
    return cell if isinstance(cell, str) else "".join(node.astext() for node in cell)


def test_every_rung_is_on_the_page_with_caption_and_source(making):
    ladders = making("climbs").LADDERS
    assert [len(rungs) for rungs in ladders.values()] == [11, 12, 8, 6, 6]
    page, own = (DOCS / "ladders.md").read_text(), (DOCS / "rungs.md").read_text()
    for key in ladders:
        assert f"({key})=\n" in page
        assert f"```{{ladder}} {key}\n" in page
        assert f"```{{rungs}} {key}\n" in own


def test_what_is_stored_names_rungs_that_are_there(making):
    measurements = making("climbs")
    stored = measurements.newest()
    assert {climb["ladder"] for climb in stored["climbs"]} == set(measurements.LADDERS)
    for climb in stored["climbs"]:
        rungs = [each.__name__ for each in measurements.LADDERS[climb["ladder"]] if not measurements.on_gpu(each)]
        assert [row["rung"] for row in climb["rows"]] == rungs
        assert set(climb["gpu"]) <= {each.__name__ for each in measurements.LADDERS[climb["ladder"]]}
        for row in climb["rows"]:
            assert "seconds" in row or row["note"].startswith("skipped: ")


def test_a_formula_is_what_the_rung_says(making):
    measurements = making("climbs")
    said = {each.__name__: measurements.formula(each) for each in measurements.LADDERS["matmul"]}
    assert said["loops"] == "32·(m·k + k·n + m·n) bytes, since Python keeps each number as an object."
    assert said["gpu_naive"] == "nothing besides the output."


def test_ratios_are_over_rungs_that_ran(making, found):
    rows = found["climbs"][0]["rows"]
    assert making("climbs").ratios(rows) == [(1.0, 1.0), (600.0, 600.0), None, (300_000.0, 500.0)]


def test_the_tables_say_what_was_measured_and_what_was_not(making, found):
    pytest.importorskip("docutils", reason="the site's tools are not installed: pip install -e '.[docs]'")
    ladders, climb = making("ladders"), found["climbs"][0]
    headings, rows = ladders.measured("matmul", climb, lambda rung: [], full=False)
    assert headings == ["rung", "time", "× first", "× before", "rate", "memory"]
    shown = [[text(cell) for cell in row[1:]] for row in rows]
    assert shown == [
        ["10 min by 1.2% of it", "1", "1", "874 FLOP/s", "1 MB"],
        ["1 s* 1 ms to 4 ms", "600", "600", "524 kFLOP/s", "1 MB"],
        ["skipped: needs 40 GB, limit 2 GB", "–", "–", "–", "40 GB"],
        ["2 ms 1 ms to 4 ms", "300,000", "500", "262 MFLOP/s", "1 MB"],
    ]
    headings, rows = ladders.predicted("matmul", climb, lambda rung: [])
    assert headings == ["GPU rung", "PREDICTED for RTX 3090", "PREDICTED for L4"]
    assert [text(cell) for cell in rows[0][1:]] == ["400 µs 300 µs to 600 µs; L1 and shared memory", "few blocks"]
    assert text(ladders.refused(climb)) == "No prediction: gpu_tiled, it has 3 atomics."
    assert ladders.worth(found).startswith("PREDICTED, not measured")


def test_the_picture_shows_each_rung_and_marks_what_is_predicted(making, found):
    title, svg = making("climb").drawn(found, "matmul")
    assert title == "The climb of the matrix product, m = k = n = 64, float32"
    tree = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert tree.get("role") == "img"
    assert title in tree.find(f"{space}title").text
    about = tree.find(f"{space}desc").text
    for words in (
        "loops 10 min, 1.2% measured",
        "blas 2 ms",
        "gpu_naive 400 µs, PREDICTED",
        "needs 40 GB",
        "Some <CPU>",
        "2031-02-03",
    ):
        assert words in about
    said = [each.text for each in tree.iter(f"{space}text") if each.text]
    assert "PREDICTED for an RTX 3090" in said
    assert "a part of the job measured, the whole reckoned" in said
    captions = [each.text for each in tree.iter() if "climb-under" in (each.get("class") or "")]
    assert len(captions) == 5  # one a rung, for a phone
    assert captions[0] == "three Python loops, one product at a time; 1.2% measured"
    bars = {kind: [each for each in tree.iter(f"{space}rect") if each.get("class") == f"climb-{kind}"]
            for kind in ("measured", "part", "predicted")}  # fmt: skip
    assert {kind: len(each) for kind, each in bars.items()} == {"measured": 3, "part": 2, "predicted": 2}  # one: legend
    width = {kind: float(each[-1].get("width").rstrip("%")) for kind, each in bars.items()}
    assert width["part"] > width["measured"] > width["predicted"]


def test_the_legend_names_no_kind_that_has_no_bar(making, found):
    del found["climbs"][0]["rows"][0]["part"]
    assert "a part of the job" not in making("climb").drawn(found, "matmul")[1]
    for row in found["climbs"][0]["rows"]:
        row["part"] = 0.5
    assert "measured on" not in making("climb").drawn(found, "matmul")[1].partition("</desc>")[2]


def test_a_picture_of_what_is_not_stored_is_refused(making, found):
    with pytest.raises(LookupError, match="no climb of 'matmul' with times PREDICTED for the 'H100 SXM' is stored"):
        making("climb").drawn(found, "matmul", "H100 SXM")
    with pytest.raises(LookupError, match="no climb of 'lsh'"):
        making("climb").drawn(found, "lsh")


def test_the_benchmark_writes_what_the_page_reads(making, monkeypatch, tmp_path):
    spec = importlib.util.spec_from_file_location("ladders", DOCS.parent / "tests" / "benchmarks" / "ladders.py")
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    monkeypatch.setattr(benchmark, "OUT", tmp_path)
    monkeypatch.setattr(benchmark, "SECONDS", 0.0)
    monkeypatch.setattr(benchmark, "WORTH", 1e9)
    monkeypatch.setattr(sys, "argv", ["ladders.py", "--note", "A test."])
    monkeypatch.setattr(benchmark.backend, "set_backend", lambda name: None)  # the other tests keep theirs
    with mt.use_backend("numpy"):
        first = next(benchmark.jobs())
        monkeypatch.setattr(benchmark, "jobs", lambda: [first])
        benchmark.main()
    found = making("climbs").newest(tmp_path)
    assert re.fullmatch(r"ladders-[a-z0-9-]+-\d{4}-\d\d-\d\d\.json", next(tmp_path.iterdir()).name)
    assert json.dumps(found)  # no NaN would be read elsewhere
    (climb,) = found["climbs"]
    assert [row["rung"] for row in climb["rows"]] == [each.__name__ for each in first[1].rungs]
    assert found["note"] == "A test."


def test_a_slow_rung_is_timed_by_a_part(making):
    import time

    from minitensor.ladder import Ladder, rung

    spec = importlib.util.spec_from_file_location("ladders", DOCS.parent / "tests" / "benchmarks" / "ladders.py")
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    benchmark.TELLING, benchmark.SECONDS = 0.01, 0.0

    @rung("slow", memory=lambda x: 8)
    def slow(x):
        time.sleep(1e-7 * len(x))
        return x + x

    @rung("quick", memory=lambda x: 0)
    def quick(x):
        return x * 2

    jobs = Ladder("doubling", (slow, quick), lambda x: float(len(x)), lambda part, x: (x[: round(part * len(x))],),
                  lambda x: 0.0)  # fmt: skip
    with mt.use_backend("numpy"):
        row = benchmark.by_part(jobs, slow, (mt.ones(4_000_000),))
    assert 0.02 < row["part"] < 1
    assert 0.4 <= row["seconds"] < 20  # of the whole; a busy machine takes longer
    assert row["memory"] == 8
    assert row["rounds"] == 3  # one round alone proves little
    assert row["low"] < row["high"]


def test_a_rung_that_was_timed_once_is_marked(making, found):
    rows = found["climbs"][0]["rows"]
    rows[0]["rounds"] = rows[3]["rounds"] = 1
    assert making("climbs").footnotes(rows) == [
        (["loops", "blas"], "timed once, which proves little"),
        (["rows"], "uneven: the machine is busy"),
    ]
    pytest.importorskip("docutils", reason="the site's tools are not installed: pip install -e '.[docs]'")
    _, shown = making("ladders").measured("matmul", found["climbs"][0], lambda rung: [], full=False)
    assert ["*" in text(row[1]) for row in shown] == [True, True, False, True]
