"""13 Matmul by rows: one row of the result at a time
Write, lesson 3, about 4 lines, 15 minutes.

Multiply two matrices without @. Each row of the result is a sum of the rows of b, each
of them multiplied by one number of the row of a:

    row of a           b                   products            their sum
    1  10  100         1  2                  1   2
                       3  4                 30  40              531 642
                       5  6                500 600

A row of a, stood upright as (k, 1), is stretched across b, and gives the products at
once. The result has the dtype of a and b, which is the same: mt.zeros((m, n), a.dtype).
You need "Matrix product: one row at a time" of lesson 3.

Star: a few steps of Python for each row of a, at most 6, and never a table of m x k x n
      numbers.
"""

import minitensor as mt


def matmul_rows(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    raise NotImplementedError
