"""Results as plain data that another process may send: JSON, from which nothing is run when it is read."""

import base64
import math
from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.exercise.messages.faults import Said
from minitensor.exercise.running import Failure, Result

DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
     "complex64", "complex128"]
)  # fmt: skip
LARGEST = 2**24  # bytes of an array, letters of a text: no exercise asks for so much
DEEPEST = 20  # of lists in lists
LONGEST, LAST = 4_000, 20  # letters of a message, and lines on the way to an error


def packed(x: Any, depth: int = 0) -> Any:
    """A value as JSON has it. What no exercise asks for becomes the name of its type.

    >>> packed((1, [2.0]))
    {'tuple': [1, {'list': [2.0]}]}
    """
    kind = type(x)
    if (
        x is None
        or kind in (bool, float)
        or (kind is int and x.bit_length() < 64)
        or (kind is str and len(x) < LARGEST)
    ):
        return x
    if kind in (list, tuple) and depth < DEEPEST:
        return {kind.__name__: [packed(each, depth + 1) for each in x]}
    if kind is dict and depth < DEEPEST:
        return {"dict": [[packed(key, depth + 1), packed(each, depth + 1)] for key, each in x.items()]}
    if isinstance(x, Tensor) and x.size * 16 < LARGEST:
        return {"tensor": _array(x.numpy())}
    if isinstance(x, (np.ndarray, np.generic)) and str(x.dtype) in DTYPES and x.size * 16 < LARGEST:
        return {"array" if isinstance(x, np.ndarray) else "scalar": _array(np.asarray(x))}
    return {"other": kind.__name__}


def _array(x: np.ndarray) -> list[Any]:
    return [str(x.dtype), list(x.shape), base64.b64encode(x.tobytes()).decode()]


def unpacked(x: Any) -> Any:
    """The value that was packed. Raises InputError for what `packed` does not make.

    >>> unpacked(packed((1, [2.0])))
    (1, [2.0])
    """
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    if not isinstance(x, dict) or len(x) != 1:
        raise InputError("this is no result")
    ((kind, inside),) = x.items()
    if kind in ("tensor", "array", "scalar"):
        array = _from_array(inside)
        return tensor(array) if kind == "tensor" else array if kind == "array" else array[()]
    if kind == "other" and isinstance(inside, str):
        name = inside if inside.isidentifier() else "object"
        return type(name, (), {"__repr__": lambda self: f"<a {name}>"})()
    if kind not in ("list", "tuple", "dict") or not isinstance(inside, list):
        raise InputError("this is no result")
    if kind == "dict":
        if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], (str, int)) for pair in inside):
            raise InputError("this is no dictionary")
        return {key: unpacked(each) for key, each in inside}
    return (list if kind == "list" else tuple)(map(unpacked, inside))


def _from_array(x: Any) -> np.ndarray:
    match x:
        case [str(dtype), list(shape), str(text)] if dtype in DTYPES and all(type(n) is int and n >= 0 for n in shape):
            try:
                data = base64.b64decode(text, validate=True)
            except ValueError:
                raise InputError("these are no numbers") from None
            if len(data) != math.prod(shape) * np.dtype(dtype).itemsize:
                raise InputError("these are too many numbers, or too few")
            return np.frombuffer(data, dtype).reshape(shape).copy()
    raise InputError("this is no array")


def of_result(result: Result) -> dict[str, Any]:
    """What came of a call, as JSON has it."""
    error = _of_failure(result.error) if result.error else None
    return {"value": packed(result.value), "error": error, "changed": result.changed, "counts": dict(result.counts)}


def _of_failure(error: Failure) -> dict[str, Any]:
    said = [list(error.said.lines), error.said.word] if error.said else None
    return {
        "kinds": list(error.kinds),
        "text": error.text[:LONGEST],
        "lines": [list(each) for each in error.lines[-LAST:]],
        "signature": packed(_only_tuples(error.signature)),
        "said": said,
        "stopped": error.stopped,
    }


def _only_tuples(x: Any) -> Any:
    """The same with plain tuples for those whose parts have names."""
    return tuple(map(_only_tuples, x)) if isinstance(x, tuple) else x


def to_result(x: Any) -> Result:
    """What came of a call. Raises InputError for what is none."""
    match x:
        case {"value": value, "error": error, "changed": str(changed), "counts": dict(counts)}:
            failed = None if error is None else _to_failure(error)
            return Result(unpacked(value), failed, changed, numbers_in(counts))
    raise InputError("this is no result")


def _to_failure(x: Any) -> Failure:
    match x:
        case {
            "kinds": [str(), *_] as kinds,
            "text": str(text),
            "lines": list(lines),
            "signature": {"tuple": list()} as signature,
            "said": said,
            "stopped": str(stopped),
        }:
            told = None
            if said is not None:
                words, page = said
                told = Said(tuple(map(str, words)), str(page))
            pairs = tuple((int(number), str(words)) for number, words in lines)
            return Failure(tuple(map(str, kinds)), text, pairs, unpacked(signature), told, stopped)
    raise InputError("this is no error")


def numbers_in(x: Any) -> dict[str, int]:
    """A dictionary of counts. Raises InputError where it is none."""
    if not isinstance(x, dict) or not all(type(each) is int for each in x.values()):
        raise InputError("these are no counts")
    return x
