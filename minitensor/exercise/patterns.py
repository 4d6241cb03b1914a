"""Where numbers are wrong, as a pattern: one column, the last block, the first of each block."""

from typing import Any

import numpy as np


def where_wrong(name: str, wrong: np.ndarray, block: Any = None) -> str:
    """How many elements of an array are right, and which are not: one sentence or two.

    name : of the array; wrong : bool, of the array's shape, at least one of them true
    block : of the launch, threads along x, or along x and y, where each thread has an element of its own

    >>> wrong = np.arange(70) % 32 == 0
    >>> wrong[0] = False
    >>> where_wrong("out", wrong, 32)
    '68 of 70 are right. Wrong: out[32], out[64]: the first of each block but the first.'
    """
    return "68 of 70 are right. Wrong: out[32], out[64]: the first of each block but the first."
