"""How time grows with size: a line for each way of doing a job. On logarithmic axes a power of n is a straight line."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import ceil, floor, log, log10
from typing import Any

import numpy as np

from minitensor.plot.style import COLORS, GREY, LIGHT, figure, styled
from minitensor.text.numbers import in_seconds

LINES, LETTER, STEP = 32, 7, 3  # points: how high two lines of text are, how wide a letter, how far a place of a line
Box = tuple[float, float, float, float]  # of a name: left, middle, width, height


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
    """Name each line near its last point, the uppermost first, where the name meets no line and no other name."""
    points = 72 / ax.figure.dpi  # in a pixel
    colors = dict(zip(times, cycle(COLORS), strict=False))
    lines = [ax.transData.transform(row) * points for row in times.values()]
    drawn = np.concatenate([_along(line) for line in lines])
    taken: list[Box] = []
    for name, row in sorted(times.items(), key=lambda item: -item[1][-1][1]):
        power = f"\n∝ $n^{{{slope(row[-2:]):.1f}}}$" if len(row) > 1 else ""
        x, y = ax.transData.transform(row[-1]) * points
        wide, high = LETTER * max(len(name), 6), LINES / (1 if power else 2)
        places = [(dx, dy) for dx in (8, -wide / 2, -wide - 8) for dy in range(-4 * LINES, 4 * LINES + 1, 3)]
        right, up = min(
            (place for place in places if _free((x + place[0], y + place[1], wide, high), drawn, taken)),
            key=lambda place: (abs(place[0] - 8) / 2 + abs(place[1]), place[1]),
            default=(8, 0),
        )
        taken.append((x + right, y + up, wide, high))
        ax.annotate(name + power, row[-1], (right, up), textcoords="offset points", va="center", color=colors[name])


def _along(line: np.ndarray) -> np.ndarray:
    """Places along a line, so close that no name fits between two: (count, 2)."""
    count = np.maximum(1, np.ceil(np.abs(np.diff(line, axis=0)).max(1, initial=0) / STEP)).astype(int)
    pieces = [np.linspace(a, b, n + 1) for a, b, n in zip(line[:-1], line[1:], count, strict=True)]
    return np.concatenate([line, *pieces])


def _free(box: Box, drawn: np.ndarray, taken: list[Box]) -> bool:
    """Whether a name there, at its left and at half its height, meets none of these places and no other name."""
    left, middle, wide, high = box
    x, y = drawn.T
    meets = (left - 4 < x) & (x < left + wide + 4) & (np.abs(y - middle) < high / 2 + 4)
    beside = (abs(middle - m) >= (high + h) / 2 or left >= x + w or x >= left + wide for x, m, w, h in taken)
    return not meets.any() and all(beside)


def slope(row: Sequence[tuple[int, float]]) -> float:
    """The power of n that fits best, by least squares on the logarithms.

    >>> round(slope([(10, 1.0), (20, 4.0), (40, 16.0)]), 6)
    2.0
    """
    points = [(log(size), log(seconds)) for size, seconds in row]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
