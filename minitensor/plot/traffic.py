"""The whole climb of a ladder whose rungs differ in what they move: bytes on the left, speed on the right."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

from matplotlib.ticker import LogLocator

from minitensor.plot.style import BLUE, COLORS, GREY, INK, LIGHT, PALE_BLUE, RED, figure, styled
from minitensor.text.numbers import digits, in_rate

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}  # behind words that a line would run through


@styled
def whole_climb(
    moved: Mapping[str, float | None],
    rates: Mapping[str, Mapping[str, float]],
    each: str = "pair",
    counted: tuple[str, ...] = (),
    balance: tuple[float, str] | None = None,
    absent: str = "",
) -> Any:
    """Every rung of a ladder, one below another: bytes moved for each pair, and pairs done in a second.

    moved : for each rung the bytes, or None where it is not known
    rates : for each source of measurements, such as a device and a date, how many a second each rung did
    counted : the rungs whose bytes were counted, and do not come from a formula; they are drawn darker
    each : what the work is counted in, if not in pairs
    balance : bytes at which another bound is as tight as memory, and its name
    absent : what is written beside the rungs that were not timed
    """
    names = list(moved)
    fig, (left, right) = figure(1, 2, width=11.5, height=0.44 * len(names) + 1.9, sharey=True)
    known = [value for value in moved.values() if value]
    low, high = min(known, default=1) / 3, max(known, default=1)
    left.set_xscale("log")
    left.set_xlim(low, high * 60)
    for place, (name, value) in enumerate(moved.items()):
        if value is None:
            left.text(
                low * 1.15, place, "Python objects: not counted", va="center", color=GREY, style="italic", bbox=WHITE
            )
            continue
        left.barh(place, value - low, left=low, height=0.62, color=BLUE if name in counted else PALE_BLUE)
        words = f"{digits(value)}{' counted' if name in counted else ''}"
        left.text(value * 1.2, place, words, va="center", bbox=WHITE)
    if balance:
        left.axvline(balance[0], color=RED, linestyle="--", linewidth=1.2, zorder=0)
        words = f"{digits(balance[0])} bytes: {balance[1]}"
        left.text(balance[0] * 1.15, -0.75, words, color=RED, fontsize=9.5, va="center")
    left.set_yticks(range(len(names)), names)
    left.set_ylim(len(names) - 0.4, -1.15)
    left.tick_params(axis="y", length=0)
    left.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    left.set_title(f"bytes of memory that a {each} moves, without a cache")
    _dots(right, names, rates, absent)
    right.set_title(f"{each}s in a second, measured")
    for ax in (left, right):
        ax.minorticks_off()
        ax.set_xlabel("logarithmic axis", loc="right", fontsize=9, color=GREY)
        ax.grid(axis="x", color=LIGHT, linewidth=0.6)
        ax.set_axisbelow(True)
    return fig


def _dots(ax: Any, names: list[str], rates: Mapping[str, Mapping[str, float]], absent: str) -> None:
    """A dot for each rung and source that has a rate."""
    for (source, found), color in zip(rates.items(), cycle(COLORS), strict=False):
        here = [(rate, names.index(name)) for name, rate in found.items() if name in names]
        ax.plot([x for x, _ in here], [y for _, y in here], "o", color=color, markersize=8, label=source)
        for x, y in here:
            words = in_rate(x, "/s")
            ax.annotate(words, (x, y), (9, 0), textcoords="offset points", va="center", fontsize=9.5, color=INK)
    every = [rate for found in rates.values() for rate in found.values()]
    ax.set_xscale("log")
    ax.set_xlim(min(every, default=1.0) / 3, max(every, default=1.0) * 60)
    ax.xaxis.set_major_locator(LogLocator(numticks=6))
    ax.xaxis.set_major_formatter(lambda value, _: in_rate(value, "/s"))
    ax.tick_params(axis="y", length=0)
    dotless = [place for place, name in enumerate(names) if not any(name in found for found in rates.values())]
    if absent and dotless:
        middle = sum(dotless) / len(dotless)
        ax.text(0.5, middle, absent, transform=ax.get_yaxis_transform(), ha="center", va="center", color=GREY,
                style="italic")  # fmt: skip
    if rates:
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.09), frameon=False, fontsize=9.5, handletextpad=0.2)
