"""guess[:, 0] has the shape (n,), as the truth has, so that each guess meets its own
truth. The order of the three steps is read from the name, from right to left: error,
squared, mean, root. The root brings the number back to the unit of the truth. The
length of the errors is the root of their sum of squares; divided by the root of n, not
by n, it is the same number.
"""

import minitensor as mt


def rmse(guess: mt.Tensor, truth: mt.Tensor) -> mt.Tensor:
    """The root mean squared error: (n, 1), (n,) -> ()"""
    errors = guess[:, 0] - truth
    return (errors**2).mean().sqrt()


def other_way(guess: mt.Tensor, truth: mt.Tensor) -> mt.Tensor:
    """The same with the truth stood up as a column, and the length of the errors:
    divided by the root of n it is their root mean square."""
    errors = guess - truth[:, None]
    return (errors**2).sum().sqrt() / len(truth) ** 0.5
