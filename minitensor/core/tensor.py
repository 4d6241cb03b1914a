"""Class `Tensor`: a thin shell round one array of NumPy or CuPy.

Its operations are made by `operations.py`, a line a family. Those that are written ``@unary(...)``, ``@reduction(...)``
or ``@method(...)`` have no body: the decorator makes one, which runs the primitive operation that it names.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from minitensor import backend, ops
from minitensor.backend import matmul
from minitensor.core import door, indexing, operations, printing, shaping, totals
from minitensor.core.numpy_functions import AskedByNumPy, array_function, array_ufunc, refuse_shuffle
from minitensor.core.operations import DType, Key, Operator, Value, comparison, method, operators, reduction, unary
from minitensor.core.words import Words
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError
from minitensor.ops import Axis, primitive

_getitem, _setitem = ops.Table("getitem", indexing.getitem), primitive(indexing.setitem)
_contiguous = primitive(shaping.contiguous)
_FLOAT64, _FLOAT32, _INT64, _BOOL = map(np.dtype, ("float64", "float32", "int64", "bool"))


def wrap(array: Any) -> "Tensor":
    """A Tensor round a raw array, unchecked and without a copy."""
    out = Tensor()
    out.array = array
    return out


class Tensor(Words):
    """A rectangular block of numbers of one dtype, on one backend.

    Made by `tensor` from lists and numbers, by `as_tensor` round an array without a copy, by `zeros` and the like.
    dtypes promote as in NumPy (NEP 50): ``float32 * 2.0`` stays float32. Operations on a subclass give plain Tensors,
    unless it defines `_operation`. There is no ``__init__``: without one an object is made in two thirds of the time or
    less (tests/benchmarks/claims.py).

    >>> import minitensor as mt
    >>> image = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> (image * 10 + mt.tensor([0.0, 5.0])).tolist()
    [[10.0, 25.0], [30.0, 45.0]]
    >>> image[:, 0].tolist(), image.sum(axis=0).tolist(), (image @ image).shape
    ([1.0, 3.0], [4.0, 6.0], (2, 2))
    """

    __slots__ = ("array",)
    __array_ufunc__, __array_function__ = AskedByNumPy(array_ufunc), AskedByNumPy(array_function)
    __hash__ = None  # type: ignore[assignment]  # == compares the elements, so a Tensor cannot be a key
    array: Any

    # ``_operation(name, function, args, options)``: how a subclass computes every operation on its instances.
    _operation: ClassVar[Callable[[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any] | None] = None

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
        dtype = self.array.dtype
        if dtype is _FLOAT64 or dtype is _FLOAT32 or dtype is _INT64 or dtype is _BOOL:
            return dtype  # nearly all tensors have one of these
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
        array = self.array
        try:
            size = array.itemsize
            return tuple([stride // size for stride in array.strides])
        except AttributeError:
            return backend.of(array).strides(array)

    # Arithmetic, comparison and bits: forward, reflected, in place.
    __add__, __radd__, __iadd__ = operators("add", "add", "+")
    __sub__, __rsub__, __isub__ = operators("sub", "subtract", "-")
    __mul__, __rmul__, __imul__ = operators("mul", "multiply", "*")
    __truediv__, __rtruediv__, __itruediv__ = operators("truediv", "divide", "/")
    __floordiv__, __rfloordiv__, __ifloordiv__ = operators("floordiv", "floor_divide", "//")
    __mod__, __rmod__, __imod__ = operators("mod", "remainder", "%")
    __pow__, __rpow__, __ipow__ = operators("pow", "pow", "**")
    __and__, __rand__, __iand__ = operators("and", "bitwise_and", "&")
    __or__, __ror__, __ior__ = operators("or", "bitwise_or", "|")
    __xor__, __rxor__, __ixor__ = operators("xor", "bitwise_xor", "^")
    __lshift__, __rlshift__, __ilshift__ = operators("lshift", "bitwise_left_shift", "<<")
    __rshift__, __rrshift__, __irshift__ = operators("rshift", "bitwise_right_shift", ">>")
    __matmul__, __rmatmul__ = operators("matmul", "matmul", "@", matmul)[:2]
    __lt__, __le__ = comparison("lt", "less", "<"), comparison("le", "less_equal", "<=")
    __gt__, __ge__ = comparison("gt", "greater", ">"), comparison("ge", "greater_equal", ">=")
    __eq__: ClassVar[Operator] = comparison("eq", "equal", "==")  # type: ignore[assignment]
    __ne__: ClassVar[Operator] = comparison("ne", "not_equal", "!=")  # type: ignore[assignment]

    @unary(ops.elementwise("negative", "-"))
    def __neg__(self) -> "Tensor":
        """Every element with the other sign."""

    @unary(ops.elementwise("positive", "+"))
    def __pos__(self) -> "Tensor":
        """Every element as it is, in a copy."""

    @unary(ops.elementwise("bitwise_invert", "~"))
    def __invert__(self) -> "Tensor":
        """Every truth value, or every bit, inverted."""

    @unary(ops.elementwise("abs"))
    def abs(self) -> "Tensor":
        """The size of every element, without its sign; the modulus of a complex one."""

    @unary(ops.elementwise("exp"), floats=True)
    def exp(self) -> "Tensor":
        """e to the power of every element; of integers in float64, as for `log`, `sqrt` and `tanh`."""

    @unary(ops.elementwise("log"), floats=True)
    def log(self) -> "Tensor":
        """The natural logarithm of every element; NumPy warns where it is not positive."""

    @unary(ops.elementwise("sqrt"), floats=True)
    def sqrt(self) -> "Tensor":
        """The square root of every element; NumPy warns where it is negative."""

    @unary(ops.elementwise("tanh"), floats=True)
    def tanh(self) -> "Tensor":
        """The hyperbolic tangent of every element."""

    @unary(ops.elementwise("abs"))
    def __abs__(self) -> "Tensor":
        """``abs(a)``: the size of every element, without its sign."""

    # Elements.
    def __getitem__(self, key: Key) -> "Tensor":
        """A view for ints, slices, ``...`` and None; a copy for masks and integer tensors.

        An integer tensor takes the place of the axis it indexes; several must together index every axis.
        Raises IndexingError, with the shape, where the key does not fit.
        """
        if type(self) is not Tensor:
            return door.enter("getitem", Tensor.__getitem__, (self, key))
        at: Any = key
        array, kind, result = self.array, type(at), None
        try:
            if kind in indexing.BASIC:
                result = array[...] if at is ... else array[at, ...]  # with the dots NumPy gives a view, not a scalar
            elif kind is tuple and indexing.BASIC.issuperset(map(type, at)):
                result = array[at if ... in at else (*at, ...)]
            elif kind is Tensor or (kind is tuple and _KEYS.issuperset(map(type, at))):
                result = _getitem[type(array)](array, indexing.raw(at))
            elif door.overriding((at,)):
                return door.enter("getitem", Tensor.__getitem__, (self, at))
        except Exception:
            result = None
        if type(result) is not type(array):
            result = operations.rescued(result, indexing.getitem, array, indexing.raw(at))
        out = Tensor()
        out.array = result
        return out

    def __setitem__(self, key: Key, value: Value) -> None:
        """Write over the chosen elements; raises before anything is written if the value does not fit unchanged."""
        at: Any = key
        what: Any = value
        kind = type(at)
        simple = kind in indexing.BASIC or (kind is tuple and indexing.BASIC.issuperset(map(type, at)))
        if type(self) is not Tensor or (not simple and door.overriding((at, what))):
            door.enter("setitem", Tensor.__setitem__, (self, at, what))
        elif type(what) is Tensor:
            if kind is int:
                refuse_shuffle(self.array, what.array)
            _setitem(self.array, at if simple else indexing.raw(at), what.array)
        elif type(what) in door.NUMBERS:
            _setitem(self.array, at if simple else indexing.raw(at), what)
        elif door.overriding((what,)):
            door.enter("setitem", Tensor.__setitem__, (self, at, what))
        else:
            _setitem(self.array, indexing.raw(at), indexing.raw(what))

    def __len__(self) -> int:
        if not self.shape:
            raise DTypeError("a tensor without axes has no length; .item() is its one number")
        return self.shape[0]

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        found = self == value
        return isinstance(found, Tensor) and bool(found.any())

    # Shape. Each of these is a view where the backend can make one.
    @method(shaping.reshape)
    def reshape(self, shape: int | Sequence[int] = (), *more: int, copy: bool | None = None) -> "Tensor":
        """The same elements in the same order in another shape; one size may be -1 and is worked out.

        copy : True for a copy always, False for none, which raises ShapeError where one is needed
        """

    @method(shaping.permute_dims)
    def permute_dims(self, axes: int | Sequence[int] = (), *more: int) -> "Tensor":
        """The axes in another order: axis i of the result is axis ``axes[i]`` of this."""

    @property
    @unary(shaping.transpose)
    def T(self) -> "Tensor":
        """The axes in reverse order; a matrix transposed."""

    @property
    @unary(shaping.matrix_transpose)
    def mT(self) -> "Tensor":
        """The last two axes swapped: every matrix of a batch transposed."""

    @method(shaping.expand)
    def expand(self, shape: int | Sequence[int] = (), *more: int) -> "Tensor":
        """Axes of size 1, and new axes in front, repeated to `shape` without a copy: their stride is 0."""

    @method(shaping.squeeze)
    def squeeze(self, axis: Axis = None) -> "Tensor":
        """Without the axes of size 1, or without those named."""

    @method(shaping.expand_dims)
    def expand_dims(self, axis: int | Sequence[int]) -> "Tensor":
        """With a new axis of size 1 at `axis`, or several: the places that they have in the result."""

    # Reductions: over one axis, several, or all.
    @reduction(totals.sum)
    def sum(self, axis: Axis = None, keepdims: bool = False, *, dtype: DType | None = None) -> "Tensor":
        """The sum of the elements; booleans and small integers are summed as int64, float16 as float32.

        dtype : of the result, which is exact or refused; floats are added in no less

        Of floats the error is at most 4 eps of the sum of the absolute values, whatever the axes, the layout and the
        length (tests/benchmarks/reductions.py); `mean`, `var`, `std` and the sums of `einsum` inherit it. Memory: none
        but the result where the elements lie row by row, or else a copy at most; one and a half tables on other
        backends than NumPy.
        """

    @reduction(ops.reduction("mean"))
    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The sum of the elements divided by how many there are; integers give float64."""

    @reduction(ops.reduction("max"))
    def max(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The largest element."""

    @reduction(ops.reduction("min"))
    def min(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The smallest element."""

    @method(ops.reduction("var"))
    def var(self, axis: Axis = None, keepdims: bool = False, correction: float = 0) -> "Tensor":
        """The mean squared distance from the mean; the sum is divided by the count less `correction`.

        Made in two passes, less what the rounding of the mean adds. It overflows or vanishes where its value does, and
        `std` not even there. Memory: a tile of the table, a copy where squares would overflow or vanish.
        """

    @method(ops.reduction("std"))
    def std(self, axis: Axis = None, keepdims: bool = False, correction: float = 0) -> "Tensor":
        """The square root of `var`."""

    @reduction(ops.reduction("any"))
    def any(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Whether at least one element is true, or not 0."""

    @reduction(ops.reduction("all"))
    def all(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Whether every element is true, or not 0."""

    @reduction(ops.arg_reduction("argmax"))
    def argmax(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The position of the first largest element along `axis`, or among all counted row by row."""

    @reduction(ops.arg_reduction("argmin"))
    def argmin(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The position of the first smallest element along `axis`, or among all counted row by row."""

    # Other dtypes, other layouts.
    @method(shaping.astype)
    def astype(self, dtype: DType, copy: bool = True, device: Any = None) -> "Tensor":
        """A copy with elements of another dtype, cut to fit where they must be: 2.7 becomes 2, NaN whatever comes.

        copy : False to share the memory where the dtype is the same; device : where it shall be, as in `asarray`
        """

    @unary(shaping.copied)
    def copy(self) -> "Tensor":
        """A copy that shares nothing with this."""

    def contiguous(self) -> "Tensor":
        """The same elements, row by row in memory: itself if they are, else a copy."""
        if type(self) is not Tensor:
            return door.enter("contiguous", Tensor.contiguous, (self,))
        array = _contiguous(self.array)
        return self if array is self.array else wrap(array)

    # Out of it: other backends, Python and NumPy.
    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        """The module whose functions take this by the names of the Array API standard: minitensor itself."""
        package: Any = sys.modules["minitensor"]  # which stands above this room
        if api_version not in (None, *package.API_VERSIONS):
            raise InputError(f"version {api_version!r} of the Array API is none of {', '.join(package.API_VERSIONS)}")
        return package

    def to_device(self, device: Any, /, *, stream: Any = None) -> "Tensor":
        """`to` by the name that the standard has for it; device : the name of a backend, or another tensor's device."""
        return self.to(backend.of_device(device, backend.of(self.array)).name)

    def plain(self) -> "Tensor":
        """The same array as a plain Tensor: itself, but for a subclass."""
        return self if type(self) is Tensor else wrap(self.array)

    def to(self, name: str) -> "Tensor":
        """This tensor on the backend called `name`: itself if it is there, else a copy."""
        target = backend.of_device(name, backend.of(self.array))
        target.refuse_new(self.dtype)
        return self.plain() if target is backend.of(self.array) else wrap(target.from_numpy(self.numpy()))

    def numpy(self) -> np.ndarray:
        """The elements as a NumPy array: shared on the NumPy backend, copied from any other."""
        return backend.of(self.array).to_numpy(self.array)

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; one number if there are no axes."""
        return self.numpy().tolist()

    def item(self) -> Any:
        """The one element as a Python number."""
        try:
            return self.array.item()
        except (AttributeError, ValueError):  # the standard has no such method, or there is not one element
            pass
        if self.array.size != 1:
            raise ShapeError(f"item: shape {self.shape} holds {self.size} elements, not one; index one, or .tolist()")
        return self.numpy().item()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.item(), digits)

    def __index__(self) -> int:
        array = self.array
        if array.ndim or self.dtype.kind not in "iu":
            raise DTypeError(f"only an integer tensor without axes is an index, not {self.dtype} of shape {self.shape}")
        return array.__index__()

    def __bool__(self) -> bool:
        if not self.array.ndim:
            return bool(self.array)
        if self.array.size != 1:
            raise ShapeError(
                f"a tensor of shape {self.shape} is neither true nor false; ask .any() or .all() of its elements"
            )
        return bool(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if not backend.of(self.array).on_processor:
            raise DeviceError(f"NumPy cannot read a tensor on {self.backend} unasked; write .numpy()")
        return np.array(self.array, dtype=dtype, copy=copy)

    def to_numpy(self) -> np.ndarray:
        """What matplotlib asks for: the elements as NumPy may have them unasked."""
        return self.__array__()

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        asked = {"stream": stream, "max_version": max_version, "dl_device": dl_device, "copy": copy}
        options = {name: value for name, value in asked.items() if value is not None}
        return backend.of(self.array).exported(self.array, copy).__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[Any, int]:
        return self.array.__dlpack_device__()

    # How it looks.
    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __repr__(self) -> str:
        return printing.to_text(self.array)

    def _repr_html_(self) -> str:
        return printing.to_html(self.array)


_KEYS = indexing.BASIC | {Tensor}  # what an index may be made of without a closer look
operations.Tensor = Tensor  # type: ignore[attr-defined]  # the class that the fast path asks for
