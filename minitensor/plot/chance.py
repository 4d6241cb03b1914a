"""Random numbers, looked at: pairs that follow one another, and how often each part of the range comes."""

from collections.abc import Mapping
from typing import Any

from minitensor.core.tensor import Tensor
from minitensor.errors import ShapeError
from minitensor.plot.style import BLUE, LIGHT, ORANGE, PALE_BLUE, figure, styled


@styled
def randomness(found: Mapping[str, Tensor], corner: float = 1.0, bins: int = 20) -> Any:
    """For each source of numbers: above, each number with the next as a point; below, how many fall into each bin.

    found : names, and numbers from 0 to 1, (n,) each; corner : how much of the square of pairs is shown, from 0

    Raises ShapeError for anything but a list of two numbers or more.
    """
    fig, axes = figure(2, len(found), width=3.7 * len(found), height=5.6, squeeze=False, height_ratios=(2.2, 1))
    for (pairs, counts), (name, drawn) in zip(axes.T, found.items(), strict=True):
        if drawn.ndim != 1 or drawn.shape[0] < 2:
            raise ShapeError(f"randomness: {name!r} has shape {drawn.shape}; give two numbers or more, (n,)")
        numbers = drawn.numpy()
        x, y = numbers[:-1], numbers[1:]
        inside = (x <= corner) & (y <= corner)
        pairs.scatter(x[inside], y[inside], s=5, color=BLUE, linewidths=0)
        pairs.set(xlim=(0, corner), ylim=(0, corner), xlabel="a number", aspect="equal")
        pairs.set_title(name)
        counts.hist(numbers, bins=bins, range=(0, 1), color=PALE_BLUE, edgecolor="white", linewidth=0.6)
        counts.axhline(len(numbers) / bins, color=ORANGE, linewidth=1.6)
        counts.set(xlim=(0, 1), xlabel="all numbers (line: even)", facecolor="white")
        counts.grid(axis="y", color=LIGHT, linewidth=0.6)
        counts.set_axisbelow(True)
    axes[0, 0].set_ylabel("the next number")
    axes[1, 0].set_ylabel("how many")
    return fig
