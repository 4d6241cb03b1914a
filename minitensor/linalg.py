"""Products and decompositions of matrices, by the standard's names."""

import operator

from minitensor import backend
from minitensor.core import checks, door
from minitensor.core.creation import zeros
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat, conj, isfinite, where


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


def pinv(x: Tensor, rtol: float | None = None) -> Tensor:
    """The pseudo-inverse of a matrix (m, n), or of each of a stack of them, (…, m, n): (…, n, m).

    rtol : singular values up to `rtol` times the largest count as 0; max(m, n) eps of the dtype if not given

    x⁺ b is the shortest of all vectors v for which x v comes nearest to b. With x = Σ sᵢ uᵢ vᵢᴴ it is Σ vᵢ uᵢᴴ/sᵢ over
    the singular values that are not 0. They come from `eigh` of [[0, x], [xᴴ, 0]], whose eigenvalues are ±sᵢ and whose
    eigenvectors are (uᵢ, ±vᵢ)/√2: unlike those of xᴴ x they are as exact as x is.
    Time: O((m + n)³). Memory: O((m + n)²).

    >>> import minitensor as mt
    >>> [[round(number, 6) for number in row] for row in pinv(mt.tensor([[2.0, 0.0], [0.0, 0.0], [0.0, 4.0]])).tolist()]
    [[0.5, 0.0, 0.0], [0.0, 0.0, 0.25]]

    Raises ShapeError for what is no matrix, DTypeError for what does not hold floats, InputError for NaN, infinity and
    an rtol that is negative.
    """
    if type(x) is not Tensor:
        return door.enter("pinv", pinv, (x, rtol))
    if x.ndim < 2:
        raise ShapeError(f"pinv: x has shape {x.shape}; a matrix has two axes, so write x.reshape(-1, 1) or (1, -1)")
    if x.dtype.kind not in "fc":
        raise DTypeError(f"pinv: x is {x.dtype}, not floats; use .astype('float64')")
    if not isfinite(x).all():
        raise InputError("pinv: x holds NaN or infinity; leave those rows or columns out")
    m, n = x.shape[-2:]
    eps = float(backend.of(x.array).xp.finfo(x.array.dtype).eps)
    least = max(m, n) * eps if rtol is None else checks.number("pinv: rtol", rtol, 0)
    if not x.size:
        return zeros((*x.shape[:-2], n, m), like=x)
    adjoint = conj(x.mT) if x.dtype.kind == "c" else x.mT
    above = concat([zeros((*x.shape[:-2], m, m), like=x), x], axis=-1)
    below = concat([adjoint, zeros((*x.shape[:-2], n, n), like=x)], axis=-1)
    values, vectors = eigh(concat([above, below], axis=-2))
    counts = values > least * values.max(-1, keepdims=True)
    scale = where(counts, 2.0 / where(counts, values, 1.0), 0.0)
    left, right = vectors[..., :m, :], vectors[..., m:, :]
    return (right * scale[..., None, :].astype(x.dtype)) @ (conj(left.mT) if x.dtype.kind == "c" else left.mT)
