"""Expression and shapes to a plan: a short program of array functions.

The values of the program are numbered as the operands are. A function of one value puts its result in that value's
place; a function of two puts it in the place of the first, and the second is gone. The answer is value 0.

Two values become one in three ways, by what happens to their labels:

    nothing is summed               multiply, by broadcasting                  'a,b->ab'
    all that is not shared is gone  vecdot, sums of products on the last axis  'qd,qd->q'
    anything else                   matmul, once the labels are grouped        'mk,kn->mn'

For matmul every label of the two values a and b is in one of four groups: batch (in both, and still needed), left (in
a alone), right (in b alone) and summed (in both, and not needed again). Each of left, right and summed becomes a
single axis: 'bhqd,bhkd->bhqk' is a stack of b × h matrix products.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import dropwhile
from math import prod
from typing import NamedTuple

from minitensor.broadcasting import Shape
from minitensor.einsum.parser import fit, parse

Labels = tuple[str, ...]
Axes = tuple[Labels, ...]  # each axis of a value by the labels that are merged in it: none for a new axis of size 1


class Step(NamedTuple):
    """One call of an array function.

    call : its name; `squeeze`, `diagonal` (of the last two axes), `sum`, `permute_dims` and `reshape` take one value,
        `multiply`, `matmul` and `vecdot` (here without a complex conjugate) take two
    operands : the numbers of the values it takes
    argument : the axes or the shape that it takes besides
    result : the axes of the result in words: "b(mn)" has two, of which the second is m and n merged
    """

    call: str
    operands: tuple[int, ...]
    argument: tuple[int, ...]
    result: str


Plan = tuple[Step, ...]


@lru_cache(maxsize=1024)
def plan(spec: str, shapes: tuple[Shape, ...]) -> Plan:
    """The steps that compute `spec` on operands of these shapes; the second time it is a look-up.

    >>> plan("mk,kn->mn", ((2, 3), (3, 4)))
    (Step(call='matmul', operands=(0, 1), argument=(), result='mn'),)
    >>> for step in plan("bmk,kn->bnm", ((5, 2, 3), (3, 4))):
    ...     print(*step)
    reshape (0,) (10, 3) (bm)k
    matmul (0, 1) () (bm)n
    reshape (0,) (5, 2, 4) bmn
    permute_dims (0,) (0, 2, 1) bnm

    Raises EinsumError, with a picture of the fault, where the spec is malformed or does not fit the shapes.
    """
    terms, output, sizes = fit(parse(spec), shapes)
    program = _Program(terms, sizes)
    for number, shape in enumerate(shapes):
        stretched = {axis for axis, label in enumerate(terms[number]) if shape[axis] != sizes[label]}
        program.drop("squeeze", number, stretched)
        program.take_diagonals(number)
        needed = set(output).union(*terms[:number], *terms[number + 1 :])
        lonely = {axis for axis, label in enumerate(program.labels(number)) if label not in needed}
        program.drop("sum", number, lonely)
    for a, b in left_to_right(terms, output, sizes):
        program.combine(a, b, output)
    program.arrange(0, _single(output))
    return tuple(program.steps)


def left_to_right(terms: Sequence[Labels], output: Labels, sizes: dict[str, int]) -> list[tuple[int, int]]:
    """The pairs (a, b), a < b, in the order in which value b is combined into value a, until only value 0 is left."""
    return [(0, b) for b in range(1, len(terms))]


class _Program:
    """The steps so far, and the axes of every value after them."""

    def __init__(self, terms: Sequence[Labels], sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.steps: list[Step] = []
        self.values: dict[int, Axes] = {number: _single(term) for number, term in enumerate(terms)}

    def labels(self, number: int) -> Labels:
        return _flat(self.values[number])

    def add(self, call: str, operands: tuple[int, ...], argument: Iterable[int], axes: Axes) -> None:
        result = "".join(axis[0] if len(axis) == 1 else f"({''.join(axis)})" for axis in axes)
        self.steps.append(Step(call, operands, tuple(argument), result))
        for gone in operands[1:]:
            del self.values[gone]
        self.values[operands[0]] = axes

    def drop(self, call: str, number: int, axes: set[int]) -> None:
        if axes:
            kept = tuple(labels for axis, labels in enumerate(self.values[number]) if axis not in axes)
            self.add(call, (number,), sorted(axes), kept)

    def take_diagonals(self, number: int) -> None:
        """While a label stands on two axes, put the two last and take their diagonal: a view, not a copy."""
        labels = self.labels(number)
        while len(set(labels)) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            pair = [axis for axis, label in enumerate(labels) if label == twice][:2]
            order = [axis for axis in range(len(labels)) if axis not in pair] + pair
            self.permute(number, order)
            labels = tuple(labels[axis] for axis in order[:-1])
            self.add("diagonal", (number,), (), _single(labels))

    def permute(self, number: int, order: Sequence[int]) -> None:
        if list(order) != list(range(len(order))):
            self.add("permute_dims", (number,), order, tuple(self.values[number][axis] for axis in order))

    def reshape(self, number: int, axes: Axes) -> None:
        if axes != self.values[number]:
            self.add("reshape", (number,), [prod(self.sizes[label] for label in axis) for axis in axes], axes)

    def arrange(self, number: int, axes: Axes) -> None:
        """Bring a value to these axes with as few steps as will do."""
        if _flat(axes) != self.labels(number):
            self.reshape(number, _single(self.labels(number)))  # merged axes must part before they can move
            self.permute(number, [self.labels(number).index(label) for label in _flat(axes)])
        self.reshape(number, axes)

    def combine(self, a: int, b: int, output: Labels) -> None:
        """Multiply value b into value a and sum over the labels that no other value and not the output needs."""
        of_a, of_b = self.labels(a), self.labels(b)
        others = [self.labels(number) for number in self.values if number not in (a, b)]
        needed = set(output).union(*others)
        shared = tuple(label for label in of_a if label in of_b)
        left = tuple(label for label in of_a if label not in of_b)
        right = tuple(label for label in of_b if label not in of_a)
        summed = tuple(label for label in shared if label not in needed)
        batch = _single(_as_in(output, [label for label in shared if label in needed]))
        if not summed:
            result = _as_in(output, of_a + right)
            for number, own in ((a, of_a), (b, of_b)):
                axes = [(label,) if label in own else () for label in result]
                self.arrange(number, tuple(dropwhile(lambda axis: not axis, axes)))  # broadcasting adds the first ones
            self.add("multiply", (a, b), (), _single(result))
        elif not left and not right:
            self.arrange(a, (*batch, summed))
            self.arrange(b, (*batch, summed))
            self.add("vecdot", (a, b), (), batch)
        else:
            # A vector may stay one, except in a stack of matrices, where it needs an axis of size 1 beside it.
            rows, columns = ((group,) if group or batch else () for group in (left, right))
            self.arrange(a, (*batch, *rows, summed))
            self.arrange(b, (*batch, summed, *columns))
            self.add("matmul", (a, b), (), (*batch, *rows, *columns))


def _single(labels: Iterable[str]) -> Axes:
    return tuple((label,) for label in labels)


def _flat(axes: Axes) -> Labels:
    return tuple(label for axis in axes for label in axis)


def _as_in(output: Labels, labels: Iterable[str]) -> Labels:
    """The labels in the order of the output, then those that it lacks, so that the last result needs no permuting."""
    return tuple(sorted(labels, key=lambda label: output.index(label) if label in output else len(output)))
