"""Plan and arrays to an array: the steps are bound to functions once, and then only called.

`compiled` keeps one function for each spec, and type, shape and dtype of the operands: called again, an einsum costs
a look-up and the arithmetic. Large operands with several axes are looked up once more by their order in memory, which
decides which of their axes merge without a copy; for small ones that would cost more than it gains.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minitensor import backend
from minitensor.backend import Backend
from minitensor.broadcasting import Shape
from minitensor.einsums.calls import Call, calls_of
from minitensor.einsums.memory import guarded
from minitensor.einsums.planner import Tidied, plan, tidied

Run = Callable[..., Any]  # raw arrays to a raw array

KEPT = 4096  # compiled einsums; then the table is emptied
KEPT_LAYOUTS = 64  # of one einsum
ORDER_MATTERS = 4096  # elements of an operand from which its order in memory is looked at
MOVES = ("reshape", "copy", "vecdot")  # the calls that may copy, as the operands lie in memory

compiled: dict[tuple, Run] = {}


def einsum_arrays(spec: str, *arrays: Any) -> Any:
    """`minitensor.einsum` on raw arrays of one backend.

    The result has the dtype that NumPy promotes the operands' dtypes to, and sums stay in it; those of float16 are
    made in float32 and rounded once, at the end. For bool, a product is `and` and a sum is `or`. With one operand and
    nothing summed, the result is a view of the operand.

    memory : the result; from three operands on, one intermediate result at a time; a copy of what must be merged into
        one axis and does not lie in that order; operands of another dtype than the sums are made in, when their turn
        comes; for large integers at most 40 MB (on NumPy), for bool elsewhere the operands as float32

    >>> einsum_arrays("mk,kn->mn", numpy.ones((2, 3)), numpy.ones((3, 4))).shape
    (2, 4)

    Raises EinsumError, with a picture of the fault, where the spec is malformed or does not fit the operands, and
    OutOfMemoryError where an intermediate result, or the answer, is larger than all the memory that is free.
    """
    key = key_of(spec, arrays)
    return (compiled.get(key) or prepare(key, spec, arrays))(*arrays)


def key_of(spec: str, arrays: Any) -> tuple:
    """What an einsum is compiled for."""
    key: list[Any] = [spec]
    for array in arrays:
        key += array.shape, array.dtype, type(array)
    return tuple(key)


def prepare(key: tuple, spec: str, arrays: Any, memory_limit: int | None = None) -> Run:
    """Compile an einsum for operands like these arrays, and keep it under this key."""
    # Raises what there is to raise, even where there are no operands.
    tidy = tidied(spec, tuple(array.shape for array in arrays), memory_limit)
    lib = backend.of(arrays[0])
    dtypes = [lib.numpy_dtype(array) for array in arrays]
    itemsize = numpy.result_type(*dtypes).itemsize
    large = len(arrays) > 1 and any(array.ndim > 1 and array.size >= ORDER_MATTERS for array in arrays)
    steps = plan(tidy, itemsize, _orders(lib, arrays) if large else None)
    calls = calls_of(steps, tidy.fitted.terms, dtypes)
    run = compile_calls(lib, calls, tidy.shapes)
    # A plan that merges and copies nothing takes its operands in any order.
    if large and (any(step.call in MOVES for step in steps) or any(array.ndim > 2 for array in arrays)):
        run = _by_layout(lib, tidy, dtypes, itemsize, {_layouts(lib, arrays): run})
    run = guarded(run, lib, tidy, calls)
    if len(compiled) >= KEPT:
        compiled.clear()
    compiled[key] = run
    return run


def _orders(lib: Backend, arrays: Any) -> tuple[tuple[int, ...], ...]:
    return tuple([lib.axes_in_memory(array) for array in arrays])


def _layouts(lib: Backend, arrays: Any) -> tuple:
    return tuple([lib.layout(array) for array in arrays])


def _by_layout(lib: Backend, tidy: Tidied, dtypes: list, itemsize: int, runs: dict[tuple, Run]) -> Run:
    """A function that compiles one more for each way in which its operands lie in memory.

    runs : what is compiled already, by layout
    """

    def run(*arrays: Any) -> Any:
        layouts = _layouts(lib, arrays)
        chosen = runs.get(layouts)
        if chosen is None:
            calls = calls_of(plan(tidy, itemsize, _orders(lib, arrays)), tidy.fitted.terms, dtypes)
            chosen = compile_calls(lib, calls, tidy.shapes)
            if len(runs) >= KEPT_LAYOUTS:
                runs.clear()
            runs[layouts] = chosen
        return chosen(*arrays)

    return run


def compile_calls(lib: Backend, calls: list[Call], shapes: Sequence[Shape]) -> Run:
    """One function that does all the calls, on arrays of these shapes."""
    program: list[tuple[Run, int, int]] = []  # a function, the value that it takes and replaces, the other or -1
    ranks = {number: len(shape) for number, shape in enumerate(shapes)}
    for call, operands, argument, result, dtype in calls:
        rank = len(result)
        if len(operands) == 1:
            program.append((lib.call_of_one(call, argument, dtype, rank), operands[0], -1))
        else:
            a, b = operands
            program.append((lib.call_of_two(call, dtype, (ranks[a], ranks[b])), a, b))
        ranks[min(operands)] = rank
    return _link(program)


def _link(program: list[tuple[Run, int, int]]) -> Run:
    """One function of the operands for a whole program; up to two steps it is written out."""
    match program:
        case []:
            return lambda array: array
        case [(only, _, -1)] | [(only, 0, 1)]:
            return only
        case [(only, 1, 0)]:
            return lambda left, right: only(right, left)
        case [(first, 0, -1), (then, 0, -1)]:
            return lambda array: then(first(array))
        case [(first, 0, -1), (then, 0, 1)]:
            return lambda left, right: then(first(left), right)
        case [(first, 1, -1), (then, 0, 1)]:
            return lambda left, right: then(left, first(right))
        case [(first, 0, -1), (then, 1, 0)]:
            return lambda left, right: then(right, first(left))
        case [(first, 0, 1), (then, 0, -1)]:
            return lambda left, right: then(first(left, right))

    def run(*arrays: Any) -> Any:
        values = list(arrays)
        for compute, a, b in program:
            if b < 0:
                values[a] = compute(values[a])
            elif a < b:
                values[a] = compute(values[a], values[b])
                values[b] = None  # frees an intermediate result as soon as it has been used
            else:
                values[b] = compute(values[a], values[b])
                values[a] = None
        return values[0]

    return run
