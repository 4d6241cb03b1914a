"""06 Dot: a sum of products
Write, lesson 2, about 4 lines, 5 minutes.

Multiply each number of one list by the number at the same place of the other, and add
up the products:

    a    0.0   0.5   1.0
    b    4.0   6.0   2.0
         0.0 + 3.0 + 2.0  =  5.0

Two empty lists have the dot product 0.0. Lists of different lengths do not belong
together, and raise ValueError. Plain Python will do: you need "One picture, one score"
of lesson 2, and nothing of minitensor.

Star: no index, which is to say no square bracket in your lines.
"""


def dot(a: list[float], b: list[float]) -> float:
    """The dot product of two lists of the same length."""
    raise NotImplementedError
