"""Products and decompositions of matrices, by the standard's names."""

import math
import operator
from collections.abc import Sequence

from minitensor import backend
from minitensor.core import checks, door
from minitensor.core.creation import zeros
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import AxisError, DTypeError, InputError, ShapeError
from minitensor.functions import concat, conj, isfinite, moveaxis, where
from minitensor.ops import normalize_axis


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


def matrix_transpose(x: Tensor, /) -> Tensor:
    """`x.mT`: the last two axes swapped, every matrix of a stack transposed.

    >>> import minitensor as mt
    >>> mt.matrix_transpose(mt.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """
    checks.tensor("matrix_transpose: x", x)
    return x.mT


def vecdot(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The sum of the products along an axis that both have; the other axes broadcast. Of complex x1, its conjugate.

    >>> import minitensor as mt
    >>> mt.vecdot(mt.tensor([[1, 2], [3, 4]]), mt.tensor([10, 1])).tolist()
    [12, 34]

    Raises ShapeError where the sizes on the axis disagree.
    """
    checks.tensor("vecdot: x1", x1)
    checks.tensor("vecdot: x2", x2)
    for each in (x1, x2):
        normalize_axis(axis, each.shape, "vecdot")
    if x1.shape[axis] != x2.shape[axis]:
        raise ShapeError(
            f"vecdot: axis {axis} of x1 has size {x1.shape[axis]}, of x2 {x2.shape[axis]}; make them equal"
        )
    a, b = moveaxis(x1, axis, -1), moveaxis(x2, axis, -1)
    return ((conj(a) if a.dtype.kind == "c" else a)[..., None, :] @ b[..., None])[..., 0, 0]


def tensordot(x1: Tensor, x2: Tensor, /, *, axes: int | tuple[int | Sequence[int], int | Sequence[int]] = 2) -> Tensor:
    """The sum of products over several axes: of x1 those that are left come first, then those of x2.

    axes : how many of the last axes of x1 meet the first of x2; or which of x1 meet which of x2

    >>> import minitensor as mt
    >>> mt.tensordot(mt.ones((2, 3, 4)), mt.ones((3, 4, 5))).shape
    (2, 5)

    Raises ShapeError where sizes disagree, AxisError where axes are not there or not as many.
    """
    checks.tensor("tensordot: x1", x1)
    checks.tensor("tensordot: x2", x2)
    if isinstance(axes, Sequence):
        given = [list(each) if isinstance(each, Sequence) else [each] for each in axes]
    else:
        count = checks.whole("tensordot: axes", axes, 0)
        if count > min(x1.ndim, x2.ndim):
            raise AxisError(f"tensordot: axes={count}, but x1 has shape {x1.shape} and x2 {x2.shape}; name fewer")
        given = [list(range(x1.ndim - count, x1.ndim)), list(range(count))]
    if len(given) != 2 or len(given[0]) != len(given[1]):
        raise AxisError(f"tensordot: axes={axes} must be two lists that are equally long, one for x1 and one for x2")
    left, right = (
        [normalize_axis(axis, x.shape, f"tensordot: {name}") for axis in part]
        for name, x, part in zip(("x1", "x2"), (x1, x2), given, strict=True)
    )
    for one, other in zip(left, right, strict=True):
        if x1.shape[one] != x2.shape[other]:
            raise ShapeError(
                f"tensordot: axis {one} of x1 has size {x1.shape[one]}, axis {other} of x2 has {x2.shape[other]}; "
                "they must be equal"
            )
    outer, inner = ([axis for axis in range(x.ndim) if axis not in part] for x, part in ((x1, left), (x2, right)))
    product = math.prod(x1.shape[axis] for axis in left)
    a = x1.permute_dims((*outer, *left)).reshape((math.prod(x1.shape[axis] for axis in outer), product))
    b = x2.permute_dims((*right, *inner)).reshape((product, math.prod(x2.shape[axis] for axis in inner)))
    return (a @ b).reshape((*(x1.shape[axis] for axis in outer), *(x2.shape[axis] for axis in inner)))
