"""55 DBSCAN core: who has a crowd around
Write, lesson 13, about 5 lines, 15 minutes.

Two points are neighbours if their distance is eps or less. A core point has min_samples
neighbours or more, itself among them. Say of each point whether it is one. You need
"Three kinds of points".

      .       eps = 1, min_samples = 3
      .   .         the lower left point has 3 neighbours: itself, one above, one
                    to the right. The others have 2: they are sqrt(2) apart.

The sum of the squares of the differences can be compared as it is; no root is needed.
With whole numbers all of this is exact, so a distance of exactly eps must count, also
far from the origin (lesson 5).

Star: never the table of all n * n distances: 12 * n numbers at a time are enough. Take
one point after the other, or some.
"""

import minitensor as mt


def dbscan_core(p: mt.Tensor, eps: float, min_samples: int) -> mt.Tensor:
    """p (n, d) -> bool (n,)."""
    raise NotImplementedError
