"""Steps and dtypes to calls: in which dtype each step is made, what is converted, and what is written over."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy

from minitensor.einsums.parser import Labels
from minitensor.einsums.planner import Steps
from minitensor.einsums.program import Axes, single

ALLOCATES = ("multiply", "matmul", "vecdot", "sum", "trace")  # the calls that always make a new array
VIEWS = ("squeeze", "diagonal", "permute_dims")


class Call(NamedTuple):
    """One call of an array function, as a `Step` is; `dtype` is that of the result, and of the products."""

    call: str
    operands: tuple[int, ...]
    argument: Any
    result: Axes
    dtype: numpy.dtype


def calls_of(steps: Steps, terms: Sequence[Labels], dtypes: list) -> list[Call]:
    """The steps with the conversions between dtypes, each as late as it can be.

    A product that has the axes of a factor that no one else holds is written over that.
    """
    dtype = computed = numpy.result_type(*dtypes)
    if dtype == "float16" and any(step.call != "multiply" and step.call in ALLOCATES for step in steps):
        computed = numpy.dtype("float32")
    other = {number for number, own in enumerate(dtypes) if own != computed}
    axes = {number: single(term) for number, term in enumerate(terms)}
    ours: set[int] = set()  # values that no one else holds
    calls = []
    for step in steps:
        if step.call not in VIEWS:
            for number in other.intersection(step.operands):
                calls.append(Call("astype", (number,), computed, axes[number], computed))
                other.discard(number)
                ours.add(number)
        call, operands = step.call, step.operands
        over = [number for number in operands if number in ours and axes[number] == step.result]
        if call == "multiply" and over:
            call, operands = "multiply_into", operands if operands[0] in over else operands[::-1]
        calls.append(Call(call, operands, step.argument, step.result, computed))
        axes[min(operands)] = step.result
        if step.call in ALLOCATES:
            ours.add(min(operands))
    if computed != dtype:
        calls.append(Call("astype", (0,), dtype, axes[0], dtype))
    return calls
