"""Decompositions and norms of matrices, by the standard's names; its products are those of `functions/products.py`."""

import math
from functools import partial
from typing import Any, NamedTuple

from minitensor import backend
from minitensor.core import checks, door
from minitensor.core.creation import zeros
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat, conj, isfinite, where
from minitensor.functions.products import matmul, matrix_transpose, outer, tensordot, vecdot
from minitensor.norms import norm
from minitensor.ops import Axis

__all__ = [
    "cholesky", "det", "diagonal", "eigh", "eigvalsh", "inv", "matmul", "matrix_norm", "matrix_transpose", "outer",
    "pinv", "qr", "slogdet", "solve", "svd", "svdvals", "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip


class Eigen(NamedTuple):
    """What `eigh` finds: eigenvalues (…, n) and eigenvectors (…, n, n), one a column."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class Singular(NamedTuple):
    """What `svd` finds: U (…, m, k), S (…, k), Vh (…, k, n)."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class Factors(NamedTuple):
    """What `qr` finds: Q (…, m, k) and R (…, k, n)."""

    Q: Tensor
    R: Tensor


class Logarithm(NamedTuple):
    """What `slogdet` finds: the sign of a determinant, and the logarithm of its size."""

    sign: Tensor
    logabsdet: Tensor


def eigh(x: Tensor, /) -> Eigen:
    """The eigenvalues of a symmetric matrix, in ascending order, (n,), and its eigenvectors as columns, (n, n).

    >>> import minitensor as mt
    >>> values, vectors = eigh(mt.tensor([[3.0, 0.0], [0.0, 2.0]]))
    >>> values.tolist()
    [2.0, 3.0]

    Raises ShapeError for what is not square, DTypeError for what does not hold floats.
    """
    return Eigen(*_found("eigh", x, square=True))


def eigvalsh(x: Tensor, /) -> Tensor:
    """The eigenvalues of a symmetric matrix alone, in ascending order; see `eigh`.

    >>> import minitensor as mt
    >>> eigvalsh(mt.tensor([[3.0, 0.0], [0.0, 2.0]])).tolist()
    [2.0, 3.0]
    """
    return _found("eigvalsh", x, square=True)


def svd(x: Tensor, /, *, full_matrices: bool = True) -> Singular:
    """A matrix as a turn, a stretch and a turn: x = U·diag(S)·Vh, the singular values S in descending order.

    full_matrices : whether U and Vh are square, or have k = min(m, n) columns and rows

    >>> import minitensor as mt
    >>> svd(mt.tensor([[0.0, 2.0], [3.0, 0.0]])).S.tolist()
    [3.0, 2.0]

    Raises ShapeError for what is no matrix, DTypeError for what does not hold floats; so do the others here.
    """
    return Singular(*_found("svd", x, full_matrices=checks.flag("svd: full_matrices", full_matrices)))


def svdvals(x: Tensor, /) -> Tensor:
    """The singular values alone, in descending order; see `svd`.

    >>> import minitensor as mt
    >>> svdvals(mt.tensor([[0.0, 2.0], [3.0, 0.0]])).tolist()
    [3.0, 2.0]
    """
    return svd(x, full_matrices=False).S


def qr(x: Tensor, /, *, mode: str = "reduced") -> Factors:
    """A matrix as one with columns of length 1 at right angles times one with 0 below its diagonal: x = Q·R.

    mode : "reduced" for k = min(m, n), "complete" for k = m

    >>> import minitensor as mt
    >>> q, r = qr(mt.tensor([[3.0], [4.0]]))
    >>> abs(round(r.item(), 6))
    5.0
    """
    checks.choice("qr: mode", mode, ("reduced", "complete"))
    return Factors(*_found("qr", x, mode=mode))


def cholesky(x: Tensor, /, *, upper: bool = False) -> Tensor:
    """The matrix L with 0 above its diagonal for which L·Lᴴ is the positive definite x; if `upper`, Lᴴ.

    >>> import minitensor as mt
    >>> cholesky(mt.tensor([[4.0, 2.0], [2.0, 2.0]])).tolist()
    [[2.0, 0.0], [1.0, 1.0]]

    Raises InputError where x is not positive definite.
    """
    lower = _found("cholesky", x, square=True)
    return _adjoint(lower) if checks.flag("cholesky: upper", upper) else lower


def inv(x: Tensor, /) -> Tensor:
    """The matrix that undoes x; for a product with it `solve` is quicker and nearer.

    >>> import minitensor as mt
    >>> inv(mt.tensor([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]

    Raises InputError where there is none.
    """
    return _found("inv", x, square=True)


def solve(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The x for which ``x1 @ x`` is x2: a vector (n,), or the columns of (…, n, k).

    >>> import minitensor as mt
    >>> solve(mt.tensor([[2.0, 0.0], [0.0, 4.0]]), mt.tensor([2.0, 2.0])).tolist()
    [1.0, 0.5]

    Raises InputError where there is none or more than one.
    """
    _check("solve: x1", x1, square=True)
    checks.tensor("solve: x2", x2)
    if x2.dtype.kind not in "fc":
        raise DTypeError(f"solve: x2 is {x2.dtype}, not floats; use .astype('float64')")
    if x2.shape[-2 if x2.ndim > 1 else -1 :][:1] != x1.shape[-1:]:
        raise ShapeError(f"solve: x1 of shape {x1.shape} has {x1.shape[-1]} rows, x2 has shape {x2.shape}")
    return _found("solve", x1, x2, square=True)


def det(x: Tensor, /) -> Tensor:
    """By how much x stretches a volume: the determinant.

    >>> import minitensor as mt
    >>> round(det(mt.tensor([[2.0, 0.0], [0.0, 4.0]])).item(), 6)
    8.0
    """
    return _found("det", x, square=True)


def slogdet(x: Tensor, /) -> Logarithm:
    """The sign of the determinant, and the logarithm of its size, which does not overflow.

    >>> import minitensor as mt
    >>> slogdet(mt.tensor([[1e200, 0.0], [0.0, 1e200]])).sign.item()
    1.0
    """
    return Logarithm(*_found("slogdet", x, square=True))


def diagonal(x: Tensor, /, *, offset: int = 0) -> Tensor:
    """The elements on the diagonal of a matrix, or on that so many places to the right of it.

    >>> import minitensor as mt
    >>> diagonal(mt.tensor([[1, 2], [3, 4]])).tolist()
    [1, 4]
    """
    checks.tensor("diagonal: x", x)
    at = checks.whole("diagonal: offset", offset)
    if x.ndim < 2:
        raise ShapeError(f"diagonal: x has shape {x.shape}; a matrix has two axes")
    rows, columns = x.shape[-2:]
    x = x[..., min(max(-at, 0), rows) :, min(max(at, 0), columns) :]
    count = min(x.shape[-2:])
    return x[..., :count, :count].reshape((*x.shape[:-2], count * count))[..., :: count + 1]


def trace(x: Tensor, /, *, offset: int = 0, dtype: DType | None = None) -> Tensor:
    """The sum of the `diagonal`.

    >>> import minitensor as mt
    >>> trace(mt.tensor([[1, 2], [3, 4]])).item()
    5
    """
    return diagonal(x, offset=offset).sum(-1, dtype=dtype)


def vector_norm(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Tensor:
    """How long vectors are, along some axes or all: the `ord`-th root of the sum of |x| to the power of `ord`.

    ord : any number; infinity for the largest size, -infinity for the least, 0 for how many are not 0

    >>> import minitensor as mt
    >>> vector_norm(mt.tensor([3.0, 4.0])).item(), vector_norm(mt.tensor([3.0, 4.0]), ord=1).item()
    (5.0, 7.0)
    """
    checks.tensor("vector_norm: x", x)
    if x.dtype.kind not in "fc":
        raise DTypeError(f"vector_norm: x is {x.dtype}, not floats; use .astype('float64')")
    if x.size and ord >= 1:
        return norm(x, ord, axis, keepdims)
    size = x.abs()
    if ord in (math.inf, -math.inf):
        return size.max(axis, keepdims) if ord > 0 else size.min(axis, keepdims)
    if ord == 0:
        return (size != 0).sum(axis, keepdims).astype(size.dtype)
    # Divided by the largest, so that no power overflows or vanishes.
    largest = size.max(axis, True) if size.size else size.sum(axis, True)
    unit = where(isfinite(largest) & (largest > 0), largest, 1.0)
    total = ((size / unit) ** checks.number("vector_norm: ord", ord)).sum(axis, True)
    made = total ** (1.0 / ord) * unit
    return made if keepdims else made.squeeze(tuple(range(x.ndim)) if axis is None else axis)


def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: float | str = "fro") -> Tensor:
    """How large a matrix is, or each of a stack.

    ord : "fro" for the root of the sum of the squares, "nuc" for the sum of the singular values, 2 and -2 for the
        largest and the least of these, 1 and -1 for the largest and the least sum of a column, inf and -inf of a row

    >>> import minitensor as mt
    >>> matrix_norm(mt.tensor([[3.0, 0.0], [0.0, 4.0]])).item()
    5.0
    """
    _check("matrix_norm: x", x)
    if ord == "fro":
        return vector_norm(x, axis=(-2, -1), keepdims=keepdims)
    if ord in ("nuc", 2, -2):
        values = svdvals(x)
        made = values.sum(-1) if ord == "nuc" else values.max(-1) if ord == 2 else values.min(-1)
    else:
        known: dict[Any, tuple[int, int]] = {1: (-2, 1), -1: (-2, -1), math.inf: (-1, 1), -math.inf: (-1, -1)}
        if ord not in known:
            raise InputError(f"matrix_norm: ord={ord!r}; write 'fro', 'nuc', 1, -1, 2, -2, inf or -inf")
        axis, sign = known[ord]
        sums = x.abs().sum(axis)
        made = sums.max(-1) if sign > 0 else sums.min(-1)
    return made[..., None, None] if keepdims else made


def _check(name: str, x: Any, square: bool = False) -> None:
    """Raise unless x is a matrix of floats, or a stack of them."""
    checks.tensor(name, x)
    if x.ndim < 2:
        raise ShapeError(f"{name} has shape {x.shape}; a matrix has two axes, so write x.reshape(-1, 1) or (1, -1)")
    if square and x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{name} has shape {x.shape}; the last two axes must be equal, as of x.mT @ x")
    if x.dtype.kind not in "fc":
        raise DTypeError(f"{name} is {x.dtype}, not floats; use .astype('float64')")


def _found(name: str, x: Any, *others: Tensor, square: bool = False, **options: Any) -> Any:
    """What the backend's function of this name finds, in Tensors."""
    _check(f"{name}: x", x, square)
    if kind := door.overriding((x, *others)):
        return kind._operation(name, partial(_found, name, square=square), (x, *others), options)
    if others:
        checks.together(f"{name}: x1", x, "x2", others[0])
    for each in (x, *others):
        if not isfinite(each).all():
            raise InputError(f"{name}: a matrix of shape {each.shape} holds NaN or infinity; leave those rows out")
    lib = backend.of(x.array)
    try:
        found = getattr(lib.xp.linalg, name)(x.array, *(each.array for each in others), **options)
    except (ValueError, RuntimeError) as error:  # LinAlgError of NumPy is of the first class, PyTorch's of the second
        raise InputError(f"{name}: x of shape {x.shape}: {error}") from None
    if isinstance(found, tuple):
        return tuple(wrap(lib.as_array(each)) for each in found)
    return wrap(lib.as_array(found))


def _adjoint(x: Tensor) -> Tensor:
    return conj(x.mT) if x.dtype.kind == "c" else x.mT


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
    _check("pinv: x", x)
    if not isfinite(x).all():
        raise InputError("pinv: x holds NaN or infinity; leave those rows or columns out")
    m, n = x.shape[-2:]
    eps = float(backend.of(x.array).xp.finfo(x.array.dtype).eps)
    least = max(m, n) * eps if rtol is None else checks.number("pinv: rtol", rtol, 0)
    if not x.size:
        return zeros((*x.shape[:-2], n, m), like=x)
    above = concat([zeros((*x.shape[:-2], m, m), like=x), x], axis=-1)
    below = concat([_adjoint(x), zeros((*x.shape[:-2], n, n), like=x)], axis=-1)
    values, vectors = eigh(concat([above, below], axis=-2))
    counts = values > least * values.max(-1, keepdims=True)
    scale = where(counts, 2.0 / where(counts, values, 1.0), 0.0)
    left, right = vectors[..., :m, :], vectors[..., m:, :]
    return (right * scale[..., None, :].astype(x.dtype)) @ _adjoint(left)
