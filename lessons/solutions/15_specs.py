"""A letter right of the arrow is an axis of the result: "nd,md->nm" gives (2, 5), and
"nd,nd->n" gives (2,). The loops run over all letters, so they multiply 2 * 5 * 3 times.
Broadcasting writes all of these down before it sums, a table of 30 numbers.

From the left the chain costs 10 * 2 * 10 + 10 * 10 * 3 = 500 multiplications: the wide
table in the middle is made, (10, 10). From the right it costs
2 * 10 * 3 + 10 * 2 * 3 = 120.
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
    "both.shape": (2, 5),
    "each.shape": (2,),
    "table.size": 30,
    "multiplications('nd,md->nm', x, y)": 30,
    "left": 500,
    "right": 120,
}
