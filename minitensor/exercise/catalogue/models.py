"""Exercises of lessons 10 and 11: slopes, a loss for pairs, noise."""

from collections.abc import Iterator
from typing import Any

from minitensor.core.creation import tensor
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star


def _products(draw: Draw) -> Iterator[Case]:
    for m, k, n in ((1, 2, 3), (2, 3, 4), (3, 1, 2), (4, 5, 1), (5, 3, 7), (0, 2, 3)):
        yield Case((draw.tensor(m, k, start=1), draw.tensor(k, n, start=2), draw.tensor(m, n, scale=-1, start=3)))
    yield Case((draw.tensor(4, 2).T, draw.tensor(5, 4).T, draw.tensor(5, 2, start=1).T))


def _untouched(draw: Draw) -> Iterator[Case]:
    yield Case((draw.tensor(6, 5, start=1), draw.tensor(5, 7, start=2), draw.tensor(6, 7, start=3)))


def _stacks(draw: Draw) -> Iterator[Case]:
    for s, m, k, n in ((1, 2, 3, 4), (3, 2, 5, 4), (2, 4, 1, 3)):
        yield Case((draw.tensor(s, m, k, start=1), draw.tensor(k, n, start=2), draw.tensor(s, m, n, start=3)))


def _pairs(draw: Draw) -> Iterator[Case]:
    for n, d, tau in ((2, 2, 1.0), (3, 2, 0.5), (4, 3, 0.2), (5, 7, 0.1), (7, 4, 2.0)):
        yield Case(_apart(draw, n, d, "float64", tau))
    yield Case(_apart(draw, 6, 5, "float32", 0.3))


def _apart(draw: Draw, n: int, d: int, dtype: str, tau: float) -> tuple[Any, ...]:
    """Rows of many directions: legible numbers alone would point nearly all the same way."""
    image, text = draw.tensor(n, d, dtype=dtype, start=1), draw.tensor(n, d, dtype=dtype, start=2)
    if draw.legible:
        signs = [[(-1.0) ** (row // (axis + 1)) for axis in range(d)] for row in range(2 * n)]
        image, text = image * tensor(signs[:n], dtype), text * tensor(signs[n:], dtype)
    return image, text, tau


def _sharp(draw: Draw) -> Iterator[Case]:
    for n, d in ((5, 2), (7, 4)):
        yield Case(_apart(draw, n, d, "float64", 0.001))


def _noisy(draw: Draw) -> Iterator[Case]:
    shares = [0.5, 0.9, 0.2, 1.0, 0.05, 0.7, 0.36]
    for n, d in ((1, 2), (2, 3), (3, 3), (4, 1), (5, 6), (7, 4)):
        yield Case((draw.tensor(n, d, start=1), draw.tensor(n, d, scale=-1, start=2), tensor(shares[:n])))


def _of_any_axes(draw: Draw) -> Iterator[Case]:
    for shape in ((3, 4, 2), (4, 2, 3, 3), (2,)):
        of_each = tensor([0.64, 0.25, 0.04, 0.9][: shape[0]])
        yield Case((draw.tensor(*shape, start=1), draw.tensor(*shape, scale=-1, start=2), of_each))


def _comes_back(names: dict[str, Any]) -> str:
    draw = Draw(3, legible=False)
    picture, noise, share = draw.tensor(4, 5, 6, 3), draw.tensor(4, 5, 6, 3), tensor([0.9, 0.5, 0.1, 0.02])
    each = share[:, None, None, None]
    noisy = each.sqrt() * picture + (1 - each).sqrt() * noise
    off = abs(names["denoise"](noisy, noise, share) - picture).max().item()
    return "" if off < 1e-12 else f"Pictures (4, 5, 6, 3) came back from their noise off by {off:.0e}."


EXERCISES = (
    Exercise(
        "slopes",
        hints=(
            "error is 3. It is an operand of the product twice, so two shares come back to it.",
            "Along error the square has the slope 3 + 3. A sum hands that on to b as it is; w has one link more.",
            "Below 0 max(x, 0) does not change. Each number of row meets two numbers, one of each row of table.",
        ),
    ),
    Exercise(
        "vjp_matmul",
        "vjp_matmul",
        _products,
        hints=(
            "Which shape must ga have, and of which two of a, b and g can a product have that shape?",
            "a[row, at] gets the sum over col of g[row, col] * b[at, col]: row `row` of g times row `at` of b.",
            "ga is g times b with its axes exchanged. gb is the same from the other side. For a stack, reshape a and g "
            "to one tall matrix each.",
        ),
        stars=(
            Star("Nothing is transposed in memory.", _untouched, {"copied": 6 * 5 + 5 * 7}),
            Star("A stack of a, all of which meet one b.", _stacks),
        ),
        without=("autograd", "grad", "value_and_grad", "variable", "backward"),
    ),
    Exercise(
        "similar",
        hints=(
            "unit() divides each row by its length, 5 for (3, 4). What is left has the length 1.",
            "The texts of length 1 are (1, 0) and (0, 1). So a row of cosines is the image's own row of length 1.",
            "argmax(1) says for each row where its largest is. Without unit() text 0 counts twenty times as much.",
        ),
    ),
    Exercise(
        "contrastive_loss",
        "contrastive_loss",
        _pairs,
        hints=(
            "-log of a share e^own / sum is log(sum) - own. Along the rows the sums are over axis 1; and down?",
            "Make log(exp(scores).sum(axis)) for both axes, take the mean of each, and take the own scores away.",
            "For the star take the largest of each row (of each column) away before exp, with keepdims=True, and add "
            "it again after log.",
        ),
        stars=(Star("tau = 0.001 gives a finite number too.", _sharp),),
        without=("models",),
        digits=9,
    ),
    Exercise(
        "denoise",
        "denoise",
        _noisy,
        hints=(
            "Solve the formula for x0: first take the noise away, with its share.",
            "What is left is sqrt(alpha_bar) * x0. alpha_bar needs an axis of size 1 to lie along the rows.",
            "With a = alpha_bar[:, None] it is (x - mt.sqrt(1 - a) * noise) / mt.sqrt(a). For the star reshape to "
            "(n, 1, ..., 1), with x.ndim axes.",
        ),
        stars=(Star("Pictures of any number of axes come back to 12 digits.", _of_any_axes, holds=_comes_back),),
    ),
)
