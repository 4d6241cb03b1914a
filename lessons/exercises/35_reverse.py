"""35 Reverse: who owns what?
Write, lesson 7, about 5 lines, 10 minutes.

Turn n numbers around, in place: there is no second array. There are blocks of 32
threads, enough that every number could have a thread. They run in any order, and
nothing makes one block wait for another.

    before    a  b  c  d  e  f  g                    n = 7
    after     g  f  e  d  c  b  a

So no thread may write a number that another reads or writes. Which numbers does one
thread own, and how many threads have work?
From lesson 7: guards, races.

Star: 70 loads and 70 stores turn 71 numbers around: each is read and written once, the
one in the middle not at all.
"""

from minitensor.gpu import cuda, kernel


@kernel
def reverse(x, n):
    """x[0], ..., x[n - 1] becomes x[n - 1], ..., x[0], in place; x (n,)."""
    raise NotImplementedError
