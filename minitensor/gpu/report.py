"""What came of a launch, and the same as text: each line of the kernel beside what it cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minitensor.errors import KernelError
from minitensor.gpu.counters import Counters
from minitensor.gpu.device import WARP, Dim3
from minitensor.gpu.source import APART, Source
from minitensor.text.numbers import in_share
from minitensor.text.tables import Fitting

if TYPE_CHECKING:
    from minitensor.gpu.cards import Card
    from minitensor.gpu.predict import Prediction

# The columns of a report: heading, and what stands in it for the counters of a line; empty columns are left out.
COLUMNS: dict[str, Callable[[Counters], str]] = {
    "loads": lambda c: f"{c.global_loads:,}" if c.global_loads else "",
    "stores": lambda c: f"{c.global_stores:,}" if c.global_stores else "",
    "sectors": lambda c: f"{c.sectors:,}" if c.sectors else "",
    "coalesced": lambda c: in_share(c.coalescing) if c.sectors else "",
    "shared": lambda c: f"{c.shared_loads + c.shared_stores:,}" if c.shared_loads + c.shared_stores else "",
    "conflicts": lambda c: f"{c.bank_conflicts:,}" if c.bank_conflicts else "",
    "atomics": lambda c: f"{c.global_atomics:,}" if c.global_atomics else "",
    "in shared": lambda c: f"{c.shared_atomics:,}" if c.shared_atomics else "",
    "barriers": lambda c: f"{c.barriers:,}" if c.barriers else "",
    "FLOPs": lambda c: f"{c.flops:,}" if c.flops else "",
}

# What the caption of a table says of its columns.
LEGEND = {
    "sectors": "32 bytes each, touched by loads and stores",
    "shared": "loads and stores in shared memory",
    "conflicts": "rounds that its banks took beyond the fewest",
}


@dataclass(frozen=True, repr=False)
class Launch:
    """What came of ``name[grid, block](...)``.

    counters : what the whole launch did, None where a real GPU ran it, which does not count
    lines : the same for each line of the file that did anything
    samples : for each place that touches an array, the first access of the first warp
    blocks_counted : how many blocks ran; where they are fewer than the grid has, the counters were scaled
    distinct_sectors : 32-byte sectors of global memory that a block touches, each counted once; the mean
    footprint : bytes of the sectors that the blocks that ran touched together
    array_bytes : of all arrays in global memory
    waits : how often a block waits at a barrier for loads from global memory; the mean
    shared_bytes : of shared memory that a block has
    kernel, types : what was launched, and the types of its arguments
    """

    name: str
    grid: Dim3
    block: Dim3
    source: Source
    counters: Counters | None = None
    lines: dict[int, Counters] = field(default_factory=dict)
    samples: tuple[Any, ...] = ()
    blocks_counted: int = 0
    distinct_sectors: float = 0.0
    footprint: int = 0
    waits: float = 0.0
    shared_bytes: int = 0
    kernel: Any = None
    types: list[Any] = field(default_factory=list)
    array_bytes: int = 0

    @property
    def threads(self) -> int:
        """Of a block."""
        return self.block.x * self.block.y * self.block.z

    @property
    def n_blocks(self) -> int:
        """Of the grid."""
        return self.grid.x * self.grid.y * self.grid.z

    def __repr__(self) -> str:
        return f"{self.name}[{tuple(self.grid)}, {tuple(self.block)}]"

    def predict(self, gpu: "str | Card", ghz: float | None = None) -> "Prediction":
        """How long the launch is PREDICTED to take on a GPU that is not here: `Prediction`.

        gpu : a card of `gpus.csv`, such as "RTX 3090", or a `Card` of one's own
        ghz : its clock, where it is slower than the card's boost clock
        Raises PredictionError where the rules are known to fail, or a real GPU ran the launch; see `predict.predict`.
        """
        from minitensor.gpu.predict import predict  # which needs this class

        return predict(self, gpu, ghz)

    def report(self, gpu: "str | Card | None" = None) -> str:
        """The kernel line by line beside what each line did, and below it the whole launch.

        loads, stores : of single threads, in global memory
        sectors : of 32 bytes, touched by those; coalesced : the fewest that would do, over those touched
        shared : loads and stores in shared memory; conflicts : rounds that its banks took beyond those it had to
        atomics : in global memory; in shared : atomics in shared memory
        gpu : a card; then also what the launch is PREDICTED to take on it, or why it cannot be, and for each line the
            clocks that an SM would take for it on each unit by itself: issue, FP32, special, L1
        A device function that the kernel calls stands below it.

        Raises KernelError for a launch on a real GPU, PredictionError for an unknown card.
        """
        if self.counters is None:
            raise KernelError(f"{self.name}: a real GPU does not count; launch it on NumPy tensors for a report")
        columns, summary = dict(COLUMNS), self._summary(self.counters)
        if gpu is not None:
            from minitensor.gpu.predict import clock_columns, outlook  # which need this class

            columns |= clock_columns(self, gpu)
            summary.append(outlook(self, gpu))
        rows = []
        for apart, source in enumerate((self.source, *self.source.called)):
            for number, text in enumerate(source.lines, source.line):
                cost = self.lines.get(apart * APART + number, Counters())
                rows.append(([column(cost) for column in columns.values()], f"{number:>5}  {text}"))
        used = [i for i in range(len(columns)) if any(cells[i] for cells, _ in rows)]
        headings = list(columns)
        widths = {i: max(len(headings[i]), *(len(cells[i]) for cells, _ in rows)) for i in used}

        def line(cells: list[str]) -> str:
            return "".join(f"{cells[i]:>{widths[i]}}  " for i in used)

        table = [line(headings) + " line", *(line(cells) + text for cells, text in rows)]
        return "\n".join([*summary, "", *(row.rstrip() for row in table)])

    def _summary(self, total: Counters) -> list[str]:
        threads = self.block.x * self.block.y * self.block.z
        blocks = self.grid.x * self.grid.y * self.grid.z
        warps = blocks * -(-threads // WARP)
        lines = [
            f"{self.name}: {blocks:,} {'block' if blocks == 1 else 'blocks'} of {threads:,} threads, "
            f"{warps:,} {'warp' if warps == 1 else 'warps'} in all",
            f"global memory: {total.global_loads:,} loads, {total.global_stores:,} stores, {total.sectors:,} sectors "
            f"of 32 bytes, {in_share(total.coalescing)} coalesced",
        ]
        if total.shared_loads or total.shared_stores:
            lines.append(
                f"shared memory: {total.shared_loads:,} loads, {total.shared_stores:,} stores, "
                f"{total.bank_conflicts:,} bank conflicts"
            )
        if total.barriers or total.atomics:
            where = f", {total.shared_atomics:,} of them in shared memory" if total.shared_atomics else ""
            waited = f", which waited {total.atomic_rounds:,} times for one another" if total.atomic_rounds else ""
            lines.append(f"{total.barriers:,} barriers, {total.atomics:,} atomics{where}{waited}")
        return [*lines, f"{total.flops:,} FLOPs, {total.intensity:.3g} for each byte moved"]


def compare(title: str, launches: Sequence[tuple[str, Launch]]) -> Any:
    """Counted launches of kernels that do the same, as a table of the rich library, a row for each.

    loads : of single threads from global memory; sectors, coalesced, shared, conflicts : as in `Launch.report`
    FLOP/B : FLOPs for each byte that moves to or from global memory, as if there were no cache
    An empty column is left out.

    Raises MissingExtraError without rich.
    """
    counted = [(name, launch.counters or Counters()) for name, launch in launches]
    wanted = ("loads", "sectors", "coalesced", "shared", "conflicts")
    shown = [heading for heading in wanted if any(COLUMNS[heading](counters) for _, counters in counted)]
    rows = [
        [name, *(_short(COLUMNS[heading](counters) or "0") for heading in shown), f"{counters.intensity:.3g}"]
        for name, counters in counted
    ]
    said = "; ".join(f"{heading}: {words}" for heading, words in LEGEND.items() if heading in shown)
    caption = "\n".join(filter(None, [said, "counted on a simulated GPU; nothing was timed"]))
    return Fitting(title, ["rung", *shown, "FLOP/B"], rows, caption, spare=("loads", "shared", "conflicts"))


def _short(count: str) -> str:
    """A count of seven digits or more in millions."""
    whole = count.replace(",", "")
    return f"{int(whole) / 1e6:,.1f} M" if whole.isdigit() and len(whole) > 6 else count
