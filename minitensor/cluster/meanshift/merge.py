"""Clusters made of the places where points stopped: which places are one peak, and which point belongs to which."""

from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, stack
from minitensor.groups import by_size, nearest, rows_in_order


def merge(peaks: Tensor, density: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Clusters of the places (n, d) where points stopped: labels (n,), and centres (clusters, d), the largest first.

    The densest place is the first centre; it takes in all within `radius`, then the densest place left is the next.
    Of places equally dense the one with the larger coordinates is taken, so that the order of the points does not
    matter. Each place then belongs to the nearest centre. Clusters of one size are numbered by their first member.
    Time: O(n·clusters·d + n·d·log n). Memory: O(n·d).

    >>> import minitensor as mt
    >>> labels, centers = merge(mt.tensor([[0.0], [5.0], [5.5]]), mt.tensor([1.0, 3.0, 2.0]), radius=1.0)
    >>> labels.tolist(), centers.tolist()
    ([1, 0, 0], [[5.0], [0.0]])
    """
    by_place = rows_in_order(peaks, descending=True)
    left = peaks[by_place[argsort(density[by_place], descending=True)]]
    centers = []
    while left.shape[0]:
        centers.append(left[0].copy())  # a view would keep all that was left alive
        left = left[((left - centers[-1]) ** 2).sum(1) > radius**2]
    labels, order = by_size(nearest(peaks, stack(centers))[0], len(centers))
    return labels, stack(centers)[order]
