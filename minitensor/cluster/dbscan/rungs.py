"""The DBSCAN ladder: from loops over pairs of points to cells that spare nearly all of them, and kernels for a GPU.

A rung takes points (n, d), eps and min_samples, and returns the label of each point, (n,) int64: the number of its
cluster, or −1 for noise. All rungs compare the sum of the squared differences of coordinates, in float64, with eps², as
`cells.py` has it, so all find the very same labels.
"""

import math

from minitensor.cluster.coordinates import squared_distances
from minitensor.cluster.dbscan import clustering
from minitensor.cluster.dbscan.cells import MOST, PAIRS
from minitensor.cluster.dbscan.kernels import gpu_cells, gpu_pairs
from minitensor.cluster.dbscan.leaves import COLUMNS, LEAF, TOGETHER
from minitensor.core import checks
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import ShapeError
from minitensor.functions import concat, cumsum, where
from minitensor.groups import connected, numbered
from minitensor.ladder import Ladder, rung

MEMORY = 2**22  # bytes of a tile of `tiled`


@rung("Python floats, a pair at a time", memory=lambda x, eps, least: (32 * x.shape[1] + 200) * len(x))
def loops(points: Tensor, eps: float, min_samples: int) -> Tensor:
    """The definition, as it was published: from each core point that has no cluster yet, one grows as far as it can.

    points : (n, d); returns (n,) int64. A point's neighbours are looked for once. Time: n²·d.
    Memory: (32·d + 200)·n bytes, since Python keeps each number as an object, and neighbours for one point at a time.
    """
    eps, least = _checked("loops", points, eps, min_samples)
    data = points.tolist()

    def neighbours(one: list[float]) -> list[int]:
        found = []
        for number, other in enumerate(data):
            squared = 0.0
            for x, y in zip(one, other, strict=True):
                squared += (x - y) * (x - y)
            if squared <= eps * eps:
                found.append(number)
        return found

    labels, clusters = [-1] * len(data), 0
    core = [len(neighbours(one)) >= least for one in data]
    for first in range(len(data)):
        if labels[first] >= 0 or not core[first]:
            continue
        labels[first], growing = clusters, [first]
        while growing:
            for other in neighbours(data[growing.pop()]):
                if labels[other] < 0:
                    labels[other] = clusters
                    if core[other]:
                        growing.append(other)
        clusters += 1
    return tensor(labels, "int64", like=points)


def _tiled_memory(points: Tensor, eps: float, min_samples: int, memory: int = MEMORY) -> float:
    n = len(points)
    return min(max(memory, 40.0 * n), 40.0 * n * n) + 40.0 * n


@rung("tiles of the table of all distances", memory=_tiled_memory)
def tiled(points: Tensor, eps: float, min_samples: int, memory: int = MEMORY) -> Tensor:
    """The three steps, each over the table of all distances, of which some rows are there at a time.

    A cluster does not grow here: which core points are neighbours is asked of all at once, and `connected` finds the
    components of these pairs. Then a point that is no core point looks for the first cluster near it.
    Memory: 40 bytes for each pair in a tile, at most `memory` bytes or one row of the table, and 40·n bytes.
    """
    eps, least = _checked("tiled", points, eps, min_samples)
    n = points.shape[0]
    if not n:
        return zeros(0, "int64", like=points)
    columns = points.T.astype("float64").contiguous()
    height = max(1, memory // (40 * n))
    tiles = [slice(first, min(first + height, n)) for first in range(0, n, height)]

    def near(rows: slice) -> Tensor:
        return squared_distances(columns[:, rows].T, columns) <= eps * eps

    core = concat([near(rows).astype("int64").sum(1) >= least for rows in tiles])
    root = numbered(points)
    for rows in tiles:
        joined = (near(rows) & core[rows][:, None] & core).reshape(-1)
        pairs = numbered(joined)[joined]
        root = connected(n, root[pairs // n + rows.start], root[pairs % n])[root]
    # A root is the first core point of its cluster, so roots in order are clusters in order.
    number = (cumsum(((root == numbered(root)) & core).astype("int64")) - 1)[root]
    beside = concat([where(near(rows) & core, number, n).min(1) for rows in tiles])
    number = where(core, number, beside)
    return where(number < n, number, -1)


def _halves_memory(points: Tensor, eps: float, min_samples: int) -> float:
    n, d = points.shape
    return 8.0 * (6 * d + 20) * n + 40.0 * LEAF * TOGETHER * COLUMNS


@rung("halved to leaves, tiles as products", memory=_halves_memory)
def halves(points: Tensor, eps: float, min_samples: int) -> Tensor:
    """Points are halved along the axis on which they are widest, again and again, and only near leaves are compared.

    Two leaves whose boxes are more than eps apart need no distance, and neither do two that are within eps altogether.
    Others make a tile, which is a matrix product, |a|² + |b|² − 2a·b; where its rounding could decide, the differences
    are summed after all. Pairs are looked at once, not twice, and not at all where all points of two leaves have enough
    neighbours already, or are known to be joined. It works in any number of dimensions. See `leaves.py`.
    Memory: 8·(6d + 20)·n bytes, and 40 for each pair in a tile of LEAF·TOGETHER × COLUMNS.
    """
    return _labels("halves", points, eps, min_samples, "leaves")


def _grid_memory(points: Tensor, eps: float, min_samples: int) -> float:
    n, d = points.shape
    return 8.0 * (3 * d + 12) * n + 60.0 * PAIRS


@rung("cells that answer for their points", memory=_grid_memory)
def grid(points: Tensor, eps: float, min_samples: int) -> Tensor:
    """In up to 3 dimensions: cells so small that all points of one are neighbours.

    A cell with min_samples points needs no distances: all of them are core points, of one cluster. So clusters are
    components of cells, and two cells are compared only while they are not known to be in the same one. What is left
    to compare is found in the few cells round a point, however many points there are. See `cells.py`, `counting.py`
    and `joining.py`.
    Memory: 8·(3d + 12)·n bytes, and 60 for each of PAIRS pairs.

    Raises ShapeError for more than 3 dimensions.
    """
    if points.shape[-1] > MOST:
        raise ShapeError(f"grid: points of shape {points.shape}; cells are for {MOST} dimensions or fewer, take halves")
    return _labels("grid", points, eps, min_samples, "cells")


def _checked(name: str, points: Tensor, eps: float, min_samples: int) -> tuple[float, int]:
    """eps and min_samples, where these and the points can be used; there may be no points."""
    checks.no_gradient(name, points)
    if points.shape[0] or points.ndim != 2:
        checks.points(f"{name}: the points", points)
    return checks.distance(f"{name}: eps", eps), checks.whole(f"{name}: min_samples", min_samples, 1)


def _labels(name: str, points: Tensor, eps: float, min_samples: int, method: str) -> Tensor:
    eps, least = _checked(name, points, eps, min_samples)
    if not points.shape[0]:
        return zeros(0, "int64", like=points)
    return clustering.cluster(points, eps, least, method=method).labels


# --- the ladder ----------------------------------------------------------------------------------------------------


def flops(points: Tensor, eps: float, min_samples: int) -> float:
    """By the definition: for each pair d differences, squares and sums."""
    n, d = points.shape
    return float(n * n * 3 * d)


def traffic(points: Tensor, eps: float, min_samples: int) -> float:
    """The fewest bytes that must move: points are read once, labels are written once."""
    return float(points.size * points.dtype.itemsize + 8 * points.shape[0])


def share(fraction: float, points: Tensor, eps: float, min_samples: int) -> tuple[Tensor, float, int]:
    """Fewer points, spread over all of them; a pair takes two."""
    n = points.shape[0]
    step = max(1, round(1 / math.sqrt(fraction))) if fraction > 0 else max(n, 1)
    return points[::step], eps, min_samples


def tolerance(points: Tensor, eps: float, min_samples: int) -> float:
    """Labels are the same or wrong."""
    return 0.0


RUNGS = (loops, tiled, halves, grid)
LADDER = Ladder("DBSCAN", RUNGS, flops, share, tolerance, traffic)
# For float32 on CuPy.
GPU_LADDER = LADDER._replace(rungs=(*RUNGS, gpu_pairs, gpu_cells))
