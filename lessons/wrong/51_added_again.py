"""the noise is added once more, and not taken away"""

import minitensor as mt


def denoise(x: mt.Tensor, noise: mt.Tensor, alpha_bar: mt.Tensor) -> mt.Tensor:
    """x (n, d), noise (n, d), alpha_bar (n,), above 0 and at most 1 -> x0 (n, d)."""
    share = alpha_bar.reshape(-1, *[1] * (x.ndim - 1))
    return (x + mt.sqrt(1 - share) * noise) / mt.sqrt(share)
