"""Where the centres start: some of the points, drawn so that they lie far apart, or just drawn."""

import math

import numpy as np

from minitensor.cluster.kmeans.assignment import squares
from minitensor.cluster.kmeans.lloyd import Keys, chosen, keys_of, room_for, scores, squared_to_center, tiles
from minitensor.core.creation import full, tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import clip, cumsum, minimum, searchsorted


def far_apart(data: Tensor, weights: Tensor | None, k: int, rng: np.random.Generator) -> list[int]:
    """The numbers of k points of data (d, n) by greedy k-means++, as scikit-learn has it; weights : (n,) or None.

    Each is drawn with a probability that goes with w·|x − c|², c being the nearest of those before: of 2 + ⌊ln k⌋ that
    are drawn so, the one that leaves the least sum of these. A point that weighs nothing is not drawn while others are.
    Time: O(n·k·d·log k). Memory: for each point one number, and a tile.
    Source: D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
    """
    numbers, trials = _drawn(full(data.shape[1], 1.0, like=data), weights, rng.random(1)), 2 + int(math.log(k))
    nearest = full(data.shape[1], math.inf, like=data)  # the square of the distance to the nearest so far
    _come_nearer(data, nearest, numbers[0])
    for _ in range(1, k):
        found = _drawn(nearest, weights, rng.random(trials))
        numbers.append(_best(data, weights, nearest, found))
        _come_nearer(data, nearest, numbers[-1])
    return numbers


def at_random(n: int, weights: Tensor | None, k: int, rng: np.random.Generator) -> list[int]:
    """The numbers of k different ones of n points, each drawn with a probability that goes with its weight."""
    if weights is None:
        return [int(number) for number in rng.choice(n, k, replace=False)]
    # The first k to go where each goes after a time that is exponential, at a rate that is its weight (Efraimidis and
    # Spirakis 2006). Those that weigh nothing come last.
    rates = np.asarray(weights.numpy(), dtype="float64")
    times = np.where(rates > 0, rng.exponential(size=n) / np.where(rates > 0, rates, 1.0), math.inf)
    return [int(number) for number in np.argsort(times, kind="stable")[:k]]


def _mass(nearest: Tensor, weights: Tensor | None, here: slice) -> Tensor:
    some = nearest[here].astype("float64")
    return some if weights is None else some * weights[here].astype("float64")


def _drawn(nearest: Tensor, weights: Tensor | None, uniform: np.ndarray) -> list[int]:
    """The numbers of points, one for each number from 0 to 1, with probabilities that go with w·nearest."""
    every, numbers = list(tiles(nearest.shape[0], 1, nearest)), []
    ends = np.cumsum([_mass(nearest, weights, here).sum().item() for here in every])
    if not ends[-1] > 0:  # all points that weigh anything are centres already, and any of them will do
        return _drawn(full(nearest.shape[0], 1.0, like=nearest), weights, uniform)
    for share in (uniform * ends[-1]).tolist():
        # The first tile, and then the first point in it, with which the sum is beyond the share; by rounding it may be
        # none, and then it is the last that adds to the sum.
        at = min(np.searchsorted(ends, share, side="right"), np.searchsorted(ends, ends[-1]))
        inside = cumsum(_mass(nearest, weights, every[at]))
        beyond = tensor([share - (ends[at - 1] if at else 0.0)], "float64", like=inside)
        found = minimum(searchsorted(inside, beyond, side="right"), searchsorted(inside, inside[-1:]))
        numbers.append(every[at].start + int(found.item()))
    return numbers


def _best(data: Tensor, weights: Tensor | None, nearest: Tensor, numbers: list[int]) -> int:
    """Which of these points, as a centre more, leaves the least sum of w·(square of the distance to the nearest)."""
    n, trials = data.shape[1], len(numbers)
    keys = keys_of(chosen(data, tensor(numbers, "int64", like=data)).T)
    twice = Keys(keys.whole * 2.0)
    room, left = room_for(n, trials, data), full(trials, 0.0, "float64", like=data)
    for here in tiles(n, trials, data):
        x = data[:, here]
        table = scores(x, twice, room)
        table += squares(x)
        table = minimum(clip(table, 0.0, math.inf), nearest[here])
        left += (table if weights is None else table * weights[here]).sum(1).astype("float64")
    return numbers[int(left.argmin().item())]


def _come_nearer(data: Tensor, nearest: Tensor, number: int) -> None:
    """Write over `nearest` where the point of this number is nearer. By differences, so that to itself it is 0."""
    center = data[:, number][None]
    for here in tiles(data.shape[1], 1, data):
        x = data[:, here]
        zero = full(x.shape[1], 0, "int64", like=data)
        nearest[here] = minimum(nearest[here], squared_to_center(x, center, zero))
