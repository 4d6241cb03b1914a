"""How far it is to the k-th neighbour, for every point: the curve by which one chooses eps."""

import math
from typing import Any

from minitensor import random
from minitensor.cluster.coordinates import largest, squared_distances
from minitensor.cluster.inputs import in_kind_of, read_points
from minitensor.core import checks
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import argsort, concat, sort, sqrt, take
from minitensor.linalg import eigh

PAIRS = 2**18  # in a tile
ROWS = 64  # points of a tile


def k_distances(points: Any, k: int = 5, *, sample: int | None = 2_000, random_state: int | None = 0) -> Any:
    """How far each point is from the k-th of its neighbours, itself the first of them, from the largest to the least.

    points : (n, d), as an estimator takes them; returns (min(n, sample),) of the dtype of the points
    k : the `min_samples` that DBSCAN will be given: at an eps of the curve's i-th number, all but i points are core
        points, or that share of all points where a sample is asked
    sample : of how many points, drawn at random with the seed `random_state`, this is found, among all n points; None
        for every point

    Where the curve bends sharply, the points to its left lie so sparsely that they are noise: its height there is a
    good eps (Ester and others 1996). `minitensor.plot.k_distances` draws it.

    Time: O(n·d) for each point asked at most; points are sorted along their first principal axis, and those farther
    along it than the k-th that was found are left out. Memory: O(n·d) and a tile of at most 2¹⁸ distances, never n².

    >>> k_distances([[0.0], [1.0], [2.0], [9.0]], k=2).tolist()
    [7.0, 1.0, 1.0, 1.0]

    Raises InputError for a k that is not from 1 to n, and what `fit` raises for the points.
    """
    read = read_points(points, "points")
    n = read.shape[0]
    k = checks.whole("k_distances: k", k, 1)
    if k > n:
        raise InputError(f"k_distances: k={k}, and there are {n} points; it must be {n} or less")
    unit = 2.0 ** min(math.frexp(largest(read))[1], 1000)  # so that no square overflows
    here = read.astype("float64") / unit
    asked = n if sample is None else min(n, checks.whole("k_distances: sample", sample, 1))
    at = sort(random.permutation(random.generator(random_state), n, like=here)[:asked])
    centred = here - here.mean(0)
    along = (centred @ eigh(centred.T @ centred)[1][:, -1:])[:, 0]
    order = argsort(along)
    along, here = take(along, order), take(here, order)
    found = [_of_some(here, along, at[first : min(first + ROWS, asked)], k) for first in range(0, asked, ROWS)]
    curve = sort(sqrt(concat(found)) * unit, descending=True)
    return in_kind_of(points, curve.astype(read.dtype))


def _of_some(points: Tensor, along: Tensor, at: Tensor, k: int) -> Tensor:
    """The squared distances of some points, of which these are the places along the axis, to their k-th neighbours.

    From where they are, the others are gone through in both directions, until the next one is too far along the axis.
    """
    n, mine = points.shape[0], take(points, at)
    low, high = at[0].item(), at[-1].item() + 1
    first, last = along[low].item(), along[high - 1].item()
    step = max(PAIRS // at.shape[0], k)
    parts = [slice(begin, min(begin + step, high)) for begin in range(low, high, step)]
    best = full((at.shape[0], 0), 0.0, "float64", like=points)
    while True:
        for part in parts:
            table = squared_distances(mine, points[part].T)
            if best.shape[1] < k or (table < best[:, -1:]).any():
                best = sort(concat([best, table], axis=1), axis=1)
                best = best[:, : min(k, best.shape[1])]
        reach = math.inf if best.shape[1] < k else math.sqrt(best[:, -1].max().item()) * (1 + 1e-9) + 1e-12
        parts = []
        if low > 0 and along[low - 1].item() >= first - reach:
            parts, low = [slice(max(low - step, 0), low)], max(low - step, 0)
        if high < n and along[high].item() <= last + reach:
            parts, high = [*parts, slice(high, min(high + step, n))], min(high + step, n)
        if not parts:
            return best[:, -1]
