"""07 Shapes: what comes out of broadcasting
Predict, lesson 3, 6 blanks, 2 minutes.

Line the shapes up at their last axis. Sizes must be equal, or 1; a missing axis counts
as 1. What comes of the expressions below? Run nothing yet: put your answers in place of
the dots, as Python writes them: (2, 3) for a shape or for strides, and True or False.

    table    3   4          table    3   4
    row          4          column   3   1
"""

import minitensor as mt

table = mt.zeros((3, 4))
row = mt.zeros(4)
column = mt.zeros((3, 1))
guesses, hidden = mt.zeros(5), mt.zeros((5, 1))


def fits(a, b):
    try:
        a + b
    except mt.errors.BroadcastError:
        return False
    return True


answers = {
    "(row + column).shape": ...,
    "(table[:, :, None] * row).shape": ...,
    "(guesses - hidden).shape": ...,
    # Three means, one for each row of the table.
    "fits(table, table.mean(axis=1))": ...,
    "fits(table, table.mean(axis=1, keepdims=True))": ...,
    "row.expand(3, 4).strides": ...,
}
