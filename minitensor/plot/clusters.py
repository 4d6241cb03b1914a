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
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_title(title)
    return fig


def moving(path: Sequence[Tensor], labels: Tensor, title: str = "mean shift") -> Any:
    """An animation of points on their way: the data behind, pale; the last frames hold still for a second."""
    fig, ax = figure(width=5.5, height=5.5)
    steps = [step.numpy() for step in path]
    chosen = np.unique(np.linspace(0, len(steps) - 1, MOST_FRAMES).round().astype(int))
    data, colors = steps[0], _colors(labels)
    ax.scatter(data[:, 0], data[:, 1], s=6, color=GREY, alpha=0.2, linewidths=0)
    dots = ax.scatter(data[:, 0], data[:, 1], s=10, c=colors, linewidths=0)
    ax.set_aspect("equal", adjustable="datalim")

    def draw(frame: int) -> None:
        step = chosen[min(frame, len(chosen) - 1)]
        dots.set_offsets(steps[step])
        ax.set_title(f"{title}: update {step} of {len(steps) - 1}")

    draw(0)
    return animate(fig, draw, frames=len(chosen) + 8)


def _colors(labels: Tensor) -> list[str]:
    return [COLORS[label % len(COLORS)] for label in labels.tolist()]
