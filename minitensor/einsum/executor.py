"""Plan and arrays to an array: run the steps, with functions that the Python Array API standard names."""

from typing import Any

import numpy

from minitensor import backend
from minitensor.backend import Backend
from minitensor.einsum.planner import Step, plan


def einsum_arrays(spec: str, *arrays: Any) -> Any:
    """`minitensor.einsum` on raw arrays of one backend.

    The result has the dtype that NumPy promotes the operands' dtypes to, and sums stay in it. For bool, a product is
    `and` and a sum is `or`. With one operand and nothing summed, the result is a view of the operand.

    memory : the result; from three operands on, one intermediate result at a time; a copy of what must be merged into
        one axis and does not lie in that order; for bool, two operands as float32

    >>> einsum_arrays("mk,kn->mn", numpy.ones((2, 3)), numpy.ones((3, 4))).shape
    (2, 4)

    Raises EinsumError, with a picture of the fault, where the spec is malformed or does not fit the operands.
    """
    steps = plan(spec, tuple(array.shape for array in arrays))
    engine = backend.of(arrays[0])
    dtype = numpy.result_type(*(engine.numpy_dtype(array) for array in arrays))
    values = [_cast(engine, array, dtype) for array in arrays]
    for step in steps:
        into, *gone = step.operands
        values[into] = _call(engine, step, dtype, *(values[number] for number in step.operands))
        for number in gone:
            values[number] = None  # frees an intermediate result as soon as it has been used
    return backend.as_array(values[0])


def _call(engine: Backend, step: Step, dtype: numpy.dtype, *values: Any) -> Any:
    xp, axes = engine.xp, step.argument
    match step.call:
        case "squeeze":
            return xp.squeeze(*values, axis=axes)
        case "diagonal":
            return engine.diagonal(*values)
        case "sum" if dtype.kind == "b":
            return xp.any(*values, axis=axes)
        case "sum":
            return xp.sum(*values, axis=axes, dtype=engine.dtype(dtype))  # the default would widen small integers
        case "multiply" if dtype.kind == "b":
            return xp.logical_and(*values)
        case "matmul" | "vecdot" if dtype.kind == "b":
            # Counting in float32 is quick, and a count may lose digits but never comes back to zero.
            float32 = numpy.dtype("float32")
            return _call(engine, step, float32, *(_cast(engine, value, float32) for value in values)) != 0
        case "vecdot" if dtype.kind == "c":
            row, column = values[0][..., None, :], values[1][..., None]
            return xp.matmul(row, column)[..., 0, 0]  # vecdot would conjugate the first
        case "vecdot":
            return engine.vecdot(*values)
        case call:
            return getattr(xp, call)(*values, *([axes] if len(values) == 1 else []))


def _cast(engine: Backend, array: Any, dtype: numpy.dtype) -> Any:
    return array if engine.numpy_dtype(array) == dtype else engine.astype(array, engine.dtype(dtype))
