"""17 Distances: from every point to every other
Write, lesson 4, about 3 lines, 10 minutes.

Return the table of squared distances, without a loop of Python:

    x[1] = (1, 2)             y[0]  y[1]  y[2]  y[3]
    y[2] = (4, 6)      x[0]     .     .     .     .
                       x[1]     .     .    25     .      3 * 3 + 4 * 4 = 25
                       x[2]     .     .     .     .

x has n points and y has m, of d coordinates each; n and m may be any sizes. Lesson 4
finds the distances from one point by an einsum of the differences with themselves.
Here one more letter runs over the points of x.

Star: no table of n * m * d numbers, nor half of one: the differences are never written
down. (Multiply out the square of x - y for a single number; then for d of them.)
"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d) -> (n, m): squared, between every x and every y."""
    raise NotImplementedError
