"""12 Choose: a mask instead of an if
Write, lesson 3, about 5 lines, 15 minutes.

Take each element from a where q is true, and from b where it is not. q is a tensor of
truth values. The three have shapes that broadcast together:

    q   True  False  True      a   1  2  3      b  0       choose   1  0  3
        False False  True          4  5  6                          0  0  6

The result has the shape that a + b + q would have, and the dtype of a and b, which is
the same. Do it without mt.where, and without a Python loop. Truth values count as 1 and
0 when they are multiplied, ~q is true where q is not, and as an index q picks the
places where it is true. You need the masks of lesson 1, and "The rule" and expand of
lesson 3.

Star: what is not chosen does not matter, even if it is infinite or not a number.
"""

import minitensor as mt


def choose(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """From a where q is true, else from b: shapes that fit -> the shape of all three"""
    raise NotImplementedError
