"""the work is done in float64, and the result stays float64"""

import minitensor as mt


def distances_safe(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    difference = x.astype("float64")[:, None, :] - y.astype("float64")
    return mt.einsum("nmd,nmd->nm", difference, difference)
