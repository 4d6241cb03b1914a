"""Products and decompositions of matrices, by the standard's names."""

import operator

from minitensor import backend
from minitensor.core import door
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, ShapeError


def matmul(a: Operand, b: Operand) -> Tensor:
    """The matrix product ``a @ b``; of stacks of matrices, one product for each.

    a : (..., m, k), or (k,); b : (..., k, n), or (k,). The axes before the last two broadcast.
    Memory: the result; of large integer matrices on NumPy at most 40 MB more.

    >>> import minitensor as mt
    >>> mt.matmul(mt.tensor([[1, 2], [3, 4]]), mt.tensor([1, 10])).tolist()
    [21, 43]

    Raises ShapeError where the inner sizes disagree.
    """
    return operator.matmul(a, b)


def eigh(x: Tensor) -> tuple[Tensor, Tensor]:
    """The eigenvalues of a symmetric matrix, in ascending order, (n,), and its eigenvectors as columns, (n, n).

    >>> import minitensor as mt
    >>> values, vectors = eigh(mt.tensor([[3.0, 0.0], [0.0, 2.0]]))
    >>> values.tolist()
    [2.0, 3.0]

    Raises ShapeError for what is not square, DTypeError for what does not hold floats.
    """
    if type(x) is not Tensor:
        return door.enter("eigh", eigh, (x,))
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"eigh: x has shape {x.shape}; the last two axes must be equal, as of x.mT @ x")
    if x.dtype.kind not in "fc":
        raise DTypeError(f"eigh: x is {x.dtype}, not floats; use .astype('float64')")
    values, vectors = backend.of(x.array).xp.linalg.eigh(x.array)
    return wrap(values), wrap(vectors)
