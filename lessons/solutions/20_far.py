"""The distances are small differences of large numbers: near (5000, -9000) a square is
about 1e8, of which float32 keeps seven digits, so everything below 10 is lost before
the subtraction. That is cancellation. An origin among the points, such as the mean of
each column, makes the squares as small as the distances, and subtracting it loses
nothing. It must be one origin for x and for y.
"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    origin = x.mean(0)
    x, y = x - origin, y - origin
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y)


if __name__ == "__main__":
    towns = mt.tensor([[0.0, 0.0], [3.0, 4.0]], "float32")
    print(distances(towns, towns).tolist())
    towns = towns + mt.tensor([5000.0, -9000.0], "float32")
    print(distances(towns, towns).tolist())
