"""Lesson 3: broadcasting, its trap, and what it does for the matrix product."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.exercise.catalogue.tensors import LIBRARIES
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

Calls = Iterator[Case | tuple[Any, ...]]
OTHERS = ("numpy", "np", "tolist")  # work done elsewhere than on Tensors
PRODUCTS = (  # what does the whole work
    "@", "__matmul__", "__rmatmul__", "einsum", "matmul", "matrix_product", "tensordot", "vecdot", "dot", "mm", "mv",
    *OTHERS,
)  # fmt: skip
LARGE = 19, 11, 13  # m, k, n of the product that is counted


def _shapes_that_fit(draw: Draw) -> Calls:
    size, other = (3, 4) if draw.legible else map(int, 3 + draw.rng.permutation(6)[:2])
    yield (size, other), (other,)
    yield (other,), (size, other)
    yield (2, 1, 5), (size, 1)
    yield (size, other), (size, 1)
    yield (size, 1), (other,)
    yield (size, other), (size, other)
    yield (6, 1, size, 1), (2, 1, other)
    yield (), (2, size)
    yield (), ()
    yield (1,), (0,)
    yield (0,), (1,)
    yield (size, 1), (0,)
    yield (1, 1), (1,)


def _shapes(draw: Draw) -> Calls:
    yield from _shapes_that_fit(draw)
    for pair in (((3, 4), (3,)), ((2,), (3,)), ((5, 2, 3), (4, 2, 3)), ((2,), (0,)), ((0, 3), (2, 3))):
        yield Case(pair, raises=ValueError)


def _axes_that_disagree(draw: Draw) -> Calls:
    yield Case(((3, 4), (3,)), raises=ValueError, says=r"-1(?!\d)")
    yield Case(((5, 4, 3), (2, 3)), raises=ValueError, says=r"-2(?!\d)")
    yield Case(((4, 1, 3), (5, 2, 1)), raises=ValueError, says=r"-3(?!\d)")


def _views(draw: Draw) -> Calls:
    size, other = (3, 4) if draw.legible else map(int, 3 + draw.rng.permutation(6)[:2])
    yield (size,), (1,), (other, size)
    yield (size, 1), (1, 1), (size, other)
    yield (size, 1), (other, other), (2, size, 1)  # a size of 1 that is right already
    yield (1, size), (size, 1), (other, size)
    yield (size, other), (other, 1), (size, other)
    yield (size, 1), (1, 1), (2, size, other)
    yield (size, other), (1, size), (5, size, other)  # on its side
    yield (2, 1, size), (-40, 7, 2), (6, 2, other, size)
    yield (), (), (2, size)
    yield (), (), ()


def _views_that_are_none(draw: Draw) -> Calls:
    for shape, strides, to in (
        ((3,), (1,), (4,)), ((2, 3), (3, 1), (3,)), ((2,), (1,), (2, 3)), ((1, 3), (3, 1), (3,)),
        ((4, 3), (3, 1), (2, 3)),
    ):  # fmt: skip
        yield Case((shape, strides, to), raises=ValueError)


def _houses(draw: Draw) -> Calls:
    for n, d, dtype in ((2, 1, "float64"), (3, 2, "float64"), (1, 2, "float64"), (7, 4, "float32"), (40, 3, "float64")):
        facts, weights = draw.tensor(n, d, dtype=dtype), draw.tensor(d, 1, dtype=dtype, start=1)
        yield facts, weights, draw.tensor(n, dtype=dtype, scale=3, start=5)


def _guesses(draw: Draw) -> Calls:
    for n, dtype in ((2, "float64"), (3, "float64"), (1, "float64"), (9, "float32"), (50, "float64")):
        yield draw.tensor(n, 1, dtype=dtype), draw.tensor(n, dtype=dtype, start=3)


def _mask(draw: Draw, *shape: int) -> np.ndarray:
    """Truth values, of which the first is true and the last is not, where there are two."""
    mask = draw.integers(0, 2, *shape) == 1
    mask.flat[-1:], mask.flat[:1] = False, True
    return np.asarray(mask)


def _masks(draw: Draw) -> Calls:
    for q, a, b, dtype in (
        ((3,), (3,), (3,), "float64"), ((2, 3), (2, 3), (2, 3), "float64"), ((4,), (4,), (), "float64"),
        ((3, 1), (3, 4), (4,), "float64"),
        ((5,), (2, 1), (2, 5), "float32"), ((2, 3), (), (3,), "int64"), ((2, 1, 4), (3, 1), (4,), "float64"),
        ((), (2, 3), (3,), "float64"), ((1, 1), (2,), (3, 1), "float64"), ((0, 3), (3,), (1, 3), "float64"),
    ):  # fmt: skip
        chosen, other = draw.tensor(*a, dtype=dtype, start=1), draw.tensor(*b, dtype=dtype, scale=-1, start=-1)
        yield tensor(_mask(draw, *q)), chosen, other


def _spoiled(draw: Draw) -> Calls:
    mask = _mask(draw, 3, 4)
    a, b = draw.array(3, 4, dtype="float64"), draw.array(3, 4, dtype="float64", scale=-1, start=-1)
    yield tensor(mask), tensor(np.where(mask, a, np.inf)), tensor(b)
    yield tensor(mask), tensor(a), tensor(np.where(mask, np.nan, b))
    column = np.asarray([[True], [False], [True]])
    yield tensor(column), tensor(np.where(column, a, np.nan)), tensor(np.asarray(7.0))


def _matrices(draw: Draw) -> Calls:
    for m, k, n, dtype in (
        (1, 2, 3, "float64"), (2, 3, 4, "float64"), (3, 2, 1, "float64"), (4, 1, 3, "float64"), (5, 4, 3, "int64"),
        (7, 9, 5, "float32"), (3, 0, 2, "float64"), (0, 2, 3, "float64"),
    ):  # fmt: skip
        yield _pair(draw, m, k, n, dtype)
    a, b = _pair(draw, 4, 3, 5, "float64")
    yield a.T.copy().T, b[:, ::-1]  # the same numbers in other places of memory


def _pair(draw: Draw, m: int, k: int, n: int, dtype: str = "float64") -> tuple[Tensor, Tensor]:
    return draw.tensor(m, k, dtype=dtype, start=1), draw.tensor(k, n, dtype=dtype, start=2)


def _large(draw: Draw) -> Calls:
    yield _pair(draw, *LARGE)


def _most(steps: int, alive: int) -> dict[str, int]:
    return {"operations": 6 * steps, "alive": alive}


EXERCISES = (
    Exercise(
        "shapes",
        hints=(
            "Write the two shapes below each other so that their last axes meet, and fill in 1 where one has none.",
            "An axis of size 1 is stretched to what it meets, in either operand. Both may be stretched in one sum.",
            "A shape (5,) counts as (1, 5): a row, whatever you meant it to be. The mean over axis 1 of a (3, 4) table "
            "is (3,), and lies along the axis of 4. A step along a stretched axis is 0 places.",
        ),
    ),
    Exercise(
        "broadcast",
        "broadcast_shapes",
        _shapes,
        hints=(
            "Make the two shapes equally long first. Where do the ones go, in front or behind?",
            "With equal lengths, zip goes through both. On each axis there are three cases: equal, one of them is 1, "
            "or neither.",
            "(1,) * 2 + (5,) is (1, 1, 5). Where one size is 1, the result has the other one; where they differ and "
            "neither is 1, raise ValueError. enumerate(..., start=-ndim) counts the axes from the end.",
        ),
        stars=(Star("The message says which axis, counted from the end.", _axes_that_disagree),),
        without=("broadcast_shapes", *LIBRARIES),
    ),
    Exercise(
        "expand",
        "expand_strides",
        _views,
        hints=(
            "How far is it in memory from an element to the next one, where the next one is the same?",
            "There are two kinds of axes that are read again and again: those of size 1 that are stretched, and those "
            "that the tensor does not have.",
            "The first len(to) - len(shape) strides are 0. For the others compare each size with that of to, and keep "
            "the stride where the two are equal.",
        ),
        stars=(Star("What cannot be stretched to that shape raises ValueError.", _views_that_are_none),),
        without=LIBRARIES,
    ),
    Exercise(
        "score",
        "score",
        _houses,
        hints=(
            "Three houses, three guesses, three prices. How many errors are there? Print errors.shape.",
            "guesses is (n, 1) and prices is (n,). What is their difference, by the rule?",
            "Take the column out of guesses, guesses[:, 0], or stand the prices up, prices[:, None].",
        ),
    ),
    Exercise(
        "rmse",
        "rmse",
        _guesses,
        hints=(
            "Which shape has guess - truth? It should be n numbers.",
            "guess[:, 0] has the shape of truth. Then read the name from right to left: errors, squared, mean, root.",
            "With errors of shape (n,): (errors**2).mean(), and of that the root.",
        ),
        stars=(Star("Nothing of n x n numbers exists on the way.", most={"alive": 500}),),
        without=("norms",),
    ),
    Exercise(
        "choose",
        "choose",
        _masks,
        hints=(
            "What is q * a, where q is true and where it is not? And what would have to be added?",
            "~q is true where q is false. One of q * a and ~q * b is 0 at each place. For the star nothing may be "
            "multiplied.",
            "For the star: mt.broadcast_shapes gives the whole shape; stretch q, a and b to it with expand(*shape), "
            "copy b, and write the elements of a into the places of the mask: result[mask] = a[mask].",
        ),
        without=("where", *OTHERS),
        stars=(Star("What is not chosen does not matter, even if it is infinite or not a number.", _spoiled),),
    ),
    Exercise(
        "matmul_rows",
        "matmul_rows",
        _matrices,
        hints=(
            "Which shape must one row of a have, so that each of its numbers meets one row of b?",
            "a[row, :, None] is (k, 1). Its product with b is (k, n). One axis must go: is it the first or the second?",
            "Begin with result = mt.zeros((m, n), a.dtype); in a loop over the rows of a, write the sum over axis 0 of "
            "the products into result[row].",
        ),
        stars=(
            Star(
                "At most 6 steps for each row of a, and never a table of m x k x n numbers.",
                _large,
                _most(LARGE[0], 2 * (LARGE[0] + LARGE[1]) * LARGE[2]),
            ),
        ),
        without=PRODUCTS,
    ),
    Exercise(
        "matmul_outer",
        "matmul_outer",
        _matrices,
        hints=(
            "In the example, which column and which row make the first table, and why do they have the same number?",
            "A column of a is a[:, inner, None], of shape (m, 1). Against a row of b it makes an (m, n) table.",
            "Begin with result = mt.zeros((m, n), a.dtype); in a loop over the columns of a, add each table with +=, "
            "which adds into the memory that is there.",
        ),
        stars=(
            Star(
                "At most 6 steps for each column of a, and never more than one table of m x n beside the result.",
                _large,
                _most(LARGE[1], 2 * LARGE[0] * LARGE[2] + sum(LARGE)),
            ),
        ),
        without=PRODUCTS,
    ),
)
