"""What the array libraries do differently, and what the Array API standard lacks: one class a library."""

import contextlib
import math
import platform
import sys
from functools import cache
from typing import Any

import numpy

from minitensor.backend import shortcuts
from minitensor.backend.probe import require_working_cupy
from minitensor.backend.threads import threads_of_blas
from minitensor.errors import DTypeError


def checked_dtype(name: Any) -> numpy.dtype:
    """The NumPy dtype that `name` means, in native byte order. Raises DTypeError if it means none, or none of numbers.

    A float of more than 64 bits is none: only some machines have it.
    """
    try:
        dtype = numpy.dtype(name).newbyteorder("=")
    except TypeError:
        dtype = numpy.dtype(object)
    if dtype.kind not in "biufc" or dtype.itemsize > (16 if dtype.kind == "c" else 8):
        raise DTypeError(f"{name!r} is not a dtype of numbers; write one such as 'float32', 'int64' or 'bool'")
    return dtype


@cache
def _many_exp2_at_once(dtype: str) -> bool:
    """Whether NumPy has vector instructions for exp2 here: on Linux, where it takes Intel's SVML for AVX-512.

    For float32 exp2 then takes half as long as exp. Without them it takes three times as long, for exp has them nearly
    everywhere.
    """
    loops = numpy.lib.introspect.opt_func_info(func_name="^exp2$", signature=f"^{dtype}$")
    quick = any("baseline" not in loop["current"] for loop in loops.get("exp2", {}).values())
    return quick and sys.platform == "linux"


class Backend:
    """The NumPy backend, and the base of the others.

    name : what `use_backend` calls it
    xp : the array namespace
    on : the keyword arguments that put a new array on this backend's device
    """

    name = "numpy"
    protects_expanded = True  # whether an expanded array refuses to be written to by itself
    has_methods = True  # whether an array has NumPy's methods besides those of the standard
    chunk = 2**15  # elements of a piece of work that is large enough to be quick and small enough for a core's cache

    def __init__(self) -> None:
        self.xp: Any = numpy
        self.array_type: type = numpy.ndarray
        self.on: dict[str, Any] = {}

    def shortcut(self, name: str) -> Any:
        """The function of `ops.py` of that name as this library does it quickest; None if it has no way of its own."""
        return getattr(shortcuts, name, None)

    def from_numpy(self, array: numpy.ndarray) -> Any:
        return array

    def asarray(self, data: Any, dtype: Any = None) -> Any:
        """A new array of (nested lists of) Python numbers."""
        return self.from_numpy(numpy.array(data, dtype=dtype))

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return array

    def dtype(self, name: Any) -> Any:
        """The namespace's own dtype for ``"float32"``, ``numpy.float32``, ``float`` and the like."""
        return checked_dtype(name)

    def numpy_dtype(self, array: Any) -> numpy.dtype:
        return array.dtype

    def strides(self, array: Any) -> tuple[int, ...]:
        """How many elements (not bytes) lie between neighbours along each axis."""
        return tuple(stride // array.itemsize for stride in array.strides)

    def layout(self, array: Any) -> Any:
        """Something equal for arrays of one shape and dtype that lie in memory in the same way."""
        return array.strides

    def axes_in_memory(self, array: Any) -> tuple[int, ...]:
        """The axes from the one whose neighbours lie farthest apart to the one where they lie side by side."""
        strides = self.strides(array)
        return tuple(sorted(range(len(strides)), key=lambda axis: -abs(strides[axis])))

    def contiguous(self, array: Any) -> Any:
        """The same numbers in the order of the axes in memory; a copy only where they are not."""
        return self.xp.ascontiguousarray(array)

    def assign(self, array: Any, key: Any, value: Any) -> None:
        array[key] = value

    def check_bounds(self, indices: Any, size: int, axis: int) -> None:
        """Raise IndexError for an index outside of an axis of this size, if the library would not do so itself."""

    def astype(self, array: Any, dtype: Any) -> Any:
        return array.astype(dtype)

    def argsort(self, array: Any, axis: int) -> Any:
        """Equal elements keep their order."""
        return self.xp.argsort(array, axis=axis, kind="stable")

    def cumulative_sum(self, array: Any, axis: int) -> Any:
        return self.xp.cumsum(array, axis=axis)  # NumPy 2.0 does not have the standard's name yet

    def scatter_add(self, places: Any, values: Any, size: int) -> Any:
        """Sums of `values` (n,) that go to the same of `size` places: out[places[i]] += values[i], in float64.

        places : (n,) int64, each from 0 to size - 1
        """
        if not places.shape[0]:  # NumPy would give integers, and CuPy nothing
            return self.xp.zeros(size)
        return self.xp.bincount(places, weights=values, minlength=size)

    def diagonal(self, array: Any) -> Any:
        """The diagonal of the last two axes as one new last axis, without a copy."""
        return self.xp.linalg.diagonal(array)

    def vecdot(self, a: Any, b: Any) -> Any:
        """Sums of products along the last axis, without the table of products where the library can."""
        return self.xp.vecdot(a, b)

    def base(self, dtype: Any) -> float:
        """2 or e: that whose powers `exp_in_place` makes sooner from floats of this dtype."""
        return 2.0 if _many_exp2_at_once(numpy.dtype(dtype).name) else math.e

    def exp_in_place(self, array: Any, floor: Any = None, base: float = math.e) -> Any:
        """e, or 2, to the power of every element, written over it: no second table.

        Elements below `floor`, a number or an array of as many, count as `floor`. That keeps results out of the
        subnormal numbers, on which a processor is 5 times slower.
        """
        if floor is not None:
            self.xp.maximum(array, floor, out=array)
        return (self.xp.exp2 if base == 2 else self.xp.exp)(array, out=array)

    def matmul_into(self, a: Any, b: Any, out: Any) -> Any:
        """``a @ b`` written over `out`: memory that the system has handed out once is not asked for again."""
        return self.xp.matmul(a, b, out=out)

    def free_memory(self) -> int | None:
        """Bytes that a new array could take; None where the system does not tell (it does on Linux)."""
        with contextlib.suppress(OSError), open("/proc/meminfo", encoding="ascii") as lines:
            return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
        return None

    def exps(self, array: Any, times: int) -> Any:
        """Powers of `base`, one for every element, `times` times over: to measure how fast exponentials are."""
        power = self.xp.exp2 if self.base(array.dtype) == 2 else self.xp.exp
        result = power(array)
        for _ in range(times - 1):
            power(array, out=result)
        return result

    def threads(self) -> int:
        """How many threads of this process should compute at once to use the whole device: as many as BLAS takes."""
        return threads_of_blas()

    def synchronize(self) -> None:
        """Wait until the device has finished; NumPy always has."""

    def device_names(self) -> list[str]:
        """What there is to compute on, in words."""
        with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:
            return [line.partition(":")[2].strip() for line in lines if line.startswith("model name")][:1]
        return []

    def device_name(self) -> str:
        """What computes, in words."""
        return next(iter(self.device_names()), platform.processor() or platform.machine())


class CuPyBackend(Backend):
    """CuPy on the current CUDA device."""

    name = "cupy"
    protects_expanded = False
    chunk = 2**22  # enough to keep every core of the GPU busy

    def shortcut(self, name: str) -> Any:
        return None

    def __init__(self) -> None:
        cupy = require_working_cupy()
        self.xp = cupy
        self.array_type = cupy.ndarray
        self.on = {}

    def from_numpy(self, array: numpy.ndarray) -> Any:
        return self.xp.asarray(array)

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return self.xp.asnumpy(array)

    def check_bounds(self, indices: Any, size: int, axis: int) -> None:
        # CuPy wraps an index that is out of bounds round to the other end and says nothing.
        if indices.size and bool(((indices < -size) | (indices >= size)).any()):
            raise IndexError(f"an index is out of bounds for axis {axis} with size {size}")

    def assign(self, array: Any, key: Any, value: Any) -> None:
        # CuPy copies in no certain order, so what is written must not be what is read.
        if type(value) is self.array_type and self.xp.may_share_memory(array, value):
            value = self.xp.copy(value)
        array[key] = value

    def diagonal(self, array: Any) -> Any:
        return self.xp.diagonal(array, axis1=-2, axis2=-1)

    def vecdot(self, a: Any, b: Any) -> Any:
        return (self.xp.conj(a) * b).sum(-1, dtype=self.xp.result_type(a, b))

    def free_memory(self) -> int | None:
        kept = self.xp.get_default_memory_pool().free_bytes()  # what CuPy holds for the next arrays
        return int(self.xp.cuda.runtime.memGetInfo()[0] + kept)

    def base(self, dtype: Any) -> float:
        return math.e

    def exps(self, array: Any, times: int) -> Any:
        # In one kernel, for the numbers would take longer on their way through memory than the exponentials take.
        exp = "__expf" if array.dtype == "float32" else "exp"  # for float32 what the hardware has; it has none beyond
        loop = f"y = x; for (int time = 0; time < times; time++) y = {exp}(-y);"
        return self.xp.ElementwiseKernel("T x, int32 times", "T y", loop, "minitensor_exps")(array, times)

    def threads(self) -> int:
        return 1  # the GPU has its own

    def synchronize(self) -> None:
        self.xp.cuda.get_current_stream().synchronize()

    def device_names(self) -> list[str]:
        runtime = self.xp.cuda.runtime
        found = [runtime.getDeviceProperties(number) for number in range(runtime.getDeviceCount())]
        return [
            f"{each['name'].decode()}, {each['totalGlobalMem'] / 2**30:.0f} GiB, sm_{each['major']}{each['minor']}"
            for each in found
        ]

    def device_name(self) -> str:
        return self.device_names()[self.xp.cuda.Device().id]


class StrictBackend(Backend):
    """array-api-strict on its fake second device: it refuses whatever the standard does not promise.

    The test suite runs on it, because it fails where a GPU would fail. Not meant for users.
    """

    name = "strict"
    protects_expanded = False
    has_methods = False

    def shortcut(self, name: str) -> Any:
        return None

    def threads(self) -> int:
        return 1

    def __init__(self) -> None:
        import array_api_strict

        self.xp = array_api_strict
        self.array_type = type(array_api_strict.asarray(0))
        self.on = {"device": array_api_strict.Device("device1")}

    def from_numpy(self, array: numpy.ndarray) -> Any:
        return self.xp.asarray(array, **self.on)

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return numpy.asarray(array.to_device(self.xp.Device("CPU_DEVICE")))

    def dtype(self, name: Any) -> Any:
        return getattr(self.xp, checked_dtype(name).name)

    def numpy_dtype(self, array: Any) -> numpy.dtype:
        return numpy.dtype(str(array.dtype).rpartition(".")[2])

    def strides(self, array: Any) -> tuple[int, ...]:
        return super().strides(array._array)

    def layout(self, array: Any) -> Any:
        return self.strides(array)

    def contiguous(self, array: Any) -> Any:
        return self.xp.asarray(array, copy=True)

    def assign(self, array: Any, key: Any, value: Any) -> None:
        try:
            array[key] = value
        except (IndexError, RuntimeError):  # the standard has none through integer arrays, nor of arrays through masks
            array._array[tuple(getattr(part, "_array", part) for part in key)] = getattr(value, "_array", value)

    def astype(self, array: Any, dtype: Any) -> Any:
        return self.xp.astype(array, dtype)

    def argsort(self, array: Any, axis: int) -> Any:
        return self.xp.argsort(array, axis=axis)

    def cumulative_sum(self, array: Any, axis: int) -> Any:
        return self.xp.cumulative_sum(array, axis=axis)

    def scatter_add(self, places: Any, values: Any, size: int) -> Any:
        # Sorted by place, each sum is the difference of two running totals; of an empty place, exactly 0.
        xp, order = self.xp, self.xp.argsort(places)
        values = xp.astype(xp.take(values, order), xp.float64)
        totals = xp.concat([xp.zeros(1, dtype=xp.float64, **self.on), xp.cumulative_sum(values)])
        ends = xp.searchsorted(xp.take(places, order), xp.arange(size + 1, dtype=places.dtype, **self.on))
        return xp.diff(xp.take(totals, ends))

    def matmul_into(self, a: Any, b: Any, out: Any) -> Any:
        out[...] = a @ b
        return out

    def base(self, dtype: Any) -> float:
        return math.e  # the standard has no exp2

    def exps(self, array: Any, times: int) -> Any:
        for _ in range(times):
            result = self.xp.exp(array)
        return result

    def exp_in_place(self, array: Any, floor: Any = None, base: float = math.e) -> Any:
        array[...] = self.xp.exp(array if floor is None else self.xp.clip(array, min=floor))
        return array
