"""18 Lengths: three norms of an arrow, three errors of a guess
Predict, lesson 5, 6 blanks, 2 minutes.

    + - - - 6 - - - +
      .             |        p = 1     the walk along the streets
          .         8        p = 2     the straight line
              .     |        p = inf   the longer of the two
                  . v

Replace each ... by the number that comes out. mae is the mean absolute error, mse the
mean squared error, rmse its root.
"""

import math

import minitensor as mt
from minitensor import norms

v = mt.tensor([6.0, -8.0])
guess = mt.tensor([1.0, 2.0, 3.0, 4.0])
truth = mt.tensor([1.0, 2.0, 3.0, 8.0])  # only the last is wrong, by 4

answers = {
    "norms.norm(v, 1).item()": ...,
    "norms.norm(v, 2).item()": ...,
    "norms.norm(v, math.inf).item()": ...,
    "norms.mae(guess, truth).item()": ...,
    "norms.mse(guess, truth).item()": ...,
    "norms.rmse(guess, truth).item()": ...,
}
