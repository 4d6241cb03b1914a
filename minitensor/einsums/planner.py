"""Expression and shapes to a plan: a short program of array functions.

The values of the program are numbered as the operands are. A function of one value puts its result in that value's
place; a function of two puts it in the place of the lower number, and the other is gone. The answer is value 0.

First every operand is tidied by itself: diagonals are taken, and what no one else needs is summed. Then `order.py`
chooses the pairs, and `program.py` the steps of each.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from minitensor.broadcasting import Shape
from minitensor.einsums.network import Order
from minitensor.einsums.order import best_order
from minitensor.einsums.parser import Fitted, Label, Labels, fit, parse
from minitensor.einsums.program import Program, Step
from minitensor.errors import EinsumError

Steps = tuple[Step, ...]
AxisOrder = tuple[int, ...]  # the axes of an operand as they lie in memory, neighbours last


class Tidied(NamedTuple):
    """A spec on operands of known shapes: what is left of each once it has been tidied, and the pairs to come."""

    spec: str
    shapes: tuple[Shape, ...]
    fitted: Fitted
    terms: tuple[Labels, ...]
    order: Order


@lru_cache(maxsize=1024)
def tidied(spec: str, shapes: tuple[Shape, ...], memory_limit: int | None = None) -> Tidied:
    """Read a spec, fit it to these shapes and choose the pairs; the second time it is a look-up.

    memory_limit : how many elements an intermediate result may have

    >>> tidied("ij,jk,k->i", ((30, 40), (40, 50), (50,))).order.pairs
    ((1, 2), (0, 1))

    Raises EinsumError, with a picture of the fault, where the spec is malformed or does not fit the shapes, and where
    no order of the pairs keeps within the memory limit.
    """
    fitted = fit(parse(spec), shapes)
    terms, output, sizes = fitted
    left, needed = [], _needed(terms, output)
    for term, shape in zip(terms, shapes, strict=True):
        present = [label for label, size in zip(term, shape, strict=True) if size == sizes[label] and label in needed]
        left.append(tuple(dict.fromkeys(present)))
    order = best_order(left, output, sizes, memory_limit)
    if memory_limit is not None and order.cost.largest > memory_limit:
        raise EinsumError(
            f"{spec!r} has no order of pairs whose intermediate results all have at most {memory_limit:,} elements; "
            f"the best that was found needs one of {order.cost.largest:,}\n"
            f"fix: memory_limit={order.cost.largest}, or more"
        )
    return Tidied(spec, shapes, fitted, tuple(left), order)


def plan(tidy: Tidied, itemsize: int = 8, orders: tuple[AxisOrder, ...] | None = None) -> Steps:
    """The steps that compute an einsum.

    itemsize : bytes of a number
    orders : for each operand its axes as they lie in memory; without it, each in the order of its axes

    >>> plan(tidied("mk,kn->mn", ((2, 3), (3, 4))))
    (Step(call='matmul', operands=(0, 1), argument=(), result=(('m',), ('n',))),)
    >>> for step in plan(tidied("bmk,kn->bnm", ((5, 2, 3), (3, 4)))):
    ...     print(*step)
    reshape (0,) (10, 3) (('b', 'm'), ('k',))
    matmul (0, 1) () (('b', 'm'), ('n',))
    reshape (0,) (5, 2, 4) (('b',), ('m',), ('n',))
    permute_dims (0,) (0, 2, 1) (('b',), ('n',), ('m',))
    """
    orders = orders or tuple(tuple(range(len(shape))) for shape in tidy.shapes)
    ones = {label for label, size in tidy.fitted.sizes.items() if size == 1}
    ways: list[set[Label]] = [set(), ones] if ones and len(tidy.shapes) > 1 else [set()]
    programs = [_written(tidy, orders, itemsize, gone) for gone in ways]
    return tuple(min(programs, key=lambda program: program.price).steps)


def _written(tidy: Tidied, orders: tuple[AxisOrder, ...], itemsize: int, gone: set[Label]) -> Program:
    """The program whose labels `gone`, of size 1, are squeezed away before and come back at the end."""
    terms, output, sizes = tidy.fitted
    program, needed = Program(terms, sizes, orders, itemsize), _needed(terms, output)
    for number, shape in enumerate(tidy.shapes):
        squeezed = {axis for axis, label in enumerate(terms[number]) if shape[axis] != sizes[label] or label in gone}
        program.drop("squeeze", number, squeezed)
        program.take_diagonals(number)
        lonely = {axis for axis, label in enumerate(program.labels(number)) if label not in needed}
        program.drop("sum", number, lonely)
    program.combine_all(tidy.order.pairs, tuple(label for label in output if label not in gone))
    program.arrange(0, tuple(() if label in gone else (label,) for label in output))
    return program


def _needed(terms: Sequence[Labels], output: Labels) -> set[Label]:
    """The labels that are in the output or in two operands: the others are summed before the pairs are made."""
    holders = Counter(label for term in terms for label in set(term))
    return {label for label in holders if holders[label] > 1}.union(output)
