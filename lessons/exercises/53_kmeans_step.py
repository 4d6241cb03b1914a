"""53 K-means step: each centre goes to the mean of its points
Write, lesson 12, about 6 lines, 20 minutes.

One step of Lloyd's for points and centres in any number of dimensions. Each point
belongs to the centre that is nearest, by the sum of squares. Each centre goes to the
mean of its points. A centre without points has no mean: it stays where it is, as in the
rungs. The points may be float32 and far from the origin (lesson 5).

      points       centre 0   centre 1   centre 2        means
      point 0         1          .          .            of 0: points 0 and 2
      point 1         .          1          .            of 1: point 1
      point 2         1          .          .            of 2: none, so it stays
                   a table with one 1 in a row: whose is the point?

A loop over the centres is welcome, one over the points is not needed: see lesson 12 for
nearest and means, and for what a table of ones is good for.

Star: no loop over points: 60 operations on Tensors at most.
Star: never so much as n * k * d numbers at a time, the differences of all pairs. The
squared length of a point is the same for every centre: must it be known?
"""

import minitensor as mt


def kmeans_step(p: mt.Tensor, c: mt.Tensor) -> mt.Tensor:
    """p (n, d) points, c (k, d) centres -> (k, d) centres."""
    raise NotImplementedError
