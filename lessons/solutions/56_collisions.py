"""56 Collisions: which side of a plane, and how likely the same one

A is to the right, up, and its product with (1, -1) is 2, above 0: 1 + 2 + 4. B differs
in the last. C lies on the third plane, where the product is 0, and has its bit: 4. To
share a bucket, two points must be on one side of both planes: 1/2 times 1/2. Both
tables miss with probability 3/4 times 3/4, and what is left of 1 is 7/16: more tables
find more, and more planes keep more out.
"""

import math

import minitensor as mt
from minitensor.cluster.lsh import sign_collision

points = mt.tensor([[3.0, 1.0], [1.0, 3.0], [-2.0, -2.0]])
planes = mt.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
sides = (points @ planes.T >= 0).astype("int64")
codes = sides @ mt.tensor([1, 2, 4])

one_plane = sign_collision(math.pi / 2)
one_table = one_plane**2  # a table of two planes, both drawn at random
two_tables = 1 - (1 - one_table) ** 2

answers = {
    # What are the bits of A, and the codes of A, B and C?
    "sides[0].tolist()": [1, 1, 1],
    "codes.tolist()": [7, 3, 4],
    # How many of the three planes do not part A from B?
    "(sides[0] == sides[1]).sum().item()": 2,
    # How likely do points at 90 degrees meet in one table, and in at least one of two?
    "one_table": 0.25,
    "two_tables": 0.4375,
}
