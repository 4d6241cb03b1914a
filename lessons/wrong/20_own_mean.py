"""x and y are centred each by its own mean: then they are moved apart"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    origin = mt.zeros(x.shape[1], "float32")
    x, y = x - x.mean(0), y - y.mean(0)
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y)


if __name__ == "__main__":
    towns = mt.tensor([[0.0, 0.0], [3.0, 4.0]], "float32")
    print(distances(towns, towns).tolist())
    towns = towns + mt.tensor([5000.0, -9000.0], "float32")
    print(distances(towns, towns).tolist())
