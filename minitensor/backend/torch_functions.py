"""PyTorch's functions as the standard has them, on the arrays of `torch_array.py`.

They are array-api-compat's. What differs here is what a number is: dtypes promote as NumPy's do, a float made of
integers is float64, a number that does not fit is refused, and errors are of the kind that NumPy raises.
"""

from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import numpy

from minitensor.backend import kinds
from minitensor.backend.dtypes import HOLDS, holds_number
from minitensor.errors import DTypeError, InputError, ShapeError

try:
    import array_api_compat.torch as standard
    import torch
except ImportError:  # which `with_torch.py` explains; then nothing here is called
    standard = torch = None

# Not uint16, uint32 and uint64: PyTorch keeps them, but does not add, compare or choose them.
NUMPY = {
    getattr(torch, name, name): numpy.dtype(name)
    for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "float16", "float32", "float64", "complex64",
                 "complex128")
}  # fmt: skip
FLOATING = {dtype for dtype, own in NUMPY.items() if own.kind in "fc"}
CPU = "cpu"
TORCH = {own: dtype for dtype, own in NUMPY.items()}
COMPARE = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
FRACTIONS = kinds.FLOATS_OF_TWO | {"divide"}  # of integers they are float64
ALIKE = COMPARE | FRACTIONS | {
    "add", "subtract", "multiply", "floor_divide", "remainder", "pow", "maximum", "minimum", "where", "clip", "concat",
    "stack", "matmul", "vecdot", "tensordot", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift",
    "bitwise_right_shift",
}  # fmt: skip  # whose operands take on one dtype
FLOATS = FRACTIONS | kinds.FLOATS | {"mean", "std", "var"}
WIDE = {dtype for dtype, own in NUMPY.items() if own.name in ("float64", "complex128")}  # not on Apple's GPUs
WHOLE = {"floor_divide", "remainder", "pow"}  # that may have no whole result: devices differ in what they give then
COPIES = {"conj", "positive", "real"}  # of real numbers PyTorch gives what it was given


class Namespace:
    """The standard's functions on the arrays of one device; `linalg` is another.

    kind : the class of the arrays; functions : the module of array-api-compat
    """

    def __init__(self, kind: Any, functions: Any = standard) -> None:
        self._kind, self._functions = kind, functions
        self.__name__, self.__version__ = "torch", torch.__version__

    def __getattr__(self, name: str) -> Any:
        found = OTHERS.get(name) or getattr(self._functions, name)
        if isinstance(found, ModuleType):
            found = Namespace(self._kind, found)
        elif callable(found) and not isinstance(found, type):
            found = self._function(name, found)
        setattr(self, name, found)  # so that it is made once
        return found

    def _function(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        kind = self._kind
        together, floats, copies = name in ALIKE, name in FLOATS, name in COPIES

        def call(*args: Any, **options: Any) -> Any:
            given, named = _bare(kind, list(args)), {key: _bare(kind, options[key]) for key in options}
            if together:
                given = _alike(kind, name, given)
                if name in WHOLE:
                    _refuse(name, *given)
            elif floats and given[0].dtype not in FLOATING:
                given[0] = cast(kind, given[0], torch.float64)
            if kind.narrow and any(each in WIDE for each in _dtypes([given, *named.values()])):
                given, named = _on_cpu(given), {key: _on_cpu(named[key]) for key in named}
            made = computed(function, *given, **named)
            return kind(made.clone()) if copies else _dressed(kind, made)

        return call

    # --- what makes arrays: dtypes are NumPy's where none is given -------------------------------------------------

    def asarray(self, data: Any, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
        kind = self._kind
        if not isinstance(data, (kind, torch.Tensor)):
            data = numpy.asarray(data)
            data = from_numpy(data if dtype is None else data.astype(NUMPY[dtype]))
        data = _bare(kind, data)
        place = self._place(dtype or data.dtype, device)
        return kind(computed(standard.asarray, data, dtype=dtype, device=place, copy=copy))

    def from_dlpack(self, data: Any, **options: Any) -> Any:
        data = _bare(self._kind, data)
        own = isinstance(data, torch.Tensor) and data.layout is torch.strided and not data.requires_grad
        found = data if own else computed(torch.from_dlpack, data)
        if found.dtype not in NUMPY:
            raise TypeError(f"{found.dtype} is not computed with here")
        return self._kind(found)

    def arange(self, start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, device: Any = None) -> Any:
        numbers = (start, step, 0 if stop is None else stop)
        whole = all(isinstance(each, int) for each in numbers)
        dtype = dtype or (torch.int64 if whole else torch.float64)
        if whole and max(map(abs, numbers)) > 2**53:  # PyTorch counts in floats
            first: Any
            last: Any
            first, last = (0, start) if stop is None else (start, stop)
            return self.asarray(numpy.arange(first, last, step, dtype=NUMPY[dtype]), device=device)
        return self._made(standard.arange, start, stop, step, dtype=dtype, device=device)

    def full(self, shape: Any, value: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.full, shape, value, dtype=dtype or TORCH[numpy.asarray(value).dtype], device=device)

    def zeros(self, shape: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.zeros, shape, dtype=dtype, device=device)

    def ones(self, shape: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.ones, shape, dtype=dtype, device=device)

    def empty(self, shape: Any, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.empty, shape, dtype=dtype, device=device)

    def eye(self, rows: int, columns: int | None = None, k: int = 0, dtype: Any = None, device: Any = None) -> Any:
        return self._made(standard.eye, rows, columns, k=k, dtype=dtype, device=device)

    def linspace(
        self, start: Any, stop: Any, num: int, endpoint: bool = True, dtype: Any = None, device: Any = None
    ) -> Any:
        made = numpy.linspace(start, stop, num, endpoint=endpoint, dtype=NUMPY[dtype or torch.float64])
        return self.asarray(made, device=device)

    def _made(self, function: Callable[..., Any], *args: Any, dtype: Any, device: Any, **options: Any) -> Any:
        kind = self._kind
        dtype = dtype or torch.float64
        return kind(computed(function, *args, dtype=dtype, device=self._place(dtype, device), **options))

    def _place(self, dtype: Any, device: Any) -> Any:
        return home(self._kind, dtype) if device in (None, self._kind.place) else device


def taken(array: Any, indices: Any, axis: int | None = None) -> Any:
    """PyTorch does not count from the end here."""
    axis, places = 0 if axis is None else axis, indices.to(torch.int64)
    return torch.index_select(array, axis, torch.where(places < 0, places + array.shape[axis], places))


def places_among(ordered: Any, values: Any, **options: Any) -> Any:
    """Among those before the first NaN, which PyTorch would not take for the largest; it warns of other layouts."""
    count = int((ordered == ordered).sum())
    found = standard.searchsorted(ordered[:count].contiguous(), values.contiguous(), **options)
    last = count if options.get("side") != "right" else ordered.shape[0]
    return torch.where(values == values, found, torch.full_like(found, last))


def product(a: Any, b: Any) -> Any:
    """The matrix product. Of truth values it is `or` of `and`; of integers on a GPU, whose libraries have none, the sum
    of columns by rows, one after another."""
    if a.dtype is torch.bool:
        return product(a.to(torch.float32), b.to(torch.float32)) != 0  # a count never comes back to zero
    if a.device.type == CPU or a.dtype in FLOATING:
        return standard.matmul(a, b)
    return columns_by_rows(a, b)


def columns_by_rows(a: Any, b: Any) -> Any:
    """The matrix product as a sum of outer products. Memory: one more table like the result."""
    left, right = a[None] if a.ndim == 1 else a, b[:, None] if b.ndim == 1 else b
    if left.shape[-1] != right.shape[-2]:
        raise ShapeError(f"the inner sizes {left.shape[-1]} and {right.shape[-2]} disagree")
    batch = torch.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    total = torch.zeros((*batch, left.shape[-2], right.shape[-1]), dtype=a.dtype, device=a.device)
    for k in range(left.shape[-1]):
        total += left[..., :, k, None] * right[..., k, None, :]
    total = total[..., 0, :] if a.ndim == 1 else total
    return total[..., 0] if b.ndim == 1 else total


OTHERS = {"matmul": product, "searchsorted": places_among, "take": taken}  # in place of array-api-compat's


def from_numpy(array: numpy.ndarray) -> Any:
    """A tensor on the processor that shares nothing with `array`, in the same layout but for negative strides."""
    steps = [stride for stride, size in zip(array.strides, array.shape, strict=True) if size > 1]
    copied = numpy.array(array, order="C" if any(step <= 0 for step in steps) else "K")
    return torch.from_numpy(copied)


def computed(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What a function of PyTorch gives; what it raises is of the kind that NumPy raises."""
    try:
        return function(*args, **options)
    except (RuntimeError, AssertionError) as error:
        raise _as_numpy_says(error) from None


def _as_numpy_says(error: Exception) -> Exception:
    text = str(error).partition("\n")[0]
    if isinstance(error, torch.OutOfMemoryError) or "allocate" in text or "not enough memory" in text:
        return MemoryError(text)
    lacks = isinstance(error, NotImplementedError) or "not implemented" in text or "not support" in text
    return TypeError(text) if lacks else ValueError(text)


def home(kind: Any, dtype: Any) -> Any:
    """Where arrays of this dtype lie: on the device, or in the processor's memory if the device does not have it."""
    return CPU if kind.narrow and dtype in WIDE else kind.place


def cast(kind: Any, tensor: Any, dtype: Any) -> Any:
    """A copy of a tensor in another dtype, where arrays of that lie."""
    place = home(kind, dtype)
    return tensor.to(place).to(dtype) if place == CPU else tensor.to(dtype).to(place)


def _dtypes(given: Any) -> Iterator[Any]:
    """The dtypes in nested lists of arguments, and those of the tensors there."""
    for each in given:
        if isinstance(each, (list, tuple)):
            yield from _dtypes(each)
        elif isinstance(each, (torch.Tensor, torch.dtype)):
            yield each.dtype if isinstance(each, torch.Tensor) else each


def _on_cpu(given: Any) -> Any:
    if isinstance(given, (list, tuple)):
        return type(given)(map(_on_cpu, given))
    return given.to(CPU) if isinstance(given, torch.Tensor) else given


def _refuse(name: str, a: Any, b: Any) -> None:
    """Raise InputError for integers divided by 0, and for integers to negative powers."""
    if (a if isinstance(a, torch.Tensor) else b).dtype in FLOATING:
        return
    wrong = b < 0 if name == "pow" else b == 0
    if bool(wrong.any() if isinstance(wrong, torch.Tensor) else wrong):
        what = "integers to negative integer powers" if name == "pow" else "division of integers by 0"
        raise InputError(f"{name}: {what}; use .astype('float64')")


def _bare(kind: Any, given: Any) -> Any:
    if type(given) is kind:
        return given.tensor
    if type(given) in (list, tuple):
        return type(given)(_bare(kind, each) for each in given)
    return given


def _dressed(kind: Any, made: Any) -> Any:
    if isinstance(made, torch.Tensor):
        return kind(made.to(home(kind, made.dtype)) if kind.narrow else made)
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
            operands[number] = x if x.dtype is wide else cast(kind, x, wide)
        elif type(x) is int and own.kind in "biu" and not holds_number(own, x):
            if name not in COMPARE:
                raise DTypeError(f"{own} elements cannot hold {x!s:.30}")
            return _alike(
                kind, name, [cast(kind, y, torch.float64) if isinstance(y, torch.Tensor) else float(y) for y in given]
            )
        elif number == 0 and x is not None and type(x) in HOLDS:  # some functions of PyTorch want a tensor there
            operands[number] = torch.full((), x, dtype=wide, device=home(kind, wide))
    return [operands, *given[1:]] if listed else [*given[:first], *operands]


@cache
def _together(name: str, given: tuple[Any, ...]) -> Any:
    """The dtype that NumPy gives operands of these dtypes and types of Python numbers."""
    samples = {bool: True, int: 1, float: 1.0, complex: 1j}
    found = numpy.result_type(*(NUMPY[x] if x in NUMPY else samples[x] for x in given if x is not type(None)))
    if found.kind in "biu" and name in FRACTIONS:
        found = numpy.dtype("float64")
    return TORCH[found]
