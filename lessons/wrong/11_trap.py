"""every guess is compared with every truth, in a table of n x n"""

import minitensor as mt


def rmse(guess: mt.Tensor, truth: mt.Tensor) -> mt.Tensor:
    """The root mean squared error: (n, 1), (n,) -> ()"""
    return ((guess - truth) ** 2).mean().sqrt()
