"""Running a ladder: rungs are checked, timed, or skipped with a reason."""

import io
import json
import math
import re
import time

import pytest

import minitensor as mt
from minitensor.errors import LadderError
from minitensor.ladder import Ladder, climbing, measure, rung, table

NOTHING = lambda x: 0  # noqa: E731


@rung("plain", memory=NOTHING)
def plain(x):
    return x + x


@rung("quick", memory=NOTHING)
def quick(x):
    return x * 2.0


def ladder(*rungs, tolerance=lambda x: 1e-12, flops=lambda x: float(x.size)):
    return Ladder("doubling", rungs, flops, lambda fraction, x: (x[: max(1, int(len(x) * fraction))],), tolerance)


def climb(*rungs, x=None, **options):
    return ladder(*rungs).climb(mt.arange(1.0, 9.0) if x is None else x, seconds=0.01, **options)


def test_a_climb_has_a_row_for_each_rung(backend):
    seen = []
    found = climb(plain, quick, title="eight numbers", on_rung=seen.append)
    assert seen == ["plain", "quick"] == [row.rung for row in found.rows]
    first, second = found.rows
    assert first.best <= first.low <= first.seconds <= first.high
    assert first.over_first is None
    assert second.over_first == second.over_before == first.seconds / second.seconds
    assert second.gflops == pytest.approx(8 / second.seconds / 1e9)
    assert (found.ladder, found.title) == ("doubling", "eight numbers")
    assert json.loads(json.dumps(found.asdict()))["rows"][1]["rung"] == "quick"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: x * 2.0 + 1e-9, "wrong differs from plain by up to 1e-09"),
        (lambda x: x * math.nan, "the results of wrong and plain hold NaN or infinite numbers"),
        (lambda x: mt.where(x > 7.0, x * math.nan, x * 2.0), "the results of wrong and plain hold NaN"),
        (lambda x: (x * 2.0)[:, None], r"wrong returns float64 of shape \(8, 1\), plain float64 of shape \(8,\)"),
        (lambda x: (x * 2.0).astype("float32"), "wrong returns float32"),
    ],
)
def test_rungs_that_disagree_are_refused(backend, wrong, message):
    wrong.__name__ = "wrong"
    with pytest.raises(LadderError, match=message):
        climb(plain, rung("wrong", memory=NOTHING)(wrong))


def test_a_rung_that_is_wrong_only_on_the_whole_is_refused(backend):
    @rung("forgets the last", memory=NOTHING)
    def forgets(x):
        return mt.concat([x[:-1] * 2.0, x[-1:]]) if len(x) > 300_000 else x * 2.0

    with pytest.raises(LadderError, match="forgets differs from plain"):
        climb(plain, forgets, x=mt.ones(400_000))


def test_a_slow_rung_is_skipped_and_says_so(backend):
    sizes = []

    @rung("sleeps", memory=NOTHING)
    def sleeps(x):
        sizes.append(len(x))
        time.sleep(1e-7 * len(x))
        return x * 2.0

    slow, fast = climb(sleeps, plain, x=mt.ones(2_000_000), time_limit=0.05).rows
    assert slow.seconds is None
    assert re.fullmatch(r"skipped: about \d{3} ms, limit 50 ms", slow.note)
    assert max(sizes) < 2_000_000
    assert fast.seconds
    assert fast.over_first is None  # there is nothing measured to compare with


def test_a_skipped_rung_is_still_checked_on_its_share(backend):
    @rung("slow and wrong", memory=NOTHING)
    def slow_and_wrong(x):
        time.sleep(0.01)
        return x * 3.0

    with pytest.raises(LadderError, match="slow_and_wrong"):
        climb(plain, slow_and_wrong, x=mt.ones(2_000_000), time_limit=0.05)


def test_rungs_that_can_say_so_are_predicted():
    @rung("said", memory=NOTHING, predicted=lambda x, where="nowhere": f"{x} in {where}")
    def said(x):
        raise AssertionError

    ladder = Ladder("doubling", (plain, said), lambda x: 1, lambda part, x: (x,), lambda x: 0.0)
    assert ladder.predictions(3, where="no time") == [("said", "3 in no time")]
    assert ladder.predictions(3) == [("said", "3 in nowhere")]


def test_a_rung_that_needs_too_much_memory_is_never_called(backend):
    @rung("huge", memory=lambda x: 5e9)
    def huge(x):
        raise AssertionError

    row = climb(plain, huge).rows[1]
    assert row.note == "skipped: needs 5 GB, limit 1 GB"
    assert row.seconds is None


def test_the_device_is_synchronised_before_the_clock_is_read():
    class Device:
        pending = 0

        def synchronize(self):
            time.sleep(self.pending)
            self.pending = 0

    device = Device()

    def launch():
        device.pending += 0.002

    launch()
    times = measure(launch, device, seconds=0.3)
    assert len(times) > 5
    assert min(times) >= 0.002


def test_an_uneven_rung_says_so(monkeypatch):
    times = [[2.0, 2.1, 1.9, 3.9, 2.0], [2.0, 4.1, 4.2, 4.3, 4.4]]
    monkeypatch.setattr(climbing, "measure", lambda *_: times.pop(0))
    even, uneven = climb(plain, quick).rows
    assert even.note == ""
    assert uneven.note == "uneven: 2 s at best, the machine is busy"
    assert (uneven.best, uneven.low, uneven.seconds, uneven.high) == (2.0, 4.1, 4.2, 4.3)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(width):
    rich = pytest.importorskip("rich.console", reason="tables need rich, an extra")
    console = rich.Console(width=width, record=True, file=io.StringIO())

    @rung("never runs, whatever happens to it", memory=lambda x: 2e9)
    def memory_hungry_3(x):
        raise AssertionError

    console.print(table(climb(plain, quick, memory_hungry_3, title="t"), width))
    text = console.export_text()
    assert "…" not in text
    assert "memory_hungry_3 skipped: needs 2 GB, limit 1 GB" in text
    assert ("never runs, whatever happens to it" in text) == (width == 120)


def test_a_table_shows_square_brackets_as_they_are():
    rows = tuple(row._replace(note="needs: pip install 'dask[array]'") for row in climb(plain).rows)
    rich = pytest.importorskip("rich.console", reason="tables need rich, an extra")
    console = rich.Console(file=io.StringIO(), width=120)
    console.print(table(climb(plain)._replace(rows=rows, title="x[at]"), 120))
    for words in ("dask[array]", "x[at]"):
        assert words in console.file.getvalue()
