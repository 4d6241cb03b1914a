"""the squares are added up, and their mean is not taken"""

import minitensor as mt


def rmse(guess: mt.Tensor, truth: mt.Tensor) -> mt.Tensor:
    """The root mean squared error: (n, 1), (n,) -> ()"""
    return ((guess[:, 0] - truth) ** 2).sum().sqrt()
