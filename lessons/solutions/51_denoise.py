"""51 Denoise: the picture is what is left if the noise is known

Take away the noise with its share, and divide by the share of the picture. The shares
get an axis of size 1 for each axis of a picture, so that they are stretched along the
picture and not along the batch. Divide the formula by sqrt(alpha_bar): x /
sqrt(alpha_bar) = x0 + sigma * noise, with sigma = sqrt((1 - alpha_bar) / alpha_bar). So
the two ways differ by a factor of x alone. The second function goes by sigma.
"""

import minitensor as mt


def denoise(x: mt.Tensor, noise: mt.Tensor, alpha_bar: mt.Tensor) -> mt.Tensor:
    """x (n, d), noise (n, d), alpha_bar (n,), above 0 and at most 1 -> x0 (n, d)."""
    share = alpha_bar.reshape(-1, *[1] * (x.ndim - 1))
    return (x - mt.sqrt(1 - share) * noise) / mt.sqrt(share)


def other_way(x: mt.Tensor, noise: mt.Tensor, alpha_bar: mt.Tensor) -> mt.Tensor:
    """x (n, d), noise (n, d), alpha_bar (n,), above 0 and at most 1 -> x0 (n, d)."""
    share = alpha_bar.reshape(-1, *[1] * (x.ndim - 1))
    sigma = mt.sqrt((1 - share) / share)
    return x / mt.sqrt(share) - sigma * noise
