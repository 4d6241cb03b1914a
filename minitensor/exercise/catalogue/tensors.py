"""Lessons 1 and 2: memory, strides, and sums of products."""

from collections.abc import Iterator
from typing import Any

from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

LIBRARIES = ("mt", "np", "numpy")  # where plain Python is asked for


def _sizes(draw: Draw, axes: int) -> tuple[int, ...]:
    """Sizes of which no two are equal: 2, 3, 4 and so on, or any from 2 to 9."""
    return tuple(range(2, axes + 2)) if draw.legible else tuple(map(int, 2 + draw.rng.permutation(8)[:axes]))


def _new(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor."""
    strides, places = [], 1
    for size in reversed(shape):
        strides.append(places)
        places *= size
    return tuple(reversed(strides))


def _shapes(draw: Draw) -> Iterator[tuple[Any, ...]]:
    yield (_sizes(draw, 2),)
    yield (_sizes(draw, 3),)
    yield ((1, 7),)
    yield ((5, 1),)
    yield ((6, 1, 3),)
    yield ((28, 20, 30),)


def _shapes_of_any_length(draw: Draw) -> Iterator[tuple[Any, ...]]:
    yield ((5,),)
    yield ((),)
    yield ((1,),)
    yield (_sizes(draw, 4),)
    yield (_sizes(draw, 5),)


def _orders(draw: Draw) -> Iterator[tuple[Any, ...]]:
    shape = _sizes(draw, 3)
    yield _sizes(draw, 2), _new(_sizes(draw, 2)), (1, 0)
    yield (2, 3), (3, 1), (0, 1)
    yield shape, _new(shape), (1, 2, 0)
    yield shape, _new(shape), (2, 0, 1)
    yield shape, _new(shape), (0, 2, 1)
    yield (4, 5, 6), (0, -7, 40), (2, 0, 1)  # a view
    yield (), (), ()
    shape = _sizes(draw, 5)
    yield shape, _new(shape), (3, 0, 4, 1, 2)


def _orders_that_are_none(draw: Draw) -> Iterator[Case]:
    for axes in ((0, 0, 1), (0, 1), (1, 2, 3), (0, 1, 2, 2)):
        yield Case(((2, 3, 4), (12, 4, 1), axes), raises=ValueError)
    yield Case(((), (), (0,)), raises=ValueError)


def _pictures(draw: Draw) -> Iterator[tuple[Any, ...]]:
    rows, columns = _sizes(draw, 2)
    yield 0, (2, 3), (3, 1)
    yield 10 * rows, (rows, columns), (columns, 1)
    yield 4, (3, 4), (16, 2)  # every second column
    yield 0, (columns, rows), (1, columns)  # on its side
    yield 11, (3, 4), (4, -1)  # in a mirror already
    yield 60, (5, 4), (-12, 3)
    yield 7, (5, 1), (1, 1)
    yield 7, (1, 6), (6, 1)
    yield 3, (4, 5), (0, 1)  # one row again and again


def _lines_and_batches(draw: Draw) -> Iterator[tuple[Any, ...]]:
    yield 0, (5,), (1,)
    yield 30, (6,), (-4,)
    shape = _sizes(draw, 3)
    yield 5, shape, _new(shape)
    yield 100, (2, 3, 4, 5), (1, 0, 40, 8)


def _lists(draw: Draw) -> Iterator[Case | tuple[Any, ...]]:
    def numbers(n: int, start: float) -> list[float]:
        return draw.array(n, dtype="float64", start=start).tolist()

    for n in (1, 2, 3, 8, 33):
        yield numbers(n, start=2), numbers(n, start=5)
    yield [], []
    yield Case((numbers(3, start=2), numbers(4, start=5)), raises=ValueError)
    yield Case((numbers(4, start=2), numbers(3, start=5)), raises=ValueError)
    yield Case((numbers(2, start=2), []), raises=ValueError)


EXERCISES = (
    Exercise(
        "in_memory",
        hints=(
            "A step to the next row passes all that is left of this row. How many numbers are in a row?",
            "t.T, t[::2, ::2] and line read the very numbers of t; only shape, strides and start differ.",
            "Write down the numbers of t.T one row after another, and beside each its place in memory. Are the steps "
            "from place to place all equal? Where they are not, the numbers had to be copied.",
        ),
    ),
    Exercise(
        "strides",
        "strides_of",
        _shapes,
        hints=(
            "How many numbers are passed on the way from one row to the next, and from one picture to the next?",
            "Begin with the last axis, whose stride is 1. Each axis before it has the stride of the axis behind it, "
            "times something.",
            "Walk through the sizes from the last to the first with a product that begins at 1: first write down the "
            "product, then multiply it by the size. Turn the list round at the end.",
        ),
        stars=(Star("Any number of axes: one, five, or none.", _shapes_of_any_length),),
        without=LIBRARIES,
    ),
    Exercise(
        "permute",
        "permute",
        _orders,
        hints=(
            "Take axis 0 of the result in the example: which axis of the tensor is it, and where do you read that?",
            "An axis is a size and a stride. Whatever you do to the sizes, do to the strides.",
            "Axis k of the result has the size shape[axes[k]]. Go through axes in order.",
        ),
        stars=(Star("Axes that do not name every axis once raise ValueError.", _orders_that_are_none),),
        without=LIBRARIES,
    ),
    Exercise(
        "mirror",
        "mirror",
        _pictures,
        hints=(
            "Which element of the picture is the first that is seen in the mirror, and at which place is it?",
            "Row 0 of the example is seen as places 2, 1, 0. It begins two steps further on, and each step is -1.",
            "The last element of a row is shape[-1] - 1 steps from its first, each of strides[-1] places. From there "
            "the step is the same, with a minus.",
        ),
        stars=(Star("Any number of axes, of which the last is mirrored.", _lines_and_batches),),
    ),
    Exercise(
        "loops",
        hints=(
            "How often does the innermost line run?",
            "Each number of c is a sum of k products. How many numbers has c?",
            "a[1][2] is used for each number in row 1 of c, and b[2][4] for each number in column 4.",
        ),
    ),
    Exercise(
        "dot",
        "dot",
        _lists,
        hints=(
            "Start with a total of 0.0, and add one product at a time.",
            "zip(a, b) hands out one number of each list at a time. What does it do at the end of the shorter one?",
            "zip(a, b, strict=True) raises ValueError where the lengths differ.",
        ),
        stars=(Star("No index: no square bracket in your lines.", most={"indices": 0}),),
        without=("@", "__matmul__", "sumprod", "einsum", "matmul", "tensordot", "vecdot", "np", "numpy"),
    ),
)
