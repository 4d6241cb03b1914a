"""Centres and the points that are theirs: one step of k-means, and all of them as an animation."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.plot.points import in_the_plane
from minitensor.plot.style import COLORS, INK, animated, figure, styled

MOST_FRAMES, STILL = 60, 8  # frames of an animation, and how many of them show the end
SMOOTH = 5  # frames of a step at most: in the first the points choose, in the others the centres move
SIDE = 200  # places along each axis at which cells are shaded


@styled
def attraction(points: Tensor, centers: Tensor, moved: Tensor, title: str = "") -> Any:
    """One step: each point tied to the nearest centre, whose cell is shaded, and an arrow to where the centre goes.

    points : (n, 2); centers, moved : (k, 2), before and after
    """
    xy, (old, new) = _in_the_plane(points), _steps([centers, moved])
    fig, ax = figure(width=6.4, height=6)
    _square(ax, np.concatenate([xy, old, new]))
    labels = _nearest(xy, old)
    ax.add_collection(LineCollection(list(np.stack([xy, old[labels]], 1)), colors=_colors(labels), linewidths=0.6,
                                     alpha=0.45, zorder=1))  # fmt: skip
    ax.scatter(*xy.T, s=16, c=_colors(labels), linewidths=0, zorder=2)
    for start, end in zip(old, new, strict=True):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.8}, zorder=4)
    ax.scatter(*old.T, s=120, marker="X", c=_colors(np.arange(len(old))), edgecolors="white", linewidths=1.2, zorder=5)
    ax.scatter(*new.T, s=90, marker="x", color=INK, linewidths=2.5, zorder=5)
    _shade(ax, old)
    ax.set_title(title)
    return fig


@styled
def settling(points: Tensor, steps: Sequence[Tensor], title: str = "k-means") -> Any:
    """An animation of k-means: points take the colour of the nearest centre, then the centres move to their means.

    points : (n, 2); steps : the centres (k, 2) at the start and after each step. Cells are shaded, and centres draw
    lines behind them. Of very many steps only some are shown.
    """
    xy, places = _in_the_plane(points), _steps(steps)
    last = len(places) - 1
    most = MOST_FRAMES - STILL
    each = min(SMOOTH, max(1, most // max(last, 1)))
    shown = np.unique(np.linspace(0, last, min(last, most) + 1).round().astype(int))
    frames = [(before, after, part) for before, after in pairwise(shown) for part in range(each)]
    fig, ax = figure(width=5.6, height=5.8)
    _square(ax, np.concatenate([xy, *places]))
    dots = ax.scatter(*xy.T, s=12, linewidths=0, zorder=2)
    ways = ax.add_collection(LineCollection([], colors=INK, linewidths=1.2, alpha=0.6, zorder=3))
    crosses = ax.scatter(*places[0].T, s=120, marker="X", c=_colors(np.arange(len(places[0]))), edgecolors=INK,
                         linewidths=1.4, zorder=4)  # fmt: skip
    image = _shade(ax, places[0])

    def draw(frame: int) -> None:
        # In the first frame of a step the centres stand still. After the last step all show where it ended.
        before, after, part = frames[frame] if frame < len(frames) else (last, last, 0)
        share = part / (each - 1) if each > 1 else 1.0 * (after > before)
        here = places[before] + share * (places[after] - places[before])
        labels = _nearest(xy, places[before])
        dots.set_facecolors(_colors(labels))
        image.set_data(_cells(ax, places[before]))
        crosses.set_offsets(here)
        trail = np.stack([*(places[at] for at in shown if at <= before), here], 1)
        ways.set_segments(list(trail))
        what = "points choose" if not part else "centres move"
        ax.set_title(f"{title}: step {after} of {last}" + (f", {what}" if frame < len(frames) else ", all stand still"))

    draw(0)
    return animated(fig, draw, frames=len(frames) + STILL, interval=160)


def _nearest(places: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """The number of the nearest centre of each place (n, 2)."""
    return np.stack([((places - center) ** 2).sum(1) for center in centers]).argmin(0)


def _colors(labels: np.ndarray) -> list[str]:
    return [COLORS[label % len(COLORS)] for label in labels]


def _cells(ax: Any, centers: np.ndarray) -> np.ndarray:
    """The colour, as a number, of the centre nearest to each place of the picture, (SIDE, SIDE)."""
    x, y = (np.linspace(low, high, SIDE) for low, high in (ax.get_xlim(), ax.get_ylim()))
    places = np.stack(np.meshgrid(x, y), 2).reshape(-1, 2)
    return _nearest(places, centers).reshape(SIDE, SIDE) % len(COLORS)


def _shade(ax: Any, centers: np.ndarray) -> Any:
    return ax.imshow(
        _cells(ax, centers), origin="lower", extent=(*ax.get_xlim(), *ax.get_ylim()), vmin=0, vmax=len(COLORS) - 1,
        cmap=ListedColormap(COLORS), alpha=0.13, zorder=0, interpolation="nearest",
    )  # fmt: skip


def _square(ax: Any, places: np.ndarray) -> None:
    """Show all of these places and some margin, one unit as long as the other, and no numbers."""
    low, high = places.min(0), places.max(0)
    reach = 0.54 * ((high - low).max() or 1.0)
    for limits, middle in zip((ax.set_xlim, ax.set_ylim), (low + high) / 2, strict=True):
        limits(middle - reach, middle + reach)
    ax.set_aspect("equal")
    ax.set(xticks=[], yticks=[])


def _in_the_plane(points: Tensor) -> np.ndarray:
    in_the_plane(points)
    return points.numpy()


def _steps(steps: Sequence[Tensor]) -> list[np.ndarray]:
    if not steps or not steps[0].shape[0]:
        raise InputError("there is no centre to draw; give the centres (k, 2) of each step, the start first")
    places = [_in_the_plane(step) for step in steps]
    if len({each.shape for each in places}) > 1:
        shapes = ", ".join(str(shape) for shape in dict.fromkeys(step.shape for step in steps))
        raise ShapeError(f"all steps have the same centres; these have shapes {shapes}")
    return places
