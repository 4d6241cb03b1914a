"""The picture of a climb: one bar a rung, time on a logarithmic scale."""

import re
import textwrap
from typing import Any

from minitensor.core.tensor import Tensor
from minitensor.ladder import Climb
from minitensor.plot.points import clusters
from minitensor.plot.style import BLUE, GREY, INK, LIGHT, PALE_BLUE, figure, styled
from minitensor.text.numbers import in_seconds

LETTERS = 90  # of a line of the caption


@styled
def climbs(*found: Climb) -> Any:
    """Climbs one above another, the same rungs in the same order, each bar with its time and speed-up."""
    count = max(len(climb.rows) for climb in found)
    fig, axes = figure(len(found), 1, width=9, height=(0.42 * count + 1.0) * len(found) + 0.2, squeeze=False)
    for ax, climb in zip(axes[:, 0], found, strict=True):
        _draw(ax, climb)
    _caption(axes[-1, 0], "time of one call on a logarithmic axis, shorter is better", found[0])
    return fig


@styled
def climb_and_clusters(found: Climb, points: Tensor, labels: Tensor, centers: Tensor) -> Any:
    """A climb of the mean-shift ladder, and below it the clusters that mean shift finds."""
    fig, axes = figure(2, 1, width=8, height=10, height_ratios=(1, 2.2))
    _draw(axes[0], found)
    title = f"{len(centers)} clusters found in {len(points):,} points (the crosses are the peaks)"
    clusters(points, labels, centers, title, ax=axes[1])
    _caption(axes[0], "time of one update of every point on a logarithmic axis, shorter is better", found)
    return fig


def _caption(ax: Any, words: str, climb: Climb) -> None:
    words = textwrap.fill(f"{words} ({climb.machine})", LETTERS)  # matplotlib would write over the edge
    ax.set_xlabel(words, loc="left", fontsize=9, color=GREY)


def _draw(ax: Any, climb: Climb) -> None:
    times = [row.seconds for row in climb.rows if row.seconds]
    low = 10 ** _floor_log10(min(times, default=1e-6) / 2)
    high = max(times, default=1.0)
    # What the others are compared with is the plainest rung that ran; if that is not the first, say which.
    measured = next((row.rung for row in climb.rows if row.seconds), "")
    first = "" if measured == climb.rows[0].rung else f" than {measured}"
    ax.set_xscale("log")
    ax.set_xlim(low, high * (high / low) ** 0.55)  # room for the words behind the longest bar
    for place, row in enumerate(climb.rows):
        if row.seconds is None:
            ax.text(low * 1.1, place, row.note, va="center", color=GREY, style="italic", fontsize=9.5)
            continue
        fastest = row.seconds == min(times)
        ax.barh(place, row.seconds - low, left=low, height=0.62, color=BLUE if fastest else PALE_BLUE)
        note = re.split("[,;]", row.note)[0]  # the table has the rest of it
        words = [in_seconds(row.seconds), _compared(row.over_first, first), f"({note})" if note else ""]
        ax.text(row.seconds * 1.1, place, "  ".join(filter(None, words)), va="center", color=INK, fontsize=9.5)
    ax.set_yticks(range(len(climb.rows)), [row.rung for row in climb.rows])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(climb.rows) - 0.5, -0.5)  # the plainest rung on top, skipped or not
    ticks = [10.0**power for power in range(_floor_log10(low), _floor_log10(high) + 1)]
    ax.set_xticks(ticks, [in_seconds(tick) for tick in ticks])
    ax.minorticks_off()
    ax.grid(axis="x", color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_title(f"{climb.ladder}: {climb.title}")


def _floor_log10(number: float) -> int:
    return int(f"{number:e}".partition("e")[2])


def _compared(factor: float | None, first: str) -> str:
    if factor is None:
        return ""
    if 0.9 < factor < 1.1:
        return "no faster" + first
    times = max(factor, 1 / factor)
    number = f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
    return f"{number} times {'faster' if factor > 1 else 'slower'}{first}"
