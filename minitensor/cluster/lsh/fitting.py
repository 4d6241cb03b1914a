"""How coarse a hash should be for these points: as coarse as makes queries read about as many as they should.

That is measured and not derived: queries that are points of a sample are looked up among other points of it, and the
width of a slice, or the number of planes, is found by bisection.
"""

import math
from collections.abc import Callable

import numpy as np

from minitensor import random
from minitensor.cluster.lsh.buckets import bucketed
from minitensor.cluster.lsh.hashing import MOST_BITS, Hashing
from minitensor.cluster.lsh.probing import probed
from minitensor.core.tensor import Tensor

SAMPLE, ASKING = 4096, 128  # points of the sample, and queries among them
WIDEST, NARROWEST = 8.0, -40.0  # powers of 2, in standard deviations of the points along a direction
PRECISELY = 1 / 16  # of an octave


def wanted(n: int) -> float:
    """Which share of n points a query should read, those in several tables counted as often: 100 and √n more.

    >>> wanted(10_000), wanted(50)
    (0.02, 1.0)
    """
    return min(1.0, (100 + math.sqrt(n)) / n)


def sample(rng: np.random.Generator, points: Tensor) -> tuple[Tensor, Tensor]:
    """Queries and points of a sample, none in both unless there are too few."""
    n = points.shape[0]
    chosen = random.permutation(rng, n, like=points)[: min(n, SAMPLE + ASKING)]
    few = min(ASKING, n)
    asked = chosen[few:] if n >= 2 * ASKING else chosen
    return points[chosen[:few]], points[asked]


def share_read(queries: Tensor, points: Tensor, hashing: Hashing, probes: int) -> float:
    """Which share of the points a query reads, those in several tables counted as often."""
    _, held = bucketed(hashing.codes(points)).find(probed(queries, hashing, probes))
    return held.sum().item() / queries.shape[0] / points.shape[0]


def fit_width(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, goal: float) -> float:
    """The width of slices with which queries read this share of the points."""
    spread = (points.astype("float64") @ hashing.planes).std(0).mean().item()
    if not spread:
        return 1.0  # all points are equal

    def is_narrow(octave: float) -> bool:
        return share_read(queries, points, hashing.narrowed(spread * 2**octave), probes) < goal

    return spread * 2 ** _last(is_narrow, NARROWEST, WIDEST, PRECISELY)


def fit_bits(queries: Tensor, points: Tensor, draw: Callable[[int], Hashing], probes: int, goal: float) -> int:
    """The fewest planes of a table with which queries read no more than this share of the points."""
    low, high = 1, MOST_BITS
    while low < high:
        middle = (low + high) // 2
        if share_read(queries, points, draw(middle), probes) <= goal:
            high = middle
        else:
            low = middle + 1
    return low


def _last(holds: Callable[[float], bool], low: float, high: float, precisely: float) -> float:
    """Where it no longer holds, between two places."""
    while high - low > precisely:
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high
