"""53 K-means step: each centre goes to the mean of its points

The square of x - y is x² - 2 x y + y², summed along the axes, and the x² are the same
in a whole row, so the smallest is where it was: what is left is one matrix product, and
nothing of n * k * d numbers. Far from the origin digits would cancel, so both are
centred first (lesson 6). `own` has a 1 where a point has its centre; own.T @ x adds the
points of each centre, and own.sum(0) counts them. Where the count is 0 the old centre
is kept. The second way is the lesson's, with the table of all differences.
"""

import minitensor as mt


def kmeans_step(p: mt.Tensor, c: mt.Tensor) -> mt.Tensor:
    """p (n, d) points, c (k, d) centres -> (k, d) centres."""
    middle = p.mean(0)
    x, y = p - middle, c - middle
    scores = (y**2).sum(1) - 2 * (x @ y.T)
    own = (scores.argmin(1)[:, None] == mt.arange(len(c))).astype(p.dtype)
    counts = own.sum(0)[:, None]
    return mt.where(counts > 0, own.T @ x / mt.maximum(counts, 1) + middle, c)


def other_way(p: mt.Tensor, c: mt.Tensor) -> mt.Tensor:
    """p (n, d) points, c (k, d) centres -> (k, d) centres."""
    labels = ((p[:, None] - c) ** 2).sum(2).argmin(1)
    moved = c.copy()
    for number in range(len(c)):
        mine = p[labels == number]
        if len(mine):
            moved[number] = mine.mean(0)
    return moved
