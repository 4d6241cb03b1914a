"""08 Broadcast: one rule for shapes that differ
Write, lesson 3, about 8 lines, 15 minutes.

Find the shape of a + b from the shapes of a and b. Line them up at their last axis.
Where a shape has no axis left, think of a size of 1 there. On each axis the two sizes
must be equal, or one of them must be 1, and that one is stretched:

    a      2   1   5              a      3   1             a      3   4
    b          3   1              b          0             b          3
    a + b  2   3   5              a + b  3   0             a + b  do not fit

Nothing is special about a size of 0: 1 is stretched to it, and 2 does not fit. Shapes
that do not fit raise ValueError. You need "The rule" of lesson 3.

Star: the message of the ValueError says which axis it is, counted from the end as in
      the lesson: axis -1 is the last.
"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    raise NotImplementedError
