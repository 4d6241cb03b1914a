"""20 Far: two towns a long way from the origin
Mend, lesson 5, 1 line, 10 minutes.

      + origin                                       .
                                                     . .
                                      x and y are here .

Two towns are 5 apart, so the table of their squared distances is 0, 25 and 25, 0. Run
this file: near the origin it is. Then both towns are moved to (5000, -9000) together,
which changes no distance, and the table is something else.

The numbers are float32: about seven digits each. The function subtracts `origin` from
all points first; on paper every origin gives the same distances. Change one line so
that the table is right wherever the points are: far on either side of 0, along each
axis. The result stays float32.
"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    origin = mt.zeros(x.shape[1], "float32")
    x, y = x - origin, y - origin
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y)


if __name__ == "__main__":
    towns = mt.tensor([[0.0, 0.0], [3.0, 4.0]], "float32")
    print(distances(towns, towns).tolist())
    towns = towns + mt.tensor([5000.0, -9000.0], "float32")
    print(distances(towns, towns).tolist())
