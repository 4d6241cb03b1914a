"""Whether all rungs of a ladder say the same."""

from typing import Any

from minitensor.core.tensor import Tensor
from minitensor.errors import LadderError


class Agreement:
    """Holds the result of the first rung on some inputs against those of the others. NaN agrees with nothing."""

    def __init__(self, ladder: Any, inputs: tuple[Any, ...]):
        self.ladder, self.inputs = ladder, inputs
        self.expected: tuple[str, Tensor] | None = None

    def check(self, function: Any) -> None:
        name, result, job = function.__name__, function(*self.inputs), self.ladder.name
        first, right = self.expected = self.expected or (name, result)
        if result.shape != right.shape or result.dtype != right.dtype:
            raise LadderError(
                f"{job}: {name} returns {result.dtype} of shape {result.shape}, "
                f"{first} {right.dtype} of shape {right.shape}"
            )
        gap = abs(result - right)
        if (gap <= self.ladder.tolerance(*self.inputs)).all():
            return
        if (gap != gap).any():
            raise LadderError(f"{job}: the results of {name} and {first} hold NaN or infinite numbers")
        raise LadderError(
            f"{job}: {name} differs from {first} by up to {gap.max().item():.3g}, which is more than rounding explains"
        )
