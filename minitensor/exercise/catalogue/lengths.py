"""Exercises of lesson 5: norms, errors, and the digits that large numbers take away."""

import math
from collections.abc import Iterator
from math import prod
from typing import Any

from minitensor.core.creation import tensor
from minitensor.exercise.catalogue.specs import WIDE
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

POWERS = (1, 2, 3, 1.5, math.inf)


def _vectors(draw: Draw) -> Iterator[Case]:
    for n in (1, 2, 3, 5, 8):
        for p in POWERS:
            yield Case((draw.tensor(n, start=-3 if draw.legible else 0.0), p))
    yield Case((draw.tensor(4, start=-20), 2.5))


def _huge(draw: Draw) -> Iterator[Case]:
    for size in (1e200, 1e-200, 0.0):
        yield from (Case((draw.tensor(5, scale=size, start=-2 * size), p)) for p in (2, 3, 1, math.inf))


def _far(draw: Draw) -> Iterator[Case]:
    """float32 numbers, a thousand times as far from 0 as from each other, on either side of it along each axis."""
    for n, m, d in ((2, 3, 2), (1, 4, 2), (5, 3, 1), (4, 7, 3), (6, 5, 2)):
        for sign in (0, 1, -1):  # near the origin first
            away = tensor([20_000.0 * sign * (-1) ** axis for axis in range(d)], "float32")
            x, y = draw.tensor(n, d, dtype="float32"), draw.tensor(m, d, dtype="float32", start=3)
            yield Case((x + away, y + away))


def _far_and_wide(draw: Draw) -> Iterator[Case]:
    away = tensor([20_000.0, -30_000.0] * (WIDE[2] // 2), "float32")
    yield Case(tuple(draw.tensor(n, WIDE[2], dtype="float32") + away for n in WIDE[:2]))


def _never_below_0(names: dict[str, Any]) -> str:
    for seed in range(20):
        x = Draw(seed, legible=False).tensor(6, 3, dtype="float32", start=1000)
        least = names["distances_safe"](x, x).min().item()
        if least < 0:
            return f"Between points and themselves, one of yours is {least:.1e}."
    return ""


EXERCISES = (
    Exercise(
        "lengths",
        hints=(
            "A norm takes the size of each number first: 6 and 8.",
            "Along the streets 6 + 8; straight the root of 6 * 6 + 8 * 8; for infinity the larger of the two.",
            "The sizes of the errors are 0, 0, 0 and 4. Their mean is 4 / 4; the mean of their squares 16 / 4.",
        ),
    ),
    Exercise(
        "lp_norm",
        "lp_norm",
        _vectors,
        hints=(
            "abs(x) is the size of each number. What does ** do to a Tensor?",
            "Sum the powers, and take the p-th root: ** (1 / p). For p = math.inf return something else first.",
            "For the star divide the sizes by the largest of them, and multiply the norm by it; where it is 0, stop.",
        ),
        stars=(Star("Numbers of 1e200 and of 1e-200 have a norm too, and so do zeros.", _huge),),
        without=("norm", "norms", "linalg", "vector_norm"),
    ),
    Exercise(
        "far",
        "distances",
        _far,
        hints=(
            "Print of_x and the table in the second call. How many digits does a float32 keep?",
            "The squares are as large as the points are far from `origin`. Which origin makes them small?",
            "An origin amid the points: the mean of each column of x, for instance, as a Tensor of shape (d,).",
        ),
        digits=5,
    ),
    Exercise(
        "distances_safe",
        "distances_safe",
        _far,
        hints=(
            "Is the difference of two such points large? Is the square of one of them?",
            "Subtract something near all the points from x and from y before anything is squared.",
            "origin = x.mean(0), x - origin, y - origin; then a row of squares, a column of squares, and a product.",
        ),
        stars=(
            Star(
                "At no time are there half as many numbers as n * m * d.",
                _far_and_wide,
                most={"alive": prod(WIDE) // 2},
            ),
            Star("No result is below 0, not even by rounding.", holds=_never_below_0),
        ),
        without=("cluster",),
        digits=5,
    ),
)
