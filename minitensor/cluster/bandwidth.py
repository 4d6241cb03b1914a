"""How wide a kernel should be, guessed from the points."""

from typing import Literal

from minitensor import random
from minitensor.errors import InputError
from minitensor.functions import sort, sqrt, take
from minitensor.tensor import Tensor

ENOUGH = 1_000  # points of a sample, if nothing else is said


def estimate_bandwidth(
    points: Tensor,
    *,
    quantile: float = 0.3,
    n_samples: int | None = None,
    seed: int | None = 0,
    method: Literal["neighbours", "silverman"] = "neighbours",
) -> float:
    """The radius that holds a `quantile` of the points, on average over a sample of `n_samples`, 1,000 if not given.

    Time: O(n_samples²·(d + log n_samples)). Memory: 3·n_samples² numbers.

    >>> import minitensor as mt
    >>> estimate_bandwidth(mt.tensor([[0.0], [1.0], [3.0]]), quantile=0.7)
    1.33...
    """
    if method != "neighbours":
        raise InputError(f"estimate_bandwidth: method={method!r}; it must be 'neighbours'")
    if not 0 <= quantile <= 1:
        raise InputError(f"estimate_bandwidth: quantile={quantile}; it must be from 0 to 1")
    n, wanted = points.shape[0], ENOUGH if n_samples is None else n_samples
    if n > wanted:
        chosen = random.permutation(random.generator(seed), n)[:wanted]  # type: ignore[arg-type]
        points = take(points, chosen.to(points.backend))
    squared = sum(((x[:, None] - x) ** 2 for x in points.T), start=0.0 * points[:, :1])
    neighbour = max(int(points.shape[0] * quantile), 1) - 1
    return float(sqrt(sort(squared, axis=1)[:, neighbour]).mean().item())
