"""57 LSH hash: a code that near points share
Write, lesson 14, about 3 lines, 15 minutes.

A plane through the origin has a direction, a row of planes. A point is above the plane
if its product with the direction is 0 or more. Plane number i gives bit i of the code
of a point, 1 if the point is above it. The bit counts 2**i. You need "How often do
points collide?".

      planes      x = (3, 1) is     product   bit   counts
      ( 1,  0)    above                3       1       1
      ( 0, -1)    below               -1       0       2
      ( 1, -3)    on it: above         0       1       4      code 1 + 4 = 5

A code is a whole number of the dtype int64. Without planes it is 0.

Star: 62 planes at once: float64 has 53 digits of base 2, and int64 has 63.
Star: over 6,200 random planes, two points are on one side as often as their angle says,
1 - angle / pi, within three standard deviations.
"""

import minitensor as mt


def lsh_hash(x: mt.Tensor, planes: mt.Tensor) -> mt.Tensor:
    """x (n, d), planes (b, d), b <= 62 -> int64 (n,)."""
    raise NotImplementedError
