"""NumPy's functions on Tensors: they compute and give Tensors where the elements are NumPy's, and refuse elsewhere.

NumPy asks here before it runs a function that was given a Tensor, also one in a list. The function then runs on the raw
arrays, and what it gives is wrapped. An operator with an array of NumPy on its left comes here too, as the function
that NumPy has for it: that is sent on to the operator of the Tensor on its right, on whatever backend that is.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import NATIVE
from minitensor.core import door, operations
from minitensor.errors import DeviceError, GradientError

# NumPy's name of each operator, and the method of the right side that computes it.
REFLECTED = {
    "add": "__radd__",
    "subtract": "__rsub__",
    "multiply": "__rmul__",
    "divide": "__rtruediv__",
    "floor_divide": "__rfloordiv__",
    "remainder": "__rmod__",
    "power": "__rpow__",
    "matmul": "__rmatmul__",
    "bitwise_and": "__rand__",
    "bitwise_or": "__ror__",
    "bitwise_xor": "__rxor__",
    "left_shift": "__rlshift__",
    "right_shift": "__rrshift__",
    "less": "__gt__",
    "less_equal": "__ge__",
    "greater": "__lt__",
    "greater_equal": "__le__",
    "equal": "__eq__",
    "not_equal": "__ne__",
}
OWN = {"absolute": "abs"} | {name: method.replace("__r", "__") for name, method in REFLECTED.items()}
OWN |= {"less": "__lt__", "less_equal": "__le__", "greater": "__gt__", "greater_equal": "__ge__"}
READS = {"shape", "ndim", "size", "iscomplexobj", "isrealobj"}  # they ask what an array is, and not for its elements


class ArrayUfunc:
    """``Tensor.__array_ufunc__``: NumPy asks the class, and finds the function that computes its ufuncs.

    Masked arrays, Dask, CuPy ask the instance. It says None, and they step back, so that ``theirs + tensor`` is ours.
    """

    def __get__(self, tensor: Any, cls: type) -> Any:
        return array_ufunc if tensor is None else None


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc, or one of its methods such as `reduce`, with a Tensor among its inputs or outputs."""
    name = ufunc.__name__
    if method == "__call__" and not options and name in REFLECTED and not hasattr(type(inputs[0]), "_operation"):
        return getattr(inputs[1], REFLECTED[name])(inputs[0])
    if not _all_known(map(type, (*inputs, *options.get("out", ()))), "__array_ufunc__"):
        return NotImplemented
    if method == "__call__":
        return _computed(name, ufunc, inputs, options)
    return _computed(f"{name}.{method}", getattr(ufunc, method), inputs, options)


def array_function(self: Any, function: Any, types: Iterable[type], args: Any, options: Any) -> Any:
    """Any other function of NumPy, with a Tensor among its arguments."""
    name = function.__name__
    if name in READS:
        return function.__wrapped__(*args, **options)
    if not _all_known(types, "__array_function__"):
        return NotImplemented
    return _computed(name, function, args, options)


def _all_known(types: Iterable[type], protocol: str) -> bool:
    """Whether there is no array of a library that wants to be asked itself."""
    return all(
        hasattr(kind, "_operation") or issubclass(kind, (np.ndarray, np.generic)) or not hasattr(kind, protocol)
        for kind in types
    )


def _computed(name: str, function: Callable[..., Any], args: Any, options: Any) -> Any:
    if kind := door.overriding((*args, *options.values())):
        own = vars(_tensor()).get(OWN.get(name, name))
        if own and not door.overriding(options.values()):
            return own(*args, **options)
        raise GradientError(
            f"numpy.{name} does not tell a {kind.__name__} what it computes; write it with minitensor's own functions, "
            "or .plain()"
        )
    given: dict[int, Any] = {}
    result = function(*_raw(name, tuple(args), given), **_raw(name, dict(options), given))
    return _wrapped(result, given)


def _tensor() -> Any:
    return operations.Tensor  # type: ignore[attr-defined]  # once `tensor.py` has made it


def _raw(name: str, x: Any, given: dict[int, Any]) -> Any:
    """An argument with raw arrays for its Tensors. given : takes what comes in, by the identity of its array."""
    kind = type(x)
    if kind is list or kind is tuple:
        return kind([_raw(name, each, given) for each in x])
    if kind is dict:
        return {key: _raw(name, each, given) for key, each in x.items()}
    if isinstance(x, np.ndarray):
        given[id(x)] = x
    if not hasattr(kind, "_operation"):
        return x
    if not backend.of(x.array).on_processor:
        own = f"x.{name}(...)" if name in vars(_tensor()) else "minitensor's own function"
        own = "it as an operator" if name in REFLECTED else own
        raise DeviceError(
            f"numpy.{name} computes on NumPy alone, and a tensor of shape {x.shape} is on {x.backend}; write {own}, or "
            "x.numpy() to bring the numbers to NumPy"
        )
    given[id(x.array)] = x
    return x.array


def _wrapped(result: Any, given: dict[int, Any]) -> Any:
    """What a function gave, with Tensors for its arrays of numbers; what was given comes back as it was."""
    if id(result) in given:
        return given[id(result)]
    kind = type(result)
    if (kind is np.ndarray or isinstance(result, np.generic)) and result.dtype in NATIVE:
        out = _tensor()()
        out.array = backend.as_array(result)
        return out
    if isinstance(result, (list, tuple)):
        parts = [_wrapped(each, given) for each in result]
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    return result
