"""What an estimator is given, as points on their own backend; and its answers, in the kind that was given."""

import sys
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core import checks, intake
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import InputError


def read_points(given: Any, name: str = "X", place: str = "numpy") -> Tensor:
    """Points (n, d), float32 or float64, of a Tensor, an array of NumPy or CuPy, anything with DLPack, or lists.

    name : what messages call them
    place : the backend for what is on none: lists and tables

    float32 stays, everything else becomes float64. What needs no conversion is shared, not copied.

    >>> read_points([[1, 2], [3, 4]]).dtype.name
    'float64'

    Raises ShapeError unless the shape is (n, d), both 1 or more, DTypeError for what is not a number, InputError for
    complex numbers, masked entries, sparse tables, NaN and infinity.
    """
    if isinstance(given, Tensor):
        checks.no_gradient(name, given)
        points = given
    elif intake.is_array(given):
        points = wrap(intake.array(name, given))
    else:
        points = wrap(intake.read(name, given)).to(place)
    if points.dtype.kind == "c":
        raise InputError(f"Complex data not supported: {name} is {points.dtype}; stack real and imaginary parts")
    points = points if points.dtype.name in ("float32", "float64") else points.astype("float64")
    checks.points(name, points)
    return points


def in_kind_of(given: Any, result: Tensor) -> Any:
    """`result` as a Tensor if a Tensor was given, else as an array of the library that `given` comes from.

    Nothing is copied, except from a GPU for what belongs to no library, such as lists: that gets NumPy arrays.

    >>> in_kind_of([[1.0]], wrap(np.zeros(2)))
    array([0., 0.])
    """
    if isinstance(given, Tensor):
        return result
    if not intake.is_array(given):
        return result.numpy()
    if isinstance(given, backend.of(result.array).array_type):
        return result.array
    library = sys.modules[type(given).__module__.partition(".")[0]]
    space = given.__array_namespace__() if hasattr(given, "__array_namespace__") else library
    return space.from_dlpack(result.array) if hasattr(space, "from_dlpack") else result.array


def column_names(given: Any) -> np.ndarray | None:
    """The names of the columns of a table, such as a data frame, if all are words: (d,) of dtype object; else None."""
    names = list(getattr(given, "columns", ()))
    return np.asarray(names, dtype=object) if names and all(isinstance(each, str) for each in names) else None
