"""56 Collisions: which side of a plane, and how likely the same one
Predict, lesson 14, 5 blanks, 2 minutes.

A point has one bit for each plane: 1 on the side to which the plane's direction points,
and on the plane itself, else 0. The code counts bit 0 once, bit 1 twice, bit 2 four
times. Two points at an angle of 90 degrees are on one side of a random plane with
probability 1/2. You need "How often do points collide?".

      points                    planes, by their directions
      A   ( 3,  1)              plane 0   (1,  0)    to the right
      B   ( 1,  3)              plane 1   (0,  1)    up
      C   (-2, -2)              plane 2   (1, -1)    to the right and down
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
    "sides[0].tolist()": ...,
    "codes.tolist()": ...,
    # How many of the three planes do not part A from B?
    "(sides[0] == sides[1]).sum().item()": ...,
    # How likely do points at 90 degrees meet in one table, and in at least one of two?
    "one_table": ...,
    "two_tables": ...,
}
