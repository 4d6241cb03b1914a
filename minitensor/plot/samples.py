"""Pictures of what diffusion makes: samples over the data they are nearest to, and noise that becomes a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.models.copying import COPY, Nearness
from minitensor.models.diffusion import Journey
from minitensor.plot.style import GREY, INK, LIGHT, RED, animated, figure, styled

SIDE = 0.72  # inches of a picture
HOLD = 12  # frames for which the end of an animation stands still
Shape = Sequence[int]


@styled
def over_nearest(
    samples: Tensor,
    data: Tensor,
    near: Nearness,
    typical: float,
    shape: Shape = (8, 8),
    columns: int = 10,
    title: str = "",
) -> Any:
    """Each sample over the picture of the data that is nearest to it, with their distance below; copies are red.

    samples : (q, rows·columns); data : (n, rows·columns); near : what `models.nearness(samples, data)` gives
    typical : the distance that counts as 1, such as that of a held-out picture to the data; below 0.2 it is a copy
    """
    above, below = _pictures(samples, shape), _pictures(data, shape)[near.rows.numpy()]
    distances = near.distances.numpy() / typical
    low, high = below.min(), below.max()
    columns = min(columns, len(above))
    blocks = -(-len(above) // columns)
    words = 1.15  # inches, for the names of the two rows
    fig, ax = figure(width=words + SIDE * 1.12 * columns, height=blocks * SIDE * 2.6 + 0.5)
    tall, wide = shape
    for number, (top, bottom, apart) in enumerate(zip(above, below, distances, strict=True)):
        row, column = divmod(number, columns)
        x, y = column * wide * 1.12, row * tall * 2.6
        copied = apart < COPY
        for place, picture in ((y, top), (y + tall * 1.08, bottom)):
            ax.imshow(picture, cmap="Greys", vmin=low, vmax=high, extent=(x, x + wide, place + tall, place))
            edge, thick = (RED, 1.6) if copied else (LIGHT, 0.8)
            ax.add_patch(Rectangle((x, place), wide, tall, fill=False, zorder=3, edgecolor=edge, linewidth=thick))
        said = "copy" if copied else f"{apart:.2f}"
        color = RED if copied else INK
        ax.text(x + wide / 2, y + tall * 2.27, said, ha="center", va="center", fontsize=9, color=color)
        if column == 0:
            for place, name in (
                (y + tall / 2, "sample"),
                (y + tall * 1.58, "nearest in\nthe data"),
                (y + tall * 2.27, "distance"),
            ):
                ax.text(-0.2 * wide, place, name, ha="right", va="center", fontsize=9, color=GREY)
    ax.set_xlim(-words / SIDE * wide, columns * wide * 1.12)
    ax.set_ylim(blocks * tall * 2.6 - 0.1 * tall, -0.1 * tall)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(title)
    return fig


@styled
def gallery(rows: Mapping[str, Tensor], columns: Sequence[str] = (), shape: Shape = (8, 8), title: str = "") -> Any:
    """Rows of pictures, each with its name at the left; what stands below another belongs to it.

    rows : names, and (n, rows·columns) pictures; all are drawn on the scale of the first row
    columns : what to write above each column, a word or two a line
    """
    tables = [_pictures(each, shape) for each in rows.values()]
    if not tables or len({len(table) for table in tables}) > 1:
        counts = ", ".join(f"{name!r} has {len(table)}" for name, table in zip(rows, tables, strict=True))
        raise ShapeError(f"gallery: each row has as many pictures as the others, but {counts or 'there is none'}")
    low, high = _greys(tables[0])
    wide = len(tables[0])
    words = 0.11 * max(max(map(len, name.split("\n"))) for name in rows) + 0.3  # inches
    above = 0.22 * max((each.count("\n") + 1 for each in columns), default=0)
    fig, axes = figure(
        len(tables), wide, width=SIDE * 1.15 * wide + words, height=SIDE * 1.15 * len(tables) + above + 0.45,
        squeeze=False,
    )  # fmt: skip
    for line, (name, table) in enumerate(zip(rows, tables, strict=True)):
        axes[line, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10, color=INK)
        for column, picture in enumerate(table):
            _show(axes[line, column], picture, low, high)
    for column, each in enumerate(columns[:wide]):
        axes[0, column].set_title(each, loc="center", fontsize=9, color=GREY)
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return fig


@styled
def becoming(journey: Journey, sample: int = 0, shape: Shape = (8, 8), stops: int = 9, title: str = "") -> Any:
    """Noise that becomes a picture: above what there is at some of the levels, below what the denoiser sees in it.

    journey : what `models.sample(…, path=True)` gives; sample : which of its samples
    stops : how many levels are shown, evenly spread over the steps; the picture that came out stands at the end
    """
    places, guesses, levels = _stops(journey, sample, shape)
    low, high = _greys(guesses)
    shown = np.unique(np.linspace(0, len(levels) - 1, min(stops, len(levels))).round().astype(int))
    fig, axes = figure(2, len(shown) + 1, width=1.12 * (len(shown) + 1) + 0.6, height=3.2, squeeze=False)
    for column, stop in enumerate(shown):
        _show(axes[0, column], places[stop], low - 2 * levels[stop], high + 2 * levels[stop])
        _show(axes[1, column], guesses[stop], low, high)
        axes[0, column].set_title(f"noise {levels[stop]:.2g}", loc="center", fontsize=10)
    axes[0, 0].set_ylabel("what there is")
    axes[1, 0].set_ylabel("what is seen in it")
    _show(axes[0, -1], _pictures(journey.samples, shape)[sample], low, high)
    axes[0, -1].set_title("the picture", loc="center", fontsize=10)
    axes[1, -1].set_axis_off()
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return fig


@styled
def denoising(journey: Journey, samples: int = 6, shape: Shape = (8, 8), title: str = "from noise to pictures") -> Any:
    """An animation of noise becoming pictures, with what the denoiser sees in it below, at every step.

    journey : what `models.sample(…, path=True)` gives; samples : how many of its samples are shown, the first
    """
    count = min(samples, journey.samples.shape[0])
    ways = [_stops(journey, each, shape) for each in range(count)]
    if not ways:
        raise InputError("denoising: there are no samples; begin with noise of shape (1, d) or more")
    levels, ends = ways[0][2], _pictures(journey.samples, shape)
    low, high = _greys(np.concatenate([guesses for _, guesses, _ in ways]))
    fig, axes = figure(2, count, width=1.35 * count + 0.9, height=3.7, squeeze=False)
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    images = [[_show(ax, ends[each], low, high) for each, ax in enumerate(row)] for row in axes]
    axes[0, 0].set_ylabel("what there is")
    axes[1, 0].set_ylabel("what is seen in it")

    def draw(frame: int) -> None:
        stop = min(frame, len(levels))
        noise = levels[stop] if stop < len(levels) else 0.0
        for each, (places, guesses, _) in enumerate(ways):
            here, seen = (places[stop], guesses[stop]) if noise else (ends[each], guesses[-1])
            images[0][each].set_data(here)
            images[0][each].set_clim(low - 2 * noise, high + 2 * noise)
            images[1][each].set_data(seen)
        words = f"step {stop} of {len(levels)}, noise {noise:.2g}"
        fig.suptitle(f"{title}: {words}", x=0.01, ha="left", fontsize=12)

    draw(0)
    return animated(fig, draw, frames=len(levels) + 1 + HOLD, interval=250)


def _stops(journey: Journey, sample: int, shape: Shape) -> tuple[np.ndarray, np.ndarray, tuple[float, ...]]:
    """Where one sample was at each level, what was seen in it, and the levels."""
    if not journey.places:
        raise InputError("there are no stops to draw; keep them with sample(..., path=True)")
    if not 0 <= sample < journey.samples.shape[0]:
        raise InputError(f"there is no sample {sample} among {journey.samples.shape[0]}; they count from 0")
    places, guesses = (
        np.stack([_pictures(each[sample : sample + 1], shape)[0] for each in tensors])
        for tensors in (journey.places, journey.guesses)
    )
    return places, guesses, journey.levels


def _pictures(rows: Tensor, shape: Shape) -> np.ndarray:
    tall, wide = shape
    if rows.ndim != 2 or rows.shape[1] != tall * wide:
        raise ShapeError(f"pictures of {tall} × {wide} pixels are rows of {tall * wide}; these have shape {rows.shape}")
    return rows.numpy().reshape(-1, tall, wide)


def _greys(clean: np.ndarray) -> tuple[float, float]:
    """From which number, white, to which, black; apart even if all are equal."""
    low, high = float(clean.min()), float(clean.max())
    return low, high if high > low else low + 1.0


def _show(ax: Any, picture: np.ndarray, low: float, high: float) -> Any:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set(visible=True, color=LIGHT)
    return ax.imshow(picture, cmap="Greys", vmin=low, vmax=high)
