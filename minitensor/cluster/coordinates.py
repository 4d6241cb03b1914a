"""Points a coordinate at a time: distances between them, and how far they reach."""

from minitensor.core.tensor import Tensor
from minitensor.functions import stack

FEW = 8  # dimensions, up to which NumPy is faster a coordinate at a time: tests/benchmarks/claims.py


def squared_distances(queries: Tensor, points: Tensor) -> Tensor:
    """|q − x|² for each pair of (q, d) queries and (d, n) points, (q, n). Memory: two tables of q·n numbers."""
    table = queries[:, 0][:, None] - points[0]
    table *= table
    for axis in range(1, points.shape[0]):
        difference = queries[:, axis][:, None] - points[axis]
        difference *= difference
        table += difference
    return table


def by_axis(x: Tensor, name: str) -> Tensor:
    """The "mean", "max" or "min" of each coordinate, (d,), a coordinate at a time where there are few.

    NumPy goes through (n, 2) row by row, which takes 10 times as long or more (tests/benchmarks/claims.py).
    """
    if x.shape[1] > FEW:
        return getattr(x, name)(0)
    return stack([getattr(x[:, axis], name)() for axis in range(x.shape[1])])


def largest(x: Tensor) -> float:
    """The largest coordinate, without its sign. No table is made."""
    return max(float(x.max().item()), -float(x.min().item()))
