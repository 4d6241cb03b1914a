"""01 In memory: one line of numbers, read in many ways
Predict, lesson 1, 5 blanks, 2 minutes.

The program below makes a tensor of shape (3, 4) and looks at it in several ways. Its
memory is one line, row after row:

    place    0   1   2   3   4   5   6   7   8   9  10  11
    number   0   1   2   3  10  11  12  13  20  21  22  23

Run nothing yet. Put your answers in place of the dots, as Python writes them: (2, 3)
for strides, 7 for a number. You need strides, views and reshape of lesson 1.
"""

import minitensor as mt

t = mt.tensor([[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]])
line = t.reshape(12)
turned = t.T.reshape(12)
column = t[:, 1]
column[2] = 99  # t[2, 1] was 21

answers = {
    # How many places is it to the next row, and to the next column?
    "t.strides": ...,
    "t.T.strides": ...,
    "t[::2, ::2].strides": ...,
    # Is it 21 or 99?
    "line[9].item()": ...,
    "turned[5].item()": ...,
}
