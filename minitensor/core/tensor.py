"""Class `Tensor`: a thin shell round one array of NumPy or CuPy."""

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minitensor import backend, ops
from minitensor.core import printing
from minitensor.core.operators import Operators, wrap
from minitensor.errors import DeviceError, DTypeError, ShapeError
from minitensor.ops import Axis

__all__ = ["Tensor", "wrap"]


class Tensor(Operators):
    """A rectangular block of numbers of one dtype, on one backend.

    Made by `tensor` from lists and numbers, by `as_tensor` round an array without a copy, by `zeros` and the like.
    dtypes promote as in NumPy (NEP 50): ``float32 * 2.0`` stays float32.

    >>> import minitensor as mt
    >>> image = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> (image * 10 + mt.tensor([0.0, 5.0])).tolist()
    [[10.0, 25.0], [30.0, 45.0]]
    >>> image[:, 0].tolist(), image.sum(axis=0).tolist(), (image @ image).shape
    ([1.0, 3.0], [4.0, 6.0], (2, 2))
    """

    __slots__ = ()

    # What it is.
    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each axis."""
        return self.array.shape

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self.array.ndim

    @property
    def size(self) -> int:
        """How many elements there are."""
        return self.array.size

    @property
    def dtype(self) -> np.dtype:
        """The type of each element, as a NumPy dtype on every backend; it equals its name, ``"float32"``."""
        return backend.of(self.array).numpy_dtype(self.array)

    @property
    def device(self) -> Any:
        """Where the elements are, as the backend calls it."""
        return self.array.device

    @property
    def backend(self) -> str:
        """The name of the backend that the elements are on."""
        return backend.of(self.array).name

    @property
    def strides(self) -> tuple[int, ...]:
        """How many elements (not bytes) to go forward in memory for one step along each axis.

        >>> import minitensor as mt
        >>> mt.zeros((2, 3)).strides, mt.zeros((2, 3)).T.strides, mt.zeros((3,)).expand(2, 3).strides
        ((3, 1), (1, 3), (0, 1))
        """
        return backend.of(self.array).strides(self.array)

    def __len__(self) -> int:
        if not self.shape:
            raise DTypeError("a tensor without axes has no length; .item() is its one number")
        return self.shape[0]

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __repr__(self) -> str:
        return printing.to_text(self.array)

    def _repr_html_(self) -> str:
        return printing.to_html(self.array)

    # Elements.
    def __getitem__(self, key: Any) -> "Tensor":
        """A view for ints, slices, ``...`` and None; a copy for masks and integer tensors.

        An integer tensor takes the place of the axis it indexes; several must together index every axis.
        Raises IndexingError, with the shape, where the key does not fit.
        """
        return wrap(ops.getitem(self.array, _raw_key(key)))

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write over the chosen elements; raises before anything is written if the value does not fit unchanged."""
        lib = backend.of(self.array)
        if isinstance(value, (list, tuple, np.generic)):
            value = lib.asarray(value)
        elif isinstance(value, Tensor):
            value = value.array
        if hasattr(value, "dtype") and backend.of(value) is not lib:
            raise DeviceError(
                f"a[...] = b: a is on {self.backend}, b of shape {value.shape} is on {backend.of(value).name}; "
                f"write b.to({self.backend!r})"
            )
        ops.setitem(self.array, _raw_key(key), value)

    # Shape. Each of these is a view where the backend can make one.
    def reshape(self, *shape: Any) -> "Tensor":
        """The same elements in the same order in another shape; one size may be -1 and is worked out."""
        sizes = _sizes(shape)
        try:
            return wrap(backend.of(self.array).xp.reshape(self.array, sizes))
        except (ValueError, TypeError):
            raise ShapeError(
                f"reshape: {self.size} elements of shape {self.shape} do not fill shape {sizes}; "
                "the products of the sizes must be equal (one size may be -1)"
            ) from None

    def permute_dims(self, *axes: Any) -> "Tensor":
        """The axes in another order: axis i of the result is axis ``axes[i]`` of this."""
        order = ops.normalize_axes(_sizes(axes), self.shape, "permute_dims")
        if len(order) != self.ndim:
            raise ShapeError(f"permute_dims: {axes} names {len(order)} axes; shape {self.shape} has {self.ndim}")
        return wrap(backend.of(self.array).xp.permute_dims(self.array, order))

    @property
    def T(self) -> "Tensor":
        """The axes in reverse order; a matrix transposed."""
        return self.permute_dims(*reversed(range(self.ndim)))

    @property
    def mT(self) -> "Tensor":
        """The last two axes swapped: every matrix of a batch transposed."""
        if self.ndim < 2:
            raise ShapeError(f"mT needs two axes; shape {self.shape} has {self.ndim}")
        return wrap(self.array.mT)

    def expand(self, *shape: Any) -> "Tensor":
        """Axes of size 1, and new axes in front, repeated to `shape` without a copy: their stride is 0."""
        sizes = _sizes(shape)
        own = (1,) * (len(sizes) - self.ndim) + self.shape
        if len(own) != len(sizes) or any(old not in (1, new) or new < 0 for old, new in zip(own, sizes, strict=True)):
            raise ShapeError(
                f"expand: shape {self.shape} cannot become {sizes}; counted from the last axis, "
                "each size must stay, or be 1 before"
            )
        return wrap(backend.of(self.array).xp.broadcast_to(self.array, sizes))

    def squeeze(self, axis: Axis = None) -> "Tensor":
        """Without the axes of size 1, or without those named."""
        if axis is None:
            axis = tuple(i for i, size in enumerate(self.shape) if size == 1)
        axes = ops.normalize_axes(axis, self.shape, "squeeze")
        for one in axes:
            if self.shape[one] != 1:
                raise ShapeError(f"squeeze: axis {one} of shape {self.shape} has size {self.shape[one]}, not 1")
        return wrap(backend.of(self.array).xp.squeeze(self.array, axis=axes)) if axes else self

    def expand_dims(self, axis: int) -> "Tensor":
        """With a new axis of size 1 at `axis`."""
        at = ops.normalize_new_axis(axis, self.shape, "expand_dims")
        return wrap(backend.of(self.array).xp.expand_dims(self.array, axis=at))

    # Reductions: over one axis, several, or all.
    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The sum of the elements; booleans and small integers are summed as int64."""
        return wrap(ops.reduce("sum", self.array, axis, keepdims))

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The sum of the elements divided by how many there are; integers give float64."""
        return wrap(ops.reduce("mean", self.array, axis, keepdims))

    def max(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The largest element."""
        return wrap(ops.reduce("max", self.array, axis, keepdims))

    def min(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The smallest element."""
        return wrap(ops.reduce("min", self.array, axis, keepdims))

    def var(self, axis: Axis = None, keepdims: bool = False, correction: float = 0) -> "Tensor":
        """The mean squared distance from the mean; the sum is divided by the count less `correction`."""
        return wrap(ops.reduce("var", self.array, axis, keepdims, correction))

    def std(self, axis: Axis = None, keepdims: bool = False, correction: float = 0) -> "Tensor":
        """The square root of `var`."""
        return wrap(ops.reduce("std", self.array, axis, keepdims, correction))

    def any(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Whether one element at least is true, or not 0."""
        return wrap(ops.reduce("any", self.array, axis, keepdims))

    def all(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Whether every element is true, or not 0."""
        return wrap(ops.reduce("all", self.array, axis, keepdims))

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The position of the first largest element along `axis`, or among all counted row by row."""
        return wrap(ops.arg_reduce("argmax", self.array, axis, keepdims))

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The position of the first smallest element along `axis`, or among all counted row by row."""
        return wrap(ops.arg_reduce("argmin", self.array, axis, keepdims))

    # Out of it: other dtypes, other backends, Python and NumPy.
    def astype(self, dtype: Any) -> "Tensor":
        """A copy with elements of another dtype, cut to fit where they must be: 2.7 becomes the integer 2."""
        lib = backend.of(self.array)
        return wrap(lib.astype(self.array, lib.dtype(dtype)))

    def copy(self) -> "Tensor":
        """A copy that shares nothing with this."""
        return self.astype(self.dtype)

    def contiguous(self) -> "Tensor":
        """The same elements in the order of the axes in memory: itself if they are, else a copy."""
        return wrap(backend.of(self.array).contiguous(self.array))

    def to(self, name: str) -> "Tensor":
        """This tensor on the backend called `name`: itself if it is there, else a copy."""
        target = backend.load(name)
        return self if target is backend.of(self.array) else wrap(target.from_numpy(self.numpy()))

    def numpy(self) -> np.ndarray:
        """The elements as a NumPy array: shared on the NumPy backend, copied from any other."""
        return backend.of(self.array).to_numpy(self.array)

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; one number if there are no axes."""
        return self.numpy().tolist()

    def item(self) -> Any:
        """The one element as a Python number."""
        if self.size != 1:
            raise ShapeError(f"item: shape {self.shape} holds {self.size} elements, not one; index one, or .tolist()")
        return self.numpy().item()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.shape or self.dtype.kind not in "iu":
            raise DTypeError(f"only an integer tensor without axes is an index, not {self.dtype} of shape {self.shape}")
        return self.item()

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ShapeError(
                f"a tensor of shape {self.shape} is neither true nor false; ask .any() or .all() of its elements"
            )
        return bool(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.backend != "numpy":
            raise DeviceError(f"NumPy cannot read a tensor on {self.backend} unasked; write .numpy()")
        return np.array(self.array, dtype=dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[Any, int]:
        return self.array.__dlpack_device__()


def _raw_key(key: Any) -> Any:
    if type(key) is tuple:
        return tuple(part.array if type(part) is Tensor else part for part in key)
    return key.array if type(key) is Tensor else key


def _sizes(given: tuple[Any, ...]) -> tuple[int, ...]:
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    sizes: Sequence[Any] = given[0] if len(given) == 1 and isinstance(given[0], Sequence) else given
    try:
        return tuple(operator.index(size) for size in sizes)
    except TypeError:
        raise ShapeError(f"a shape, or an order of axes, is made of integers, not {given}") from None
