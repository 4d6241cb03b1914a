"""The roof over each step of a job that was counted and not timed: what memory would allow it."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

from minitensor.errors import InputError
from minitensor.ladder import Ceilings, Work, roof
from minitensor.plot.style import COLORS, GREY, INK, LIGHT, figure, styled
from minitensor.text.numbers import digits, in_percent, in_rate

ROOM = 4  # how many times further than the steps and the ridge the axis reaches


@styled
def intensities(steps: Mapping[str, Work], under: Ceilings) -> Any:
    """For each step a post, at its FLOPs for each byte, that reaches up to the roof.

    It ends at the most that these ceilings allow a step that moves that many bytes, and is labelled with the fraction
    of the arithmetic that this is. It is a bound: nothing in this picture was timed.

    steps : by name, the FLOPs and the bytes moved, such as those that a simulated launch counted

    Raises InputError where there are no steps, or one of them moves nothing.
    """
    if not steps or not all(work.traffic > 0 for work in steps.values()):
        raise InputError("intensities: give it at least one step, and the bytes that each of them moves")
    fig, ax = figure(width=9.5, height=4.8)
    ridge = under.flops_per_second / under.bytes_per_second
    places = [work.intensity for work in steps.values()]
    left, right = min(*places, ridge) / ROOM, max(*places, ridge) * ROOM
    peak, start = under.flops_per_second / 1e9, left * under.bytes_per_second / 1e9
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(left, right)
    ax.set_ylim(start / 2, peak * 4)
    ax.plot([left, ridge, right], [start, peak, peak], color=INK, linewidth=2.2)
    memory = f"memory: {in_rate(under.bytes_per_second, 'B/s')} "
    ax.text(ridge / 1.6, peak / 1.4, memory, ha="right", va="bottom", color=INK)
    arithmetic = f"arithmetic: {in_rate(under.flops_per_second, 'FLOP/s')} "
    ax.text(right, peak * 1.25, arithmetic, ha="right", va="bottom", color=INK)
    for (name, work), color in zip(steps.items(), cycle(COLORS), strict=False):
        x, top = work.intensity, roof(work, under) / 1e9
        ax.plot([x, x], [start / 2, top], color=color, linewidth=1.6, linestyle="--")
        ax.plot([x], [top], "o", color=color, markerfacecolor="white", markeredgewidth=2, markersize=8)
        share = in_percent(top / peak)
        ax.text(x * 1.12, top / 1.35, f"{name}\n{digits(x)} FLOPs a byte:\nat most {share}", va="top", color=color)
    ax.set_xlabel(f"FLOPs for each byte moved ({under.machine})", loc="left", fontsize=9, color=GREY)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,g}")
    ax.set_title("GFLOP/s that the roof allows, and how much of the arithmetic that is; not timed")
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.minorticks_off()
    ax.set_axisbelow(True)
    return fig
