"""Products and decompositions of matrices, by the standard's names."""

from typing import Any

from minitensor import backend
from minitensor.core.tensor import Tensor, wrap


def matmul(a: Any, b: Any) -> Tensor:
    """The matrix product ``a @ b``; of stacks of matrices, one product for each.

    a : (..., m, k), or (k,); b : (..., k, n), or (k,). The axes before the last two broadcast.

    >>> import minitensor as mt
    >>> mt.matmul(mt.tensor([[1, 2], [3, 4]]), mt.tensor([1, 10])).tolist()
    [21, 43]

    Raises ShapeError where the inner sizes disagree.
    """
    return a @ b


def eigh(x: Tensor) -> tuple[Tensor, Tensor]:
    """The eigenvalues of a symmetric matrix, in ascending order, (n,), and its eigenvectors as columns, (n, n).

    >>> import minitensor as mt
    >>> values, vectors = eigh(mt.tensor([[3.0, 0.0], [0.0, 2.0]]))
    >>> values.tolist()
    [2.0, 3.0]
    """
    values, vectors = backend.of(x.array).xp.linalg.eigh(x.array)
    return wrap(values), wrap(vectors)
