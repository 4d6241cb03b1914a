"""How long a counted launch would take on a GPU that is not here: always PREDICTED, never measured.

One block of the launch is followed through an SM. Each unit of it is taken by itself: how many clocks would the block
take if nothing but this unit bound it? The longest wins; waiting comes in by Little's law. After Ernst et al.,
"Analytical performance estimation during code generation on modern GPUs" (arXiv 2204.14242); facts of GPUs from
`gpus.csv`. Known error: `predicted.csv`, which tests/benchmarks/predict.py writes from published measurements.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Any

from minitensor.errors import MissingExtraError, PredictionError
from minitensor.gpu.cards import Card, card, rows
from minitensor.gpu.counters import SECTOR, Counters
from minitensor.gpu.device import WARP
from minitensor.gpu.report import Launch
from minitensor.text.numbers import roughly

SCHEDULERS = 4  # of an SM; each issues one instruction of a warp in a clock
SPECIAL_LANES = 16  # exp, square root and reciprocal that an SM begins in a clock
LINES = 3.5  # of 128 bytes that L1 looks up in a clock
SHARED_BYTES = 128  # that shared memory gives in a clock
OF_DATA_SHEET = 0.9  # what memory gives of its GB/s
OF_L2 = 0.75  # up to where data stay in it
ON_THE_WAY = 60  # clocks from a load's arrival to its use and to the next load
REGISTERS = 40  # of a thread, where no compiler says
NINE_IN_TEN = 0.9  # of the published measurements lie within the range
TOLERATED = 0.1  # of the time, for stores that do not coalesce


@dataclass(frozen=True)
class Prediction:
    """What a launch is PREDICTED to take. Nothing was measured.

    kernel, gpu : names; seconds : of the launch; low, high : the range in which nine in ten of the published
    measurements lay about their predictions, wider for a card without a published table and without a compiler
    bound : the unit that bounds it; units : clocks of an SM that the launch would take if this unit alone bound it.
        "L1" is the path of L1 and shared memory, "latency" is waiting
    ghz : the clock
    resident : blocks that an SM holds at once; registers : of a thread; compiled : whether NVRTC said so
    error : geometric mean of the error on published measurements; points : how many of these there are
    tested : whether a whole ladder of kernels was published for this card
    """

    kernel: str
    gpu: str
    seconds: float
    low: float
    high: float
    bound: str
    units: dict[str, float]
    ghz: float
    resident: int
    registers: int
    compiled: bool
    error: float
    points: int
    tested: bool

    def __str__(self) -> str:
        on = f"{self.gpu}{'' if self.tested else ' (untested)'}"
        known = f"off by {self.error:.2f} times on {self.points} published measurements" if self.points else "no test"
        guess = "" if self.compiled else f"; {self.registers} registers a thread are a guess"
        return (
            f"PREDICTED, not measured: {roughly(self.seconds)} ({roughly(self.low)} to {roughly(self.high)}) for "
            f"{self.kernel} on {on}, bound by {NAMES[self.bound]}; {known}{guess}"
        )


# In the order in which a picture shows them.
NAMES = {
    "issue": "issue",
    "FP32": "FP32 arithmetic",
    "special": "special functions",
    "L1": "L1 and shared memory",
    "L2": "L2",
    "DRAM": "DRAM",
    "latency": "latency",
}


def predict(launch: Launch, gpu: str | Card, ghz: float | None = None, registers: int | None = None) -> Prediction:
    """What a launch counted by the simulator is PREDICTED to take on a GPU.

    gpu : the name of a card of `gpus.csv`, or a `Card`
    ghz : the clock, where it is not the card's boost clock: a GPU at its limit of power or heat runs slower
    registers : of a thread; those that NVRTC gives the kernel if not given, `REGISTERS` for 0 or without NVRTC

    Raises PredictionError where nothing was counted, for an unknown card, and where the rules are known to fail: a real
    GPU ran the launch, stores that do not coalesce, atomics, float64, blocks for less than one wave.
    """
    chip = gpu if isinstance(gpu, Card) else card(gpu)
    clock = chip.ghz if ghz is None else ghz
    if isinstance(clock, bool) or not isinstance(clock, (int, float)) or not 1e-3 < clock < 1e3:
        raise PredictionError(f"ghz is {clock!r}; the clock is a positive number of GHz, such as {chip.ghz}")
    counters = _counters(launch)
    kinds = tuple("int32" if type(each) is int and -(2**31) <= each < 2**31 else each for each in launch.types)
    said = _registers(launch.kernel, kinds, chip.arch) if registers is None else registers  # compiled once for any size
    taken = said or REGISTERS
    resident = chip.resident(launch.threads, taken, launch.shared_bytes)
    if not resident:
        raise PredictionError(
            f"{launch.name}: a block of {launch.threads:,} threads with {taken} registers each and "
            f"{launch.shared_bytes:,} bytes of shared memory does not fit an SM of the {chip.gpu}"
        )
    if not said:  # a guess may fill the GPU with fewer blocks, but never makes a wave of what is none
        resident = max(1, min(resident, launch.n_blocks // chip.sms))
    if launch.n_blocks < chip.sms * resident:
        raise PredictionError(
            f"{launch.name}: {launch.n_blocks:,} blocks are less than a wave, which is {chip.sms * resident:,} on the "
            f"{chip.gpu}, and a GPU that is partly idle is not modelled; launch more, or sample a larger launch"
        )
    block = _units(launch, counters, chip, clock, resident)
    longest = max(block.values())
    _refuse_stores(launch, counters, chip, longest)
    # An SM works on its blocks one after another as far as a unit binds it, and on `resident` at a time as they wait.
    units = {unit: clocks * math.ceil(launch.n_blocks / chip.sms) for unit, clocks in block.items()}
    units["DRAM"] = block["DRAM"] * launch.n_blocks / chip.sms  # all SMs share it
    units["latency"] = _waiting(launch, counters, chip, longest, resident) * math.ceil(
        launch.n_blocks / (chip.sms * resident)
    )
    bound = max(units, key=lambda unit: units[unit])
    seconds = units[bound] / (clock * 1e9)
    error, points, tested, off = known_error(chip.gpu, compiled=bool(said))
    return Prediction(
        launch.name, chip.gpu, seconds, seconds / off, seconds * off, bound, units, clock, resident, taken, bool(said),
        error, points, tested,
    )  # fmt: skip


def _counters(launch: Launch) -> Counters:
    """The counters of a launch, if they will do."""
    counters = launch.counters
    if counters is None:
        raise PredictionError(
            f"{launch.name} ran on a real GPU, so time it; a launch on NumPy tensors is counted and can be predicted"
        )
    if not launch.blocks_counted or not counters.instructions:
        raise PredictionError(f"{launch.name}: nothing was counted, so there is nothing to predict from")
    if (counters.global_requests and not counters.global_shapes) or (
        counters.shared_requests and not counters.shared_shapes
    ):
        raise PredictionError(f"{launch.name}: requests of memory were counted without their shapes: too thin")
    if counters.atomics:
        raise PredictionError(f"{launch.name}: {counters.atomics:,} atomics; how they queue up is not modelled")
    if counters.fp64:
        raise PredictionError(
            f"{launch.name} computes in float64, whose speed differs between GPUs 64 times and is not in gpus.csv; "
            "use float32"
        )
    return counters


@lru_cache(1024)
def _registers(kernel: Any, types: tuple[Any, ...], arch: str) -> int | None:
    """Registers of a thread as NVRTC gives them, None where it is not here."""
    if kernel is None:
        return None
    try:
        return int(kernel.compile(types, arch).registers)
    except MissingExtraError:
        return None


def on_units(counters: Counters, chip: Card) -> dict[str, float]:
    """Clocks that one SM would take for all that was counted, on each unit of an SM by itself."""
    in_l1 = sum(
        times * max(_lanes(wide) / chip.lsu_lanes, rounds, lines / LINES)
        for (rounds, lines, wide), times in counters.global_shapes.items()
    )
    in_shared = sum(
        times * max(rounds, delivered / SHARED_BYTES) for (rounds, delivered), times in counters.shared_shapes.items()
    )
    return {
        "issue": counters.instructions / SCHEDULERS,
        "FP32": counters.fp32 * WARP / chip.fp32_lanes / chip.fma,
        "special": counters.special * WARP / SPECIAL_LANES,
        "L1": in_l1 + in_shared,
    }


def _units(launch: Launch, counters: Counters, chip: Card, clock: float, resident: int) -> dict[str, float]:
    """For each unit, the clocks that a block would take if it alone bound it."""
    moved = _from_memory(launch, chip, resident)  # bytes, by all blocks together
    seconds = moved / (chip.dram_gb_s * 1e9 * OF_DATA_SHEET)
    return {
        **{unit: clocks / launch.n_blocks for unit, clocks in on_units(counters, chip).items()},
        "L2": launch.distinct_sectors * SECTOR / chip.l2_bytes_clk_sm,
        "DRAM": seconds * clock * 1e9 * chip.sms / launch.n_blocks,
    }


def _lanes(wide: bool) -> int:
    """Numbers of 4 bytes that a request delivers: one to each thread, or four."""
    return 4 * WARP if wide else WARP


def _from_memory(launch: Launch, chip: Card, resident: int) -> float:
    """Bytes that come from DRAM: each once if L2 holds them all, else once for every wave of blocks."""
    everything = min(launch.footprint * launch.n_blocks / launch.blocks_counted, launch.array_bytes)
    if everything <= OF_L2 * chip.l2_mb * 2**20:
        return everything
    wave = chip.sms * resident
    return min(launch.distinct_sectors * SECTOR * wave, everything) * launch.n_blocks / wave


def _waiting(launch: Launch, counters: Counters, chip: Card, longest: float, resident: int) -> float:
    """Clocks that a block takes from its first instruction to its last: its work, and what it waits for loads.

    With barriers a block works and waits by turns. Without, each warp does so by itself.
    longest : clocks of the work of a block
    """
    asked = counters.load_sectors / launch.n_blocks
    missed = min(1.0, launch.distinct_sectors / asked) if asked else 0.0  # of L1
    of_l2 = launch.n_blocks * launch.distinct_sectors * SECTOR
    far = min(1.0, _from_memory(launch, chip, resident) / of_l2) if of_l2 else 0.0
    latency = chip.lat_l1 + missed * (chip.lat_l2 - chip.lat_l1 + far * (chip.lat_dram - chip.lat_l2)) + ON_THE_WAY
    if counters.barriers:
        return longest + launch.waits * latency
    warps = -(-launch.threads // WARP)
    return longest / warps + _rounds(launch) / warps * latency


def _rounds(launch: Launch) -> float:
    """How often the warps of a block load from global memory; what one line loads is on its way together."""
    places = [each for each in launch.samples if each.space == "global"]
    on_line, loading = Counter(each.line for each in places), {each.line for each in places if each.kind == "load"}
    return sum(launch.lines[line].global_requests / on_line[line] for line in loading) / launch.n_blocks


def _refuse_stores(launch: Launch, counters: Counters, chip: Card, longest: float) -> None:
    """Stores that share no sectors are refused where they would take more than a tenth of the time."""
    spread = counters.store_sectors / max(1, counters.fewest_store_sectors)
    clocks = counters.store_sectors / launch.n_blocks * SECTOR / chip.l2_bytes_clk_sm
    if spread > 2 and clocks > TOLERATED * longest:
        raise PredictionError(
            f"{launch.name}: its stores do not coalesce, they touch {spread:.1f} times the sectors that would do, and "
            "what L2 makes of such stores is not modelled; let neighbouring threads write neighbouring elements"
        )


def clock_columns(launch: Launch, gpu: str | Card) -> dict[str, Callable[[Counters], str]]:
    """Columns of a report: for each unit of an SM the clocks that one SM takes for what a line did, PREDICTED."""
    chip = gpu if isinstance(gpu, Card) else card(gpu)

    def column(unit: str) -> Callable[[Counters], str]:
        def of(counters: Counters) -> str:
            taken = on_units(counters, chip)[unit] / chip.sms
            return f"{taken:,.0f}" if round(taken) else ""

        return of

    return {unit: column(unit) for unit in on_units(Counters(), chip)}


def outlook(launch: Launch, gpu: str | Card) -> str:
    """The prediction in words, or why there is none."""
    try:
        return str(predict(launch, gpu))
    except PredictionError as error:
        return f"not predicted: {error}"


def known_error(gpu: str, compiled: bool) -> tuple[float, int, bool, float]:
    """What is known of the error from `predicted.csv`: its geometric mean, on how many points, whether a whole ladder
    of this card is among them, and how many times a prediction may be off in either direction.
    """
    column = "ratio" if compiled else "ratio_without_nvrtc"
    table = [row for row in rows("predicted.csv") if row[column]]
    errors = sorted(max(ratio, 1 / ratio) for ratio in (float(row[column]) for row in table))
    if not errors:
        return math.inf, 0, False, 2.0
    mean = geometric(errors)
    designs = {row["design"] for row in table}
    tested = {row["design"] for row in table if row["gpu"] == gpu} == designs
    range_ = errors[math.ceil(NINE_IN_TEN * len(errors)) - 1]
    for doubt in (not tested, not compiled):
        range_ *= mean if doubt else 1.0
    return mean, len(errors), tested, range_


def geometric(values: Any) -> float:
    """The geometric mean of ratios, those below 1 taken the other way round.

    >>> round(geometric([4.0, 0.25, 1.0, 1.0]), 9)
    2.0
    """
    return math.exp(fmean(abs(math.log(value)) for value in values))
