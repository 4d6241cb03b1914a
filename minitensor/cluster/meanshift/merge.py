"""Clusters made of the places where points stopped: which places are one peak, and which point belongs to which."""

import math

from minitensor import backend
from minitensor.core.creation import full, ones, tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, cumsum, minimum, stack
from minitensor.groups import rows_in_order, scatter_add


def merge(peaks: Tensor, density: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Clusters of the places (n, d) where points stopped: labels (n,), and centres (clusters, d), the largest first.

    The densest place is the first centre; it takes in all within `radius`, then the densest place left is the next.
    Of places equally dense the one with the larger coordinates is taken, so that the order of the points is nothing.
    Each place then belongs to the nearest centre. Clusters of one size are numbered by their first member.
    Time: O(n·clusters·d + n·d·log n). Memory: O(n·d).
    """
    by_place = rows_in_order(peaks, descending=True)
    left = peaks[by_place[argsort(density[by_place], descending=True)]]
    centers = []
    while left.shape[0]:
        centers.append(left[0].copy())  # a view would keep all that was left alive
        left = left[((left - centers[-1]) ** 2).sum(1) > radius**2]
    return by_size(nearest(peaks, stack(centers))[0], stack(centers))


def nearest(points: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """The number of the centre nearest to each point, (n,) int64, and the squared distance to it, (n,).

    Of two centres equally near it is the first. Time: O(n·clusters·d). Memory: O(n·d).

    >>> import minitensor as mt
    >>> labels, squared = nearest(mt.tensor([[1.0], [8.0]]), mt.tensor([[0.0], [10.0]]))
    >>> labels.tolist(), squared.tolist()
    ([0, 1], [1.0, 4.0])
    """
    with backend.use_backend(points.backend):
        least, labels = full(points.shape[0], math.inf, points.dtype), full(points.shape[0], 0)
    for number, center in enumerate(centers):
        distance = ((points - center) ** 2).sum(1)
        closer = distance < least
        least[closer], labels[closer] = distance[closer], number
    return labels, least


def by_size(labels: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """The same clusters numbered anew by size, those of one size by their first member: labels (n,), centres (c, d).

    Time: O(n), and a sort of the labels where two clusters are of one size. Memory: O(n).

    >>> import minitensor as mt
    >>> labels, centers = by_size(mt.tensor([0, 1, 1]), mt.tensor([[5.0], [7.0]]))
    >>> labels.tolist(), centers.tolist()
    ([1, 0, 0], [[7.0], [5.0]])
    """
    clusters = centers.shape[0]
    with backend.use_backend(labels.backend):
        sizes = scatter_add(labels, ones(labels.shape), clusters)
        firsts = [0] * clusters
        if len(set(sizes.tolist())) < clusters:
            begins = (cumsum(sizes) - sizes).astype("int64")
            firsts = argsort(labels)[minimum(begins, labels.shape[0] - 1)].tolist()  # of an empty cluster any will do
        largest = sorted(range(clusters), key=lambda number: (-sizes[number].item(), firsts[number]))
        order = tensor(largest)
    return argsort(order)[labels], centers[order]
