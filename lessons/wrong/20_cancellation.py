"""large squares are subtracted: the digits of their small difference are lost before,
and cutting off what is below 0 does not bring them back"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    origin = mt.zeros(x.shape[1], "float32")
    x, y = x - origin, y - origin
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return mt.maximum(of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y), 0)


if __name__ == "__main__":
    towns = mt.tensor([[0.0, 0.0], [3.0, 4.0]], "float32")
    print(distances(towns, towns).tolist())
    towns = towns + mt.tensor([5000.0, -9000.0], "float32")
    print(distances(towns, towns).tolist())
