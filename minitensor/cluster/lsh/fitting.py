"""How coarse a hash should be for these points: as coarse as makes queries read about as many as they should.

That is measured and not derived: queries that are points of a sample are looked up among other points of it, and the
width of a slice, or the number of planes, is found by bisection.
"""

import math
from collections.abc import Callable

import numpy as np

from minitensor import random
from minitensor.cluster.lsh.buckets import bucketed, candidates, within
from minitensor.cluster.lsh.hashing import MOST_BITS, Hashing
from minitensor.cluster.lsh.probing import probed
from minitensor.core.tensor import Tensor

SAMPLE, ASKING = 4096, 128  # points of the sample, and queries among them
WIDEST, NARROWEST = 12.0, -40.0  # widths as powers of 2, in standard deviations of the points along a direction
USUAL = -1.0, 3.0  # between which a width is looked for first
PRECISELY = 1 / 32  # of an octave; how many points are read goes with some fifth power of the width


def wanted(n: int) -> float:
    """Which share of n points a query should read: 64 points and √n more.

    >>> wanted(10_000), wanted(50)
    (0.0164, 1.0)
    """
    return min(1.0, (64 + math.sqrt(n)) / n)


def sample(rng: np.random.Generator, points: Tensor) -> tuple[Tensor, Tensor]:
    """Queries and points of a sample, none in both unless there are too few."""
    n = points.shape[0]
    chosen = random.permutation(rng, n, like=points)[: min(n, SAMPLE + ASKING)]
    few = min(ASKING, n)
    asked = chosen[few:] if n >= 2 * ASKING else chosen
    return points[chosen[:few]], points[asked]


def share_read(queries: Tensor, points: Tensor, hashing: Hashing, probes: int) -> float:
    """Which share of the points a query reads. Memory: that of `candidates`, `CANDIDATES` at a time."""
    found = bucketed(hashing.codes(points))
    starts, held = found.find(probed(queries, hashing, probes))
    parts = within(held.sum(1).tolist())
    read = sum(candidates(found.order, found.n, starts[part], held[part])[1][-1] for part in parts)
    return read / (len(queries) * len(points))


def fit_width(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, goal: float) -> float:
    """The width of slices with which queries read this share of the points."""
    spread = (points.astype("float64") @ hashing.planes).std(0).mean().item()
    if not spread:
        return 1.0  # all points are equal
    if goal == 1:
        return spread * 2**WIDEST

    def reads_less(octave: float) -> bool:
        return share_read(queries, points, hashing.narrowed(spread * 2**octave), probes) <= goal

    low, high = USUAL
    while low > NARROWEST and not reads_less(low):
        low, high = 2 * low, low
    while high < WIDEST and reads_less(high):
        low, high = high, 2 * high
    while high - low > PRECISELY:
        middle = (low + high) / 2
        low, high = (middle, high) if reads_less(middle) else (low, middle)
    return spread * 2**low


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
