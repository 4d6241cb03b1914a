"""47 Slopes: what each number gets on the way back
Predict, lesson 10, 5 blanks, 2 minutes.

The tape of lesson 10 goes back from the last row to the first. Each row hands its slope
on to the rows that it was made from, each share by its rule, and shares of one number
are added. Here is the first of three ways. Go back by hand; you need "How a machine
does it" and "Corners".

      w = 4 --(times 2)--+
                         +--(less 6)-- error ==(times itself)== square
      b = 1 -------------+
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
    "square.item()": ...,
    # What is the slope of square along b, and along w?
    "b.grad.item()": ...,
    "w.grad.item()": ...,
    # What are the slopes of the sums along the numbers of x, and along those of row?
    "x.grad.tolist()": ...,
    "row.grad.tolist()": ...,
}
