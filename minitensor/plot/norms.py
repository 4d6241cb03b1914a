"""Pictures of norms: where all points are equally far, and what an outlier does to a measure of error."""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor, wrap
from minitensor.norms import norm
from minitensor.plot.style import BLUE, COLORS, GREY, INK, LIGHT, ORANGE, figure, styled


@styled
def unit_balls(powers: Sequence[float], marked: Sequence[Sequence[float]] = ()) -> Any:
    """For each p the points of the plane at distance 1 from the middle; `marked` points are drawn and named."""
    fig, ax = figure(width=6.8, height=6.4)
    angles = np.linspace(0, 2 * math.pi, 721)
    directions = wrap(backend.load("numpy").from_numpy(np.stack([np.cos(angles), np.sin(angles)], axis=1)))
    shades = _shades(len(powers))
    for p, color in zip(powers, shades, strict=True):
        circle = (directions / norm(directions, p, axis=1, keepdims=True)).numpy()
        ax.plot(circle[:, 0], circle[:, 1], color=color, linewidth=2.4)
        corner = circle[450]  # on the diagonal, where the balls lie furthest apart
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        ax.text(*corner, f"p = {_power(p)}", ha="center", va="center", color=color, fontsize=11, bbox=box)
    for x, y in marked:
        ax.plot([0, x], [0, y], color=GREY, linewidth=1, linestyle=":")
        ax.plot(x, y, "o", color=INK, markersize=7, zorder=4)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        ax.annotate(f"({x:g}, {y:g})", (x, y), (9, -12), textcoords="offset points", color=INK, fontsize=11, bbox=box)
    ax.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
    ax.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)
    ax.set_aspect("equal")
    ax.set_xlim(-1.3, 1.3)
    ax.set_ylim(-1.2, 1.2)
    ax.set_title("all points at distance 1 from (0, 0), as the p-norm measures it")
    return fig


@styled
def reaction(sizes: Tensor, measures: Mapping[str, Tensor], xlabel: str, ylabel: str, title: str = "") -> Any:
    """One line for each measure, named at its end, both axes logarithmic: equal steps are equal factors.

    sizes : (n,); measures : (n,) each, drawn in the order given
    """
    fig, ax = figure(width=8.5, height=4.8)
    x = sizes.numpy()
    for (name, values), color in zip(measures.items(), cycle(COLORS), strict=False):
        y = values.numpy()
        ax.plot(x, y, color=color, linewidth=2.4, marker="o", markersize=4)
        ax.annotate(
            f"{name} ×{y[-1]:,.3g}", (x[-1], y[-1]), (8, 0), textcoords="offset points", color=color, va="center"
        )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlim(x[0], x[-1] * (x[-1] / x[0]) ** 0.22)  # room for the names
    ax.set_xticks(x, [f"{size:g}" for size in x])
    low, high = ax.get_ylim()
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if low <= tick <= high]
    ax.set_yticks(ticks, [f"×{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.set_title(title)
    return fig


def _shades(count: int) -> list[str]:
    return [(ORANGE, *COLORS[2:], BLUE)[i % 6] for i in range(count - 1)] + [BLUE]


def _power(p: float) -> str:
    return "∞" if p == math.inf else f"{p:g}"
