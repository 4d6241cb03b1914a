"""Predictions: the rules on launches counted by hand, what is refused, and the error on what is published."""

import math
from collections import Counter
from dataclasses import replace
from importlib.resources import files

import pytest
from published import compiler_version, counted, prediction, published, sampled

from minitensor import gpu
from minitensor.errors import KernelError, MissingExtraError, PredictionError
from minitensor.gpu.cards import Card, card, cards, rows
from minitensor.gpu.counters import Counters
from minitensor.gpu.device import Dim3
from minitensor.gpu.ledger import Sample
from minitensor.gpu.predict import geometric, known_error, predict
from minitensor.gpu.report import Launch

PLAIN = Card(
    gpu="a card of my own", sms=10, ghz=1.0, fp32_lanes=128, lsu_lanes=16, dram_gb_s=100, l2_mb=4, l2_bytes_clk_sm=16,
    warps=48, blocks=16, shared_kb=100, lat_l1=30, lat_l2=200, lat_dram=500, fma=0.5,
)  # fmt: skip


class Compiled:
    """A kernel that takes so many registers."""

    def __init__(self, registers):
        self.registers = registers

    def compile(self, types, arch):
        if not self.registers:
            raise MissingExtraError("no NVRTC here")
        return self


def launch(blocks=1000, threads=256, registers=None, **given):
    """A launch, of which each block does what is given."""
    own = {"name": "made_up", "source": None, "blocks_counted": 1}
    own |= {key: given.pop(key) for key in list(given) if key in Launch.__dataclass_fields__}
    kernel = registers and Compiled(registers)
    counters = Counters(**{"instructions": 8} | given).scaled(blocks)
    return Launch(grid=Dim3(blocks), block=Dim3(threads), counters=counters, kernel=kernel, **own)


# Each unit by itself, for a launch of 100 blocks on each of 10 SMs.
@pytest.mark.parametrize(
    ("unit", "clocks", "given"),
    [
        ("issue", 250, {"instructions": 1000}),
        ("FP32", 1000 * 32 / 128 / 0.5, {"fp32": 1000}),
        ("special", 1000 * 32 / 16, {"special": 1000}),
        (
            "L1",
            100 * 2,
            {"global_shapes": Counter({(1, 1, False): 100}), "global_requests": 100},
        ),  # 32 lanes at 16 a clock
        ("L1", 100 * 32, {"global_shapes": Counter({(32, 32, False): 100}), "global_requests": 100}),  # one bank
        ("L1", 100 * 32 / 3.5, {"global_shapes": Counter({(9, 32, False): 100}), "global_requests": 100}),  # 32 lines
        ("L1", 100 * 8, {"global_shapes": Counter({(4, 4, True): 100}), "global_requests": 100}),  # four numbers a lane
        ("L1", 100 * 7, {"shared_shapes": Counter({(7, 128): 100}), "shared_requests": 100}),
        ("L1", 100 * 4, {"shared_shapes": Counter({(1, 512): 100}), "shared_requests": 100}),
        ("L2", 500 * 32 / 16, {"distinct_sectors": 500, "array_bytes": 1}),
    ],
)
def test_each_unit_by_itself(unit, clocks, given):
    found = predict(launch(**given), PLAIN)
    assert found.units[unit] == pytest.approx(100 * clocks)
    assert found.bound == unit
    assert found.seconds == pytest.approx(100 * clocks / 1e9)
    assert found.seconds == max(found.units.values()) / 1e9
    assert [name for name, value in found.units.items() if value > 250 and name not in (unit, "latency")] == []


def test_memory_gives_each_byte_once_where_l2_holds_them_all():
    small = launch(distinct_sectors=100, footprint=3200, array_bytes=3 * 2**20)
    assert predict(small, PLAIN).units["DRAM"] == pytest.approx(3 * 2**20 / 90e9 * 1e9)
    # Six blocks fit an SM, by their warps: a wave of 60 touches at most 60 times what one does, 1000 blocks are 16.7.
    large = launch(distinct_sectors=100, footprint=3200, array_bytes=2**30)
    assert predict(large, PLAIN).resident == 6
    assert predict(large, PLAIN).units["DRAM"] == pytest.approx(100 * 32 * 1000 / 90e9 * 1e9)
    shared = launch(distinct_sectors=10_000, footprint=320_000, array_bytes=2**23)
    assert predict(shared, PLAIN).units["DRAM"] == pytest.approx(2**23 * 1000 / 60 / 90e9 * 1e9)


def test_waiting_is_shared_by_the_blocks_that_an_sm_holds():
    given = {"instructions": 4000, "waits": 10, "load_sectors": 100, "distinct_sectors": 100, "array_bytes": 1}
    found = predict(launch(barriers=1, **given), PLAIN)
    latency = 200 + 60  # all from L2
    assert found.units["latency"] == pytest.approx(math.ceil(1000 / 60) * (1000 + 10 * latency))
    # Without barriers each of the 8 warps by itself; two places of one line load together.
    place = Sample(7, "x", "global", "load", 4, [], [])
    lines = {7: Counters(global_requests=1000 * 8 * 20)}
    given |= {"samples": (place, place), "lines": lines, "waits": 0}
    by_warps = predict(launch(**given), PLAIN)
    assert by_warps.units["latency"] == pytest.approx(math.ceil(1000 / 60) * (1000 / 8 + 10 * latency))
    hits = predict(launch(**given | {"load_sectors": 400}), PLAIN)
    assert hits.units["latency"] == pytest.approx(math.ceil(1000 / 60) * (1000 / 8 + 10 * (30 + 170 / 4 + 60)))


@pytest.mark.parametrize(
    ("given", "resident"),
    [({}, 6), ({"registers": 128}, 2), ({"registers": 129}, 1), ({"shared_bytes": 30_000}, 3), ({"threads": 32}, 16)],
)
def test_resident_blocks(given, resident):
    assert predict(launch(**given), PLAIN).resident == resident


def test_registers_come_from_the_compiler_or_are_a_guess():
    known, guess = predict(launch(registers=64), PLAIN), predict(launch(), PLAIN)
    assert (known.registers, known.compiled, guess.registers, guess.compiled) == (64, True, 40, False)
    assert "40 registers a thread are a guess" in str(guess)
    assert "guess" not in str(known)
    assert guess.high / guess.low > known.high / known.low
    assert predict(replace(launch(), kernel=Compiled(0)), PLAIN) == guess


def test_a_slower_clock_slows_what_the_sms_do_and_not_memory():
    for given in ({"instructions": 4000}, {"distinct_sectors": 1000, "footprint": 32_000, "array_bytes": 2**32}):
        full, slow = (predict(launch(**given), PLAIN, ghz=ghz) for ghz in (None, 0.8))
        assert slow.seconds / full.seconds == pytest.approx(1.25 if full.bound == "issue" else 1)
        assert slow.ghz == 0.8


def test_what_a_prediction_says():
    found = predict(launch(instructions=10_000, registers=32), "RTX 3090")
    text = str(found)
    assert text.startswith("PREDICTED, not measured: ")
    assert "made_up on RTX 3090, bound by issue" in text
    assert "(untested)" not in text
    assert "(untested)" in str(predict(launch(5000, registers=32), "H100 SXM"))
    assert "(untested)" in str(predict(launch(registers=32), PLAIN))
    assert found.low < found.seconds < found.high
    assert f"off by {found.error:.2f} times on {found.points} published measurements" in text
    wider = predict(launch(instructions=10_000, registers=32), replace(card("RTX 3090"), gpu="another"))
    assert wider.seconds == found.seconds
    assert wider.high > found.high


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (Launch("real", Dim3(1), Dim3(1), None), "real ran on a real GPU, so time it"),
        (launch(instructions=0), "nothing was counted"),
        (launch(global_requests=5), "too thin"),
        (launch(shared_requests=5), "too thin"),
        (launch(shared_atomics=3), "3,000 atomics"),
        (launch(fp64=3), "float64"),
        (launch(blocks=59, registers=40), "59 blocks are less than a wave, which is 60"),
        (launch(blocks=9), "9 blocks are less than a wave"),
        (launch(shared_bytes=200_000), "does not fit an SM"),
        (launch(store_sectors=320, fewest_store_sectors=40), "8.0 times the sectors"),
    ],
)
def test_what_cannot_be_predicted_is_refused(made, message):
    with pytest.raises(PredictionError, match=message):
        predict(made, PLAIN)
    assert issubclass(PredictionError, KernelError)


def test_stores_that_hardly_count_are_not_refused():
    assert predict(launch(instructions=100_000, store_sectors=320, fewest_store_sectors=40), PLAIN).bound == "issue"
    assert predict(launch(store_sectors=320, fewest_store_sectors=320), PLAIN)


def test_a_guess_of_registers_makes_no_wave_of_what_is_none():
    assert predict(launch(blocks=30), PLAIN).resident == 3


@pytest.mark.parametrize("ghz", [0, -1, math.nan, math.inf])
def test_a_clock_is_a_positive_number(ghz):
    with pytest.raises(PredictionError, match="ghz"):
        predict(launch(), PLAIN, ghz=ghz)


# Cards.
def test_cards_are_found_by_name():
    assert card("rtx3090") == card("RTX 3090")
    assert gpu.Card is Card
    with pytest.raises(
        PredictionError, match=r"no facts of a GPU called 'RTX 9090'; there are of RTX A6000, RTX 3090,"
    ):
        card("RTX 9090")


@pytest.mark.parametrize("each", cards(), ids=lambda each: each.gpu)
def test_the_facts_are_whole(each):
    assert each.measured_like
    assert each.arch.startswith("sm_")
    assert each.lat_l1 < each.lat_l2 < each.lat_dram


@pytest.mark.parametrize("change", [{"sms": 0}, {"ghz": math.nan}, {"dram_gb_s": "fast"}, {"fma": 1.5}])
def test_a_card_of_nonsense_is_refused(change):
    with pytest.raises(PredictionError, match=next(iter(change))):
        replace(PLAIN, **change)


# The known error.
TABLE = files("minitensor.gpu").joinpath("predicted.csv").read_text(encoding="utf-8")


def test_the_known_error_is_that_of_the_table():
    table = list(rows("predicted.csv"))
    for compiled, column in ((True, "ratio"), (False, "ratio_without_nvrtc")):
        error, points, tested, off = known_error("RTX 3090", compiled)
        ratios = [float(row[column]) for row in table if row[column]]
        assert points == len(ratios) > 40
        assert error == geometric(ratios)
        assert tested
        assert sum(1 / off <= ratio <= off for ratio in ratios) >= 0.9 * points or not compiled
    assert not known_error("L4", True)[2]


@pytest.mark.parametrize(
    "row",
    [row for row in rows("predicted.csv") if row["published"]],
    ids=lambda row: f"{row['gpu']}, {row['design']}, {row['source']}",
)
def test_the_table_is_what_is_predicted(row):
    found, said = prediction(row, compiled=False)
    assert float(row["predicted_without_nvrtc"]) == pytest.approx(found, rel=1e-3)
    assert float(row["ratio_without_nvrtc"]) == pytest.approx(found / float(row["published"]), abs=1e-3)
    found, said = prediction(row, compiled=True)
    if not said.compiled:
        pytest.skip("NVRTC is not here, so the registers are not known")
    if compiler_version() not in TABLE:
        assert 0.5 <= found / float(row["published"]) <= 2
        return
    assert float(row["predicted"]) == pytest.approx(found, rel=1e-3)
    assert float(row["ratio"]) == pytest.approx(found / float(row["published"]), abs=1e-3)
    assert row["bound"] == said.bound


def test_every_published_speed_is_in_the_table():
    columns = ("gpu", "source", "design", "side")
    assert [[row[column] for column in columns] for row in rows("predicted.csv") if row["published"]] == [
        [row[column] for column in columns] for row in published()
    ]
    assert [float(row["published"]) for row in rows("predicted.csv") if row["published"]] == [
        float(row["gflops"]) for row in published()
    ]


@pytest.mark.thorough
def test_what_a_block_does_grows_evenly_with_k():
    for name in ("coalesced", "shared"):
        grown, whole = counted(name, 1024), sampled(name, 1024, 1024)
        assert grown.counters == whole.counters
        assert (grown.distinct_sectors, grown.waits, grown.array_bytes) == (
            whole.distinct_sectors, whole.waits, whole.array_bytes,
        )  # fmt: skip
