"""PyTorch as the standard has it: an array with the standard's attributes and operators, and the functions beside it.

The functions are array-api-compat's. What differs here is what a number is: dtypes promote as NumPy's do, a float that
is made of integers is float64, a number that does not fit is refused, and errors are of the kind that NumPy raises.
"""

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, ClassVar

import array_api_compat.torch as standard
import numpy
import torch

from minitensor.backend.dtypes import HOLDS, holds_number

# Not uint16, uint32 and uint64: PyTorch keeps them, but does not add, compare or choose them.
NUMPY = {
    getattr(torch, name): numpy.dtype(name)
    for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "float16", "float32", "float64", "complex64",
                 "complex128")
}  # fmt: skip
TORCH = {own: dtype for dtype, own in NUMPY.items()}
COMPARE = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
FRACTIONS = {"divide", "atan2", "hypot", "logaddexp", "copysign", "nextafter"}  # of integers they are float64
ALIKE = COMPARE | FRACTIONS | {
    "add", "subtract", "multiply", "floor_divide", "remainder", "pow", "maximum", "minimum", "where", "clip", "concat",
    "stack", "matmul", "vecdot", "tensordot", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift",
    "bitwise_right_shift",
}  # fmt: skip  # whose operands take on one dtype
FLOATS = FRACTIONS | {
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1", "log", "log1p", "log2", "log10",
    "reciprocal", "sin", "sinh", "sqrt", "tan", "tanh", "mean", "std", "var",
}  # fmt: skip


class Namespace:
    """The standard's functions on the arrays of one device; `linalg` is another.

    kind : the class of the arrays; functions : the module of array-api-compat
    """

    def __init__(self, kind: "type[TorchArray]", functions: Any = standard) -> None:
        self._kind, self._functions = kind, functions

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._functions, name)
        if isinstance(found, ModuleType):
            found = Namespace(self._kind, found)
        elif callable(found) and not isinstance(found, type):
            found = self._function(name, found)
        setattr(self, name, found)  # so that it is made once
        return found

    def _function(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        kind = self._kind
        together, floats = name in ALIKE, name in FLOATS

        def call(*args: Any, **options: Any) -> Any:
            given = [_bare(kind, each) for each in args]
            if together:
                given = _alike(kind, name, given)
            elif floats and not given[0].dtype.is_floating_point and not given[0].dtype.is_complex:
                given[0] = given[0].to(torch.float64)
            return _dressed(kind, computed(function, *given, **{key: _bare(kind, options[key]) for key in options}))

        return call

    # --- what makes arrays: dtypes are NumPy's where none is given -------------------------------------------------

    def asarray(self, data: Any, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
        kind = self._kind
        if not isinstance(data, (kind, torch.Tensor)):
            data = numpy.asarray(data)
            data = from_numpy(data if dtype is None else data.astype(NUMPY[dtype]))
        made = computed(standard.asarray, _bare(kind, data), dtype=dtype, device=device or kind.place, copy=copy)
        return kind(made)

    def from_dlpack(self, data: Any, **options: Any) -> Any:
        return self._kind(computed(torch.from_dlpack, _bare(self._kind, data)))

    def arange(self, start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, device: Any = None) -> Any:
        whole = all(isinstance(each, int) for each in (start, stop or 0, step))
        dtype = dtype or (torch.int64 if whole else torch.float64)
        return self._made(standard.arange, start, stop, step, dtype=dtype, device=device)

    def full(self, shape: Any, value: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(
            standard.full, shape, value, dtype=dtype or TORCH[numpy.asarray(value).dtype], device=device
        )

    def zeros(self, shape: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.zeros, shape, dtype=dtype, device=device)

    def ones(self, shape: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.ones, shape, dtype=dtype, device=device)

    def empty(self, shape: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.empty, shape, dtype=dtype, device=device)

    def eye(self, rows: int, columns: int | None = None, k: int = 0, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.eye, rows, columns, k=k, dtype=dtype, device=device)

    def linspace(self, start: Any, stop: Any, num: int, endpoint: bool = True, dtype: Any = None, device: Any = None) -> Any:
        made = numpy.linspace(start, stop, num, endpoint=endpoint, dtype=NUMPY[dtype or torch.float64])
        return self.asarray(made, device=device)

    def _made(self, function: Callable[..., Any], *args: Any, dtype: Any, device: Any, **options: Any) -> Any:
        kind = self._kind
        made = computed(function, *args, dtype=dtype or torch.float64, device=device or kind.place, **options)
        return kind(made)

    # --- what the two libraries do differently ---------------------------------------------------------------------

    def take(self, array: Any, indices: Any, axis: int | None = None) -> Any:
        places, axis = indices.tensor.to(torch.int64), 0 if axis is None else axis
        size = array.shape[axis]
        places = torch.where(places < 0, places + size, places)  # PyTorch does not count from the end here
        return self._kind(computed(torch.index_select, array.tensor, axis, places))


class TorchArray:
    """One tensor of PyTorch, with the attributes and operators that the standard names.

    PyTorch has no negative strides. So a slice with a negative step is a view of a `base` that lies the other way round
    on the axes `turned`, and is turned when it is read. place : the device, of a class of its own; xp : its functions
    """

    __slots__ = ("base", "turned")
    __array_ufunc__ = None  # NumPy arrays step back
    place: ClassVar[Any]
    xp: ClassVar[Namespace]

    def __init__(self, base: Any, turned: tuple[int, ...] = ()) -> None:
        self.base, self.turned = base, turned

    @property
    def tensor(self) -> Any:
        """As PyTorch has it: the base, or a copy that is turned."""
        return self.base.flip(self.turned) if self.turned else self.base

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.base.shape)

    @property
    def ndim(self) -> int:
        return self.base.ndim

    @property
    def size(self) -> int:
        return self.base.numel()

    @property
    def dtype(self) -> Any:
        return self.base.dtype

    @property
    def device(self) -> Any:
        return self.base.device

    @property
    def mT(self) -> "TorchArray":
        return type(self)(self.tensor.mT)

    @property
    def T(self) -> "TorchArray":
        return type(self)(self.tensor.T)

    def to_device(self, device: Any, /, *, stream: Any = None) -> "TorchArray":
        return array_type(torch.device(device))(self.tensor.to(device))

    def __array_namespace__(self, *, api_version: str | None = None) -> Namespace:
        return self.xp

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("NumPy cannot read an array of PyTorch unasked; write .numpy()")

    def __dlpack__(self, **options: Any) -> Any:
        return self.tensor.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.base.__dlpack_device__()

    def __reduce__(self) -> Any:
        return _again, (self.tensor,)

    def __repr__(self) -> str:
        return repr(self.tensor)

    def item(self) -> Any:
        return computed(self.tensor.item)

    def __bool__(self) -> bool:
        return computed(self.tensor.__bool__)

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        return computed(self.tensor.__index__)

    def __getitem__(self, key: Any) -> "TorchArray":
        key, turned = self._key(key)
        return type(self)(computed(self.base.__getitem__, key), turned)

    def __setitem__(self, key: Any, value: Any) -> None:
        key, turned = self._key(key)
        base = self.base
        if type(value) is type(self):
            value = value.tensor
            if value.untyped_storage().data_ptr() == base.untyped_storage().data_ptr():
                value = value.clone()  # what is read must not be what is written
            if turned:
                value = computed(torch.broadcast_to, value, base[key].shape).flip(turned)
        computed(base.__setitem__, key, value)

    def _key(self, key: Any) -> tuple[Any, tuple[int, ...]]:
        """The key for the base, whose steps are positive, and the axes on which what it chooses is turned."""
        parts = [_index(type(self), part) for part in (key if isinstance(key, tuple) else (key,))]
        if not self.turned and all(type(part) is not slice or (part.step or 1) > 0 for part in parts):
            return tuple(parts), ()
        if any(isinstance(part, torch.Tensor) for part in parts):
            raise IndexError("an array stands beside a slice with a negative step; index in two steps")
        left = self.ndim - sum(part is not None and part is not ... for part in parts)
        at = next((number for number, part in enumerate(parts) if part is ...), len(parts))
        parts[at : at + 1] = [slice(None)] * left
        turned, axis, out = [], 0, 0
        for number, part in enumerate(parts):
            if part is not None:
                places = range(self.shape[axis])[part]
                if axis in self.turned:
                    places = range(self.shape[axis])[::-1][part]
                if isinstance(places, int):
                    parts[number], out = places, out - 1
                elif places and places.step < 0:
                    parts[number] = slice(places[-1], places[0] + 1, -places.step)
                    turned.append(out)
                else:
                    parts[number] = slice(places.start, places.stop, places.step) if places else slice(0, 0)
                axis += 1
            out += 1
        return tuple(parts), tuple(turned)


def _index(kind: type, part: Any) -> Any:
    if type(part) is kind:
        return part.tensor if part.tensor.dtype is torch.bool else part.tensor.to(torch.int64)
    return part


def _operators(python: str, name: str) -> None:
    """The operator, reflected and in place, by way of the standard's function of that name."""

    def forward(self: Any, other: Any) -> Any:
        return getattr(self.xp, name)(self, other) if _fits(self, other) else NotImplemented

    def reflected(self: Any, other: Any) -> Any:
        return getattr(self.xp, name)(other, self) if _fits(self, other) else NotImplemented

    def in_place(self: Any, other: Any) -> Any:
        made = forward(self, other)
        if made is NotImplemented:
            return made
        if made.dtype is not self.dtype:
            raise TypeError(f"{NUMPY[self.dtype]} elements cannot hold {NUMPY[made.dtype]} values")
        self[...] = made
        return self

    setattr(TorchArray, f"__{python}__", forward)
    if name not in COMPARE:
        setattr(TorchArray, f"__r{python}__", reflected)
        setattr(TorchArray, f"__i{python}__", in_place)


def _fits(array: Any, other: Any) -> bool:
    return type(other) is type(array) or type(other) in HOLDS


for _python, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "pow", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift", "lt": "less",
    "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}.items():  # fmt: skip
    _operators(_python, _name)
for _python, _name in {"neg": "negative", "pos": "positive", "invert": "bitwise_invert", "abs": "abs"}.items():
    setattr(TorchArray, f"__{_python}__", lambda self, _name=_name: getattr(self.xp, _name)(self))


@cache
def array_type(device: Any) -> type[TorchArray]:
    """The class of the arrays on a device of PyTorch; each has its own, so that two do not mix."""
    kind = type("TorchArray", (TorchArray,), {"__slots__": (), "__module__": __name__, "place": device})
    kind.xp = Namespace(kind)
    return kind


def _again(tensor: Any) -> TorchArray:
    """An array out of a pickle."""
    return array_type(torch.device(tensor.device.type if tensor.device.index in (None, 0) else tensor.device))(tensor)


def from_numpy(array: numpy.ndarray) -> Any:
    """A tensor on the processor that shares nothing with `array`, in the same layout but for negative strides."""
    steps = [stride for stride, size in zip(array.strides, array.shape, strict=True) if size > 1]
    copied = numpy.array(array, order="C" if any(step <= 0 for step in steps) else "K")
    return torch.from_numpy(copied)


def computed(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What a function of PyTorch gives; what it raises is of the kind that NumPy raises."""
    try:
        return function(*args, **options)
    except (RuntimeError, AssertionError) as error:  # NotImplementedError is one too
        text = str(error).partition("\n")[0]
        if isinstance(error, torch.OutOfMemoryError) or "allocate" in text or "not enough memory" in text:
            raise MemoryError(text) from None
        if isinstance(error, NotImplementedError) or "not implemented" in text or "not support" in text:
            raise TypeError(text) from None
        raise ValueError(text) from None


def _bare(kind: type, given: Any) -> Any:
    if type(given) is kind:
        return given.tensor
    if type(given) in (list, tuple):
        return type(given)(_bare(kind, each) for each in given)
    return given


def _dressed(kind: type, made: Any) -> Any:
    if isinstance(made, torch.Tensor):
        return kind(made)
    if isinstance(made, (list, tuple)) and not isinstance(made, torch.Size):
        each = [_dressed(kind, one) for one in made]
        return type(made)(*each) if hasattr(made, "_fields") else type(made)(each)
    return made


def _alike(kind: Any, name: str, given: list[Any]) -> list[Any]:
    """The operands in one dtype, which is NumPy's for them; Python numbers as they are, if they fit."""
    first = 1 if name == "where" else 0
    listed = name in ("concat", "stack")
    operands = list(given[0]) if listed else given[first:]
    wide = _together(name, tuple(x.dtype if isinstance(x, torch.Tensor) else type(x) for x in operands))
    own = NUMPY[wide]
    for number, x in enumerate(operands):
        if isinstance(x, torch.Tensor):
            operands[number] = x if x.dtype is wide else x.to(wide)
        elif type(x) is int and own.kind in "biu" and not holds_number(own, x):
            if name not in COMPARE:
                raise OverflowError(f"{own} elements cannot hold {x:.30}")
            return _alike(kind, name, [y.to(torch.float64) if isinstance(y, torch.Tensor) else float(y) for y in given])
        elif number == 0 and x is not None and type(x) in HOLDS:  # some functions of PyTorch want a tensor there
            operands[number] = torch.full((), x, dtype=wide, device=kind.place)
    return [operands, *given[1:]] if listed else [*given[:first], *operands]


@cache
def _together(name: str, kinds: tuple[Any, ...]) -> Any:
    """The dtype that NumPy gives operands of these dtypes and types of Python numbers."""
    samples = {bool: True, int: 1, float: 1.0, complex: 1j}
    found = numpy.result_type(*(NUMPY[x] if isinstance(x, torch.dtype) else samples[x] for x in kinds if x in samples or isinstance(x, torch.dtype)))
    if found.kind in "biu" and name in FRACTIONS:
        found = numpy.dtype("float64")
    if found not in TORCH:
        raise TypeError(f"PyTorch does not compute with {found}")
    return TORCH[found]
