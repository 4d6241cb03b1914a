"""15 Specs: a letter is an axis, and a loop
Predict, lesson 4, 6 blanks, 2 minutes.

    "nd,md->nm"     n and m choose an element of the result,
     x  y   both    d is not in the result: its loop adds up

Replace each ... by what comes out. A shape is a tuple: (2, 3) has two axes, (2,) has
one, () has none.
"""

import minitensor as mt

x, y = mt.ones((2, 3)), mt.ones((5, 3))
both = mt.einsum("nd,md->nm", x, y)
each = mt.einsum("nd,nd->n", x, x)
table = x[:, None, :] * y  # by broadcasting


def multiplications(spec, *tensors):
    """Half of the operations of the loops: the other half are additions."""
    return mt.explain_einsum(spec, *tensors).naive_flops // 2


a, b, c = mt.ones((10, 2)), mt.ones((2, 10)), mt.ones((10, 3))
left = multiplications("ij,jk->ik", a, b) + multiplications("ij,jk->ik", a @ b, c)
right = multiplications("ij,jk->ik", b, c) + multiplications("ij,jk->ik", a, b @ c)

answers = {
    "both.shape": ...,
    "each.shape": ...,
    "table.size": ...,
    "multiplications('nd,md->nm', x, y)": ...,
    "left": ...,
    "right": ...,
}
