"""Pictures of points and of where they go."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor.plot.style import COLORS, GREY, INK, animate, figure
from minitensor.tensor import Tensor

MOST_FRAMES = 60


def clusters(points: Tensor, labels: Tensor, centers: Tensor, title: str = "", ax: Any = None) -> Any:
    """Points in the plane, coloured by cluster, each centre a cross."""
    fig, ax = (ax.figure, ax) if ax else figure(width=6, height=6)
    xy, middles = points.numpy(), centers.numpy()
    ax.scatter(xy[:, 0], xy[:, 1], s=7, c=_colors(labels), alpha=0.6, linewidths=0)
    ax.scatter(middles[:, 0], middles[:, 1], marker="x", s=90, linewidths=2.5, color=INK)
    ax.set_aspect("equal")
    ax.set_title(title)
    return fig


def moving(path: Sequence[Tensor], labels: Tensor, title: str = "mean shift") -> Any:
    """An animation of points on their way: the data behind, pale; the last frames hold still for a second.

    Between two updates the points are drawn on straight lines, so that the eye can follow them.
    """
    fig, ax = figure(width=5.5, height=5.5)
    steps = [step.numpy() for step in path]
    last = len(steps) - 1
    times = np.linspace(0, last, min(MOST_FRAMES, 5 * last) + 1)
    data, colors = steps[0], _colors(labels)
    ax.scatter(data[:, 0], data[:, 1], s=6, color=GREY, alpha=0.2, linewidths=0)
    dots = ax.scatter(data[:, 0], data[:, 1], s=10, c=colors, linewidths=0)
    ax.set_aspect("equal")

    def draw(frame: int) -> None:
        step, part = divmod(times[min(frame, len(times) - 1)], 1)
        here = steps[int(step)]
        dots.set_offsets(here + part * (steps[min(int(step) + 1, last)] - here))
        ax.set_title(f"{title}: update {int(step)} of {last}")

    draw(0)
    return animate(fig, draw, frames=len(times) + 8)


def _colors(labels: Tensor) -> list[str]:
    return [COLORS[label % len(COLORS)] for label in labels.tolist()]
