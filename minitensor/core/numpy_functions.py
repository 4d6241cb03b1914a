"""NumPy's functions on Tensors: they compute and give Tensors where the elements are NumPy's, and refuse elsewhere.

NumPy asks here before it runs a function that was given a Tensor, also one in a list. The function then runs on the raw
arrays, and what it gives is wrapped. An operator with an array of NumPy on its left comes here too, as the function
that NumPy has for it: that is sent on to the operator of the Tensor on its right, on whatever backend that is.
"""

import sys
from collections.abc import Callable, Iterable
from opcode import opmap
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import NATIVE
from minitensor.core import door, operations
from minitensor.errors import DeviceError, GradientError, InputError

# NumPy's name of each operator, and Python's.
ARITHMETIC = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "floor_divide": "floordiv",
    "remainder": "mod", "power": "pow", "matmul": "matmul", "bitwise_and": "and", "bitwise_or": "or",
    "bitwise_xor": "xor", "left_shift": "lshift", "right_shift": "rshift",
}  # fmt: skip
COMPARISONS = {  # and Python's, with the sides turned
    "less": ("lt", "gt"), "less_equal": ("le", "ge"), "greater": ("gt", "lt"), "greater_equal": ("ge", "le"),
    "equal": ("eq", "eq"), "not_equal": ("ne", "ne"),
}  # fmt: skip
OWN = {name: f"__{python}__" for name, python in ARITHMETIC.items()}
OWN |= {name: f"__{python}__" for name, (python, _) in COMPARISONS.items()} | {"absolute": "abs"}
REFLECTED = {name: f"__r{python}__" for name, python in ARITHMETIC.items()}
REFLECTED |= {name: f"__{turned}__" for name, (_, turned) in COMPARISONS.items()}
READY = {"atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays"}  # like `asarray`, for code that wants arrays
READS = {"shape", "ndim", "size", "iscomplexobj", "isrealobj"}  # they ask what an array is, and not for its elements
STORE_SUBSCR = opmap["STORE_SUBSCR"]  # the instruction of ``x[key] = value``


class AskedByNumPy:
    """A protocol of NumPy, which asks the class and finds the function there.

    Other libraries ask the instance, as masked arrays, Dask and CuPy do. It says None, or that there is no such thing,
    and they go on as with any object: they step back in ``theirs + tensor``, or make an array of NumPy of it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __get__(self, tensor: Any, cls: type) -> Any:
        if tensor is None:
            return self.function
        if self.function is array_ufunc:
            return None
        raise AttributeError("NumPy asks the class for __array_function__")


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc, or one of its methods such as `reduce`, with a Tensor among its inputs or outputs."""
    name = ufunc.__name__
    if method == "__call__" and not options and name in REFLECTED and not hasattr(type(inputs[0]), "_operation"):
        left, right = inputs
        if name in COMPARISONS and getattr(left, "shape", None) == ():
            left = left[()]  # NumPy makes an array of a scalar that is compared
        return getattr(right, REFLECTED[name])(left)
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
    if name in READY:
        return function(*map(np.asarray, args), **options)
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


def refuse_shuffle(array: Any, value: Any) -> None:
    """Raise InputError where `shuffle`, of NumPy or of Python, is about to write one part of an array over another.

    ``x[i], x[j] = x[j], x[i]`` would lose one of the two, as each is a view. NumPy's is compiled, so that the
    instruction of the caller is no assignment.
    """
    base = getattr(value, "base", None)
    if base is None or not (base is array or base is array.base or backend.of(array).shares_memory(array, value)):
        return
    frame = sys._getframe(2)
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] != STORE_SUBSCR or frame.f_globals.get("__name__") == "random":
        raise InputError(
            f"a tensor of shape {tuple(array.shape)} is not shuffled in place: one part would be written over one "
            "not yet read; write x = x[minitensor.random.permutation(rng, len(x))]"
        )
