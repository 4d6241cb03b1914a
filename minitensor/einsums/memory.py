"""Plan to permission: a result for which there is no memory is refused before anything is allocated."""

from collections.abc import Callable
from math import prod
from typing import Any

from minitensor.backend import Backend
from minitensor.broadcasting import Shape
from minitensor.einsums.planner import Plan, tidied
from minitensor.errors import OutOfMemoryError
from minitensor.text.numbers import in_bytes

ALLOCATES = ("multiply", "matmul", "vecdot", "sum", "trace")  # the calls that make a new array whatever they are given
LARGE = 2**26  # bytes of a result from which it is worth asking what memory is free


def guarded(
    run: Callable[..., Any], engine: Backend, spec: str, shapes: tuple[Shape, ...], plan: Plan, itemsize: int
) -> Callable[..., Any]:
    """`run` itself, or for a plan with a large result a function that first looks whether there is room for it.

    run : the compiled plan, a function of raw arrays
    itemsize : bytes of one number

    The function raises OutOfMemoryError, which names the result and its size. Copies that NumPy makes inside a call
    are not seen, and where the system does not tell what is free nothing is refused.
    """
    sizes = tidied(spec, shapes, None).fitted.sizes
    made = [step for step in plan if step.call in ALLOCATES]
    shape_of = {step: tuple(sizes[label] for label in step.result if label in sizes) for step in made}
    largest = max(made, key=lambda step: prod(shape_of[step]), default=None)
    if largest is None or (need := prod(shape_of[largest]) * itemsize) < LARGE:
        return run
    letters = "".join(label for label in largest.result if label in sizes)
    if largest is made[-1]:
        what, fix = "the result", "compute it in parts, or in a smaller dtype"
    else:
        what, fix = "the intermediate result", "give memory_limit=, the most elements one may have, or compute in parts"

    def run_if_it_fits(*arrays: Any) -> Any:
        free = engine.free_memory()
        if free is not None and need > free:
            raise OutOfMemoryError(
                f"einsum {spec!r}: {what} {letters}, shape {shape_of[largest]}, takes {in_bytes(need)}, "
                f"and {in_bytes(free)} of memory are free\nfix: {fix}"
            )
        return run(*arrays)

    return run_if_it_fits
