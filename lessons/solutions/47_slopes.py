"""47 Slopes: what each number gets on the way back

The error is 3. It is used twice, so it gets two shares of 3, and they are added: 6. A
sum hands its slope on as it is, so b gets 6. The way to w has one more link, in which w
is doubled, so w gets twice as much. Where x is above 0, max(x, 0) grows as fast as x;
below, it stays 0, however x changes. Each number of row meets the two numbers of its
column, and gets a share from both.
"""

import minitensor as mt

w, b = mt.variable(4.0), mt.variable(1.0)
error = w * 2.0 + b - 6.0
square = error * error
square.backward()

x = mt.variable([-1.5, 2.0, 3.0])
mt.maximum(x, 0.0).sum().backward()

table = mt.variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
row = mt.variable([7.0, 8.0, 9.0])
(table * row).sum().backward()

answers = {
    "square.item()": 9.0,
    # What is the slope of square along b, and along w?
    "b.grad.item()": 6.0,
    "w.grad.item()": 12.0,
    # What are the slopes of the sums along the numbers of x, and along those of row?
    "x.grad.tolist()": [0.0, 1.0, 1.0],
    "row.grad.tolist()": [5.0, 7.0, 9.0],
}
