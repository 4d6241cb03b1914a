"""Pictures of what is inside a tensor: its numbers, how they lie in memory, and how two tensors meet."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from minitensor.core.tensor import Tensor
from minitensor.plot.style import BLUE, GREEN, GREY, INK, LIGHT, ORANGE, RED, as_data, figure, styled

PALE = "#f3f3f3"
Numbers = Tensor | Sequence[Any]


@styled
def memory(image: Numbers, row: int = 2, column: int = 3) -> Any:
    """A picture with the number of each pixel, and below it the same numbers in the order of memory.

    One row is outlined in blue and one column in orange, in the picture and in memory.
    image : shape (height, width), numbers from 0 (white) upwards (black)
    """
    table = _table(image)
    height, width = table.shape
    fig, (top, bottom) = figure(2, 1, width=9, height=6, height_ratios=(5, 1))
    shades = table / max(table.max(), 1)

    for y in range(height):
        for x in range(width):
            _cell(top, x, y, table[y, x], shade=shades[y, x])
    _outline(top, 0, row, width, 1, BLUE)
    _outline(top, column, 0, 1, height, ORANGE)
    for x in range(width):
        top.text(x + 0.5, -0.3, x, ha="center", va="center", fontsize=9, color=ORANGE if x == column else GREY)
    for y in range(height):
        top.text(-0.3, y + 0.5, y, ha="center", va="center", fontsize=9, color=BLUE if y == row else GREY)
    place = width + 0.8
    top.text(place, row + 0.5, f"row {row}: {width} neighbours in memory", va="center", color=BLUE)
    top.text(place, row + 1.5, f"column {column}: its numbers lie {width} apart", va="center", color=ORANGE)
    _bare(top, -0.6, 2.4 * width, -0.7, height + 0.1)
    top.set_title(f"{height} × {width} pixels and their numbers")

    # Memory is drawn in cells of the same proportions whatever the size of the picture.
    for i, shade in enumerate(shades.reshape(-1)):
        cell = Rectangle((i, 0), 1, 3, facecolor=_grey(shade), edgecolor=LIGHT, linewidth=0.4)
        bottom.add_patch(as_data(cell))
    _outline(bottom, row * width, 0, width, 3, BLUE)
    for y in range(height):
        _outline(bottom, y * width + column, 0, 1, 3, ORANGE)
        bottom.text(y * width + 0.5, 4, y * width, ha="center", va="center", fontsize=9, color=GREY)
    _bare(bottom, -0.5, table.size + 0.5, -0.4, 4.8)
    bottom.set_title(f"the same {table.size} numbers in the order of memory, and the positions where rows begin")
    return fig


@styled
def images(pictures: Numbers, titles: Sequence[Any] = (), columns: int = 5, title: str = "") -> Any:
    """Grey pictures side by side, dark where the numbers are large, all on one scale.

    pictures : shape (n, height, width), or a list of n pictures of shape (height, width)
    titles : what to write above each
    """
    tables = [_table(picture) for picture in pictures]
    columns = min(columns, len(tables))
    rows = -(-len(tables) // columns)
    fig, axes = figure(rows, columns, width=1.55 * columns + 0.3, height=1.85 * rows + 0.5, squeeze=False)
    low, high = min(table.min() for table in tables), max(table.max() for table in tables)
    for i, ax in enumerate(axes.flat):
        if i >= len(tables):
            ax.set_axis_off()
            continue
        ax.imshow(tables[i], cmap="Greys", vmin=low, vmax=high)
        ax.set_title(titles[i] if i < len(titles) else "", loc="center", fontsize=11)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set(visible=True, color=LIGHT)
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return fig


@styled
def product(a: Numbers, b: Numbers, row: int = 0, col: int = 0) -> Any:
    """The matrix product a @ b as a table: a at the left, b above, and the result where their rows and columns cross.

    One row of a, one column of b and the element that they make are outlined, and its sum is written out.
    a : shape (m, k)
    b : shape (k, n)
    """
    left, above = _table(a), _table(b)
    (m, k), n = left.shape, above.shape[1]
    result = left @ above
    gap = 0.5
    fig, ax = figure(width=0.95 * (k + n) + 0.9, height=0.7 * (k + m) + 1.1)
    for y in range(m):
        for x in range(k):
            _cell(ax, x, k + gap + y, left[y, x])
    for y in range(k):
        for x in range(n):
            _cell(ax, k + gap + x, y, above[y, x])
    for y in range(m):
        for x in range(n):
            _cell(ax, k + gap + x, k + gap + y, result[y, x], fill="#e4edf8")
    _outline(ax, 0, k + gap + row, k, 1, BLUE)
    _outline(ax, k + gap + col, 0, 1, k, ORANGE)
    _outline(ax, k + gap + col, k + gap + row, 1, 1, GREEN)
    terms = " + ".join(f"{_short(x)}·{_short(y)}" for x, y in zip(left[row], above[:, col], strict=True))
    words = f"row {row} of a with\ncolumn {col} of b:\n{terms}\n= {_short(result[row, col])}"
    ax.text(0, k / 2, words, va="center", ha="left", color=INK, linespacing=1.6)
    ax.text(k / 2, k + gap + m + 0.35, f"a {left.shape}", ha="center", va="center", color=BLUE)
    ax.text(k + gap + n / 2, -0.35, f"b {above.shape}", ha="center", va="center", color=ORANGE)
    ax.text(k + gap + n / 2, k + gap + m + 0.35, f"a @ b {result.shape}", ha="center", va="center", color=GREEN)
    _bare(ax, -0.1, k + gap + n + 0.1, -0.7, k + gap + m + 0.7)
    return fig


@styled
def stretched(a: Tensor, b: Tensor, sign: str = "+", names: Sequence[str] = ("a", "b")) -> Any:
    """How two tensors are stretched to one shape and then meet element by element.

    Elements that exist are drawn white with black numbers; those that are only read again are pale and dashed.
    a, b : shapes with at most two axes that broadcast together
    sign : "+", "-" or "×"
    names : what to call the two
    """
    result = {"+": a + b, "-": a - b, "×": a * b}[sign].numpy()
    shape = (1,) * (2 - result.ndim) + result.shape
    (rows, columns), gap = shape, 1.0
    fig, ax = figure(width=0.62 * (3 * columns + 2 * gap) + 0.4, height=0.62 * rows + 1.3)
    for place, operand in enumerate((a, b, None)):
        x0 = place * (columns + gap)
        own = (1,) * (2 - operand.ndim) + operand.shape if operand is not None else shape
        table = np.broadcast_to(result if operand is None else operand.numpy(), shape)
        for y in range(rows):
            for x in range(columns):
                repeated = y >= own[0] or x >= own[1]
                fill = "#e4edf8" if operand is None else PALE if repeated else "white"
                _cell(ax, x0 + x, y, table[y, x], fill=fill, faint=repeated)
        if operand is None:
            words = f"result\n{result.shape}"
        else:
            words = f"{names[place]}\n{operand.shape}"
            words += f" → {result.shape}" if operand.shape != result.shape else ""
            _outline(ax, x0, 0, own[1], own[0], (BLUE, ORANGE)[place])
        ax.text(x0 + columns / 2, -0.5, words, ha="center", va="center", color=(BLUE, ORANGE, INK)[place])
        if place < 2:
            between = sign if place == 0 else "="
            ax.text(x0 + columns + gap / 2, rows / 2, between, ha="center", va="center", fontsize=16)
    ax.text(0, rows + 0.4, "pale: read again, not stored", va="center", color=GREY, fontsize=9.5)
    _bare(ax, -0.1, 3 * columns + 2 * gap + 0.1, -1.0, rows + 0.7)
    return fig


@styled
def pairs(table: Numbers, rows: str = "", columns: str = "", title: str = "") -> Any:
    """A square table of numbers as shades of grey, the diagonal outlined in red.

    table : shape (n, n), numbers from 0 (white) upwards
    rows, columns : what the two axes count
    """
    numbers = _table(table)
    fig, ax = figure(width=6, height=5.4)
    shown = ax.imshow(numbers, cmap="Greys", vmin=0)
    for i in range(len(numbers)):
        ax.add_patch(as_data(Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=RED, linewidth=1.3)))
    ax.set_xlabel(columns)
    ax.set_ylabel(rows)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    ax.set_title(title)
    fig.colorbar(shown, ax=ax, shrink=0.8)
    return fig


def _table(numbers: Any) -> np.ndarray:
    return numbers.numpy() if isinstance(numbers, Tensor) else np.asarray(numbers)


def _cell(
    ax: Any, x: float, y: float, number: Any, shade: float | None = None, fill: str = "white", faint: bool = False
) -> None:
    """A square with a number in it; `shade` from 0 to 1 makes it grey, `faint` pale with a dashed edge."""
    color = GREY if faint else "white" if shade is not None and shade > 0.55 else INK
    square = Rectangle(
        (x, y),
        1,
        1,
        facecolor=fill if shade is None else _grey(shade),
        edgecolor=LIGHT if faint or shade is not None else GREY,
        linestyle="--" if faint else "-",
        linewidth=0.8,
    )
    ax.add_patch(square)
    words = ax.text(x + 0.5, y + 0.5, _short(number), ha="center", va="center", color=color, fontsize=10.5)
    if shade is not None:
        as_data(square)
        as_data(words)


def _outline(ax: Any, x: float, y: float, width: float, height: float, color: str) -> None:
    ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=color, linewidth=2.4, zorder=3))


def _grey(shade: float) -> str:
    """White for 0, dark but not black for 1."""
    return str(1 - 0.85 * float(shade))


def _bare(ax: Any, left: float, right: float, top: float, bottom: float) -> None:
    """Axes without frame or ticks, one unit as wide as it is high, y counted downwards."""
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _short(number: Any) -> str:
    """A whole number in full, any other with three digits."""
    number = float(number)
    return f"{number:.0f}" if number.is_integer() else f"{number:.3g}"
