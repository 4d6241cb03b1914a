"""Distances from points to centres, for `transform`."""

import math

from minitensor import backend
from minitensor.cluster.coordinates import FEW, squared_distances
from minitensor.cluster.kmeans.assignment import squares
from minitensor.cluster.kmeans.lloyd import keys_of, room_of, scores
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import clip, sqrt

CLOSE = 2.0**-8  # a squared distance that is less than this of the squares in it is taken from differences


def distances_to(x: Tensor, centers: Tensor) -> Tensor:
    """|x − c| for points x, (d, t), that lie in a frame and centres (k, d): (t, k).

    Of few dimensions from differences; of many from a product, but for those whose digits it would lose.
    """
    if x.shape[0] <= FEW:
        return sqrt(squared_distances(centers, x)).T
    keys = keys_of(centers)
    norms = squares(x)
    table = scores(x, keys, room_of(x.shape[1], centers.shape[0], x))
    table *= 2.0
    table += norms
    table = clip(table, 0.0, math.inf)
    rows, columns = (
        wrap(each) for each in backend.of(x.array).xp.nonzero((table < CLOSE * (norms + 2 * keys.whole[:, -1:])).array)
    )
    if rows.shape[0]:
        away = x.T[columns] - centers[rows]
        table[rows, columns] = (away * away).sum(1)
    return sqrt(table).T
