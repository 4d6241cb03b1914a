"""Pictures of work on chunks: partial sums that are added, in any order, and the graph of the tasks that do it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.plot.style import COLORS, GREY, INK, animated, figure, styled

FRAMES = 40  # of an animation at most


@styled
def added(tables: Sequence[Tensor], total: Tensor, titles: Sequence[str]) -> Any:
    """Tables (rows, columns) side by side with + between them, and = before the total; a title for each, and for it.

    Where the total is that of more tables than are shown, there are dots before the =.
    """
    every, last = [*tables, total], "=" if (sum(tables[1:], tables[0]) == total).all() else "… ="
    fig, axes = figure(1, len(every), width=2.9 * len(every), height=3.3)
    for number, (ax, table, title) in enumerate(zip(axes, every, titles, strict=True)):
        ax.imshow(table.numpy().T ** 0.5, origin="lower", cmap="Blues")  # a root, so that few points show as well
        ax.set_title(title)
        ax.set_xticks([])
        ax.set_yticks([])
        sign = last if number == len(tables) else "+" if number else ""
        ax.text(-0.09, 0.5, sign, transform=ax.transAxes, fontsize=24, ha="center", va="center", color=INK)
    return fig


@styled
def adding(tables: Sequence[Tensor], orders: Mapping[str, Sequence[int]]) -> Any:
    """An animation of the same tables (rows, columns) added in several orders, side by side; it ends on the sums."""
    raw = [table.numpy() for table in tables]
    most = np.sum(raw, axis=0).max() ** 0.5
    fig, axes = figure(1, len(orders), width=4.2 * len(orders), height=4.6, squeeze=False)
    shown = [ax.imshow(raw[0].T, origin="lower", cmap="Blues", vmin=0, vmax=most) for ax in axes[0]]
    for ax in axes[0]:
        ax.set_xticks([])
        ax.set_yticks([])
    steps = np.linspace(1, len(raw), min(FRAMES, len(raw))).astype(int)

    def draw(frame: int) -> None:
        count = steps[min(frame, len(steps) - 1)]
        for ax, picture, (words, order) in zip(axes[0], shown, orders.items(), strict=True):
            picture.set_data(np.sum([raw[number] for number in order[:count]], axis=0).T ** 0.5)
            ax.set_title(f"{words}: {count} of {len(raw)} chunks")

    draw(0)
    return animated(fig, draw, frames=len(steps) + 8)


@styled
def task_graph(needs: Mapping[str, Sequence[str]], title: str = "") -> Any:
    """Tasks as dots, each above those whose results it needs; the colour is the first word of a task's name.

    needs : for each task the names of those that it needs. Raises InputError where tasks need each other in a circle.
    """
    level = _levels(needs)
    rows = [[task for task in needs if level[task] == height] for height in range(1 + max(level.values(), default=0))]
    words = list(dict.fromkeys(task.split()[0] for task in needs))
    fig, ax = figure(width=9, height=1.2 + 0.95 * len(rows))
    x: dict[str, float] = {}
    for row in rows:
        # Over the middle of what each needs, and side by side where that is one place.
        over = [float(np.mean([x[other] for other in needs[task]])) if needs[task] else i for i, task in enumerate(row)]
        if len(set(over)) < len(over):
            over = [(i + 0.5) / len(row) * len(rows[0]) - 0.5 for i in range(len(row))]
        x |= dict(zip(row, over, strict=True))
    for task, others in needs.items():
        for other in others:
            ax.plot([x[other], x[task]], [level[other], level[task]], color=GREY, linewidth=0.8, alpha=0.6, zorder=1)
    for word, color in zip(words, COLORS, strict=False):
        those = [task for task in needs if task.split()[0] == word]
        ax.scatter([x[task] for task in those], [level[task] for task in those], s=190, color=color, zorder=2)
        right = max(those, key=lambda task: x[task])
        ax.annotate(f"{word} ×{len(those)}" if len(those) > 1 else word, (x[right], level[right]), (14, 0),
                    textcoords="offset points", va="center", color=color, fontsize=12)  # fmt: skip
    ax.set_title(title)
    ax.margins(x=0.12, y=0.15)
    ax.set_axis_off()
    return fig


def _levels(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many tasks stand below each, one on the other."""
    level: dict[str, int] = {}
    while len(level) < len(needs):
        ready = [task for task in needs if task not in level and all(other in level for other in needs[task])]
        if not ready:
            left = next(task for task in needs if task not in level)
            raise InputError(f"task_graph: {left!r} needs what is not there, or itself in the end; leave that out")
        level |= {task: max((level[other] + 1 for other in needs[task]), default=0) for task in ready}
    return level
