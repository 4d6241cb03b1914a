"""16 Ten specs: ten jobs, a line of letters each
Write, lesson 4, about 12 lines, 15 minutes.

Return ten texts for mt.einsum, in this order:

       tensors                   result
    0  a (m, n)                  (n, m)     the transpose of a
    1  s (n, n)                  (n,)       the diagonal of s
    2  u (m,), v (n,)            (m, n)     u[row] * v[col] at [row, col]
    3  u (m,), a (m, n)          (m, n)     each row of a times its number of u
    4  a (m, n)                  (n,)       the sum of each column of a
    5  x (m, k), y (n, k)        (m, n)     x @ y.T
    6  p (b, m, k), q (b, k, n)  (b, m, n)  p[i] @ q[i] for each i
    7  u (m,), a (m, n), v (n,)  ()         u @ a @ v
    8  a (m, n), c (m, n)        (m,)       a[row] @ c[row] for each row
    9  a (m, n), v (n,)          (m,)       a @ v

The matrix product is such a text, with a letter for each axis:

    "mk,kn->mn"     for m, for n, for k: result[m, n] += left[m, k] * right[k, n]

Star: all ten together have at most 40 letters. Without an arrow the result has each
letter that stands only once, in alphabetical order.
"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    raise NotImplementedError
