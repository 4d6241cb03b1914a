"""44 Blur: three bytes, and each fetched once

A thread fetches its own pixel; the first of a row of threads also fetches the one to
its left, the last the one to its right. The last is thread 31, or the one at the edge
of img, which lies in the middle of a block. min and max keep both inside of img. The
sum is taken in one expression: C++ adds bytes as whole numbers of 32 bits. Put into a
variable that began as a byte, it would wrap at 256. The other way needs no tile: 2,100
loads.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def blur(img, out, h, w):
    """img (h, w), out (h, w), uint8: each pixel the mean of three; blocks of 32 x 8."""
    tile = cuda.shared_memory(np.uint8, 8 * 34)
    x = cuda.threadIdx.x
    at = cuda.threadIdx.y * 34 + 1 + x
    col, row = cuda.grid(2)
    if row < h and col < w:
        tile[at] = img[row, col]
        if x == 0:
            tile[at - 1] = img[row, max(col - 1, 0)]
        if x == 31 or col == w - 1:
            tile[at + 1] = img[row, min(col + 1, w - 1)]
    cuda.syncthreads()
    if row < h and col < w:
        out[row, col] = np.uint8((tile[at - 1] + tile[at] + tile[at + 1] + 1) // 3)


@kernel
def other_way(img, out, h, w):
    """img (h, w), out (h, w), uint8: the same without a tile."""
    col, row = cuda.grid(2)
    if row < h and col < w:
        left, right = max(col - 1, 0), min(col + 1, w - 1)
        value = (img[row, left] + img[row, col] + img[row, right] + 1) // 3
        out[row, col] = np.uint8(value)
