"""What a kernel may be given, checked before anything runs: a grid and a block, arrays and numbers, on one machine."""

import math
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, DTypeError, LaunchError
from minitensor.gpu.device import Dim3
from minitensor.gpu.fitting import DTYPES


def dim3(kernel: str, what: str, size: Any, largest: Dim3) -> Dim3:
    sizes = size if isinstance(size, tuple) else (size,)
    if not 1 <= len(sizes) <= 3 or not all(isinstance(n, (int, np.integer)) for n in sizes):
        raise LaunchError(f"{kernel}: {what} is {size!r}; write a whole number or a tuple of up to three")
    out = Dim3(*map(int, sizes))
    for axis, n, most in zip("xyz", out, largest, strict=True):
        if not 1 <= n <= most:
            raise LaunchError(f"{kernel}: {what} has {n:,} along {axis}; it must be from 1 to {most:,}")
    return out


def checked(kernel: str, name: str, value: Any) -> Any:
    """A raw array, or a number as CuPy would pass it."""
    if isinstance(value, Tensor):
        checks.no_gradient(f"{kernel}: {name}: a kernel", value)
        value = value.array
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if type(value) is int and not -(2**63) <= value < 2**63:
        raise LaunchError(f"{kernel}: {name} is {value}, which has more than 64 bits")
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (np.integer, np.floating)) and str(value.dtype) in DTYPES:
        return value
    if isinstance(value, float):
        if math.isfinite(value) and abs(value) > float(np.finfo("float32").max):
            raise LaunchError(f"{kernel}: {name} is {value!r}, beyond float32; hand over np.float64({value!r})")
        return np.float32(value)
    try:
        lib = backend.of(value)
    except TypeError:
        raise LaunchError(
            f"{kernel}: {name} is a {type(value).__name__}; a kernel takes tensors, arrays and numbers"
        ) from None
    dtype = lib.numpy_dtype(value)
    if str(dtype) not in DTYPES:
        raise DTypeError(f"{kernel}: {name} is {dtype}; a kernel takes {', '.join(DTYPES)}")
    if isinstance(value, np.ma.MaskedArray):
        raise DTypeError(f"{kernel}: {name} is masked, and a kernel knows no mask; hand over {name}.filled(...)")
    if not value.ndim:
        raise LaunchError(f"{kernel}: {name} has no axes; hand over its number with .item()")
    if not lib.is_contiguous(value):
        raise LaunchError(
            f"{kernel}: the elements of {name}, of shape {tuple(value.shape)}, are not in order in memory; "
            "hand it a copy: .copy() of a NumPy array, .reshape(-1).reshape(shape) of a Tensor"
        )
    return value


def place(kernel: str, values: dict[str, Any]) -> str:
    """Where it runs: on the "gpu" or the "simulator", by the one backend of all arrays."""
    found = {name: backend.of(value) for name, value in values.items() if getattr(value, "ndim", 0)}
    if len(set(found.values())) > 1:
        listed = ", ".join(f"{name} on {lib.name}" for name, lib in found.items())
        raise DeviceError(f"{kernel}: {listed}; bring them together, for example with .to('cupy')")
    for lib in found.values():
        if lib.runs_kernels_on is None:
            raise DeviceError(
                f"{kernel}: its arrays are on {lib.name}; kernels run on NumPy or CuPy tensors, write .to('numpy') for "
                "the simulator"
            )
        return lib.runs_kernels_on
    return "simulator"


def check_written(kernel: str, values: dict[str, Any], written: set[str]) -> None:
    """Arrays that share memory without being the same are beyond the simulator, if they are written to."""
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    for one in written & arrays.keys():
        if not arrays[one].flags.writeable:
            raise LaunchError(f"{kernel} writes to {one}, which is read-only; hand it a copy")
        for other, array in arrays.items():
            if other != one and key_of(arrays[one]) != key_of(array) and np.may_share_memory(arrays[one], array):
                raise LaunchError(f"{kernel} writes to {one}, which shares memory with {other}; hand it a copy")


def key_of(array: np.ndarray) -> tuple[Any, ...]:
    """Equal for arrays that are one."""
    return array.ctypes.data, array.shape, array.dtype


def dtype_of(value: Any) -> np.dtype:
    """What an argument is to a kernel: Python's numbers as CuPy takes them."""
    if type(value) is bool:
        return np.dtype("bool")
    if type(value) is int:
        return np.dtype("int32" if -(2**31) <= value < 2**31 else "int64")
    return np.dtype(str(value.dtype))


def type_of(value: Any) -> Any:
    """An argument's type in words, or a number, which stands for its own."""
    axes = getattr(value, "ndim", 0)
    return f"{value.dtype}[{', '.join(':' * axes)}]" if axes else value
