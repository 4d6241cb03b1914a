"""An array of PyTorch as the standard has it: attributes, operators, indexing."""

from functools import cache
from typing import Any, ClassVar

from minitensor.backend.dtypes import HOLDS
from minitensor.backend.torch_functions import COMPARE, NUMPY, Namespace, computed
from minitensor.errors import ShapeError

try:
    import torch
except ImportError:  # which `with_torch.py` explains; then nothing here is called
    torch = None

AXES = 64  # that an array of NumPy may have


class TorchArray:
    """One tensor of PyTorch, with the attributes and operators that the standard names.

    PyTorch has no negative strides. So a slice with a negative step is a view of a `base` that lies the other way round
    on the axes `turned`, and is turned when it is read.

    place : the device, of a class of its own; xp : its functions; narrow : whether it has no float64, so that arrays of
    that lie in the processor's memory
    """

    __slots__ = ("base", "turned")
    __array_ufunc__ = None  # NumPy arrays step back
    place: ClassVar[Any]
    narrow: ClassVar[bool] = False
    xp: ClassVar[Namespace]

    def __init__(self, base: Any, turned: tuple[int, ...] = ()) -> None:
        if base.ndim > AXES:
            raise ShapeError(f"{base.ndim} axes are more than {AXES}")
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
            value = value.tensor.to(base.device)
            if value.untyped_storage().data_ptr() == base.untyped_storage().data_ptr():
                value = value.clone()  # what is read must not be what is written
            if turned:
                value = computed(torch.broadcast_to, value, base[key].shape).flip(turned)
        computed(base.__setitem__, key, value)

    def _index(self, part: Any) -> Any:
        if type(part) is not type(self):
            return part
        return part.tensor.to(self.device, torch.bool if part.dtype is torch.bool else torch.int64)

    def _key(self, key: Any) -> tuple[Any, tuple[int, ...]]:
        """The key for the base, whose steps are positive, and the axes on which what it chooses is turned."""
        parts = [self._index(part) for part in (key if isinstance(key, tuple) else (key,))]
        if not self.turned and all(type(part) is not slice or (part.step or 1) > 0 for part in parts):
            return tuple(parts), ()
        if any(isinstance(part, torch.Tensor) for part in parts):  # by the place in the base of each element chosen
            numbers = torch.arange(self.size, device=self.device).reshape(self.shape).flip(self.turned)
            return torch.unravel_index(computed(numbers.__getitem__, tuple(parts)), self.shape), ()
        left = self.ndim - sum(part is not None and part is not ... for part in parts)
        at = next((number for number, part in enumerate(parts) if part is ...), len(parts))
        parts[at : at + 1] = [slice(None)] * left
        turned, axis, out = [], 0, 0
        for number, part in enumerate(parts):
            if part is not None:
                places = range(self.shape[axis])[:: -1 if axis in self.turned else 1][part]
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
        if made.shape != self.shape:
            raise ShapeError("the result has another shape")
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
    kind: Any = type("TorchArray", (TorchArray,), {"__slots__": (), "__module__": __name__, "place": device})
    kind.xp = Namespace(kind)
    return kind


def _again(tensor: Any) -> TorchArray:
    """An array out of a pickle."""
    return array_type(torch.device(tensor.device.type if tensor.device.index in (None, 0) else tensor.device))(tensor)
