"""11 RMSE: how far off, in the unit of the truth
Write, lesson 3, about 2 lines, 5 minutes.

The root mean squared error of n guesses: subtract the truth from each guess, square the
differences, take their mean, and of that the root. A model gives its guesses as a
column of shape (n, 1); the truth has the shape (n,).

    guess    truth    difference    squared
    [3.0]     1.0         2.0          4.0
    [5.0]     5.0         0.0          0.0      mean 6.6667, its root 2.5820
    [2.0]     6.0        -4.0         16.0

The result is a Tensor of shape (). You need "A trap" of lesson 3, and .mean() and
.sqrt() of lesson 1.

Star: nothing of n x n numbers exists on the way.
"""

import minitensor as mt


def rmse(guess: mt.Tensor, truth: mt.Tensor) -> mt.Tensor:
    """The root mean squared error: (n, 1), (n,) -> ()"""
    raise NotImplementedError
