"""43 Matmul tiled: sizes that no tile divides
Write, lesson 7, about 15 lines, 25 minutes.

c = a @ b, by blocks of TILE x TILE threads. A block goes along k in tiles: fetch a
tile of a and one of b into shared memory, a number of each for every thread, wait,
add TILE products, wait, go on. Lesson 7 asked for sizes that TILE divides. Here no
size need be one, so that the last tiles reach beyond the matrices, in shared memory
as well:

    b  (k, n)                 .  .  .  |  .  .  .  |  .  .
                              .  .  .  |  .  .  .  |  .  .     blocks of 3 x 3
    a  (m, k)                 .  .  .  |  .  .  .  |  .  .     m = 4, k = 5, n = 8
                              -  -  -  +  -  -  -  +  -  -
    .  .  .  |  .  .          .  .  .  |  .  .  .  |  .  .
    .  .  .  |  .  .          .  .  .  |  .  .  .  |  .  .
    .  .  .  |  .  .
    -  -  -  +  -  -
    .  .  .  |  .  .

a : (m, k), b : (k, n), c : (m, n), float32; m, k, n : numbers
From lesson 7: tiles, and its two barriers. What must lie in a tile where there is no
number of a or b, so that the sum comes out right?

Star: each number is fetched once for a block: at most 1,617 loads for 13 x 21 x 19.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

TILE = 8


@kernel
def matmul_tiled(a, b, c, m, k, n):
    """a (m, k), b (k, n), c (m, n), float32: c = a @ b; blocks of TILE x TILE."""
    raise NotImplementedError
