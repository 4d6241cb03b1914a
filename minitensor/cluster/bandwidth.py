"""A bandwidth to begin with, from the data: two rules of thumb, neither of them quadratic."""

import numpy as np

from minitensor import random
from minitensor.cluster.coordinates import squared_distances
from minitensor.cluster.frame import frame_of
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import sort

RULES = ("silverman", "neighbours")
SAMPLES = 1_000  # points that "neighbours" looks at
TABLE = 2**17  # distances in a table


def estimate_bandwidth(
    points: Tensor, rule: str = "silverman", *, quantile: float = 0.3, samples: int = SAMPLES, seed: int | None = 0
) -> float:
    """A bandwidth for `points` (n, d), in their units.

    rule : "silverman" is σ·(4/((d + 2)·n))^(1/(d + 4)), σ² being the mean variance along an axis: the best standard
        deviation of a Gaussian if the points were *one* normal cluster (Silverman 1986, section 4.3.2). Several
        clusters are farther apart than one is wide, so it is too wide for them, and close ones run together.
        "neighbours" is what scikit-learn's `estimate_bandwidth` does: the mean distance from a point to its neighbour
        number quantile·n, counting the point itself. It is the radius of a *flat* kernel; a Gaussian of half of it
        weighs about as much.
    quantile : of "neighbours": a little less than the share of the points that one cluster holds is a good choice
    samples, seed : of "neighbours": how many points it looks at, chosen at random without replacement; all if there are
        no more. The error falls with the root of their number.

    Time: O(n·d), and O(samples²·(d + log samples)) for the neighbours. Memory: 1 MB and O(n·d).

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0], [1.0], [10.0], [11.0]])
    >>> round(estimate_bandwidth(points), 3), estimate_bandwidth(points, "neighbours", quantile=0.5)
    (4.034, 1.0)

    Raises DTypeError, ShapeError and InputError for points that `mean_shift` would not take, and InputError for an
    unknown rule, a quantile outside of 0 to 1 or so small that a point's neighbour is itself, no samples, and points so
    alike that the bandwidth would be 0.
    """
    checks.no_gradient("estimate_bandwidth", points)
    checks.points("estimate_bandwidth: the points", points)
    frame = frame_of(points)
    return frame.outside(by_rule(frame.enter(points), rule, random.generator(seed), quantile, samples))


def by_rule(
    points: Tensor, rule: str, rng: np.random.Generator, quantile: float = 0.3, samples: int = SAMPLES
) -> float:
    """`estimate_bandwidth` of points that have been searched for NaN and have entered a frame, and so is the width."""
    checks.choice("estimate_bandwidth: rule", rule, RULES)
    quantile = checks.number("estimate_bandwidth: quantile", quantile, 0, 1)
    samples = checks.whole("estimate_bandwidth: samples", samples, 1)
    n, d = points.shape
    if rule == "neighbours" and samples == 1 < n:
        raise InputError("estimate_bandwidth: a sample of samples=1 has no neighbours; give samples of 2 or more")
    if rule == "silverman":
        width = points.astype("float64").var(0).mean().item() ** 0.5 * (4 / ((d + 2) * n)) ** (1 / (d + 4))
    else:
        width = _to_neighbour(points, quantile, samples, rng)
    if width == 0:
        more = ", or a larger quantile" if rule == "neighbours" and n > 1 else ""
        why = f"the {n} points are so alike" if n > 1 else "there is but one point"
        raise InputError(f"estimate_bandwidth: {rule!r} gives 0, because {why}; give a bandwidth yourself{more}")
    return width


def _to_neighbour(points: Tensor, quantile: float, samples: int, rng: np.random.Generator) -> float:
    """The mean distance from a point to its neighbour number quantile·n, among a sample of the points."""
    fix = ""
    if points.shape[0] > samples:
        fix = f", or more samples than {samples}"
        points = points[random.sample(rng, points.shape[0], samples, like=points)]
    points = points.astype("float64")
    n, total = points.shape[0], 0.0
    number = int(n * quantile)
    if number < 2 <= n:
        raise InputError(
            f"estimate_bandwidth: quantile={quantile} of {n} points is neighbour number {number}, but number 1 is the "
            f"point itself; give a quantile of {min(2.5 / n, 1):.2g} or more{fix}"
        )
    rows = max(1, TABLE // n)
    for start in range(0, n, rows):
        here = slice(start, min(start + rows, n))
        squared = squared_distances(points[here], points.T)
        total += (sort(squared)[:, max(number, 1) - 1] ** 0.5).sum().item()
    return total / n
