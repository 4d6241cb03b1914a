"""the differences are not squared, so that those above and those below cancel"""

import minitensor as mt


def rmse(guess: mt.Tensor, truth: mt.Tensor) -> mt.Tensor:
    """The root mean squared error: (n, 1), (n,) -> ()"""
    return ((guess[:, 0] - truth).mean() ** 2).sqrt()
