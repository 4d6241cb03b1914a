"""48 Vjp matmul: what each matrix gets of a slope

a[row, at] goes into c[row, col] with the factor b[at, col], for every col. So it gets
the sum over col of g[row, col] * b[at, col], and that is row `row` of g times row `at`
of b: g @ b.T. By the same words gb is a.T @ g. Where m, k and n differ, the shapes
allow nothing else, which is a good way to remember it. A stack of matrices that meet
one b is one tall matrix: b is in every product, so its shares are added over the stack
as well. `.T` and `reshape` are views and move nothing.
"""

import minitensor as mt


def vjp_matmul(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    ga = g @ b.T
    gb = a.reshape(-1, a.shape[-1]).T @ g.reshape(-1, g.shape[-1])
    return ga, gb


def other_way(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    return mt.einsum("...mn,kn->...mk", g, b), mt.einsum("...mk,...mn->kn", a, g)
