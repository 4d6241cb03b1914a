"""Raw sums and products along axes, whole and running, in a dtype that may be asked for."""

from typing import Any

from minitensor import backend, ops
from minitensor.backend import kinds
from minitensor.errors import DTypeError
from minitensor.ops import Axis, normalize_axes, normalize_axis

_sum = ops.reduction("sum")


def sum(array: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Any:
    lib = backend.of(array)
    return kinds.in_dtype("sum", lib, _sum(kinds.widened(lib, array, dtype), axis, keepdims), dtype)


def prod(array: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Any:
    lib = backend.of(array)
    options = {"axis": normalize_axes(axis, array.shape, "prod"), "keepdims": ops.truth("prod", keepdims)}
    wide = kinds.widened(lib, array, dtype)
    made = lib.as_array(lib.xp.prod(wide, **options))
    _check_size("prod", lib, wide, lambda floats: lib.as_array(lib.xp.prod(floats, **options)))
    return kinds.in_dtype("prod", lib, made, dtype)


def cumsum(array: Any, axis: int = -1) -> Any:
    lib, at = backend.of(array), normalize_axis(axis, array.shape, "cumsum")
    if lib.numpy_dtype(array).kind == "b":
        array = lib.astype(array, lib.dtype("int64"))
    return lib.cumulative_sum(array, at)


def cumulative_prod(array: Any, axis: int = -1) -> Any:
    lib, at = backend.of(array), normalize_axis(axis, array.shape, "cumulative_prod")
    made = lib.cumulative_prod(kinds.widened(lib, array), at)
    _check_size("cumulative_prod", lib, array, lambda floats: lib.cumulative_prod(floats, at))
    return made


def _check_size(name: str, lib: Any, array: Any, product: Any) -> None:
    """Raise DTypeError where a product of integers, made of floats beside it, is beyond 64 bits."""
    kind = lib.numpy_dtype(array).kind
    if kind in "iu" and array.size:
        largest = lib.xp.max(lib.xp.abs(product(lib.astype(array, lib.dtype("float64")))))
        if float(largest) >= (2.0**63 if kind == "i" else 2.0**64):
            raise DTypeError(f"{name}: a product is too large for 64 bits; write x.astype('float64')")
