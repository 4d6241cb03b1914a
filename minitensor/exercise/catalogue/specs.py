"""Exercises of lesson 4: letters that meet, are kept, and are summed."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from minitensor.core.tensor import Tensor
from minitensor.einsums import einsum
from minitensor.errors import InputError
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

SPECS, LETTERS = 10, 40
WIDE = 19, 17, 20  # n, m and d where memory is counted


def by_number(function: Callable[[], Any], number: int, *tensors: Tensor) -> Tensor:
    """What the spec of that number makes of the tensors."""
    return einsum(_texts(function())[number], *tensors)


def as_written(number: int, *tensors: Tensor) -> str:
    return f"einsum(ten_specs()[{number}], {', '.join(str(each.shape) for each in tensors)})"


def _texts(specs: Any) -> Any:
    if not isinstance(specs, tuple | list) or len(specs) != SPECS or not all(isinstance(each, str) for each in specs):
        raise InputError(f"ten_specs returns ten texts, one for each line of the list; this is {specs!r:.60}")
    return specs


def _few_letters(names: dict[str, Any]) -> str:
    count = sum(letter.isalpha() for text in _texts(names["ten_specs"]()) for letter in text)
    return "" if count <= LETTERS else f"These have {count}."


def _ten(draw: Draw) -> Iterator[Case]:
    for m, n, k, b in ((2, 3, 4, 5), (1, 4, 2, 3), (5, 2, 3, 0), (6, 7, 5, 4)):
        a, c, s = draw.tensor(m, n, start=1), draw.tensor(m, n, start=200), draw.tensor(n, n, start=1)
        u, v = draw.tensor(m, start=2), draw.tensor(n, start=5)
        x, y = draw.tensor(m, k, start=1), draw.tensor(n, k, start=3)
        p, q = draw.tensor(b, m, k, start=1), draw.tensor(b, k, n, start=5)
        jobs = ((a,), (s,), (u, v), (u, a), (a,), (x, y), (p, q), (u, a, v), (a, c), (a, v))
        yield from (Case((number, *tensors)) for number, tensors in enumerate(jobs))


def _pairs(draw: Draw) -> Iterator[Case]:
    for n, m, d in ((1, 2, 3), (3, 4, 2), (2, 5, 1), (5, 0, 2), (7, 4, 3)):
        yield Case((draw.tensor(n, d), draw.tensor(m, d, start=3)))


def _wide(draw: Draw) -> Iterator[Case]:
    yield Case((draw.tensor(WIDE[0], WIDE[2]), draw.tensor(WIDE[1], WIDE[2], start=3)))


EXERCISES = (
    Exercise(
        "specs",
        hints=(
            "Write the size of its axis over each letter: in x (2, 3) n is 2 and d is 3.",
            "The loops over all the letters multiply once for each choice of them, whatever is summed after.",
            "a @ b is (10, 10) and b @ c is (2, 3). A product of (i, j) and (j, k) multiplies i * j * k times.",
        ),
    ),
    Exercise(
        "ten_specs",
        "ten_specs",
        _ten,
        hints=(
            "One letter for each axis of each tensor; axes that walk together have the same letter.",
            "What stands right of the arrow? The axes of the result, in the order of the list, and no other.",
            "The diagonal walks both axes with one letter, which stays: 'nn->n'. Number 6 keeps b, m, n and sums k.",
        ),
        stars=(Star("All ten specs together have at most 40 letters.", holds=_few_letters),),
        call=by_number,
        written=as_written,
    ),
    Exercise(
        "distances",
        "distances",
        _pairs,
        hints=(
            "x[:, None, :] is (n, 1, d). Minus y, which is (m, d), it gives the differences of all pairs.",
            "Multiply the differences with themselves and sum d away: which letters stay?",
            "'nmd,nmd->nm'. For the star: the table is |x|² down, plus |y|² along, minus twice 'nd,md->nm'.",
        ),
        stars=(
            Star(
                "At no time are there half as many numbers as n * m * d.",
                _wide,
                most={"alive": prod(WIDE) // 2},
            ),
        ),
        without=("cluster",),
    ),
)
