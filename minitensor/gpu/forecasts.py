"""Predictions side by side, as a table: the climb of a ladder on a GPU that is not here."""

from collections.abc import Sequence
from typing import Any

from minitensor.gpu.predict import NAMES, Prediction
from minitensor.text.numbers import digits, roughly
from minitensor.text.tables import Fitting


def forecast(title: str, predictions: Sequence[tuple[str, Prediction]]) -> Any:
    """What kernels that do the same are PREDICTED to take on one GPU, as a table of the rich library, a row for each.

    PREDICTED : the time, to two digits, and its range; over first : how many times faster than the first
    bound by : the unit that takes longest; then : the next, and how much of that time it takes

    Raises MissingExtraError without rich.
    """
    rows = []
    for name, found in predictions:
        first, second = sorted(found.units, key=lambda unit: -found.units[unit])[:2]
        rows.append(
            [
                name,
                roughly(found.seconds),
                f"{roughly(found.low)} to {roughly(found.high)}",
                f"{digits(float(f'{predictions[0][1].seconds / found.seconds:.2g}'))}×",
                NAMES[first],
                f"{NAMES[second]} ({found.units[second] / found.units[first]:.0%})",
            ]
        )
    headings, caption = ["rung", "PREDICTED", "range", "over first", "bound by", "then"], ""
    if predictions:
        caption = _known(predictions[-1][1])
    return Fitting(title, headings, rows, caption, ("then", "over first", "bound by"), ("bound by", "then"))


def _known(found: Prediction) -> str:
    """What the numbers are worth."""
    untested = "" if found.tested else ", on which not all of these kernels have been published"
    guess = "" if found.compiled else "; registers are a guess, since NVRTC is not here"
    return (
        f"PREDICTED for the {found.gpu} at {found.ghz:g} GHz{untested}; not measured. Such predictions are off by "
        f"{found.error:.2f} times on {found.points} published measurements{guess}."
    )
