"""Pairs to steps: how a product of two values becomes one call of an array function, with few copies on the way.

Two values become one in three ways, by what happens to their labels:

    nothing is summed               multiply, by broadcasting                  'a,b->ab'
    all that is not shared is gone  vecdot, sums of products on the last axis  'qd,qd->q'
    anything else                   matmul, once the labels are grouped        'mk,kn->mn'

For matmul every label of the two values a and b is in one of four groups: batch (in both, and still needed), left (in
a alone), right (in b alone) and summed (in both, and not needed again). Each of left, right and summed becomes a
single axis: 'bhqd,bhkd->bhqk' is a stack of b × h matrix products.

There is some freedom in that: which of the two stands on the left, in what order the summed labels are merged, and
whether labels of the left group stay axes of their own, as a stack of smaller products. The program tries each way
and keeps the cheapest. To compare them it follows where every label lies in memory: a permuted view costs nothing,
and BLAS takes a transposed matrix as it is, but labels that are not neighbours merge only by a copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, dropwhile, groupby
from math import prod
from typing import NamedTuple

from minitensor.einsums.parser import Label, Labels

Axes = tuple[Labels, ...]  # each axis of a value by the labels that are merged in it: none for a new axis of size 1
GAP = ""  # in a memory order: the labels before and after it do not merge, a diagonal was taken

# Rough prices in nanoseconds, to choose between ways of doing the same: only their ratios matter. They were tuned with
# tests/benchmarks/einsum.py.
CALL, COPIED_ELEMENT = 150, 2
STACK, ONE_OF_A_STACK = 400, 40
SMALL_PRODUCT, LARGE_PRODUCT, TALL = 0.030, 0.044, 0.010  # for each multiplication
SMALL = 10**6  # multiplications
NARROW, LARGE = 64, 4096


class Step(NamedTuple):
    """One call of an array function.

    call : its name; `squeeze`, `diagonal` and `trace` (of the last two axes), `sum`, `permute_dims`, `reshape` and
        `copy` (to the order of the axes) take one value, `multiply`, `matmul` and `vecdot` (without a complex
        conjugate) take two
    operands : the numbers of the values it takes, the one on the left first
    argument : the axes or the shape that it also takes
    result : the axes of the result, each by the labels that are merged in it
    """

    call: str
    operands: tuple[int, ...]
    argument: tuple[int, ...]
    result: Axes


class Value(NamedTuple):
    """The axes of a value, and its labels in the order in which they lie in memory, neighbours last."""

    axes: Axes
    memory: Labels


class Program:
    """The steps so far, the values after them, and about how long they take beyond the arithmetic."""

    def __init__(
        self, terms: Sequence[Labels], sizes: dict[Label, int], orders: Sequence[Sequence[int]], itemsize: int
    ) -> None:
        self.sizes, self.itemsize = sizes, itemsize
        self.steps: list[Step] = []
        self.price = 0.0
        self.values = {
            number: Value(single(term), tuple(term[axis] for axis in order))
            for number, (term, order) in enumerate(zip(terms, orders, strict=True))
        }

    def labels(self, number: int) -> Labels:
        return flat(self.values[number].axes)

    def size(self, labels: Iterable[Label]) -> int:
        return prod(map(self.sizes.__getitem__, labels))

    def add(self, call: str, operands: tuple[int, ...], argument: Iterable[int], axes: Axes, memory: Labels) -> None:
        self.steps.append(Step(call, operands, tuple(argument), axes))
        self.price += CALL
        for number in operands:
            del self.values[number]
        self.values[min(operands)] = Value(axes, memory)

    # --- one value ---------------------------------------------------------------------------------------------

    def drop(self, call: str, number: int, axes: set[int]) -> None:
        if axes:
            value = self.values[number]
            kept = tuple(labels for axis, labels in enumerate(value.axes) if axis not in axes)
            memory = tuple(label for label in value.memory if (label,) in kept or label == GAP)
            if call == "sum" and axes == {len(kept)} and self.steps and self.steps[-1][:2] == ("diagonal", (number,)):
                self.steps.pop()
                self.add("trace", (number,), (), kept, memory)
            else:
                self.add(call, (number,), sorted(axes), kept, memory)

    def take_diagonals(self, number: int) -> None:
        """While a label stands on two axes, put the two last and take their diagonal: a view, not a copy."""
        labels = self.labels(number)
        while len(set(labels)) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            pair = [axis for axis, label in enumerate(labels) if label == twice][:2]
            order = [axis for axis in range(len(labels)) if axis not in pair] + pair
            self.permute(number, order)
            labels = tuple(labels[axis] for axis in order[:-1])
            memory = list(self.values[number].memory)
            first = memory.index(twice)
            memory[memory.index(twice, first + 1)] = GAP
            memory.insert(first + 1, GAP)
            self.add("diagonal", (number,), (), single(labels), tuple(memory))

    def permute(self, number: int, order: Sequence[int]) -> None:
        if list(order) != list(range(len(order))):
            axes, memory = self.values[number]
            self.add("permute_dims", (number,), order, tuple(axes[axis] for axis in order), memory)

    def reshape(self, number: int, axes: Axes) -> None:
        old, memory = self.values[number]
        if axes != old:
            if not self._merges(axes, memory):
                memory = flat(axes)
                self.price += COPIED_ELEMENT * self.size(memory)
            shape = [self.sizes[axis[0]] if len(axis) == 1 else self.size(axis) for axis in axes]
            self.add("reshape", (number,), shape, axes, memory)

    def _merges(self, axes: Axes, memory: Labels) -> bool:
        """Whether the labels of every axis lie side by side."""
        merged = [axis for axis in axes if len(axis) > 1]
        places = {label: place for place, label in enumerate(self._wide(memory))} if merged else {}
        for axis in merged:
            spots = [places[label] for label in self._wide(axis)]
            if spots and spots != list(range(spots[0], spots[0] + len(spots))):
                return False
        return True

    def _wide(self, labels: Labels) -> list[Label]:
        """Without the axes of size 1, which lie anywhere."""
        return [label for label in labels if label == GAP or self.sizes[label] != 1]

    def arrange(self, number: int, axes: Axes) -> None:
        """Bring a value to these axes in as few steps as possible."""
        before, after = self.labels(number), flat(axes)
        if before != after:
            self.reshape(number, single(before))  # merged axes must part before they can move
            places = {label: place for place, label in enumerate(before)}
            self.permute(number, [places[label] for label in after])
        self.reshape(number, axes)

    def copy_for_blas(self, number: int) -> None:
        """In a stack of matrices one of the last two axes must have its neighbours side by side in memory.

        Otherwise NumPy leaves BLAS aside, which takes several times as long as the copy (tests/benchmarks/claims.py).
        """
        axes, memory = self.values[number]
        if len(axes) > 2 and self.size(flat(axes)) >= LARGE:
            ends = {axis[-1] for axis in map(self._wide, axes[-2:]) if axis}
            if ends and self._wide(memory)[-1] not in ends:
                self.price += COPIED_ELEMENT * self.size(flat(axes))
                self.add("copy", (number,), (), axes, flat(axes))

    # --- two values --------------------------------------------------------------------------------------------

    def combine_all(self, pairs: Iterable[tuple[int, int]], output: Labels) -> None:
        """Multiply value b into value a, pair by pair, and sum over what neither another value nor the output needs."""
        holders = Counter(label for number in self.values for label in self.labels(number))
        for a, b in pairs:
            of_a, of_b = self.labels(a), self.labels(b)
            holders.subtract((*of_a, *of_b))
            self._combine(a, b, {label for label in (*of_a, *of_b) if holders[label] or label in output}, output)
            holders.update(self.labels(a))

    def _combine(self, a: int, b: int, needed: set[Label], output: Labels) -> None:
        of_a, of_b = self.labels(a), self.labels(b)
        is_last = len(self.values) == 2
        summed = {label for label in of_a if label in of_b and label not in needed}
        batch = _as_in(output, [label for label in of_a if label in of_b and label in needed])
        if not summed:
            ways = self._ways_to_multiply(a, b, output)
        elif set(of_a) == set(of_b):
            ways = self._ways_to_sum_products(a, b, batch, summed)
        else:
            ways = self._ways_to_matmul(a, b, batch, summed)
        tried = []
        for way in ways:
            trial = Program((), self.sizes, (), self.itemsize)
            trial.values = {number: self.values[number] for number in (a, b)}
            way(trial)
            if is_last:
                trial.arrange(a, single(output))
            tried.append(trial)
        best = min(tried, key=lambda trial: trial.price)
        del self.values[b]
        self.values.update(best.values)
        self.steps += best.steps
        self.price += best.price

    def _ways_to_multiply(self, a: int, b: int, output: Labels) -> list[Callable[[Program], None]]:
        of_a, of_b = self.labels(a), self.labels(b)

        def way(result: Labels) -> Callable[[Program], None]:
            def multiply(trial: Program) -> None:
                for number, own in ((a, of_a), (b, of_b)):
                    axes = [(label,) if label in own else () for label in result]
                    trial.arrange(number, tuple(dropwhile(lambda axis: not axis, axes)))  # broadcasting adds these
                trial.add("multiply", (a, b), (), single(result), result)

            return multiply

        orders = [_as_in(output, dict.fromkeys(of_a + of_b))]
        orders += [own for own in (of_a, of_b) if set(own) == set(orders[0]) and own not in orders]
        return [way(order) for order in orders]

    def _ways_to_sum_products(
        self, a: int, b: int, batch: Labels, summed: set[Label]
    ) -> list[Callable[[Program], None]]:
        def way(order: Labels) -> Callable[[Program], None]:
            def vecdot(trial: Program) -> None:
                for number in (a, b):
                    trial.arrange(number, (*single(batch), order))
                trial.add("vecdot", (a, b), (), single(batch), batch)

            return vecdot

        return [way(order) for order in self._orders(a, b, summed)]

    def _ways_to_matmul(self, a: int, b: int, batch: Labels, summed: set[Label]) -> list[Callable[[Program], None]]:
        def way(x: int, y: int, order: Labels, loose: Labels, of: int) -> Callable[[Program], None]:
            """`loose` labels of one value, `of`, are not merged: they are axes of the stack, as the batch is."""

            def matmul(trial: Program) -> None:
                stack = {number: (*single(batch), *single(loose)) for number in (x, y)}
                if loose:
                    stack[y if of == x else x] = (*single(batch), *[()] * len(loose)) if batch else ()
                groups = {}
                for number in (x, y):
                    memory = self.values[number].memory
                    own = tuple(c for c in memory if c not in summed and c not in (*batch, *loose, GAP))
                    # A vector may stay one, except in a stack of matrices, where it needs an axis of size 1 beside it.
                    groups[number] = (own,) if own or stack[number] else ()
                trial.arrange(x, (*stack[x], *groups[x], order))
                trial.arrange(y, (*stack[y], order, *groups[y]))
                for number in (x, y):
                    trial.copy_for_blas(number)
                rows, columns = (trial.size(flat(groups[number])) for number in (x, y))
                one, many = rows * columns * trial.size(order), trial.size(batch + loose)
                trial.price += one * many * (SMALL_PRODUCT if one <= SMALL else LARGE_PRODUCT)
                if batch or loose:
                    trial.price += STACK + ONE_OF_A_STACK * many
                elif columns < min(NARROW, rows) and self._runs_down(x, order) and self._runs_down(y, order):
                    trial.price += one * SMALL_PRODUCT  # rather the narrow one on the left
                elif columns < rows and one > SMALL and self.itemsize >= 8:
                    trial.price += one * TALL  # rather a wide product than a tall one, in float64
                axes = (*single(batch), *single(loose), *groups[x], *groups[y])
                trial.add("matmul", (x, y), (), axes, flat(axes))

            return matmul

        stacks: list[tuple[Labels, int]] = [((), a)]
        for number in (a, b):
            alone = [c for c in self.values[number].memory if c != GAP and c not in batch]
            runs = [(gone, tuple(group)) for gone, group in groupby(alone, key=lambda label: label in summed)]
            if runs and not runs[0][0]:
                # Such as b in 'bkm', where k is summed: to merge it with m would take a copy. Or b in 'bmk', by choice.
                outer = runs[0][1] if len(runs) > 2 else runs[0][1][:-1]
                stacks += [(outer, number)] if outer else []
        orders = self._orders(a, b, summed)
        return [way(x, y, order, *stack) for stack in stacks for order in orders for x, y in ((a, b), (b, a))]

    def _orders(self, a: int, b: int, labels: set[Label]) -> list[Labels]:
        """The orders in which these labels lie in the two values, without repeats."""
        return list(dict.fromkeys(tuple(c for c in self.values[n].memory if c in labels) for n in (a, b)))

    def _runs_down(self, number: int, summed: Labels) -> bool:
        """Whether the summed labels are outermost in memory, and something else lies inside them."""
        memory = self._wide(self.values[number].memory)
        return len(memory) > 1 and memory[0] in summed and memory[-1] not in summed


def in_words(axes: Axes) -> str:
    """The axes for a reader: "b(mn)" has two, of which the second is m and n merged.

    >>> in_words((("b",), ("m", "n"))), in_words(((9,), (10, "m")))
    ('b(mn)', '9, (10 m)')
    """
    longest = max((len(str(label)) for label in flat(axes)), default=1)
    between, inside = ("", "") if longest == 1 else (", ", " ")
    words = [inside.join(map(str, axis)) for axis in axes]
    return between.join(word if len(axis) == 1 else f"({word})" for word, axis in zip(words, axes, strict=True))


def single(labels: Iterable[Label]) -> Axes:
    return tuple(zip(labels))


def flat(axes: Axes) -> Labels:
    return tuple(chain.from_iterable(axes))


def _as_in(output: Labels, labels: Iterable[Label]) -> Labels:
    """The labels in the order of the output, then those that it lacks, so that the last result needs no permuting."""
    places = {label: place for place, label in enumerate(output)}
    return tuple(sorted(labels, key=lambda label: places.get(label, len(output))))
