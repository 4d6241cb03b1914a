"""Exercises of lessons 12 to 14: k-means, DBSCAN, hashing."""

import math
from collections.abc import Iterator
from typing import Any

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star


def _crowds(draw: Draw) -> Iterator[Case]:
    for n, k, d in ((1, 1, 1), (5, 2, 1), (4, 1, 3), (7, 3, 2), (11, 4, 3)):
        points = draw.tensor(n, d)
        yield Case((points, points[::2][:k] * 1.25 + 0.125))
    corner = tensor([[0.0, 1.0], [3.0, 3.0], [9.0, 2.0], [8.0, 5.0]])  # (3, 3) is along the streets nearer to (8, 3)
    yield Case((corner, tensor([[0.0, 0.0], [8.0, 3.0]])))
    yield Case((draw.tensor(6, 2), tensor([[4.0, 3.0], [-900.0, 700.0], [30.0, 32.0]])))  # one has no points
    away = tensor([12_000.0, -16_000.0], "float32")  # a thousand times as far as they are from each other
    far = draw.tensor(29, 2, dtype="float32", scale=0.25 if draw.legible else 4.0) + away
    yield Case((far, far[3::6] + 0.125))


def _no_loop(draw: Draw) -> Iterator[Case]:
    points = draw.tensor(80, 2)
    yield Case((points, points[7::30] + 0.125))


def _no_table(draw: Draw) -> Iterator[Case]:
    points = draw.tensor(40, 19, scale=0.5)
    yield Case((points, points[3::8] + 0.125))


def _whole(draw: Draw) -> Iterator[Case]:
    """Whole numbers, so that many distances are exactly eps: multiples of (3, 4) are multiples of 5 apart."""
    line = tensor([[3.0 * number, 4.0 * number] for number in (0, 1, 2, 3, 5, 9)])
    yield Case((tensor([[7.0]]), 2.0, 1))
    yield Case((tensor([[7.0]]), 2.0, 2))
    yield Case((tensor([[0.0, 0.0], [3.0, 3.0], [20.0, 1.0]]), 4.0, 2))  # near along each axis, and yet no neighbours
    yield Case((tensor([0.0, 1, 2, 5, 7, 8]).reshape(6, 1), 2.0, 3))
    yield Case((line, 5.0, 3))
    yield Case((line, 10.0, 4))
    yield Case((tensor(draw.integers(0, 9, 23, 2, dtype="float64")), 3.0, 4))
    yield Case((tensor(draw.integers(0, 5, 17, 3, dtype="float64")), 2.0, 3))
    yield Case((tensor(draw.integers(0, 12, 37, 2, dtype="float32")) - 20_000.0, 3.0, 7))
    yield Case((_around(5.0), 5.0, 4))
    yield Case((_around(2.5) * 0.5, 1.25, 4))


def _around(eps: float) -> Tensor:
    """Points on a line: some are exactly eps apart, some a hair more, some a hair less. All of it is exact."""
    hair = 2.0**-20
    steps = [eps, eps, eps + hair, eps, eps - hair, eps - hair, eps + hair, eps + hair, eps, hair, eps]
    return tensor([[3.0, sum(steps[:number])] for number in range(len(steps) + 1)])


def _many(draw: Draw) -> Iterator[Case]:
    yield Case((tensor(draw.integers(0, 20, 90, 2, dtype="float64")), 3.0, 5))


def _sides(draw: Draw) -> Iterator[Case]:
    yield Case((tensor([[3.0, 1.0]]), tensor([[1.0, 0.0], [0.0, -1.0], [1.0, -3.0]])))
    yield Case((draw.tensor(3, 2), tensor(draw.integers(-2, 3, 4, 2, dtype="float64"))))
    for n, b, d in ((4, 1, 2), (5, 3, 1), (6, 5, 3), (7, 2, 4), (3, 0, 2), (0, 3, 2), (4, 3, 3)):
        signs = tensor(draw.integers(-1, 2, b, d, dtype="float64").reshape(b, d))
        yield Case((draw.tensor(n, d, start=-11 if draw.legible else 0), draw.tensor(b, d, start=1) * signs))
    for b in (33, 50):
        above_all = tensor(draw.integers(0, 2, b, 2, dtype="float64") * 2 - 1)  # far from every plane
        yield Case((tensor([[5.0, 2.0], [-2.0, 7.0], [-4.0, -3.0], [1.0, -6.0]]), above_all))
    yield Case((draw.tensor(8, 3, dtype="float32", start=-9), draw.tensor(6, 3, dtype="float32", scale=-1, start=4)))


def _of_62(draw: Draw) -> Iterator[Case]:
    yield Case((draw.tensor(5, 3), tensor(Draw(1, legible=False).array(62, 3, dtype="float64"))))


def _as_often_as_the_angle_says(names: dict[str, Any]) -> str:
    draw, planes, count = Draw(5, legible=False), 50, 6200
    for degrees in (20, 45, 90, 150):
        angle = math.radians(degrees)
        pair = tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]])
        apart = 0
        for _ in range(count // planes):
            one, other = names["lsh_hash"](pair, draw.tensor(planes, 2)).tolist()
            apart += (one ^ other).bit_count()
        share, expected = 1 - apart / count, 1 - angle / math.pi
        if abs(share - expected) > 3 * math.sqrt(expected * (1 - expected) / count):
            return f"Two points at {degrees} degrees are on one side of {share:.1%} of the planes, not {expected:.1%}."
    return ""


EXERCISES = (
    Exercise(
        "centres",
        hints=(
            "How far is the point 4 from A, and how far from B? All others are plain.",
            "Two points belong to A at first, four to B: what is the mean of 4, 10, 12 and 14?",
            "Seen from 1 and 10 the point 4 belongs to A: the means are now those of 0, 2, 4 and of the other three.",
        ),
    ),
    Exercise(
        "kmeans_step",
        "kmeans_step",
        _crowds,
        hints=(
            "p[:, None] - c has the shape (n, k, d). Square it, sum axis 2, and ask each row where its least is.",
            "labels[:, None] == mt.arange(len(c)) is the table of the picture. As numbers of p's dtype, what is its "
            "sum down the columns, and what the product of its .T with p?",
            "sums / mt.maximum(counts, 1) is a mean wherever there are points; mt.where keeps c elsewhere. For the "
            "second star compare (c**2).sum(1) - 2 * (p @ c.T), both centred at p.mean(0) first.",
        ),
        stars=(
            Star("No loop over points.", _no_loop, {"operations": 60}),
            Star("Never n * k * d numbers at a time.", _no_table, {"alive": 40 * 5 * 19 - 1}),
        ),
        without=("cluster", "segment"),
    ),
    Exercise(
        "neighbourhoods",
        hints=(
            "A distance of exactly eps counts, and every point is its own neighbour.",
            "Which points have three or more neighbours? Those beside them belong to the same cluster.",
            "With two, 7 and 8 are core points as well. With eps = 4 one can step from 3 to 7, and not from 8 to 20.",
        ),
    ),
    Exercise(
        "dbscan_core",
        "dbscan_core",
        _whole,
        hints=(
            "((p - p[0]) ** 2).sum(1) is how far all points are from point 0, squared.",
            "Compare with eps * eps by <=, and count: a sum of a bool Tensor is how many are true.",
            "core = mt.zeros(len(p), dtype='bool'); then for each number core[number] = count >= min_samples.",
        ),
        stars=(Star("Never the table of all distances.", _many, {"alive": 12 * 90}),),
        without=("cluster", "segment"),
    ),
    Exercise(
        "collisions",
        hints=(
            "The product of A and the direction (1, -1) is 3 - 1. Which sign does it have? And that of C?",
            "A and B differ in one bit. C is left of the first plane, below the second, and on the third.",
            "In a table of two planes both must agree: a half of a half. Both tables miss with (3/4) ** 2.",
        ),
    ),
    Exercise(
        "lsh_hash",
        "lsh_hash",
        _sides,
        hints=(
            "x @ planes.T has a row for each point and a column for each plane. What does >= 0 make of it?",
            "Turn the bools into int64, and multiply each column by what its bit counts: 1, 2, 4, ...",
            "That is one more product, of above (n, b) and mt.tensor([2**bit for bit in range(len(planes))], 'int64').",
        ),
        stars=(
            Star("62 planes at once.", _of_62),
            Star("As many collisions as the angle says.", holds=_as_often_as_the_angle_says),
        ),
        without=("cluster",),
    ),
)
