"""A row of t has 4 numbers, so the next row is 4 places on, and the next column 1. t.T
looks at the same line with the two strides swapped. Every second row is two rows on, 2
* 4 = 8, and every second column 2 places. t.reshape(12) reads the line as it lies: it
is a view, and sees the 99 that was written through another view. t.T.reshape(12) wants
the columns one after another, 0, 10, 20, 1, 11, 21: the steps would be 4, 4, and then
back by 7. One stride cannot say that, so these numbers were copied, before the 99 was
written.
"""

import minitensor as mt

t = mt.tensor([[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]])
line = t.reshape(12)
turned = t.T.reshape(12)
column = t[:, 1]
column[2] = 99  # t[2, 1] was 21

answers = {
    # How many places is it to the next row, and to the next column?
    "t.strides": (4, 1),
    "t.T.strides": (1, 4),
    "t[::2, ::2].strides": (8, 2),
    # Is it 21 or 99?
    "line[9].item()": 99,
    "turned[5].item()": 21,
}
