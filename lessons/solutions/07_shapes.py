"""A row and a column stretch each other: (4,) counts as (1, 4), and with (3, 1) gives
(3, 4). table[:, :, None] is (3, 4, 1), and the row meets its last axis, which is
stretched to 4. Five guesses against five in a column are that outer difference again,
(5, 5): the trap of the lesson. Three means are (3,), and the rule starts at the last
axis, where the table has 4; with keepdims=True they are (3, 1). Stretching copies
nothing: a step to the next row is 0 places.
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
    "(row + column).shape": (3, 4),
    "(table[:, :, None] * row).shape": (3, 4, 4),
    "(guesses - hidden).shape": (5, 5),
    # Three means, one for each row of the table.
    "fits(table, table.mean(axis=1))": False,
    "fits(table, table.mean(axis=1, keepdims=True))": True,
    "row.expand(3, 4).strides": (0, 1),
}
