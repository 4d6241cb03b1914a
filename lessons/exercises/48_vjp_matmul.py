"""48 Vjp matmul: what each matrix gets of a slope
Write, lesson 10, about 3 lines, 15 minutes.

The tape has a rule for each operation. Write the rule for c = a @ b. A number L was
made of c, and g[row, col] is the slope of L along c[row, col]. What are the slopes of L
along each number of a, and along each number of b?

             b   . . . .
                 x x x x            a[row, at] meets all of b[at, :]
       a         . . . .            and goes into all of c[row, :]
       . . .   c . . . .
       . X .     y y y y     how fast does each y change with X?
       . . .     . . . .

Shares of one number are added (lesson 10). Lesson 2 has the three loops of a @ b.

Star: nothing is transposed in memory: no numbers are copied beside the two results.
Star: a is a stack (s, m, k), as g is (s, m, n), and all of it meets one b (k, n). What
is the shape of gb then?
"""

import minitensor as mt


def vjp_matmul(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    raise NotImplementedError
