"""23 Mean shift step: every query goes to the mean of what it sees
Write, lesson 6, about 3 lines, 10 minutes.

       p   p
     p   p      p        A point at distance r weighs exp(-r * r / (2 * h * h)).
       p    <-- q        Each query moves to the weighted mean of all points:
     p   p               sum of weight * point, divided by the sum of the weights.
         ^
         new q           h is the bandwidth.

q holds m queries, p holds n points, in d dimensions. No loop of Python is needed:
q[:, None, :] - p has the differences of all pairs, (m, n, d).

Star: a query at (1000, 1000) has weights that are all 0 as floats, and 0 / 0 is no
number. It should go where the formula says. Multiply all the weights of a query by one
number, in the exponent: the mean stays the same. Which number makes the largest 1?
"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    raise NotImplementedError
