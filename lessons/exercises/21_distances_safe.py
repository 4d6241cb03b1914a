"""21 Distances safe: right wherever the points are
Write, lesson 5, about 5 lines, 10 minutes.

Return the table of squared distances of points that may lie anywhere, in float32:

     0                           x[0] .      . y[1]          y[0]   y[1]
     +                           x[1] .   . y[0]       x[0]    .      .
     |<------- 20,000 -------->| |<- 20 ->|            x[1]    .      .

The square of 20,000 is 400,000,000, and from one float32 to the next it is 32 there:
next to that the squared distances, some hundreds, are a few coarse steps. Moving all
points by the same amount changes no distance.

Star: no table of n * m * d numbers, nor half of one (as in: |x|² + |y|² - 2 x y).
Star: no result is below 0, not even by rounding, so that a root may follow.
"""

import minitensor as mt


def distances_safe(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    raise NotImplementedError
