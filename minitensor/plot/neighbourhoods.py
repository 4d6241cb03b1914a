"""Pictures of DBSCAN: points with the circles round them, clusters with noise, the curve by which one chooses eps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.collections import EllipseCollection

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.plot.style import COLORS, GREY, INK, LIGHT, ORANGE, animated, figure, styled

MOST_FRAMES = 60


@styled
def surroundings(points: Tensor, labels: Tensor, core: Tensor, eps: float, title: str = "") -> Any:
    """Core points filled, each with the circle of its neighbours; points on a border hollow; noise as crosses.

    points : (n, 2); labels : (n,), −1 for noise; core : (n,) bool, or the numbers of the core points
    """
    xy, number, is_core = _read(points, labels, core)
    fig, ax = figure(width=7, height=6)
    ax.add_collection(_circles(ax, xy[is_core], eps, [_color(each) for each in number[is_core]]))
    border, noise = ~is_core & (number >= 0), number < 0
    ax.scatter(*xy[is_core].T, s=46, c=[_color(each) for each in number[is_core]], label="core point", zorder=3)
    ax.scatter(*xy[border].T, s=46, facecolors="white", linewidths=2, label="on a border", zorder=3,
               edgecolors=[_color(each) for each in number[border]])  # fmt: skip
    ax.scatter(*xy[noise].T, s=46, marker="x", color=INK, linewidths=2, label="noise", zorder=3)
    ax.set_xlim(xy[:, 0].min() - eps, xy[:, 0].max() + eps)
    ax.set_ylim(xy[:, 1].min() - eps, xy[:, 1].max() + eps)
    ax.set_aspect("equal")
    ax.set_title(title)
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return fig


@styled
def labelled(found: Mapping[str, tuple[Tensor, Tensor]]) -> Any:
    """Points in the plane, coloured by cluster, side by side; noise is small and grey.

    found : titles, and points (n, 2) with labels (n,), −1 for noise
    """
    fig, axes = figure(1, len(found), width=4.3 * len(found), height=4.4, squeeze=False)
    for ax, (title, (points, labels)) in zip(axes[0], found.items(), strict=True):
        xy, number, _ = _read(points, labels, labels >= 0)
        noise = number < 0
        ax.scatter(*xy[noise].T, s=12, marker="x", color=GREY, linewidths=0.8)
        ax.scatter(*xy[~noise].T, s=12, c=[_color(each) for each in number[~noise]], linewidths=0)
        ax.set_aspect("equal")
        ax.set_title(title)
    return fig


@styled
def k_distances(curve: Tensor, k: int, eps: float | None = None, title: str = "") -> Any:
    """How far the points are from their k-th neighbours, from the farthest to the nearest, and eps, if it is chosen.

    curve : (n,), as `minitensor.cluster.k_distances` gives it
    """
    heights = curve.numpy()
    if heights.ndim != 1 or not heights.size:
        raise ShapeError(f"k_distances: the curve has shape {curve.shape}; it must be (n,), n being 1 or more")
    fig, ax = figure(width=8, height=4)
    share = (np.arange(heights.size) + 1) / heights.size
    ax.plot(share, heights, color=COLORS[0], linewidth=2.4)
    if eps is not None:
        left = float((heights > eps).mean())
        ax.axhline(eps, color=ORANGE, linewidth=1.4, linestyle="--")
        ax.fill_between(share, heights, eps, where=heights >= eps, color=ORANGE, alpha=0.25, linewidth=0)
        ax.annotate(f"eps = {eps:g}: {left:.0%} of the points are no core points", (1, eps), (0, 5), ha="right",
                    textcoords="offset points", color=ORANGE)  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_ylim(0, None)
    ax.set_xlabel("share of the points, the loneliest first")
    ax.set_ylabel(f"distance to neighbour {k}")
    ax.set_title(title)
    return fig


@styled
def growing(points: Tensor, labels: Tensor, steps: Tensor, core: Tensor, eps: float, title: str = "DBSCAN") -> Any:
    """An animation of clusters as they grow: the points that a step reached, and the circles in which it looked.

    points : (n, 2); labels : (n,), −1 for noise; core : (n,) bool, or the numbers of the core points
    steps : (n,) int, in which step each point was reached; of noise it means nothing
    """
    xy, number, is_core = _read(points, labels, core)
    reached = np.where(number >= 0, steps.numpy(), -1)
    last = int(reached.max(initial=0))
    shown = np.unique(np.linspace(0, last, min(last + 1, MOST_FRAMES)).round().astype(int))
    fig, ax = figure(width=6.4, height=5)
    ax.scatter(*xy.T, s=12, color=LIGHT, linewidths=0)
    dots = ax.scatter(*xy.T, s=14, linewidths=0, zorder=3)
    crosses = ax.scatter(*xy[number < 0].T, s=22, marker="x", color=INK, linewidths=1, zorder=3)
    circles = ax.add_collection(_circles(ax, xy, eps, [_color(each) for each in number]))
    ax.set_aspect("equal")
    full = [_color(each) for each in number]

    def draw(frame: int) -> None:
        at = min(frame, len(shown) - 1)
        step, before = shown[at], shown[at - 1] if at else -1
        there = (reached >= 0) & (reached <= step)
        looking = is_core & there & (reached > before) & (frame < len(shown))
        dots.set_facecolors([color if is_there else "none" for color, is_there in zip(full, there, strict=True)])
        circles.set_facecolors([color if here else "none" for color, here in zip(full, looking, strict=True)])
        crosses.set_visible(frame >= len(shown))
        left = "what is left is noise" if frame >= len(shown) else f"step {step} of {last}"
        ax.set_title(f"{title}: {left}")

    draw(0)
    return animated(fig, draw, frames=len(shown) + 10)


def _circles(ax: Any, xy: np.ndarray, eps: float, colors: list[str]) -> EllipseCollection:
    """A pale disc of radius eps round each of these places."""
    wide = np.full(len(xy), 2 * eps)
    return EllipseCollection(wide, wide, np.zeros(len(xy)), units="xy", offsets=xy, offset_transform=ax.transData,
                             facecolors=colors, alpha=0.12, linewidths=0, zorder=1)  # fmt: skip


def _color(label: int) -> str:
    return COLORS[label % len(COLORS)] if label >= 0 else GREY


def _read(points: Tensor, labels: Tensor, core: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The points, their labels, and whether each is a core point, as NumPy arrays."""
    if points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(f"points are drawn in the plane, (n, 2); these have shape {points.shape}")
    n = points.shape[0]
    if labels.shape != (n,):
        raise ShapeError(f"labels of shape {labels.shape} do not fit points of shape {points.shape}")
    marks = core.numpy()
    if marks.dtype.kind == "b":
        return points.numpy(), labels.numpy(), marks
    if marks.size and not 0 <= int(marks.min()) <= int(marks.max()) < n:
        raise InputError(f"the core points have numbers from {marks.min()} to {marks.max()}; there are {n} points")
    is_core = np.zeros(n, bool)
    is_core[marks] = True
    return points.numpy(), labels.numpy(), is_core
