"""Each batch reads the old points, all of them, and writes to a table of its own: a
point that has moved is seen by nobody before the next update. The slice of the last
batch ends where the points do, so it needs no line of its own.

The exponents are taken from a matrix product, (size, n), of centred points; the row's
own square cancels in the division, but with it the largest exponent is 0, and nothing
can overflow.
"""

import minitensor as mt


def batched_step(p: mt.Tensor, h: float, size: int) -> mt.Tensor:
    """p (n, d) -> (n, d): where each point moves to; `size` points at a time."""
    middle = p.mean(0)
    x = p - middle
    squares = (x**2).sum(1)
    moved = mt.zeros(p.shape)
    for start in range(0, len(p), size):
        row = slice(start, start + size)
        squared = squares[row, None] + squares - 2 * (x[row] @ x.T)
        weights = mt.exp(-squared / (2 * h**2))
        moved[row] = weights @ x / weights.sum(1)[:, None] + middle
    return moved


def other_way(p: mt.Tensor, h: float, size: int) -> mt.Tensor:
    """By the differences of a batch, (size, n, d)."""
    batches = []
    for start in range(0, len(p), size):
        squared = ((p[start : start + size, None] - p) ** 2).sum(2)
        weights = mt.exp(-squared / (2 * h**2))
        batches.append(weights @ p / weights.sum(1)[:, None])
    return mt.concat(batches)
