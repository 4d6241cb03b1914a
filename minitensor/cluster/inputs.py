"""What an estimator is given, as points on their own backend; and its answers, in the kind that was given."""

import sys
from typing import Any

import numpy as np

from minitensor import backend, random
from minitensor.core import checks, intake
from minitensor.core.creation import ones
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, InputError, ShapeError
from minitensor.functions import isfinite


def read_points(given: Any, name: str = "X", place: str = "numpy", beside: str = "") -> Tensor:
    """Points (n, d), float32 or float64, of a Tensor, an array of NumPy or CuPy, anything with DLPack, or lists.

    name : what messages call them
    place : the backend for what is on none: lists and tables
    beside : what they must be on that backend with, in a message: "X"

    float32 stays, everything else becomes float64. What needs no conversion is shared, not copied.

    >>> read_points([[1, 2], [3, 4]]).dtype.name
    'float64'

    Raises ShapeError unless the shape is (n, d), both 1 or more, DTypeError for what is not a number, InputError for
    complex numbers, integers that float64 does not hold, masked entries, sparse tables, NaN and infinity, and
    DeviceError for another backend than that of what they lie beside.
    """
    points = as_floats(name, _read(name, given, place))
    if isinstance(given, (list, tuple)) and points.ndim in (1, 3):  # which have no reshape
        fix = f"[[x] for x in {name}] for points on a line, [{name}] for one point"
        if points.ndim == 3:
            fix = f"[x for row in {name} for x in row] for points along the last axis"
        raise ShapeError(f"{name} has shape {points.shape}, not (points, dimensions). Reshape your data: {fix}")
    checks.points(name, points)
    if beside and points.backend != place:
        raise DeviceError(
            f"{name} is on {points.backend}, but {beside} on {place}; write minitensor.as_tensor({name}).to({place!r})"
        )
    return points


def as_floats(name: str, x: Tensor, dtype: Any = None) -> Tensor:
    """Numbers as floats: float32 stays, all else becomes float64, or all the dtype that is given.

    Raises InputError for complex numbers, and for integers that float64 does not hold.
    """
    if x.dtype.kind == "c":
        raise InputError(f"Complex data not supported: {name} is {x.dtype}; stack real and imaginary parts")
    dtype = dtype or (x.dtype if x.dtype == "float32" else "float64")
    found = x if x.dtype == dtype else x.astype(dtype)
    if x.dtype in ("int64", "uint64") and x.size and max(abs(int(end.item())) for end in (x.min(), x.max())) > 2**53:
        # All but the last 32 bits are a float that loses nothing, and so is what is left once it is subtracted.
        lost = found - (x >> 32).astype("float64") * 2.0**32 != (x & (2**32 - 1)).astype("float64")
        if lost.any():
            raise InputError(
                f"{name} holds {x.dtype} beyond 2**53 that float64 does not hold, such as {x[lost][0].item()}; "
                f"subtract what all have in common first, such as {name}.min()"
            )
    return found


def read_weights(given: Any, points: Tensor, n: int | None = None, *, name: str = "sample_weight") -> Tensor:
    """What each point weighs, (n,) float64, on the backend of the points; one number is what all weigh.

    n : how many points there are, if not those given

    >>> read_weights(2, wrap(np.ones((3, 1)))).tolist()
    [2.0, 2.0, 2.0]

    Raises ShapeError for another shape, InputError for NaN and infinity, and where all are 0.
    """
    n = points.shape[0] if n is None else n
    weights = as_floats(name, _read(name, given, points.backend), "float64").to(points.backend)
    if weights.shape not in ((), (n,)):
        raise ShapeError(
            f"sample_weight.shape == {weights.shape}, expected {(n,)}; {name} is one number for each point"
        )
    refuse_where(~isfinite(weights), name, weights, "NaN or infinity; give each point a finite weight")
    if not (weights != 0).any():
        raise InputError("Sample weights must contain at least one non-zero number; where none counts, leave them out")
    return weights * ones(n, "float64", like=weights)


def refuse_where(wrong: Tensor, name: str, x: Tensor, what: str) -> None:
    """Raise InputError where one of the numbers x, () or (n,), is wrong, which says which is the first."""
    if wrong.any():
        first = wrong.reshape(-1).argmax().item()
        at = f"[{first}]" if x.ndim else ""
        raise InputError(f"{name}{at} is {x.reshape(-1)[first].item()}, and must not be {what}")


def generator_of(given: Any, name: str = "random_state") -> np.random.Generator:
    """A source of random numbers: from a seed, from a generator of NumPy, or from its older kind, both of which go on.

    Raises InputError for all else but None, which is another source each time.
    """
    if given is None or not type(given).__module__.startswith("numpy.random"):
        return random.generator(None if given is None else checks.whole(name, given, 0))
    if isinstance(given, np.random.RandomState):
        return np.random.Generator(given._bit_generator)
    if isinstance(given, np.random.Generator):
        return given
    raise InputError(f"{name} is {intake.a_class(given)}; give a whole number, a numpy.random.Generator, or None")


def _read(name: str, given: Any, place: str) -> Tensor:
    """Numbers as they are, where they are; those on no backend on that of `place`."""
    if isinstance(given, Tensor):
        checks.no_gradient(name, given)
        return given
    if intake.is_array(given):
        return wrap(intake.array(name, given))
    return wrap(intake.read(name, given)).to(place)


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
