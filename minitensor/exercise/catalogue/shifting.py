"""Exercises of lesson 6: mean shift, its memory, the attention that it is, and an animation."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.exercise.comparing import difference
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star
from minitensor.functions import concat, exp

LEAST = 10  # frames of an animation
ONE_AGAIN = "one Tensor, again and again"
N, D, SIZE = 400, 10, 9  # where memory is counted
DIGITS = 9.0  # a product of points far apart rounds more than their differences


def _bandwidth(draw: Draw) -> float:
    """As wide as some points are apart: legible points are 10 apart and more."""
    return 15.0 if draw.legible else 0.8


def _steps(draw: Draw) -> Iterator[Case]:
    for m, n, d in ((1, 2, 1), (2, 3, 2), (3, 1, 2), (0, 3, 2), (4, 5, 3), (7, 6, 2)):
        yield Case((draw.tensor(m, d, start=2 if draw.legible else 0), draw.tensor(n, d), _bandwidth(draw)))


def _far_query(draw: Draw) -> Iterator[Case]:
    far = tensor([[1000.0, 1000.0]])
    for m, n in ((0, 3), (2, 5)):
        yield Case((concat([draw.tensor(m, 2), far]), draw.tensor(n, 2), _bandwidth(draw)))


def _batches(draw: Draw) -> Iterator[Case]:
    for n, d, size in ((2, 1, 1), (3, 2, 2), (5, 2, 3), (1, 3, 2), (4, 3, 7), (7, 2, 3), (6, 2, 3)):
        yield Case((draw.tensor(n, d), _bandwidth(draw), size))


def _many(draw: Draw) -> Iterator[Case]:
    yield Case((draw.tensor(N, D), _bandwidth(draw), SIZE))


def _scores(draw: Draw) -> Iterator[Case]:
    small = 0.1 if draw.legible else 1.0
    for m, n, d, values in ((1, 2, 1, 3), (2, 3, 2, 1), (3, 1, 2, 2), (4, 5, 3, 2), (6, 7, 4, 3)):
        q, k = draw.tensor(m, d, scale=small, start=small), draw.tensor(n, d, scale=small, start=0.2)
        yield Case((q, k, draw.tensor(n, values, scale=7, start=5)))
    for m, n, d in ((2, 3, 2), (5, 4, 3)):  # scores in the thousands
        yield Case((draw.tensor(m, d, scale=60), draw.tensor(n, d, scale=30), draw.tensor(n, 2, start=5)))
    yield Case((draw.tensor(0, 2), draw.tensor(4, 2), draw.tensor(4, 3)))


def _is_mean_shift(names: dict[str, Any]) -> str:
    """Whether attention over what the learner chose moves points as mean shift does."""
    for m, n, d in ((2, 3, 1), (4, 5, 2)):
        draw = Draw(m, legible=False)
        x, p, h = draw.tensor(m, d), draw.tensor(n, d), 0.7
        if "as_mean_shift" not in names:
            return "as_mean_shift is not written yet."
        try:
            moved = names["attention"](*names["as_mean_shift"](x.copy(), p.copy(), h))
        except NotImplementedError:
            return "as_mean_shift is not written yet."
        weights = exp(-((x[:, None] - p) ** 2).sum(2) / (2 * h**2))
        if difference(weights @ p / weights.sum(1)[:, None], moved, DIGITS):
            return f"For x ({m}, {d}), p ({n}, {d}) and h = {h} it is not."
    return ""


def _looked_at(function: Callable[[], Any]) -> str:
    """What is said of an animation: the same words of every one that is as it should be."""
    frames = function()
    if not isinstance(frames, (list, tuple)) or not all(isinstance(frame, Tensor) for frame in frames):
        return "something else than a list of Tensors"
    if len(frames) < LEAST:
        return f"{len(frames)} frames"
    if len({id(frame) for frame in frames}) == 1:
        return ONE_AGAIN
    shape = frames[0].shape
    for at, frame in enumerate(frames):
        numbers = np.asarray(frame.numpy(), "float64")
        if frame.shape != shape:
            return f"frame {at} has another shape than frame {at - 1}"
        if not np.isfinite(numbers).all():
            return f"frame {at} holds what is no finite number: {numbers[~np.isfinite(numbers)][0]}"
        if at and np.array_equal(numbers, frames[at - 1].numpy()):
            one_memory = np.shares_memory(frame.array, frames[at - 1].array)  # such as views of what is written to
            return ONE_AGAIN if one_memory else f"frame {at} is the same as frame {at - 1}"
    if not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)) or 0 in shape:
        return f"frames of shape {shape}, which is no picture and no points"
    return f"{LEAST} frames or more, of one shape, each different from the one before"


def _goes_round(names: dict[str, Any]) -> str:
    frames = [np.asarray(frame.numpy(), "float64") for frame in names["my_frames"]()]
    steps = [float(abs(there - here).max()) for here, there in zip(frames, [*frames[1:], frames[0]], strict=True)]
    inside = max(steps[:-1])
    return "" if steps[-1] <= inside * (1 + 1e-9) else f"It is {steps[-1]:.3g}, the others up to {inside:.3g}."


EXERCISES = (
    Exercise(
        "weights",
        hints=(
            "q[:, None, :] is (3, 1, 2), and p is (4, 2): where there is a 1, or nothing, the other size is taken.",
            "sum(2) takes away the axis of the coordinates. exp of 0 is 1; exp of less is less.",
            "One row for each query, one column for each point. (6, 0) is 1 from p[2], and 1.41 from p[3].",
        ),
    ),
    Exercise(
        "mean_shift_step",
        "mean_shift_step",
        _steps,
        hints=(
            "The squared distances are the squares of the differences, summed over the last axis: (m, n).",
            "weights @ p is a sum of points for each query, (m, d). By what is it divided? weights.sum(1)[:, None].",
            "For the star: exp(a - b) is exp(a) / exp(b). Take the least squared distance of each row from that row.",
        ),
        stars=(Star("A query at (1000, 1000) goes where the formula says.", _far_query),),
        without=("cluster",),
        digits=DIGITS,
    ),
    Exercise(
        "batched_step",
        "batched_step",
        _batches,
        hints=(
            "for start in range(0, len(p), size): the batch is p[start : start + size]. A slice may end past the end.",
            "Each batch looks at all of p, as it was before. Where do the moved points go meanwhile?",
            "Append each moved batch to a list, and mt.concat the list. The differences of one batch are (size, n, d).",
        ),
        must=Star(
            "At no time may there be n * n numbers: only `size` points move at a time.",
            _many,
            most={"alive": N * N - 1},
        ),
        stars=(Star("At no time are there size * n * d numbers either.", _many, most={"alive": SIZE * N * D - 1}),),
        without=("cluster",),
        digits=DIGITS,
    ),
    Exercise(
        "attention",
        "attention",
        _scores,
        hints=(
            "scores.max(1) has the largest score of each query, (m,). It must stand upright to go with the rows.",
            "scores - scores.max(1)[:, None], then exp; the sum of each row, upright as well, divides the row.",
            "For the star: -|x - p|²/2h² is x·p/h² - |p|²/2h² and a part without p. A 1 more in q, and one more in k.",
        ),
        stars=(Star("attention(*as_mean_shift(x, p, h)) is a step of mean shift.", holds=_is_mean_shift),),
        without=("cluster", "models", "softmax"),
        digits=DIGITS,
    ),
    Exercise(
        "animate",
        "my_frames",
        lambda draw: [Case(())],
        hints=(
            "Begin with one frame that you like, and ask which number in it should change from frame to frame.",
            "frames = [], a loop over step in range(30), and in it frames.append(...) of a new Tensor.",
            "Points on a circle: angle = 2 * math.pi * step / 30, and mt.tensor([[math.cos(angle), math.sin(angle)]]).",
        ),
        stars=(
            Star(
                "It goes round: the step from the last frame to the first is no larger than others.", holds=_goes_round
            ),
        ),
        call=_looked_at,
    ),
)
