"""Pictures of one slope: lines through two points of a curve, and what the step between them does to the error."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.plot.style import BLUE, COLORS, INK, LIGHT, PALE_BLUE, figure, styled


@styled
def secants(
    f: Callable[[Tensor], Tensor], at: float, steps: Sequence[float], slope: float, xlabel: str = "", ylabel: str = ""
) -> Any:
    """A curve, a line through two of its points for each step, and the line that they tend to, with their slopes.

    f : takes and gives (n,); at : where the slope is asked for; steps : to the second point; slope : the limit
    """
    fig, ax = figure(width=8, height=4.8)
    reach = max(map(abs, steps))
    low, high = at - 0.9 * reach, at + 1.25 * reach
    x = np.linspace(low, high, 401)
    here = float(f(tensor([at])))
    ax.plot(x, f(tensor(x)).numpy(), color=INK, linewidth=2.4)
    ends = np.array([at - 0.45 * reach, high])
    for step in steps:
        there = float(f(tensor([at + step])))
        rise = (there - here) / step
        ax.plot(ends, here + rise * (ends - at), color=PALE_BLUE, linewidth=1.4)
        ax.plot(at + step, there, "o", color=BLUE, markersize=6, zorder=4)
        words = f"step {step:g}: slope {rise:.4g}"
        ax.annotate(words, (at + step, there), (-10, 4), textcoords="offset points", ha="right", color=BLUE,
                    fontsize=10, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    ax.plot(ends, here + slope * (ends - at), color=COLORS[1], linewidth=2.4, zorder=3)
    ax.annotate(f"the limit: slope {slope:.4g}", (ends[1], here + slope * (ends[1] - at)), (4, 0),
                textcoords="offset points", color=COLORS[1], va="center", annotation_clip=False)  # fmt: skip
    ax.plot(at, here, "o", color=INK, markersize=8, zorder=5)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.set_title(f"lines through two points of a curve; one of them is at {at:g}")
    return fig


@styled
def step_errors(
    errors: Mapping[str, tuple[Tensor, Tensor]], predicted: Mapping[str, tuple[Tensor, Tensor]], title: str = ""
) -> Any:
    """The error of a difference quotient against its step, both axes logarithmic: dots as measured, lines as predicted.

    errors, predicted : by name (steps, errors), (n,) each, with the same names. What has no place on the axes is not
    drawn: an error of 0, and a prediction above 1
    """
    fig, ax = figure(width=9, height=5.4)
    for (name, (steps, values)), color in zip(errors.items(), cycle(COLORS), strict=False):
        x, y = steps.numpy(), values.numpy()
        ax.plot(x[y > 0], y[y > 0], ".", color=color, markersize=5, alpha=0.55, markeredgewidth=0)
        x, y = (each.numpy() for each in predicted[name])
        ax.plot(x[y <= 1], y[y <= 1], color=color, linewidth=1.8, label=name)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.minorticks_off()
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(frameon=False, loc="lower left")
    ax.set_xlabel("← smaller steps, more rounding          step          larger steps, more truncation →")
    ax.set_ylabel("error of the slope, relative")
    ax.set_title(title)
    return fig
