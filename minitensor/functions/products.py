"""Products of matrices and vectors, by the standard's names."""

import math
import operator
from collections.abc import Sequence

from minitensor.core import checks
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor
from minitensor.errors import AxisError, ShapeError
from minitensor.functions.elementwise import conj
from minitensor.functions.shapes import moveaxis
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


def outer(x1: Tensor, x2: Tensor, /) -> Tensor:
    """Every element of one vector times every element of another: (m, n).

    >>> import minitensor as mt
    >>> outer(mt.tensor([1, 2]), mt.tensor([3, 4])).tolist()
    [[3, 4], [6, 8]]
    """
    for name, x in (("x1", x1), ("x2", x2)):
        checks.tensor(f"outer: {name}", x)
        if x.ndim != 1:
            raise ShapeError(f"outer: {name} has shape {x.shape}; it must be a vector, {name}.reshape(-1)")
    return x1[:, None] * x2


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
    left_over, right_over = (
        [axis for axis in range(x.ndim) if axis not in part] for x, part in ((x1, left), (x2, right))
    )
    product = math.prod(x1.shape[axis] for axis in left)
    a = x1.permute_dims((*left_over, *left)).reshape((math.prod(x1.shape[axis] for axis in left_over), product))
    b = x2.permute_dims((*right, *right_over)).reshape((product, math.prod(x2.shape[axis] for axis in right_over)))
    return (a @ b).reshape((*(x1.shape[axis] for axis in left_over), *(x2.shape[axis] for axis in right_over)))
