"""Plan to permission: a result for which there is no memory is refused before anything is allocated."""

from collections.abc import Callable
from math import prod
from typing import Any

from minitensor.backend import Backend
from minitensor.einsums.planner import Steps, Tidied
from minitensor.einsums.program import flat, in_words
from minitensor.errors import OutOfMemoryError
from minitensor.text.numbers import in_bytes

ALLOCATES = ("multiply", "matmul", "vecdot", "sum", "trace")  # the calls that always make a new array
LARGE = 2**26  # bytes of a result from which it is worth asking what memory is free


def guarded(run: Callable[..., Any], lib: Backend, tidy: Tidied, steps: Steps, itemsize: int) -> Callable[..., Any]:
    """`run` itself, or for a plan with a large result a function that first looks whether there is room for it.

    run : the compiled steps, a function of raw arrays
    itemsize : bytes of one number

    The function raises OutOfMemoryError, which names the result and its size. Copies that NumPy makes inside a call
    are not seen, and where the system does not tell what is free nothing is refused.
    """
    sizes = tidy.fitted.sizes
    made = [flat(step.result) for step in steps if step.call in ALLOCATES]
    shapes = [tuple(sizes[label] for label in labels) for labels in made]
    largest = max(range(len(made)), key=lambda i: prod(shapes[i]), default=None)
    if largest is None or (need := prod(shapes[largest]) * itemsize) < LARGE:
        return run
    if largest == len(made) - 1:
        what, fix = "the result", "compute it in parts, or in a smaller dtype"
    else:
        what, fix = "the intermediate result", "give memory_limit=, the most elements one may have, or compute in parts"
    axes = in_words(tuple((label,) for label in made[largest]))

    def run_if_it_fits(*arrays: Any) -> Any:
        free = lib.free_memory()
        if free is not None and need > free:
            raise OutOfMemoryError(
                f"einsum {tidy.spec!r}: {what} {axes}, shape {shapes[largest]}, takes {in_bytes(need)}, "
                f"and {in_bytes(free)} of memory are free\nfix: {fix}"
            )
        return run(*arrays)

    return run_if_it_fits
