"""Pictures of points and of where they go."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.plot.style import COLORS, GREY, INK, ORANGE, animated, figure, styled

MOST_FRAMES = 60


@styled
def clusters(points: Tensor, labels: Tensor, centers: Tensor, title: str = "", ax: Any = None) -> Any:
    """Points in the plane, coloured by cluster, each centre a cross."""
    in_the_plane(points)
    fig, ax = (ax.figure, ax) if ax else figure(width=6, height=6)
    xy, middles = points.numpy(), centers.numpy()
    ax.scatter(xy[:, 0], xy[:, 1], s=7, c=colors_of(labels), alpha=0.6, linewidths=0)
    ax.scatter(middles[:, 0], middles[:, 1], marker="x", s=90, linewidths=2.5, color=INK)
    ax.set_aspect("equal")
    ax.set_title(title)
    return fig


@styled
def panels(points: Tensor, found: Mapping[str, Any]) -> Any:
    """The same points clustered several ways, side by side: each title with its labels and centres.

    found : titles, and anything with `labels` and `centers`
    """
    fig, axes = figure(1, len(found), width=4.3 * len(found), height=4.6, squeeze=False, sharex=True, sharey=True)
    for ax, (title, each) in zip(axes[0], found.items(), strict=True):
        clusters(points, each.labels, each.centers, title, ax=ax)
    return fig


@styled
def kernels(distances: Tensor, weights: Mapping[str, Tensor], bandwidth: float) -> Any:
    """What a point weighs, by its distance, for several kernels; the bandwidth is marked.

    distances : (n,) in rising order; weights : (n,) each
    """
    fig, ax = figure(width=8, height=3.9)
    x = distances.numpy()
    ax.axvline(bandwidth, color=GREY, linewidth=1.2, linestyle=":")
    ax.text(bandwidth, 1.06, f" the bandwidth, {bandwidth:g}", color=GREY, va="bottom", ha="left", fontsize=10)
    for (name, values), color in zip(weights.items(), cycle(COLORS), strict=False):
        ax.plot(x, values.numpy(), color=color, linewidth=2.4, label=name)
    ax.set_xlim(0, x[-1])
    ax.set_ylim(0, 1.16)
    ax.set_xlabel("distance from the query")
    ax.set_ylabel("weight")
    ax.legend(frameon=False, loc="center right")
    return fig


@styled
def one_path(points: Tensor, weights: Tensor, path: Sequence[Tensor], bandwidth: float, title: str = "") -> Any:
    """One query on its way: each data point the darker the more it weighs at the start, the stops in order.

    points : (n, 2); weights : (n,), those of the first update; path : a (2,) tensor for each stop
    """
    fig, ax = figure(width=6.6, height=6.2)
    xy, stops = points.numpy(), np.stack([stop.numpy() for stop in path])
    shown = ax.scatter(xy[:, 0], xy[:, 1], s=18, c=weights.numpy(), cmap="Blues", vmin=-0.15, vmax=1, linewidths=0)
    ax.add_patch(Circle(stops[0], bandwidth, fill=False, edgecolor=ORANGE, linestyle="--", linewidth=1.6))
    ax.plot(stops[:, 0], stops[:, 1], color=ORANGE, marker="o", markersize=6, linewidth=1.6)
    ax.annotate("start", stops[0], (9, 5), textcoords="offset points", color=ORANGE, fontsize=12)
    ax.plot(*stops[-1], marker="x", color=INK, markersize=11, markeredgewidth=2.6)
    ax.set_aspect("equal")
    middle, reach = (stops[0] + stops[-1]) / 2, 1.4 * bandwidth + np.abs(stops[-1] - stops[0]).max() / 2
    ax.set_xlim(middle[0] - reach, middle[0] + reach)
    ax.set_ylim(middle[1] - reach, middle[1] + reach)
    ax.set_title(title)
    fig.colorbar(shown, ax=ax, shrink=0.7, label="weight in the first update", boundaries=np.linspace(0, 1, 101),
                 ticks=[0, 0.25, 0.5, 0.75, 1])  # fmt: skip
    return fig


@styled
def paths(path: Sequence[Tensor], labels: Tensor, title: str = "") -> Any:
    """The path of every point as a line, in the colour of its cluster; a cross where paths end."""
    steps = np.stack(_steps(path))
    fig, ax = figure(width=6, height=6)
    ax.add_collection(LineCollection(list(steps.swapaxes(0, 1)), colors=colors_of(labels), linewidths=0.5, alpha=0.35))
    ax.scatter(steps[0, :, 0], steps[0, :, 1], s=5, c=colors_of(labels), linewidths=0)
    ax.scatter(steps[-1, :, 0], steps[-1, :, 1], marker="x", s=90, linewidths=2.5, color=INK, zorder=3)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_title(title)
    return fig


@styled
def moving(path: Sequence[Tensor], labels: Tensor, title: str = "mean shift") -> Any:
    """An animation of points on their way: the data behind, pale; the last frames hold still for a second.

    Between two updates the points are drawn on straight lines, so that the eye can follow them.
    """
    steps = _steps(path)
    fig, ax = figure(width=5.5, height=5.5)
    last = len(steps) - 1
    times = np.linspace(0, last, min(MOST_FRAMES, 5 * last) + 1)
    data, colors = steps[0], colors_of(labels)
    ax.scatter(data[:, 0], data[:, 1], s=6, color=GREY, alpha=0.2, linewidths=0)
    dots = ax.scatter(data[:, 0], data[:, 1], s=10, c=colors, linewidths=0)
    ax.set_aspect("equal")

    def draw(frame: int) -> None:
        step, part = divmod(times[min(frame, len(times) - 1)], 1)
        here = steps[int(step)]
        dots.set_offsets(here + part * (steps[min(int(step) + 1, last)] - here))
        ax.set_title(f"{title}: update {int(step)} of {last}")

    draw(0)
    return animated(fig, draw, frames=len(times) + 8)


def _steps(path: Sequence[Tensor]) -> list[np.ndarray]:
    """The steps of a path as NumPy arrays."""
    if not path:
        raise InputError("there is no path to draw; keep one with mean_shift(..., path=True)")
    for step in path:
        in_the_plane(step)
    return [step.numpy() for step in path]


def in_the_plane(points: Tensor) -> None:
    if points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(f"points are drawn in the plane, (n, 2); these have shape {points.shape}")


def colors_of(labels: Tensor) -> list[str]:
    return [COLORS[label % len(COLORS)] for label in labels.tolist()]
