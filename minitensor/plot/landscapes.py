"""Pictures of a height over the plane: which way is up, arrows that go there, and walks in steps."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.plot.style import BLUE, GREY, INK, LIGHT, ORANGE, RED, figure, styled

Height = Callable[[Tensor], Tensor]
Box = tuple[float, float, float, float]  # left, right, low, high
Walk = tuple[Height, Tensor, Tensor]  # a height, the stops, the goal
Table = tuple[np.ndarray, np.ndarray, np.ndarray]  # (SIDE,) x, (SIDE,) y, and the heights, a row for each y
SIDE = 81  # places along each side of a box at which the height is asked for


@styled
def directions(height: Height, at: Tensor, gradient: Tensor, box: Box, slopes: tuple[Tensor, Tensor]) -> Any:
    """A place on a hill with its gradient and its contour line, and beside it the slope in each direction.

    height : takes (n, 2), gives (n,); at, gradient : (2,)
    slopes : angles from the gradient in degrees, in rising order, and the slope measured in each direction, (n,) each
    """
    fig, (left, right) = figure(1, 2, width=11, height=4.8, width_ratios=(1, 1.15))
    place, up = at.numpy(), gradient.numpy()
    steepness = float(np.linalg.norm(up))
    table = _heights(height, box)
    _hill(left, table)
    own = height(tensor(place[None])).tolist()
    left.contour(*table, levels=own, colors=INK, linewidths=1.6)
    radius = 0.2 * min(box[1] - box[0], box[3] - box[2])
    turn = math.degrees(math.atan2(up[1], up[0]))
    for angle, color, words in ((0, RED, "uphill"), (90, BLUE, "level"), (-90, BLUE, "level"), (180, GREY, "downhill")):
        way = radius * np.array([math.cos(math.radians(turn + angle)), math.sin(math.radians(turn + angle))])
        left.annotate("", place + way, place, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})
        left.text(*(place + 1.25 * way), words, color=color, ha="center", va="center",
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8})  # fmt: skip
    left.plot(*place, "o", color=INK, markersize=7, zorder=4)
    left.set_title("the gradient stands at a right angle\nto the line of equal height", fontsize=11)
    angles, measured = (x.numpy() for x in slopes)
    fine = np.linspace(angles.min(), angles.max(), 361)
    right.axhline(0, color=LIGHT, linewidth=1, zorder=0)
    right.plot(fine, steepness * np.cos(np.radians(fine)), color=GREY, linewidth=1.6, label="length of gradient · cos")
    right.plot(angles, measured, "o", color=ORANGE, markersize=6, label="slope measured in this direction")
    right.set_xticks(np.arange(math.ceil(angles.min() / 90) * 90, angles.max() + 1, 90))
    right.set_xlabel("angle from the gradient, in degrees")
    right.set_title("the slope in every direction", fontsize=11)
    right.legend(frameon=False, loc="lower center", fontsize=10)
    right.set_ylim(-1.75 * steepness, 1.2 * steepness)
    return fig


@styled
def arrows(
    height: Height, box: Box, starts: Tensor, vectors: Tensor, points: Tensor | None = None, title: str = ""
) -> Any:
    """Arrows in their true lengths over the contour lines of a height.

    height : takes (n, 2), gives (n,); starts, vectors : (n, 2); points : (m, 2), the data
    """
    _in_the_plane(starts, vectors)
    fig, ax = figure(width=7.4, height=7.6)
    _hill(ax, _heights(height, box))
    if points is not None:
        xy = points.numpy()
        ax.scatter(xy[:, 0], xy[:, 1], s=5, color=INK, alpha=0.45, linewidths=0)
    (x, y), (u, v) = starts.numpy().T, vectors.numpy().T
    ax.quiver(x, y, u, v, color=ORANGE, angles="xy", scale_units="xy", scale=1, width=0.003, zorder=3)
    ax.set_title(title)
    return fig


@styled
def walks(found: Mapping[str, Walk], box: Box, labels: tuple[str, str] = ("", ""), title: str = "") -> Any:
    """Walks in steps over a hill or through a valley, side by side: the start a red dot, the goal a cross.

    found : by title a height, which takes (n, 2) and gives (n,), the stops, (steps + 1, 2), and the goal, (2,)
    labels : of the two axes
    """
    if not found:
        raise InputError("walks: there is no walk to draw")
    fig, axes = figure(1, len(found), width=4.2 * len(found) + 0.4, height=5, squeeze=False, sharex=True, sharey=True)
    tables = {height: _heights(height, box) for height in dict.fromkeys(height for height, _, _ in found.values())}
    for ax, (words, (height, stops, goal)) in zip(axes[0], found.items(), strict=True):
        _in_the_plane(stops)
        _hill(ax, tables[height])
        way = stops.numpy()
        ax.plot(way[:, 0], way[:, 1], color=ORANGE, marker="o", markersize=4, linewidth=1.3, zorder=3)
        ax.plot(*way[0], "o", color=RED, markersize=8, zorder=4)
        ax.plot(*goal.numpy(), marker="x", color=INK, markersize=10, markeredgewidth=1.8, zorder=5)
        ax.set_title(words, fontsize=11)
        ax.set_xlabel(labels[0])
    axes[0, 0].set_ylabel(labels[1])
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return fig


def _hill(ax: Any, table: Table) -> None:
    """Contour lines over shades of blue, the higher the darker."""
    x, y, z = table
    ax.contourf(x, y, z, levels=14, cmap="Blues", alpha=0.55)
    ax.contour(x, y, z, levels=14, colors="white", linewidths=0.7, linestyles="solid")
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.set_aspect("equal")  # or a right angle would not look like one
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=x[-1] - x[0] > 6))


def _heights(height: Height, box: Box) -> Table:
    left, right, low, high = box
    if not (left < right and low < high):
        raise InputError(f"a box is left, right, low, high; {box} has no inside")
    x, y = np.linspace(left, right, SIDE), np.linspace(low, high, SIDE)
    rows = [height(tensor(np.stack([x, np.full(SIDE, each)], 1))).numpy() for each in y]  # tables stay small
    return x, y, np.stack(rows)


def _in_the_plane(*tables: Tensor) -> None:
    for each in tables:
        if each.ndim != 2 or each.shape[1] != 2:
            raise ShapeError(f"this is drawn in the plane, (n, 2); these have shape {each.shape}")
