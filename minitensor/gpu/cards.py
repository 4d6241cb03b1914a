"""The GPUs that launches can be predicted for: a table of facts, `gpus.csv`, and cards of one's own."""

from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from minitensor.errors import PredictionError

REGISTERS = 65_536  # of 32 bits, that an SM has
REGISTERS_AT_ONCE = 8  # a thread's are given out in eights


@dataclass(frozen=True, kw_only=True)
class Card:
    """A GPU, by the facts that bound a kernel. An SM is one of its multiprocessors.

    gpu : its name
    sms : how many SMs it has; ghz : the clock they run at
    fp32_lanes : float32 operations that an SM begins in a clock
    lsu_lanes : numbers of 4 bytes that the L1 of an SM gives in a clock
    dram_gb_s : GB/s of its memory, by the data sheet
    l2_mb : MB of its L2; l2_bytes_clk_sm : bytes that it gives an SM in a clock
    warps, blocks, shared_kb : that an SM can hold at once
    lat_l1, lat_l2, lat_dram : clocks from asking for a number to having it
    fma : the share of its FP32 peak that a kernel of nothing but multiply-adds reaches
    measured_like : the card on which the facts that no data sheet gives were measured
    arch : what NVRTC is told, such as "sm_86"

    Raises PredictionError unless all numbers are positive, and fma at most 1.

    >>> card("RTX 3090").sms
    82
    """

    gpu: str
    sms: int
    ghz: float
    fp32_lanes: int
    lsu_lanes: int
    dram_gb_s: float
    l2_mb: float
    l2_bytes_clk_sm: float
    warps: int
    blocks: int
    shared_kb: float
    lat_l1: float
    lat_l2: float
    lat_dram: float
    fma: float
    measured_like: str = ""
    arch: str = "sm_86"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in (int, float) and not (isinstance(value, (int, float)) and 0 < value < float("inf")):
                raise PredictionError(f"{self.gpu}: {field.name} is {value!r}; it is a positive number")
        if self.fma > 1:
            raise PredictionError(f"{self.gpu}: fma is {self.fma}; it is a share of the peak, at most 1")

    def resident(self, threads: int, registers: int, shared_bytes: float) -> int:
        """Blocks that an SM holds at once: the least that its warps, blocks, registers and shared memory allow.

        threads : of a block; registers : of a thread; shared_bytes : of a block. 0 where not even one fits.
        """
        warps = -(-threads // 32)
        taken = -(-registers // REGISTERS_AT_ONCE) * REGISTERS_AT_ONCE * 32 * warps
        fits = [self.blocks, self.warps // warps, REGISTERS // taken]
        if shared_bytes:
            fits.append(int(self.shared_kb * 1024 // shared_bytes))
        return min(fits)


def card(name: str) -> Card:
    """The card of this name in `gpus.csv`; capitals, spaces and dashes do not matter, nor the maker.

    Raises PredictionError for others.
    """
    if not isinstance(name, str):
        raise PredictionError(f"a GPU is named by text or is a gpu.Card, not {name!r}")
    known = {_plain(each.gpu): each for each in cards()}
    if _plain(name) not in known:
        asked, names = _plain(name), ", ".join(each.gpu for each in cards())
        near = [each.gpu for key, each in known.items() if asked and (asked in key or key in asked)]
        mean = f" Do you mean {' or '.join(near)}?" if near else ""
        raise PredictionError(
            f"there are no facts of a GPU called {name!r}; there are of {names}.{mean} For another, make a "
            "gpu.Card(gpu=..., sms=..., ghz=..., ...) in Python"
        )
    return known[_plain(name)]


@cache
def cards() -> tuple[Card, ...]:
    """Every card of `gpus.csv`."""
    kinds = {field.name: field.type for field in fields(Card)}
    return tuple(Card(**{key: kinds[key](value) for key, value in row.items()}) for row in rows("gpus.csv"))  # type: ignore[operator]


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a table of this package; lines that begin with # are words."""
    text = files("minitensor.gpu").joinpath(name).read_text(encoding="utf-8")
    yield from DictReader(line for line in text.splitlines() if not line.startswith("#"))


def _plain(name: str) -> str:
    words = name.lower().replace("-", " ").split()
    return "".join(word for word in words if word not in ("nvidia", "geforce"))
