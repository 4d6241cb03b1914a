"""Lesson 8, mean shift on the GPU: what a table moves, and the kernel without it."""

from collections.abc import Iterator

from minitensor.exercise.catalogue.threads import shared_out
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

TRAFFIC = Exercise(
    "traffic",
    hints=(
        "Count for one thread and one round of a loop first: how many square brackets of arrays are read, how many "
        "are written? A variable such as `here` is no array.",
        "A round of the first loop of with_table reads two numbers and writes one; a round of the second reads one. "
        "There are 10 rounds and 10 threads.",
        "with_table loads 3 numbers for each of 100 pairs, and stores one for each pair and one for each thread. "
        "fused loads one for each pair and one for each thread, and stores one for each thread.",
    ),
)


def to_shift(draw: Draw) -> Iterator[Case]:
    # Few and small: each point is a round of a loop, which the simulator is slow at.
    for n, h in ((2, 1.5), (33, 2.5)) if draw.legible else ((1, 0.75), (35, 2.5)):
        points = draw.array(n, 2, scale=0.25, start=1) if draw.legible else draw.array(n, 2, scale=2, start=40)
        yield Case((points, draw.old(n, 2), n, h), -(-n // 32), 32)


def fifty(draw: Draw) -> Iterator[Case]:
    if not draw.legible:
        yield Case((draw.array(50, 2, scale=2, start=40), draw.old(50, 2), 50, 2.5), 2, 32)


SHIFT_FUSED = Exercise(
    "shift_fused",
    "shift_fused",
    to_shift,
    hints=(
        "Begin without tiles: a thread reads its own point, goes over all n points in a loop, and keeps three sums: "
        "of the weights, of weight * x and of weight * y. At the end it divides.",
        "With tiles there are two loops: for start in range(0, n, TILE), and in it one over the points of the tile. "
        "Every thread fetches one point if start + thread < n. The inner loop ends at min(TILE, n - start).",
        "Barriers stand after fetching and after the inner loop, for all threads. For the second star put the inner "
        "loop behind if query < n, and multiply each coordinate by 1 / (h * sqrt(2)) when it is fetched: then the "
        "weight is exp(-(d_x * d_x + d_y * d_y)), and the means must be divided by that factor at the end.",
    ),
    must=shared_out(1000),
    stars=(
        Star("At most 300 loads for n = 50.", fifty, {"global_loads": 300}),
        Star("At most 28,500 FLOPs for n = 50.", fifty, {"flops": 28_500}),
    ),
)

EXERCISES = (TRAFFIC, SHIFT_FUSED)
