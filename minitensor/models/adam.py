"""Adam: gradient descent in which every number has a step of its own (Kingma and Ba 2015)."""

from collections.abc import Sequence
from typing import NamedTuple

from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import ShapeError


class Adam(NamedTuple):
    """What Adam remembers of the gradients so far; begun by `begin`, and made anew by each `descend`.

    mean, square : for each parameter, a Tensor like it: the running means of its gradients and of their squares
    steps : how many there were
    """

    mean: list[Tensor]
    square: list[Tensor]
    steps: int


def begin(parameters: Sequence[Tensor]) -> Adam:
    """No step yet: all zeros.

    >>> import minitensor as mt
    >>> begin([mt.ones(2)]).mean[0].tolist()
    [0.0, 0.0]
    """
    zeros = [x.plain() * 0.0 for x in parameters]
    return Adam(zeros, zeros, 0)


def descend(
    parameters: Sequence[Tensor],
    gradients: Sequence[Tensor],
    before: Adam,
    rate: float,
    keep: tuple[float, float] = (0.9, 0.999),
    tiny: float = 1e-8,
) -> tuple[list[Tensor], Adam]:
    """One step downhill: new parameters, and what is remembered for the next. Nothing is written over.

    parameters, gradients : Tensors, the second like the first
    rate : how far a number goes where its gradient never changes; keep : how much of the two running means is kept
    tiny : what is added to the root of the mean square, so that nothing is divided by 0

    The running means begin at 0, and are too small at first; dividing by 1 − keepᵗ makes up for it. So the first step
    goes by `rate`, however steep it is:

    >>> import minitensor as mt
    >>> x = [mt.tensor([1.0, 1.0])]
    >>> (x,), _ = descend(x, [mt.tensor([5.0, -0.001])], begin(x), rate=0.1)
    >>> [round(number, 4) for number in x.tolist()]
    [0.9, 1.1]

    Raises ShapeError where there is not a gradient for each parameter, of its shape; InputError for a rate that is not
    positive.
    """
    rate = checks.positive("descend: rate", rate)
    if [x.shape for x in parameters] != [g.shape for g in gradients]:
        raise ShapeError(
            f"descend: the parameters have shapes {[x.shape for x in parameters]}, the gradients "
            f"{[g.shape for g in gradients]}; each must have that of its parameter"
        )
    steps, (first, second) = before.steps + 1, keep
    mean = [first * m + (1 - first) * g for m, g in zip(before.mean, gradients, strict=True)]
    square = [second * s + (1 - second) * (g * g) for s, g in zip(before.square, gradients, strict=True)]
    step, spread = rate / (1 - first**steps), 1 / (1 - second**steps)
    moved = [x - step * m / ((s * spread).sqrt() + tiny) for x, m, s in zip(parameters, mean, square, strict=True)]
    return moved, Adam(mean, square, steps)
