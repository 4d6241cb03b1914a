"""19 Lp norm: one formula for all lengths
Write, lesson 5, about 3 lines, 10 minutes.

    (|x[0]|^p + |x[1]|^p + ... )^(1/p)       for p = math.inf the largest |x[i]|

For (3, -4):    p = 1     7     the walk along the streets
                p = 2     5     the straight line
                p = 3     4.498
                p = inf   4     the longer of the two

x has one number or more, of any sign; p is 1 or more. Do not call norms.norm: it is
what you write here.

Star: numbers of 1e200 have a norm too, though their squares are too large for a float.
Numbers of 1e-200 as well, and a norm of zeros is 0. Lesson 5 scales before it squares.
"""

import math

import minitensor as mt


def lp_norm(x: mt.Tensor, p: float) -> mt.Tensor:
    """x (n,) -> (): the p-norm of x; p may be math.inf."""
    raise NotImplementedError
