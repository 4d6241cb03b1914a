"""Pictures of learning: a line that nears the points, a loss that falls, and a picture that was pushed."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from minitensor.core.tensor import Tensor
from minitensor.plot.style import BLUE, COLORS, GREY, LIGHT, ORANGE, figure, styled

Named = tuple[str, float, float, Any]  # a name, where its line ends, and its colour
LINE = 15  # points from one line of text to the next


@styled
def fits(x: Tensor, y: Tensor, lines: Mapping[str, tuple[float, float]], title: str = "") -> Any:
    """Points, and lines that are to go through them, from pale to dark as given; the last is orange and dashed.

    x, y : (n,); lines : by name the height at x = 0 and the slope
    """
    fig, ax = figure(width=8, height=4.8)
    ax.plot(x.numpy(), y.numpy(), "o", color=GREY, markersize=5, alpha=0.7, markeredgewidth=0)
    named: list[Named] = []
    ends = np.array([min(0.0, x.min().item()), x.max().item()])
    for place, (name, (start, slope)) in enumerate(lines.items()):
        last = place == len(lines) - 1
        color = ORANGE if last else to_hex((*to_rgb(BLUE), 0.3 + 0.7 * (place + 1) / len(lines)), keep_alpha=True)
        heights = start + slope * ends
        ax.plot(ends, heights, color=color, linewidth=2.4, linestyle="--" if last else "-", zorder=2 + last)
        named.append((name, ends[1], heights[1], color))
    ax.set_xlabel("x")
    ax.set_ylabel("y")
    ax.set_title(title)
    _name_ends(ax, named)
    return fig


@styled
def losses(
    curves: Mapping[str, tuple[Tensor, Tensor]],
    level: tuple[float, str] | None = None,
    title: str = "",
    at: Sequence[int] | None = None,
    unseen: str = "held out",
) -> Any:
    """A loss against the step, on a logarithmic axis: for each name on the training data and, dashed, held out.

    curves : by name two (steps + 1,), from before the first step on; level : a height to mark, and its name
    at : the numbers of the steps that there are, if not all; unseen : what the second of each is called
    """
    fig, ax = figure(width=9, height=5)
    named: list[Named] = []
    for (name, pair), color in zip(curves.items(), cycle(COLORS), strict=False):
        for values, style in zip(pair, ("-", "--"), strict=True):
            y = values.numpy()
            x = np.arange(len(y)) if at is None else np.asarray(at)
            ax.plot(x, y, style, color=color, linewidth=2)
            named.append((f"{name}, {'training' if style == '-' else unseen}", x[-1], y[-1], color))
    if level is not None:
        last = max(x for _, x, _, _ in named)
        ax.plot([0, last], [level[0]] * 2, color=GREY, linewidth=1.2, linestyle=":", zorder=0)
        ax.annotate(level[1], (0.6, level[0]), (0, 6), xycoords=ax.get_yaxis_transform(), textcoords="offset points",
                    color=GREY)  # fmt: skip
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    for digits in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):  # more of them where a curve falls by little
        ticks = [digit * 10.0**power for power in range(-8, 8) for digit in digits]
        shown = [tick for tick in ticks if low <= tick <= high]
        if len(shown) > 2:
            break
    ax.set_yticks(shown)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.set_title(title)
    _name_ends(ax, named)
    return fig


@styled
def pushed(before: Tensor, after: Tensor, titles: tuple[str, str] = ("before", "after")) -> Any:
    """A grey picture before and after it was changed, and between them the change: blue for more ink, red for less.

    before, after : (height, width), large numbers are dark
    """
    fig, axes = figure(1, 3, width=8.6, height=3.3)
    old, new = before.numpy(), after.numpy()
    low, high, most = min(old.min(), new.min()), max(old.max(), new.max()), abs(new - old).max()
    for ax, table, title in ((axes[0], old, titles[0]), (axes[2], new, titles[1])):
        ax.imshow(table, cmap="Greys", vmin=low, vmax=high)
        ax.set_title(title, loc="center", fontsize=11)
    shown = axes[1].imshow(new - old, cmap="RdBu", vmin=-most, vmax=most)
    axes[1].set_title("the change: blue is more ink", loc="center", fontsize=11)
    fig.colorbar(shown, ax=axes[1], shrink=0.75)
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set(visible=True, color=LIGHT)
    return fig


def _name_ends(ax: Any, named: list[Named]) -> None:
    """Write each name at the end of its line, the lowest first, each so far up that it covers no other."""
    ax.figure.draw_without_rendering()
    to_points = 72 / ax.figure.dpi
    free = -np.inf
    for name, x, y, color in sorted(named, key=lambda each: each[2]):
        own = ax.transData.transform((x, y))[1] * to_points
        free = max(own, free)
        ax.annotate(name, (x, y), (7, free - own), textcoords="offset points", va="center", color=color, fontsize=10)
        free += LINE
