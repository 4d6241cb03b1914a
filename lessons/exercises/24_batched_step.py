"""24 Batched step: all points over all points, and no table of all pairs
Write, lesson 6, about 6 lines, 15 minutes.

Every point moves to the weighted mean of all points, as in lesson 6: one at distance r
weighs exp(-r * r / (2 * h * h)). But a table of n * n weights would be too large: the
points move in batches of `size`, and the last batch is what is left.

    n = 7, size = 3        the weights of one batch
    p[0] p[1] p[2]         3 rows of 7
    p[3] p[4] p[5]         3 rows of 7
    p[6]                   1 row of 7

The result must not depend on `size`. At no time may there be n * n numbers.

Star: never size * n * d numbers either: no differences. (|x|² + |y|² - 2 x y, and
points far from 0 are centred first, or the digits are lost.)
"""

import minitensor as mt


def batched_step(p: mt.Tensor, h: float, size: int) -> mt.Tensor:
    """p (n, d) -> (n, d): where each point moves to; `size` points at a time."""
    raise NotImplementedError
