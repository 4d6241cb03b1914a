"""Plan to permission: a result for which there is no memory is refused before anything is allocated."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from minitensor.backend import Backend
from minitensor.einsums.calls import ALLOCATES, Call
from minitensor.einsums.planner import Tidied
from minitensor.einsums.program import flat, in_words
from minitensor.errors import OutOfMemoryError
from minitensor.text.numbers import in_bytes

COPIES = (*ALLOCATES, "copy", "astype")
LARGE = 2**26  # bytes of results at one time from which it is worth asking what memory is free


def guarded(run: Callable[..., Any], lib: Backend, tidy: Tidied, calls: Sequence[Call]) -> Callable[..., Any]:
    """`run` itself, or for a plan with large results a function that first looks whether there is room for them.

    run : the compiled calls, a function of raw arrays

    The function raises OutOfMemoryError, which names the largest result and its size. Intermediate results that live
    at one time and operands that were converted count together; copies that NumPy makes inside a call are not seen.
    Where the system does not tell what is free nothing is refused.
    """
    sizes = tidy.fitted.sizes
    need = most_memory(calls, sizes)
    if need < LARGE:
        return run
    made = [call for call in calls if call.call in COPIES]
    bytes_of = [_bytes(call, sizes) for call in made]
    largest = max(range(len(made)), key=bytes_of.__getitem__)
    labels = flat(made[largest].result)
    shape, axes = tuple(sizes[label] for label in labels), in_words(tuple((label,) for label in labels))
    if made[largest].call == "astype" and made[largest] is not calls[-1]:
        what, fix = f"operand {made[largest].operands[0]} as {made[largest].dtype}", "compute in parts"
    elif largest == len(made) - 1 or all(call.call == "astype" for call in made[largest + 1 :]):
        what, fix = "the result", "compute it in parts, or in a smaller dtype"
    else:
        what, fix = "the intermediate result", "give memory_limit=, the most elements one may have, or compute in parts"
    more = f", {in_bytes(need)} with what lives beside it" if need > 1.1 * bytes_of[largest] else ""

    def run_if_it_fits(*arrays: Any) -> Any:
        free = lib.free_memory()
        if free is not None and need > free:
            raise OutOfMemoryError(
                f"einsum {tidy.spec!r}: {what} {axes}, shape {shape}, takes {in_bytes(bytes_of[largest])}{more}, "
                f"and {in_bytes(free)} of memory are free\nfix: {fix}"
            )
        return run(*arrays)

    return run_if_it_fits


def most_memory(calls: Sequence[Call], sizes: dict) -> int:
    """The most bytes that live at one time, the answer with them and the operands without."""
    live: dict[int, int] = {}
    most = 0
    for call in calls:
        into = min(call.operands)
        made = _bytes(call, sizes) if call.call in COPIES else 0
        most = max(most, sum(live.values()) + made)
        if call.call == "multiply_into":
            made = live.get(call.operands[0], 0)
        if made or len(call.operands) == 2:
            for number in call.operands:
                live.pop(number, None)
            live[into] = made
    return most


def _bytes(call: Call, sizes: dict) -> int:
    return prod(sizes[label] for axis in call.result for label in axis) * call.dtype.itemsize
