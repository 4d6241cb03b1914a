"""Data to draw, and reading a picture back: its words, its cells, and what is outlined."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import minitensor as mt
from minitensor.ladder import Climb, Row

CLIMB = Climb(
    "doubling",
    "eight numbers",
    "a machine",
    (
        Row("loops", "one by one", 0.0, note="skipped: about 9 s, limit 5 s"),
        Row("rows", "row by row", 0.0, 2e-3, 1.9e-3, 2.1e-3, 1.8e-3),
        Row("same", "as fast", 0.0, 2e-3, 1.9e-3, 2.1e-3, 1e-4, 1.0, 1.0, note="uneven: 100 µs at best"),
        Row("blas", "at once", 0.0, 1e-5, 0.9e-5, 1.1e-5, 0.8e-5, 200.0, 200.0, 1.0),
        Row("worse", "again", 0.0, 4e-3, 4e-3, 4e-3, 4e-3, 0.5, 0.0025, 1.0),
    ),
)
POINTS = mt.tensor([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]])
LABELS, CENTERS = mt.tensor([0, 0, 1]), mt.tensor([[0.5, 0.0], [5.0, 5.0]])


def words(fig):
    return " ".join(text.get_text() for ax in fig.axes for text in ax.texts)


def text_at(ax, x, y):
    """What is written at (x, y), or None."""
    found = [text for text in ax.texts if np.allclose(text.get_position(), (x, y))]
    assert len(found) <= 1
    return found[0] if found else None


def cells(ax):
    """The filled squares by their left upper corner (x, y)."""
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    found = {(round(square.get_x(), 6), round(square.get_y(), 6)): square for square in squares}
    assert len(found) == len(squares)
    return found


def grid(ax):
    """The sorted x and the sorted y at which cells begin."""
    return (sorted({corner[axis] for corner in cells(ax)}) for axis in (0, 1))


def numbers(ax, xs, ys):
    """The numbers written in the middles of the cells at these places, as a table with a row for each y."""
    return np.array([[float(text_at(ax, x + 0.5, y + 0.5).get_text()) for x in xs] for y in ys])


def outlines(ax, color):
    """The left, upper corner, width and height of each outline in this colour, in the order drawn."""
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle) and not patch.get_fill()]
    frames = [frame for frame in frames if to_hex(frame.get_edgecolor()) == color]
    return [(*frame.get_xy(), frame.get_width(), frame.get_height()) for frame in frames]


def colors_of(drawn):
    """The colour of each point of a scatter, or of each line of a collection."""
    colors = drawn.get_colors() if isinstance(drawn, LineCollection) else drawn.get_facecolors()
    return [to_hex(color) for color in colors]


def darkness(colors):
    """0 for white, 1 for black."""
    return 1 - np.asarray([np.mean(color[:3]) for color in colors])


def bars_hide_their_scale(fig):
    """Whether there are bars on a logarithmic axis, which are not as long as their numbers say, and no word of it."""
    scales = {ax.get_xscale() for ax in fig.axes if any(isinstance(each, BarContainer) for each in ax.containers)}
    return "log" in scales and not any("logarithmic" in words.get_text() for words in fig.findobj(Text))
