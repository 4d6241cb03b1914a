"""The roofline picture: what this machine could do at best with a job, and how near its rungs came."""

import math
from itertools import cycle
from typing import Any

from minitensor.errors import InputError
from minitensor.ladder import Ceilings, Climb, Work, roof
from minitensor.ladder.roofline import bound
from minitensor.plot.style import COLORS, GREY, INK, LIGHT, figure, styled
from minitensor.text.numbers import digits, in_percent, in_rate

WIDTH, HEIGHT = 9.5, 6.0  # inches of a picture under one roof
APART = 1 / 26  # of the height, between the words of two rungs
WORDS = 1 / 4  # of the width, for the words of a rung
ROOM = 20  # how many times further than the jobs and the ridge the axis reaches


@styled
def roofline(*found: Climb) -> Any:
    """Every rung of these climbs as a dot under the roof of the machine, on logarithmic axes.

    The slope on the left is what memory allows, the level on the right what arithmetic does, both measured. All rungs
    of one job have the same FLOPs for each byte and stand one above another, each with the fraction of its roof that
    it reached. A job of exponentials has a lower roof of its own, a bar over its rungs. Climbs under different
    ceilings, such as those of float32 and of float64, are drawn one picture above another.

    Raises InputError where no climb was made under ceilings.
    """
    under = {climb.ceilings: [each for each in found if each.ceilings == climb.ceilings] for climb in found}
    houses = {ceilings: climbs for ceilings, climbs in under.items() if ceilings}
    if not houses:
        raise InputError("there is no roof to draw: none of these ladders says what its job must move, its traffic")
    fig, axes = figure(len(houses), 1, width=WIDTH, height=HEIGHT * len(houses), squeeze=False)
    for ax, (ceilings, climbs) in zip(axes[:, 0], houses.items(), strict=True):
        _draw(ax, ceilings, climbs)
    return fig


def _draw(ax: Any, ceilings: Ceilings, climbs: list[Climb]) -> None:
    """One roof, and the climbs below it."""
    jobs = sorted(((climb, climb.work) for climb in climbs if climb.work), key=lambda job: job[1].intensity)
    ridge = ceilings.flops_per_second / ceilings.bytes_per_second
    intensities = [work.intensity for _, work in jobs]
    left, right = min(*intensities, ridge) / ROOM, max(*intensities, ridge) * ROOM
    peak, start = ceilings.flops_per_second / 1e9, left * ceilings.bytes_per_second / 1e9
    slowest = min([row.gflops for climb in climbs for row in climb.rows if row.gflops], default=start)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(left, right)
    ax.set_ylim(min(slowest, start) / 3, peak * 4)
    ax.plot([left, ridge, right], [start, peak, peak], color=INK, linewidth=2.2)
    memory = f"memory: {in_rate(ceilings.bytes_per_second, 'B/s')}  "
    ax.text(ridge / 1.3, peak / 1.3, memory, ha="right", va="bottom", color=INK)
    arithmetic = f"arithmetic: {in_rate(ceilings.flops_per_second, 'FLOP/s')} "
    ax.text(right, peak * 1.2, arithmetic, ha="right", va="bottom", color=INK)
    for number, ((climb, work), color) in enumerate(zip(jobs, cycle(COLORS), strict=False)):
        if bound(work, ceilings) == "exp":
            top = roof(work, ceilings) / 1e9
            ax.plot([work.intensity / 2.5, work.intensity * 2.5], [top, top], color=color, linewidth=2.2)
            exponentials = f"exp: {in_rate(ceilings.exps_per_second, ' exp/s')}  "
            ax.text(work.intensity / 2.5, top, exponentials, ha="right", va="center", color=color)
        # The words of the first job go to its left where they would run into the next one.
        close = number == 0 and len(jobs) > 1 and intensities[1] / intensities[0] < (right / left) ** WORDS
        _dots(ax, climb, work, ceilings, color, to_the_left=close)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.14), frameon=False, fontsize=9.5, handletextpad=0.2)
    words = f"FLOPs for each byte that the job must move ({ceilings.machine})"
    if any((row.fraction or 0.0) > 1.0 for climb in climbs for row in climb.rows):
        words += (
            "\nabove the roof: data in the caches, exponentials of their own, or ceilings measured on a busy machine"
        )
    ax.set_xlabel(words, loc="left", fontsize=9, color=GREY)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,g}")
    threads = f"{ceilings.threads} thread{'s' if ceilings.threads > 1 else ''}"
    ax.set_title(f"{ceilings.dtype} on {threads}: GFLOP/s, and how much of the roof that is")
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.minorticks_off()
    ax.set_axisbelow(True)


def _dots(ax: Any, climb: Climb, work: Work, ceilings: Ceilings, color: str, to_the_left: bool) -> None:
    """The rungs of one job, one above another, each with its name and the fraction that it reached."""
    measured = ((row.gflops, row.rung, row.fraction) for row in climb.rows if row.gflops and row.fraction)
    rungs = sorted((y, f"{rung} {in_percent(fraction)}") for y, rung, fraction in measured)
    top = roof(work, ceilings) / 1e9
    x, (side, edge) = work.intensity, (-1, 1) if to_the_left else (1, 0)
    label = f"{climb.ladder}: {climb.title}, {digits(work.intensity)} FLOPs a byte"
    ax.plot([x] * len(rungs), [y for y, _ in rungs], "o", color=color, markersize=7, label=label)
    clear = _height(ax, top)  # the words of a rung below the roof stay below it, and others clear of its name
    heights = [_height(ax, y) for y, _ in rungs]
    on_the_slope = not to_the_left and bound(work, ceilings) == "memory"  # which rises over words to the right
    below = len(rungs) if on_the_slope else sum(y <= top for y, _ in rungs)
    wanted = [
        min(dot, clear - (below - i) * APART) if i < below else max(dot, clear + (3 + i - below) * APART)
        for i, dot in enumerate(heights)
    ]
    for (y, words), dot, place in zip(rungs, heights, spread(wanted, APART), strict=True):
        ax.annotate(
            words,
            (x, y),
            (side * 16, (place - dot) * ax.get_window_extent().height * 72 / ax.figure.dpi),
            textcoords="offset points",
            ha="right" if to_the_left else "left",
            va="center",
            fontsize=9.5,
            color=INK,
            arrowprops={
                "arrowstyle": "-",
                "color": GREY,
                "linewidth": 0.7,
                "shrinkA": 0,
                "shrinkB": 3,
                "relpos": (edge, 0.5),
            },
        )


def _height(ax: Any, y: float) -> float:
    """Where y stands on a logarithmic axis, as a fraction of its height."""
    low, high = ax.get_ylim()
    return math.log(y / low) / math.log(high / low)


def spread(places: list[float], apart: float) -> list[float]:
    """The places, given from below, moved as little as possible, so that neighbours are `apart` or more.

    Places that would come too close are set out evenly about their mean.

    >>> spread([0.0, 5.0, 5.0], 1.0)
    [0.0, 4.5, 5.5]
    """
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _ends(groups[-1], apart)[0] - _ends(groups[-2], apart)[1] < apart:
            last = groups.pop()
            groups[-1] += last
    return [_ends(group, apart)[0] + i * apart for group in groups for i in range(len(group))]


def _ends(group: list[float], apart: float) -> tuple[float, float]:
    """The lowest and the highest place of a group once it is set out evenly about its mean."""
    middle, half = sum(group) / len(group), (len(group) - 1) * apart / 2
    return middle - half, middle + half
