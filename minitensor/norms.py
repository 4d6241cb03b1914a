"""How long a tensor is, and how far apart two tensors are.

Let v be a difference of n elements. The error measures are made of its norms and of n:

    RMSE = ‖v‖₂ / √n        MSE = ‖v‖₂² / n        MAE = ‖v‖₁ / n

None of the three is itself a norm of v, but RMSE and MAE are a norm times a constant; MSE is not even that.
"""

import math
from math import prod
from typing import Any

from minitensor import backend, ops
from minitensor.broadcasting import broadcast_shapes
from minitensor.core import door
from minitensor.core.intake import class_name
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import BroadcastError, DTypeError, InputError, ShapeError
from minitensor.functions import maximum, minimum, where
from minitensor.ops import Axis

__all__ = ["frobenius", "mae", "mse", "norm", "rmse"]


def norm(x: Tensor, p: float = 2, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The p-norm ‖x‖ₚ = (Σ |xᵢ|ᵖ)^(1/p), for p = ∞ the largest |xᵢ|; of a complex xᵢ, |xᵢ| is the modulus.

    x : any shape; p : 1 or more, `math.inf` too
    axis : the axes that make up one vector, all if None: a matrix is then one long vector, unlike in
        `numpy.linalg.norm`, where p = 2 means its largest singular value
    keepdims : whether those axes stay, with size 1
    Returns a float tensor: of the dtype of x, of its real counterpart for complex x, float64 for integers and bools.

    The elements are first divided by the largest size among them, so in float32 and float64 the result overflows or
    vanishes only where the norm itself does: the square of 1e200 would overflow. NaN gives NaN; ∞ without NaN gives ∞.
    Memory: three tables like x.

    >>> import minitensor as mt
    >>> v = mt.tensor([3.0, -4.0])
    >>> [norm(v, p).item() for p in (1, 2, math.inf)]
    [7.0, 5.0, 4.0]
    >>> norm(mt.tensor([[3.0, -4.0], [0.0, 2.0]]), axis=1).tolist()
    [5.0, 2.0]
    >>> norm(mt.full(4, 1e200)).item()
    2e+200

    Raises InputError for p below 1, ShapeError where an axis to be summed is empty, AxisError for an axis that is not
    there, DTypeError for what is not a Tensor.
    """
    if type(x) is Tensor and type(p) in (int, float):  # the three norms of nearly all calls
        if p == 2:
            return wrap(backend.as_array(_euclidean(x.array, axis, keepdims)))
        if (p == 1 or p == math.inf) and x.array.size and x.dtype.kind == "f":
            return x.abs().sum(axis, keepdims) if p == 1 else x.abs().max(axis, keepdims)
    if kind := door.overriding((x,)):
        return kind._operation("norm", norm, (x, p, axis, keepdims), {})
    return _of_sizes(_floats("norm", x).abs(), _checked_p(p), axis, keepdims)


def _of_sizes(size: Tensor, p: float, axis: Axis, keepdims: bool) -> Tensor:
    """The norm, from the sizes of the elements. Those of any p but 1 and ∞ are divided by the largest first."""
    axes = _axes(size.shape, axis)
    if size.dtype == "float16":  # which has no room for most sums
        return _of_sizes(size.astype("float32"), p, axis, keepdims).astype("float16")
    if p == 1:
        return size.sum(axes, keepdims)
    largest = size.max(axes, keepdims=True)
    if p < math.inf:
        unit = where((largest > 0) & (largest < math.inf), largest, 1.0)  # so that neither 0/0 nor ∞/∞ is made
        largest = ((size / unit) ** float(p)).sum(axes, keepdims=True) ** (1 / p) * unit
    return largest if keepdims else largest.squeeze(axes)


def _careful_euclidean(array: Any, axis: Axis, keepdims: bool) -> Any:
    return _of_sizes(_floats("norm", wrap(array)).abs(), 2, axis, keepdims).array


_euclidean = ops.primitive(_careful_euclidean, "vector_norm")  # its shortcut is the root of the sum of the squares


def _axes(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    axes = ops.normalize_axes(axis, shape, "norm")
    if prod(shape[one] for one in axes) == 0:
        raise ShapeError(f"norm over axes {axes} of shape {shape}: there is no element, so no largest one")
    return axes


def frobenius(x: Tensor) -> Tensor:
    """The length of each matrix, taken as one long vector: the root of the sum of the squared sizes of its elements.

    x : (..., m, n); returns (...), a float tensor as `norm` does.

    >>> import minitensor as mt
    >>> frobenius(mt.tensor([[1.0, 2.0], [2.0, 4.0]])).item()
    5.0
    >>> frobenius(mt.ones((5, 3, 3))).shape
    (5,)

    Raises ShapeError for fewer than two axes or a matrix without elements.
    """
    _floats("frobenius", x)
    if x.ndim < 2:
        raise ShapeError(f"frobenius: shape {x.shape} is not a matrix: it needs two axes; write norm(x) for a vector")
    return norm(x, 2, axis=(-2, -1))


def mse(a: Tensor, b: Tensor) -> Tensor:
    """The mean squared error Σ |aᵢ − bᵢ|² / n over all n elements: ‖a − b‖₂² / n.

    a, b : one shape, no broadcasting; returns one number, a float tensor as `norm` does. Its unit is the square of
    that of the data. It overflows where the differences pass the root of the largest float.

    >>> import minitensor as mt
    >>> mse(mt.tensor([1.0, 2.0, 3.0]), mt.tensor([1.0, 2.0, 6.0])).item()
    3.0

    Raises ShapeError where the shapes differ or are empty, DeviceError for tensors on two backends, DTypeError for
    what is not a Tensor.
    """
    size = _difference("mse", a, b).abs()
    return (size * size).mean() if size.dtype != "float16" else (rmse(a, b).astype("float32") ** 2).astype("float16")


def rmse(a: Tensor, b: Tensor) -> Tensor:
    """The root of the mean squared error: ‖a − b‖₂ / √n over all n elements, in the unit of the data.

    a, b : one shape, no broadcasting; returns one number, a float tensor as `norm` does. Unlike `mse` it does not
    overflow on the way.

    >>> import minitensor as mt
    >>> rmse(mt.tensor([0.0, 0.0, 0.0, 0.0]), mt.tensor([1.0, 1.0, 1.0, 5.0])).item()
    2.6457513110645907
    >>> rmse(mt.zeros(4), mt.full(4, -3e200)).item()
    3e+200

    Raises as `mse` does.
    """
    size = _difference("rmse", a, b).abs()
    if size.dtype == "float16":  # which has no room for the norm, but for the mean
        return _rmse(size.astype("float32")).astype("float16")
    return _rmse(size)


def _rmse(size: Tensor) -> Tensor:
    length, root = norm(size), math.sqrt(size.size)
    if length.item() < math.inf:
        return length / root
    unit = size.max() / 4  # the norm may be too large where the mean is not
    return norm(size / unit) / root * unit if unit.item() < math.inf else length


def mae(a: Tensor, b: Tensor) -> Tensor:
    """The mean absolute error Σ |aᵢ − bᵢ| / n over all n elements: ‖a − b‖₁ / n, in the unit of the data.

    a, b : one shape, no broadcasting; returns one number, a float tensor as `norm` does.

    >>> import minitensor as mt
    >>> mae(mt.tensor([0.0, 0.0, 0.0, 0.0]), mt.tensor([1.0, 1.0, 1.0, 5.0])).item()
    2.0

    A prediction of shape (n,) and a truth of shape (n, 1) are refused:

    >>> mae(mt.zeros(3), mt.zeros((3, 1)))
    Traceback (most recent call last):
    minitensor.errors.ShapeError: mae: a has shape (3,), b has (3, 1); broadcasting would compare 9 pairs, shape (3, 3),
        where element by element is meant; make the shapes equal, with .reshape(3)

    Raises as `mse` does.
    """
    return _difference("mae", a, b).abs().mean()


def _difference(name: str, a: Tensor, b: Tensor) -> Tensor:
    """a − b of equal shapes. Of integers it is the size of the difference, exact, and then rounded to float64."""
    left, right = _floats(name, a), _floats(name, b)
    if a.shape != b.shape:
        what = f"{name}: a has shape {a.shape}, b has {b.shape}"
        try:
            shape = broadcast_shapes(a.shape, b.shape)
        except BroadcastError:
            raise ShapeError(f"{what}; an error is measured element by element; make the shapes equal") from None
        fix = "make the shapes equal"
        if a.size == b.size:
            shorter = a.shape if a.ndim <= b.ndim else b.shape
            fix += f", with .reshape({', '.join(map(str, shorter))})"
        raise ShapeError(
            f"{what}; broadcasting would compare {prod(shape)} pairs, shape {shape}, "
            f"where element by element is meant; {fix}"
        )
    if not a.size:
        raise ShapeError(f"{name}: a and b of shape {a.shape} have no element; the mean of nothing is not defined")
    if (
        a.dtype.kind in "biu"
        and b.dtype.kind in "biu"
        and (a.dtype.kind == b.dtype.kind or "uint64" not in (a.dtype, b.dtype))
    ):
        wide = backend.of(a.array).unsigned if a.dtype.kind == b.dtype.kind == "u" else "int64"
        left, right = a.astype(wide), b.astype(wide)
        difference = maximum(left, right) - minimum(left, right)
        # An int64 wraps where the difference is too large for it, by 2⁶⁴.
        return where(difference < 0, difference.astype("float64") + 2.0**64, difference.astype("float64"))
    return left - right


def _floats(name: str, x: Any) -> Tensor:
    if not isinstance(x, Tensor):
        raise DTypeError(f"{name} takes Tensors, not {class_name(x)}; write minitensor.tensor(...)")
    return x.astype("float64") if x.dtype.kind in "biu" else x


def _checked_p(p: Any) -> float:
    try:
        number = float([] if isinstance(p, (bool, str)) else p)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise DTypeError(f"norm: p is a {type(p).__name__}, not a number; write 1, 2 or math.inf") from None
    if number == 0:
        raise InputError(
            "norm: p=0 would count the elements that are not 0, which is no norm: doubling x does not double it; "
            "write (x != 0).sum()"
        )
    if not number >= 1:
        raise InputError(
            f"norm: p={p}; p is 1 or more. Below 1 a detour can be shorter than the straight line (the triangle "
            "inequality fails)"
        )
    return number
