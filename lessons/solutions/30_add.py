"""30 Add: which axis is x?

Both ways are right. With the column from x, a warp's 32 threads want 32 neighbours of a
row: 4 or 5 sectors. With the row from x they want 32 numbers of a column, each in a
sector of its own, and seven eighths of what memory moves is thrown away. The guard
needs both halves: a thread with a column may have no row.
"""

from minitensor.gpu import cuda, kernel


@kernel
def add(a, b, out, m, n):
    """out[row, col] = a[row, col] + b[row, col]; a, b, out (m, n)."""
    col, row = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = a[row, col] + b[row, col]


@kernel
def other_way(a, b, out, m, n):
    """The row counts along x: right, with six times the sectors; a, b, out (m, n)."""
    row, col = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = a[row, col] + b[row, col]
