"""Fewer places to start from than there are points."""

import math

from minitensor.cluster.coordinates import by_axis
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import round, stack
from minitensor.groups import counts, distinct_rows, numbered


def bin_seeds(points: Tensor, size: float, least: int = 1) -> Tensor:
    """The middles of the cells of a grid of spacing `size` that hold `least` points or more: (cells, d).

    A middle is a whole multiple of `size` on every axis; `MeanShift` counts from the middle of the data. Where every
    point has a cell to itself, the points themselves come back. Time: O(d·n·log n). Memory: O(n·d).

    >>> import minitensor as mt
    >>> bin_seeds(mt.tensor([[1.1], [0.9], [3.2]]), size=1.0, least=2).tolist()
    [[1.0]]

    Raises InputError where no cell holds that many.
    """
    kept = kept_cells(*_counted(round(points / size)), least)
    return points if kept.shape[0] == points.shape[0] else kept * size


def kept_cells(cells: Tensor, count: Tensor, least: int) -> Tensor:
    """The cells (m, d) that hold `least` points or more; count : (cells,), how many each holds."""
    kept = cells[count >= least]
    if not kept.shape[0]:
        raise InputError(
            f"bin_seeds: no cell holds {least} points, the fullest holds {count.max().item()}; lower min_bin_freq or "
            "raise the bandwidth"
        )
    return kept


def _counted(cells: Tensor) -> tuple[Tensor, Tensor]:
    """`distinct_rows` of whole numbers (n, d), by counting where they span few enough."""
    low = by_axis(cells, "min")
    spans = [int(span) + 1 for span in (by_axis(cells, "max") - low).tolist()]
    size = math.prod(spans)
    if size > cells.shape[0]:
        return distinct_rows(cells)
    keys = numbered(cells) * 0
    for axis, span in enumerate(spans):
        keys = keys * span + (cells[:, axis] - low[axis]).astype("int64")
    of_each = counts(keys, size)
    keys = numbered(of_each)[of_each > 0]
    count, columns = of_each[keys].astype("int64"), []
    for axis in reversed(range(len(spans))):
        columns.append((keys % spans[axis]).astype(cells.dtype) + low[axis])
        keys = keys // spans[axis]
    return stack(columns[::-1], axis=1), count


def within_reach(starts: Tensor, points: Tensor, bandwidth: float, kernel: str) -> Tensor:
    """The starts that some point pulls at: (≤ q, d). Time: O(q·n·d), as one update."""
    return starts[weighted_means(starts, points, bandwidth, kernel)[1][:, 0] > 0]


def some_reach(starts: Tensor, bandwidth: float) -> Tensor:
    """The starts, unless there are none left. Raises InputError."""
    if not starts.shape[0]:
        raise InputError(
            f"No point was within bandwidth={bandwidth:g} of any seed; seed where the points are, or raise the "
            "bandwidth"
        )
    return starts
