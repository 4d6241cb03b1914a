"""Predictions side by side, as a table: the climb of a ladder on a GPU that is not here."""

from collections.abc import Sequence
from typing import Any

from minitensor.errors import MissingExtraError
from minitensor.gpu.predict import NAMES, Prediction
from minitensor.text.hints import install
from minitensor.text.numbers import digits, roughly


def forecast(title: str, predictions: Sequence[tuple[str, Prediction]]) -> Any:
    """What kernels that do the same are PREDICTED to take on one GPU, as a table of the rich library, a row for each.

    PREDICTED : the time, to two digits, and its range; bound by : the unit that takes longest, then the next
    over first : how many times faster than the first

    Raises MissingExtraError without rich.
    """
    try:
        from rich import box
        from rich.markup import escape
        from rich.table import Table
    except ImportError:
        raise MissingExtraError(f"tables need rich: {install('rich')}") from None
    out = Table(title=escape(title), title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD)
    out.add_column("rung", style="bold", no_wrap=True)
    out.add_column("PREDICTED", justify="right", no_wrap=True)
    out.add_column("range", justify="right", no_wrap=True)
    out.add_column("over first", justify="right", no_wrap=True)
    out.add_column("bound by")
    for name, found in predictions:
        first, second = sorted(found.units, key=lambda unit: -found.units[unit])[:2]
        out.add_row(
            name,
            roughly(found.seconds),
            f"{roughly(found.low)} to {roughly(found.high)}",
            f"{digits(float(f'{predictions[0][1].seconds / found.seconds:.2g}'))}×",
            f"{NAMES[first]}, then {NAMES[second]} ({found.units[second] / found.units[first]:.0%})",
        )
    if predictions:
        out.caption = escape(_known(predictions[-1][1]))
    return out


def _known(found: Prediction) -> str:
    """What the numbers are worth."""
    untested = "" if found.tested else ", on which not all of these kernels have been published"
    guess = "" if found.compiled else "; registers are a guess, since NVRTC is not here"
    return (
        f"PREDICTED for the {found.gpu} at {found.ghz:g} GHz{untested}; not measured. Such predictions are off by "
        f"{found.error:.2f} times on {found.points} published measurements{guess}."
    )
