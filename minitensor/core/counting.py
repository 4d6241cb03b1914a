"""New tensors of numbers at even distances: `arange`, which counts, and `linspace`, which divides."""

import math
from numbers import Real
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import holds_number
from minitensor.core import checks, intake
from minitensor.core.creation import backend_and_dtype, explain
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError

_COUNTED = {int, float, type(None)}
_INT64 = np.dtype("int64")


def arange(
    start: float,
    stop: float | None = None,
    step: float = 1,
    dtype: DType | None = None,
    *,
    like: Tensor | None = None,
    device: Any = None,
) -> Tensor:
    """The numbers from `start` up to, not including, `stop`; ``arange(n)`` counts from 0.

    dtype : int64 where all three are ints, else float64, unless it or `like` is given

    >>> arange(3).tolist(), arange(1, 2, 0.25).tolist()
    ([0, 1, 2], [1.0, 1.25, 1.5, 1.75])

    Raises InputError for what is not a number, and for integers that no dtype holds; DTypeError where the dtype does
    not hold all of them: float16 has no 1e5, and an integer dtype no steps of a half.
    """
    if not {type(start), type(stop), type(step)} <= _COUNTED:
        start, step, stop = (
            _real("arange", start),
            _real("arange", step),
            None if stop is None else _real("arange", stop),
        )
    if step == 0:
        raise InputError(f"arange from {start} to {stop}: a step of 0 never arrives")
    lib, kind = backend_and_dtype(dtype, like, None, device)
    call = f"arange up to {start}" if stop is None else f"arange from {start} to {stop}"
    try:
        if kind is not None:
            first, last = (0, start) if stop is None else (start, stop)
            return wrap(_counted(call, lib, kind, first, last, step))
        if (
            type(start) is type(stop) is type(step) is int
            and max(abs(start), abs(stop)) > 2**53
            and holds_number(_INT64, stop)
        ):
            return wrap(_counted(call, lib, _INT64, start, stop, step))
        array = lib.xp.arange(start, stop, step, **lib.on)
        lib.refuse_new(lib.numpy_dtype(array))
        fits = lib.numpy_dtype(array).kind in "biufc"  # NumPy falls back on Python's integers, of any length
    except (ValueError, TypeError, MemoryError) as error:
        first, last = (0, start) if stop is None else (start, stop)
        explain(call, error, 8 * (last - first) / step if isinstance(error, MemoryError) else 0)
    except (KeyError, OverflowError):  # the second also where NumPy's own integers are too short
        fits = False
    if not fits:
        raise InputError(f"{call}: no integer dtype holds these numbers; write dtype='float64'")
    return wrap(array)


def _real(name: str, value: Any) -> Any:
    """A number of NumPy, or a Tensor without axes, as a Python number."""
    found = value.item() if isinstance(value, (np.generic, Tensor)) and not value.shape else value
    if not isinstance(found, Real):
        raise InputError(f"{name}: {intake.a_class(value)} is not a real number: {value!r:.60}")
    return found


def _counted(call: str, lib: backend.Backend, own: np.dtype, start: Any, stop: Any, step: Any) -> Any:
    """The array of `arange` in a dtype that was asked for."""
    if own.kind in "biu":
        if not all(type(x) is int or x == int(x) for x in (start, step)):
            raise DTypeError(f"{call} in steps of {step}: {own} holds whole numbers only; write dtype='float64'")
        start, step, stop = int(start), int(step), math.ceil(stop) if step > 0 else math.floor(stop)
        count = -((start - stop) // step)
        stop = start + (max(count, 0) - 1) * step + (step // 2 or step)  # NumPy counts in floats, which may round
    else:
        count = math.ceil((stop - start) / step)
    for end in (start, start + (count - 1) * step) if count > 0 else ():
        if not holds_number(own, end):
            raise DTypeError(f"{call}: {own} elements cannot hold {end} unchanged; write a wider dtype")
    # In a narrow float the step would be rounded, and then taken again and again.
    made = own if own.kind in "iu" else "uint8" if own.kind == "b" else "float64"
    return lib.astype(lib.xp.arange(start, stop, step, dtype=lib.dtype(made), **lib.on), lib.dtype(own))


def linspace(
    start: Any,
    stop: Any,
    num: int,
    dtype: DType | None = None,
    *,
    endpoint: bool = True,
    like: Tensor | None = None,
    device: Any = None,
) -> Tensor:
    """`num` evenly spaced numbers, both ends included; `dtype`, `like` and `device` as for `zeros`.

    endpoint : False to leave out the last of num + 1

    >>> linspace(0, 1, 5).tolist(), linspace(0, 1, 4, endpoint=False).tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.25, 0.5, 0.75])

    Raises InputError for ends that are not finite numbers or lie farther apart than the largest float, and where
    `num` is not a whole number, 0 or more; DTypeError where the dtype does not hold them all: an integer dtype holds
    whole steps.
    """
    if type(num) is not int or num < 0:
        num = checks.whole("linspace: num", num, 0)
    if not endpoint:
        return linspace(start, stop, num and num + 1, dtype, like=like, device=device)[:num].contiguous()
    ends = [np.asarray(end) for end in (start, stop)] if {type(start), type(stop)} - {int, float} else []
    if "c" in [end.dtype.kind for end in ends]:
        return _spaced_complex(complex(start), complex(stop), num, dtype, like, device)
    lib, kind = backend_and_dtype(dtype, like, "float64", device)
    try:
        if not -math.inf < stop - start < math.inf:
            raise InputError(f"linspace from {start} to {stop}: the distance between them is not finite")
        if kind != "float64":
            return wrap(_spaced(f"linspace from {start} to {stop}", lib, kind, start, stop, num))
        return wrap(lib.linspace(start, stop, num, kind))
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        explain(f"linspace of {num} numbers", error, num * kind.itemsize)


def _spaced_complex(start: complex, stop: complex, num: int, dtype: Any, like: Any, device: Any) -> Tensor:
    """Complex numbers of which both parts are evenly spaced."""
    lib, kind = backend_and_dtype(dtype, like, "complex128", device)
    if kind.kind != "c":
        raise DTypeError(f"linspace from {start} to {stop}: {kind} elements are not complex; leave out the dtype")
    real, imag = (
        linspace(one, other, num, "float64", device=lib.name)
        for one, other in ((start.real, stop.real), (start.imag, stop.imag))
    )
    return (real + imag * 1j).astype(kind)


def _spaced(call: str, lib: backend.Backend, own: np.dtype, start: Any, stop: Any, num: int) -> Any:
    """The array of `linspace` in another dtype than float64."""
    start, stop = (x.item() if isinstance(x, np.generic) else x for x in (start, stop))
    if own.kind in "biu":
        gaps = max(num - 1, 1)
        if start != int(start) or stop != int(stop) or (int(stop) - int(start)) % gaps:
            raise DTypeError(f"{call} in {gaps} steps: {own} holds whole numbers only; write dtype='float64'")
        start, stop = int(start), int(stop)
        if num > 1 and start != stop:
            return _counted(call, lib, own, start, stop + (1 if stop > start else -1), (stop - start) // gaps)
    for end in (start, stop)[:num]:
        if not holds_number(own, end):
            raise DTypeError(f"{call}: {own} elements cannot hold {end} unchanged; write a wider dtype")
    if own.kind in "biu":
        return lib.full((num,), start if num else 0, own)
    return lib.astype(lib.linspace(start, stop, num, np.dtype("float64")), lib.dtype(own))
