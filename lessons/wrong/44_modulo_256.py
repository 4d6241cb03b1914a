"""the sum is kept in a variable that began as a byte, and a byte ends at 255:
add all three in one expression"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def blur(img, out, h, w):
    """img (h, w), out (h, w), uint8: each pixel the mean of three; blocks of 32 x 8."""
    col, row = cuda.grid(2)
    if row < h and col < w:
        value = img[row, col]
        value += img[row, max(col - 1, 0)]
        value += img[row, min(col + 1, w - 1)]
        out[row, col] = np.uint8((value + 1) // 3)
