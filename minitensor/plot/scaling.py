"""How time grows with size: a line for each way of doing a job. On logarithmic axes a power of n is a straight line."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import ceil, floor, log, log10
from typing import Any

from minitensor.plot.style import COLORS, GREY, LIGHT, figure, styled
from minitensor.text.numbers import in_seconds

LINES, LETTER = 30, 7  # points: how high two lines of text are, and how wide a letter


@styled
def growth(times: Mapping[str, Sequence[tuple[int, float]]], what: str, words: str = "") -> Any:
    """Seconds against size for several ways of doing a job; each is named at its last point.

    Beside the name stands the slope of the last piece: before it, what takes the same time for any n flattens the line.

    times : for each way its sizes and seconds, in the order of the sizes
    what : what the sizes count, such as "points"; words : what was timed, and on what
    """
    fig, ax = figure(1, 1, width=8, height=5)
    for row, color in zip(times.values(), cycle(COLORS), strict=False):
        ax.plot(*zip(*row, strict=True), "o-", color=color, markersize=4)
    ax.set_xscale("log")
    ax.set_yscale("log")
    low, high = ax.get_xlim()
    ax.set_xticks([10**power for power in range(ceil(log10(low)), floor(log10(high)) + 1)])
    ax.set_xlim(low, high * (high / low) ** 0.4)  # room for the names
    low, high = ax.get_ylim()
    ax.set_ylim(10 ** floor(log10(low)), 10 ** ceil(log10(high)))
    _name_lines(ax, times)
    ax.yaxis.set_major_formatter(lambda value, _: in_seconds(value))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.minorticks_off()
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_xlabel(what)
    ax.set_title(words, color=GREY, fontsize=9)
    return fig


def _name_lines(ax: Any, times: Mapping[str, Sequence[tuple[int, float]]]) -> None:
    """Name each line at its last point, the uppermost first, each so far down that it does not cover another."""
    points = 72 / ax.figure.dpi  # in a pixel
    colors = dict(zip(times, cycle(COLORS), strict=False))
    taken: list[tuple[float, float, float]] = []
    for name, row in sorted(times.items(), key=lambda item: -item[1][-1][1]):
        left, y = (number * points for number in ax.transData.transform(row[-1]))
        right = left + LETTER * max(len(name), 5)
        beside = (low - LINES for start, stop, low in taken if start < right and left < stop)
        low = min([y, *(free for free in beside if free < y)])
        taken.append((left, right, low))
        power = f"\n∝ $n^{{{slope(row[-2:]):.1f}}}$" if len(row) > 1 else ""
        ax.annotate(name + power, row[-1], (6, low - y), textcoords="offset points", va="center", color=colors[name])


def slope(row: Sequence[tuple[int, float]]) -> float:
    """The power of n that fits best, by least squares on the logarithms.

    >>> round(slope([(10, 1.0), (20, 4.0), (40, 16.0)]), 6)
    2.0
    """
    points = [(log(size), log(seconds)) for size, seconds in row]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
