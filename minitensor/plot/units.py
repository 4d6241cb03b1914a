"""What bounds a kernel, seen: the clocks that each unit of a GPU would take, PREDICTED."""

from collections.abc import Sequence
from typing import Any

from minitensor.errors import InputError
from minitensor.gpu.cards import Card
from minitensor.gpu.predict import NAMES
from minitensor.gpu.report import Launch
from minitensor.plot.style import GREY, INK, LIGHT, PALE_BLUE, RED, figure, styled
from minitensor.text.numbers import digits, roughly


@styled
def speed_of_light(launches: Sequence[tuple[str, Launch]], gpu: str | Card = "RTX 3090") -> Any:
    """For each counted launch the clocks that it would take if one unit alone bound it: the longest bar does.

    launches : names and launches on the simulator, the slowest first
    gpu : a card of `gpus.csv`, or one's own

    Raises InputError without launches, PredictionError where one cannot be predicted.
    """
    if not launches:
        raise InputError("speed_of_light: there is no launch to draw")
    found = [(name, launch.predict(gpu)) for name, launch in launches]
    fig, axes = figure(len(found), 1, width=9.5, height=1.6 * len(found) + 0.9, squeeze=False, sharex=True)
    units = [unit for unit in NAMES if any(each.units[unit] for _, each in found)]
    every = [clocks for _, each in found for clocks in each.units.values() if clocks]
    low, high = min(every) / 3, max(every) * 8
    for ax, (name, prediction) in zip(axes[:, 0], found, strict=True):
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        for place, unit in enumerate(units):
            clocks, bounds = prediction.units[unit], unit == prediction.bound
            if clocks:
                ax.barh(place, clocks - low, left=low, height=0.7, color=RED if bounds else PALE_BLUE)
            words = f"{digits(clocks / 1e6)} M{': bounds it' if bounds else ''}" if clocks else "0"
            ax.text(max(clocks, low) * 1.1, place, words, va="center", fontsize=9, color=RED if bounds else INK)
        ax.set_yticks(range(len(units)), [NAMES[unit] for unit in units], fontsize=9)
        ax.set_ylim(len(units) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        took = f"{roughly(prediction.seconds)} ({roughly(prediction.low)} to {roughly(prediction.high)})"
        ax.set_title(f"{name}: PREDICTED {took}", fontsize=10.5)
        ax.minorticks_off()
        ax.grid(axis="x", color=LIGHT, linewidth=0.6)
        ax.set_axisbelow(True)
    _, last = found[-1]
    card = f"{last.gpu}{'' if last.tested else ', untested'}"
    fig.suptitle(f"PREDICTED, not measured: clocks of an SM ({card}), were it bound by one unit", x=0.01, ha="left")
    known = f"known error: {last.error:.2f} times on {last.points} published measurements; " if last.points else ""
    axes[-1, 0].set_xlabel(f"{known}clocks at {last.ghz:g} GHz, logarithmic", loc="left", fontsize=9, color=GREY)
    return fig
