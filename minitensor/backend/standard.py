"""What the Python Array API standard says, and what can be made of it: the base of every backend.

The standard lacks some things that this library needs, or that some libraries do in less time or memory. Each is a
method here, made of what the standard names. A backend is a subclass that says which namespace it is, and overrides
what its library does differently or faster.
"""

import math
import operator
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy

from minitensor.backend.dtypes import checked_dtype, holds_number
from minitensor.errors import DTypeError, ExportError

DTYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
)  # fmt: skip

ONE_BY_ONE = 4  # numbers that a library may add in any order: the error stays below what pairwise sums have


class Backend:
    """An array library that follows the standard.

    name : what `use_backend` calls it
    xp : the array namespace
    array_type : the type of its arrays
    on : the keyword arguments that put a new array on this backend's device
    on_processor : whether its arrays are NumPy's, so that compiled loops can take them as they are
    runs_kernels_on : "simulator", "gpu" or None, where a kernel of `minitensor.gpu` runs on its arrays
    protects_expanded : whether the library itself refuses to write to an expanded array
    has_float64 : whether the device has it; Apple's GPUs have not
    short : a dtype of whole numbers below 2**16, which the library sorts quickest in the narrowest
    unsigned : the dtype in which unsigned integers are summed
    chunk : how many elements make a piece of work: enough to be fast, few enough for a core's cache
    """

    name: str
    on_processor = False
    runs_kernels_on: str | None = None
    protects_expanded = False
    has_float64 = True
    short = "uint16"
    unsigned = "uint64"
    chunk = 2**15

    def __init__(self, xp: Any, array_type: type, **on: Any) -> None:
        self.xp = xp
        self.array_type = array_type
        self.on = on

    def shortcut(self, name: str) -> Callable[..., Any] | None:
        """A faster, unchecked function for the primitive operation of that name, if there is one."""
        return None

    # --- to NumPy and back -----------------------------------------------------------------------------------------

    def from_numpy(self, array: numpy.ndarray) -> Any:
        """The same numbers on this backend."""
        return self.xp.asarray(array, dtype=self.dtype(array.dtype), **self.on)

    def to_numpy(self, array: Any) -> numpy.ndarray:
        """The same numbers in NumPy's memory, shared where that can be."""
        return numpy.from_dlpack(array)

    def asarray(self, data: Any, dtype: Any = None) -> Any:
        """A new array of (nested lists of) Python numbers."""
        return self.from_numpy(numpy.array(data, dtype=dtype))

    def full(self, shape: Any, value: Any, dtype: numpy.dtype) -> Any:
        """A new array of this Python number everywhere."""
        return self.xp.full(shape, value, dtype=self.dtype(dtype), **self.on)

    def eye(self, rows: int, columns: int | None, dtype: numpy.dtype, k: int = 0) -> Any:
        """Ones on the diagonal k to the right of the first, zeros elsewhere."""
        return self.xp.eye(rows, columns, k=k, dtype=self.dtype(dtype), **self.on)

    def linspace(self, start: float, stop: float, num: int, dtype: numpy.dtype) -> Any:
        """Evenly spaced numbers, both ends included."""
        return self.xp.linspace(start, stop, num, dtype=self.dtype(dtype), **self.on)

    def as_array(self, result: Any) -> Any:
        """What a function gave, as an array; only NumPy makes a result without axes a scalar of its own."""
        return result

    # --- dtypes ----------------------------------------------------------------------------------------------------

    def dtype(self, name: Any) -> Any:
        """The namespace's own dtype for ``"float32"``, ``numpy.float32``, ``float`` and the like."""
        known = checked_dtype(name).name
        if not hasattr(self.xp, known):
            raise DTypeError(f"the {self.name} backend has no {known}; take a wider dtype")
        return getattr(self.xp, known)

    def refuse_new(self, own: numpy.dtype) -> None:
        """Raise DTypeError where the device does not have this dtype, so that no new tensor can be of it."""

    def has_dtype(self, name: str) -> bool:
        """Whether the library computes with this dtype."""
        try:
            return self.dtype(name) is not None
        except DTypeError:
            return False

    def numpy_dtype(self, array: Any) -> numpy.dtype:
        """The dtype of an array, as NumPy calls it."""
        return self._numpy_dtypes[array.dtype]

    @cached_property
    def _numpy_dtypes(self) -> dict[Any, numpy.dtype]:
        return {getattr(self.xp, name): numpy.dtype(name) for name in DTYPES}

    def astype(self, array: Any, dtype: Any) -> Any:
        """A copy with elements of another dtype."""
        return self.xp.astype(array, dtype)

    def fitted(self, array: Any, own: numpy.dtype) -> Any | None:
        """The numbers of `array` in another dtype, in a copy; `array` itself if it has it; None if one does not fit.

        An integer goes into another integer dtype, or bool, where every element is in its range. A float is rounded to
        the nearest of a smaller dtype, and an integer to the nearest float; none may become infinite. A float goes into
        no integer, and a complex number into no float, whatever its value.
        """
        given, xp = self.numpy_dtype(array), self.xp
        if given == own:
            return array
        if not array.size:
            return xp.zeros(array.shape, dtype=self.dtype(own), **self.on)
        if given.kind == "c" != own.kind or (given.kind == "f" and own.kind in "biu"):
            return None
        safe, is_whole = numpy.can_cast(given, own), own.kind in "biu"
        if is_whole and not safe and not all(holds_number(own, int(end(array))) for end in (xp.min, xp.max)):
            return None
        with numpy.errstate(over="ignore"):  # the next lines look
            result = self.astype(array, self.dtype(own))
        if is_whole or safe or xp.all(xp.isfinite(result)):
            return result
        lost = xp.logical_and(xp.isfinite(array), xp.logical_not(xp.isfinite(result)))
        return None if xp.any(lost) else result

    # --- memory ----------------------------------------------------------------------------------------------------

    def strides(self, array: Any) -> tuple[int, ...]:
        """How many elements (not bytes) lie between neighbours along each axis; by the standard, row by row."""
        sizes = reversed(array.shape[1:])
        return tuple(accumulate(sizes, operator.mul, initial=1))[::-1] if array.ndim else ()

    def layout(self, array: Any) -> Any:
        """A key, equal for arrays of one shape and dtype that are laid out in memory in the same way."""
        return self.strides(array)

    def axes_in_memory(self, array: Any) -> tuple[int, ...]:
        """The axes by their strides: from the one whose neighbours lie farthest apart to the one where they touch."""
        strides = self.strides(array)
        return tuple(sorted(range(len(strides)), key=lambda axis: -abs(strides[axis])))

    @cached_property
    def device(self) -> Any:
        """The device of a new array, as the library calls it."""
        return self.xp.zeros(0, **self.on).device

    def shares_memory(self, array: Any, other: Any) -> bool:
        """Whether two arrays have the same elements in memory, where the library tells; False where it does not."""
        return False

    def contiguous(self, array: Any) -> Any:
        """The same numbers, row by row in memory; a copy only if needed, where the library can tell."""
        return self.xp.asarray(array, copy=True)

    def is_contiguous(self, array: Any) -> bool:
        """Whether the numbers lie row by row in memory, as far as the library tells."""
        return True

    def exported(self, array: Any, copy: bool | None = None) -> Any:
        """The array that another library is given by DLPack: itself, or a copy where the other could not use that.

        PyTorch ends the process at a negative stride, and writes through read-only memory and a stride of 0.
        Raises ExportError where a copy is needed and forbidden.
        """
        if self._shareable(array):
            return array
        if copy is False:
            raise ExportError("a tensor that is expanded, reversed or read-only is exported as a copy; allow copy=True")
        return self.xp.asarray(array, copy=True)

    def _shareable(self, array: Any) -> bool:
        steps = zip(self.strides(array), array.shape, strict=True)
        return all(stride > 0 or (stride == 0 and (size == 1 or not array.size)) for stride, size in steps)

    def protected(self, array: Any) -> Any:
        """The same numbers in an array that cannot be written to, or that is a copy where the library has none."""
        return self.xp.asarray(array, copy=True)

    def free_memory(self) -> int | None:
        """Bytes that a new array could take; None where nothing tells."""
        return None

    # --- indices ---------------------------------------------------------------------------------------------------

    def assign(self, array: Any, key: Any, value: Any) -> None:
        """Write over the elements that the key chooses."""
        array[key] = value

    def check_bounds(self, indices: Any, size: int, axis: int) -> None:
        """Raise IndexError for an index outside of an axis of this size, if the library would not do so itself."""
        if indices.size and (int(self.xp.min(indices)) < -size or int(self.xp.max(indices)) >= size):
            raise IndexError(f"an index is out of bounds for axis {axis} with size {size}")

    def argsort(self, array: Any, axis: int) -> Any:
        """Equal elements keep their order."""
        return self.xp.argsort(array, axis=axis)

    def repeat(self, array: Any, times: Any) -> Any:
        """Each element of a vector so many times in a row; times : (n,) int64."""
        xp, ends = self.xp, self.xp.cumulative_sum(times)
        numbers = xp.arange(int(ends[-1]) if ends.shape[0] else 0, dtype=xp.int64, **self.on)
        return xp.take(array, xp.searchsorted(ends, numbers, side="right"))

    def at_rank(self, array: Any, rank: int) -> Any:
        """The elements along the last axis that have so many before them when they are in order."""
        return self.xp.sort(array)[..., rank]

    def scatter_add(self, places: Any, values: Any, size: int) -> Any:
        """The sum of the `values` (n,) that go to each of `size` places: out[places[i]] += values[i], in float64.

        places : (n,) int64, each from 0 to size - 1
        """
        # Sorted by place, each sum is the difference of two running totals; of an empty place, exactly 0.
        xp, order = self.xp, self.xp.argsort(places)
        values = xp.astype(xp.take(values, order), xp.float64)
        totals = xp.concat([xp.zeros(1, dtype=xp.float64, **self.on), xp.cumulative_sum(values)])
        ends = xp.searchsorted(xp.take(places, order), xp.arange(size + 1, dtype=places.dtype, **self.on))
        return xp.diff(xp.take(totals, ends))

    def least_of_runs(self, values: Any, starts: Any) -> Any:
        """The least of each run of `values` (n,), one after another: where each begins, the first at 0, none empty."""
        xp = self.xp
        run = xp.searchsorted(starts, xp.arange(values.shape[0], dtype=starts.dtype, **self.on), side="right")
        order = xp.argsort(values)
        order = xp.take(order, self.argsort(xp.take(run, order), 0))
        return xp.take(values, xp.take(order, starts))

    def sums_of_rows(self, rows: Any, places: Any, size: int) -> Any:
        """The sum of the `rows` (n, d) that go to each of `size` places, (size, d), in the dtype of the rows.

        places : (n,) integers, each from 0 to size - 1. Sums are those of a matrix product. Memory: n·size numbers.
        """
        xp, numbers = self.xp, self.xp.arange(size, dtype=places.dtype, **self.on)
        return xp.astype(numbers[:, None] == places, rows.dtype) @ rows

    def lowest(self, table: Any, two: bool = False) -> tuple[Any, Any, Any]:
        """For each column of a table (k, n): the row of the least number, of equals the first, (n,) integers; the least
        number, (n,); and, if two are wanted and k > 1, the second least, (n,), which is as low where two are equal.

        The table is scratch: it may be written over.
        """
        xp = self.xp
        rows, least = xp.argmin(table, axis=0), xp.min(table, axis=0)
        if not two or table.shape[0] == 1:
            return rows, least, None
        numbers = xp.arange(table.shape[0], dtype=rows.dtype, **self.on)
        others = xp.where(numbers[:, None] == rows, xp.asarray(math.inf, dtype=table.dtype, **self.on), table)
        return rows, least, xp.min(others, axis=0)

    # --- arithmetic ------------------------------------------------------------------------------------------------

    def sum(self, array: Any, axes: Sequence[int], keepdims: bool = False) -> Any:
        """The sum over these axes in the dtype of the array, of floats pairwise.

        The error is at most 4 eps of the sum of the absolute values, in float32 and float64, whatever the axes, the
        layout and the length. Memory: one and a half tables like the array.
        """
        xp, wide = self.xp, array
        for axis in axes if self.numpy_dtype(array).kind in "fc" else ():
            while (n := wide.shape[axis]) > ONE_BY_ONE:
                first, second, last = (
                    wide[(slice(None),) * axis + (part, ...)]
                    for part in (slice(0, n // 2), slice(n // 2, n // 2 * 2), slice(n // 2 * 2, n))
                )
                wide = first + second if n % 2 == 0 else xp.concat([first + second, last], axis=axis)
        return xp.sum(wide, axis=tuple(axes), keepdims=keepdims, dtype=array.dtype)

    def cumulative_sum(self, array: Any, axis: int) -> Any:
        """Running totals along an axis."""
        return self.xp.cumulative_sum(array, axis=axis)

    def cumulative_prod(self, array: Any, axis: int) -> Any:
        """Running products along an axis."""
        return self.xp.cumulative_prod(array, axis=axis)

    def diagonal(self, array: Any) -> Any:
        """The diagonal of the last two axes as one new last axis, without a copy."""
        return self.xp.linalg.diagonal(array)

    def vecdot(self, a: Any, b: Any) -> Any:
        """Sums of products along the last axis, without the table of products where the library can."""
        return self.xp.vecdot(a, b)

    def matmul(self, a: Any, b: Any) -> Any:
        """The matrix product ``a @ b``; of integers it is exact, and what is too large wraps."""
        return a @ b

    def matmul_into(self, a: Any, b: Any, out: Any) -> Any:
        """``a @ b`` written over `out`, so that no new memory is asked for."""
        out[...] = a @ b
        return out

    def base(self, dtype: Any) -> float:
        """2 or e: the base whose powers `exp_in_place` makes faster, for exponents of this dtype."""
        return math.e

    def exp_in_place(self, array: Any, floor: Any = None, base: float = math.e) -> Any:
        """e, or 2, to the power of every element, written over it; without a second table if the library can.

        Elements below `floor`, a number or an array of the same shape, count as `floor`. That keeps results out of the
        subnormal numbers, on which some processors are several times slower (tests/benchmarks/claims.py).
        """
        powers = array if floor is None else self.xp.clip(array, min=floor)
        array[...] = self.xp.exp(powers if base == math.e else powers * math.log(base))
        return array

    def square_in_place(self, array: Any, times: int, floor: Any = None) -> Any:
        """Every element of a stack of tables, (…, q, n), squared so many times in a row, written over it.

        Those below `floor`, a number or (n,), count as `floor`.
        """
        powers = array if floor is None else self.xp.maximum(array, floor)
        for _ in range(times):
            powers = powers * powers
        array[...] = powers
        return array

    def exps(self, array: Any, times: int) -> Any:
        """The power of `base` to every element, computed `times` times, to measure how fast exponentials are."""
        for _ in range(times):
            result = self.xp.exp(array)
        return result

    # --- calls made ready ------------------------------------------------------------------------------------------

    def call_of_one(self, call: str, argument: Any, dtype: Any, rank: int = 1) -> Callable[[Any], Any]:
        """The function `call` of one array, its axes or shape already given; sums are made in `dtype`.

        A plan that runs a thousand times should not look for the right function a thousand times. The function returned
        takes arrays and gives arrays.

        call : squeeze, diagonal, trace, permute_dims, reshape, copy, astype or sum
        rank : how many axes the result has
        """
        xp, own = self.xp, self.dtype(dtype)
        is_bool = numpy.dtype(dtype).kind == "b"
        if call == "trace":
            total = self.call_of_one("sum", (-1,), dtype, rank)
            return lambda array: total(self.diagonal(array))
        if call == "sum" and is_bool:
            return lambda array: xp.any(array, axis=argument)
        calls: dict[str, Callable[[Any], Any]] = {
            "squeeze": lambda array: xp.squeeze(array, axis=argument),
            "diagonal": self.diagonal,
            "permute_dims": lambda array: xp.permute_dims(array, argument),
            "reshape": lambda array: xp.reshape(array, argument),
            "copy": self.contiguous,
            "astype": lambda array: self.astype(array, own),
            "sum": lambda array: self.sum(array, argument),
        }
        return calls[call]

    def call_of_two(self, call: str, dtype: Any, ranks: tuple[int, int]) -> Callable[[Any, Any], Any]:
        """The function `call` of two arrays of this dtype and of these ranks: `multiply`, `matmul` or `vecdot`.

        `multiply_into` writes the product over the first. For bool, a product is `and` and a sum is `or`. A complex
        `vecdot` does not conjugate its first operand.
        """
        kind = numpy.dtype(dtype).kind
        if call == "multiply_into":
            return operator.iand if kind == "b" else operator.imul
        if call == "multiply":
            return self.xp.logical_and if kind == "b" else operator.mul
        if kind == "b":
            float32 = self.dtype("float32")
            count = self.call_of_two(call, "float32", ranks)
            # BLAS counts in float32, and a count may lose digits but never comes back to zero.
            return lambda a, b: count(self.astype(a, float32), self.astype(b, float32)) != 0
        if call == "matmul":
            return operator.matmul
        if kind == "c":
            return lambda a, b: (a[..., None, :] @ b[..., None])[..., 0, 0]  # vecdot would conjugate the first
        return self.vecdot

    # --- the device ------------------------------------------------------------------------------------------------

    def threads(self) -> int:
        """How many threads of this process should compute at once to use the whole device."""
        return 1

    def synchronize(self) -> None:
        """Wait until the device has finished, where the library does not wait by itself."""

    def device_names(self) -> list[str]:
        """The names of the devices that there are."""
        return [str(device) for device in self.xp.__array_namespace_info__().devices()]

    def device_name(self) -> str:
        """The name of the device that computes."""
        return str(self.on.get("device", self.xp.__array_namespace_info__().default_device()))
