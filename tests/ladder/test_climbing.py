"""Running a ladder: rungs are checked, timed, or skipped with a reason."""

import io
import json
import math
import re
import time
from contextlib import contextmanager, nullcontext

import pytest

import minitensor as mt
from minitensor.errors import LadderError
from minitensor.ladder import Ladder, climbing, measure, rung, table, timing

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
    monkeypatch.setattr(climbing, "on_best_threads", lambda *_: (times.pop(0), ""))
    even, uneven = climb(plain, quick).rows
    assert even.note == ""
    assert uneven.note == "uneven: 2 s at best, the machine is busy"
    assert (uneven.best, uneven.low, uneven.seconds, uneven.high) == (2.0, 4.1, 4.2, 4.3)


def test_a_rung_is_uneven_too_where_some_rounds_take_long(monkeypatch):
    monkeypatch.setattr(climbing, "on_best_threads", lambda *_: ([1.0, 1.0, 1.0, 1.5, 5.0, 9.0, 9.0], ""))
    (row,) = climb(plain).rows
    assert row.note == "uneven: 1 s at best, the machine is busy"


@pytest.mark.parametrize(
    ("low", "high", "rounds", "said"),
    [(0.9, 1.1, 5, "±10%"), (0.5, 2.4, 5, "±95%"), (0.9, 4.08, 5, "up to +308%"), (1.0, 1.0, 1, "once")],
)
def test_a_spread_is_no_larger_than_what_it_is_of(low, high, rounds, said):
    pytest.importorskip("rich", reason="tables need rich, an extra")
    found = climb(plain)
    row = found.rows[0]._replace(seconds=1.0, low=low, high=high, rounds=rounds)
    shown = table(found._replace(rows=(row,)))
    assert shown.rows[0][shown.headings.index("spread")] == said


@pytest.mark.parametrize(
    ("many", "alone", "kept", "note"),
    [
        ([0.016] * 3, [5e-5] * 4, [5e-5] * 4, "on 1 thread; on 2 threads it takes 16 ms, as the machine is busy"),
        ([0.05, 0.06, 0.07], [0.05, 0.05, 0.05], [0.05, 0.05, 0.05], ""),
        ([0.05, 0.05], [0.06, 0.06], [0.05, 0.05], ""),
        ([0.3], [0.1], [0.1], "on 1 thread; on 2 threads it takes 300 ms, as the machine is busy"),
        ([3.0], None, [3.0], ""),  # too slow to be timed again
    ],
)
def test_of_one_thread_and_many_the_quicker_is_kept(many, alone, kept, note, monkeypatch):
    lib, limits = mt.backend.load("numpy"), []

    @contextmanager
    def limited(count):
        limits.append(count)
        yield True

    monkeypatch.setattr(type(lib), "threads", lambda self: 2)
    monkeypatch.setattr(timing, "blas_limited", limited)
    answers = iter([many, alone])
    monkeypatch.setattr(timing, "measure", lambda *_: next(answers))
    assert timing.on_best_threads(lambda: None, lib) == (kept, note)
    assert limits == [1]


@pytest.mark.parametrize("threads", [1, 2])
def test_without_a_choice_of_threads_there_is_one_measurement(threads, monkeypatch):
    lib, seen = mt.backend.load("numpy"), []
    monkeypatch.setattr(type(lib), "threads", lambda self: threads)
    monkeypatch.setattr(timing, "blas_limited", lambda count: nullcontext(False))  # as without threadpoolctl
    monkeypatch.setattr(timing, "measure", lambda *_: seen.append(_) or [2.0, 2.0])
    assert timing.on_best_threads(lambda: None, lib) == ([2.0, 2.0], "")
    assert len(seen) == 1


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(width):
    rich = pytest.importorskip("rich.console", reason="tables need rich, an extra")
    console = rich.Console(width=width, record=True, file=io.StringIO())

    @rung("never runs, whatever happens to it", memory=lambda x: 2e9)
    def memory_hungry_3(x):
        raise AssertionError

    console.print(table(climb(plain, quick, memory_hungry_3, title="t")))
    text = console.export_text()
    assert "…" not in text
    assert "memory_hungry_3 skipped: needs 2 GB, limit 1 GB" in text
    assert ("never runs, whatever happens to it" in text) == (width == 120)


def test_a_table_shows_square_brackets_as_they_are():
    rows = tuple(row._replace(note="needs: pip install 'dask[array]'") for row in climb(plain).rows)
    rich = pytest.importorskip("rich.console", reason="tables need rich, an extra")
    console = rich.Console(file=io.StringIO(), width=120)
    console.print(table(climb(plain)._replace(rows=rows, title="x[at]")))
    for words in ("dask[array]", "x[at]"):
        assert words in console.file.getvalue()
