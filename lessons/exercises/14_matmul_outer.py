"""14 Matmul by outer products: a sum of multiplication tables
Write, lesson 3, about 4 lines, 15 minutes.

Multiply two matrices without @, and in another order: a column of a and a row of b make
a whole table, every number of the one times every number of the other. Add up the
tables, one for each column of a:

    a           b            column 0, row 0     column 1, row 1     sum
    1  2        10 20 30     10 20 30            80 100 120           90 120 150
    3  4        40 50 60     30 60 90           160 200 240          190 260 330

The result has the dtype of a and b, which is the same: mt.zeros((m, n), a.dtype). You
need "Both at once" of lesson 3.

Star: a few steps of Python for each column of a, at most 6, and never more than one
      table of m x n numbers beside the result.
"""

import minitensor as mt


def matmul_outer(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    raise NotImplementedError
