"""Points to cluster, with the truth beside them."""

from minitensor import random
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import concat


def blobs(seed: int, clusters: int = 6, each: int = 250, dtype: str = "float64") -> tuple[Tensor, Tensor]:
    """The course's data: round clusters in the plane, their middles anywhere between −35 and 35, variance 5.

    Returns the points, (clusters·each, 2), and the number of the cluster that each was drawn from, int64.

    >>> points, truth = blobs(seed=1)
    >>> points.shape, truth.shape
    ((1500, 2), (1500,))
    """
    if clusters < 1 or each < 1:
        raise InputError(f"blobs: clusters={clusters} of each={each} points; both must be 1 or more")
    rng = random.generator(seed)
    middles = random.uniform(rng, (clusters, 2), -35, 35)
    parts = [random.normal(rng, (each, 2), std=5**0.5) + middle for middle in middles]
    return concat(parts).astype(dtype), concat([full(each, i) for i in range(clusters)])
