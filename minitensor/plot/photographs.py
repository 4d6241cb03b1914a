"""Photographs, what a segmentation made of them, and files with exactly their pixels."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imsave
from matplotlib.patches import Rectangle

from minitensor.core.tensor import Tensor
from minitensor.errors import ShapeError
from minitensor.plot.style import COLORS, LIGHT, as_data, figure, styled
from minitensor.segment import as_rgb, boundaries
from minitensor.text.files import written

MOST_COLOURS = 24


@styled
def photos(pictures: Mapping[str, Tensor], columns: int = 2, width: float = 10.0) -> Any:
    """Pictures side by side, each under its title.

    pictures : titles, and what `as_rgb` takes; or (height, width) tables of bool, drawn dark where they are true
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    first = next(iter(pictures.values()))
    height = (width / columns * first.shape[0] / first.shape[1] + 0.35) * rows
    fig, axes = figure(rows, columns, width=width, height=height, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, (title, picture) in zip(axes.flat, pictures.items(), strict=False):
        if picture.dtype.kind == "b":
            ax.imshow(picture.numpy(), cmap="Greys", interpolation="nearest")
        else:
            ax.imshow(as_rgb(picture).numpy(), interpolation="nearest")
        ax.set_title(title)
    return fig


@styled
def recoloured(found: Mapping[str, tuple[Tensor, Tensor, Tensor]], columns: int = 3, width: float = 11.0) -> Any:
    """Pictures in few colours side by side, each over a bar of these colours, as wide as they are common.

    found : titles, and the picture, as `as_rgb` takes it; its colours (k, 3) from 0 to 1; the pixels of each, (k,)
    """
    columns = min(columns, len(found))
    rows = -(-len(found) // columns)
    first = next(iter(found.values()))[0]
    height = (width / columns * (first.shape[0] / first.shape[1] + 0.08) + 0.35) * rows
    fig, axes = figure(2 * rows, columns, width=width, height=height, squeeze=False, height_ratios=(10, 1) * rows)
    for ax in axes.flat:
        ax.set_axis_off()
    for at, (title, (picture, colours, pixels)) in enumerate(found.items()):
        above, below = axes[2 * (at // columns) : 2 * (at // columns) + 2, at % columns]
        above.imshow(as_rgb(picture).numpy(), interpolation="nearest")
        above.set_anchor("S")
        above.set_title(title)
        order = np.argsort(-pixels.numpy(), kind="stable")
        shares = pixels.numpy()[order] / pixels.numpy().sum()
        ends = np.cumsum(shares)
        for bar in below.bar(ends - shares, 1, shares, align="edge", color=np.clip(colours.numpy()[order], 0, 1)):
            as_data(bar)
        below.set(xlim=(0, 1), ylim=(0, 1))
    return fig


@styled
def outlined(photo: Tensor, regions: Tensor, colour: Sequence[float] = (1.0, 1.0, 0.0)) -> Tensor:
    """The photo (height, width, 3), float32, with the pixels along the edges of its regions in one colour."""
    rgb = as_rgb(photo)
    if rgb.shape[:2] != regions.shape:
        raise ShapeError(f"outlined: the photo {rgb.shape} and its regions {regions.shape} differ in size")
    edges = boundaries(regions)
    out = rgb.copy()
    for channel, value in enumerate(colour):
        out[:, :, channel][edges] = float(value)
    return out


def palette(colours: Tensor, sizes: Tensor, title: str = "") -> Any:
    """The colours of the largest regions as one bar, each as wide as its region is large.

    colours : (regions, 3) from 0 to 1; sizes : (regions,) pixels; both the largest first
    """
    fig, ax = figure(width=9, height=1.5)
    shares = sizes.numpy() / sizes.numpy().sum()
    left = 0.0
    for share, colour in zip(shares[:MOST_COLOURS], colours.numpy(), strict=False):
        ax.add_patch(as_data(Rectangle((left, 0), share, 1, facecolor=np.clip(colour, 0, 1), edgecolor="none")))
        left += share
    ax.add_patch(Rectangle((left, 0), 1 - left, 1, facecolor="white", edgecolor=LIGHT, hatch="///"))
    if left < 0.85:  # room for the words
        ax.text((1 + left) / 2, 0.5, "smaller regions", ha="center", va="center", backgroundcolor="white")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}%")
    ax.set_title(title, parse_math=False)  # it may name a file, and a file may be called "$1.png"
    return fig


@styled
def colour_cloud(places: Mapping[str, Tensor], colours: Tensor, axes: tuple[str, str] = ("u*", "v*")) -> Any:
    """Pixels as points in the plane of two channels, each in its own colour; one panel a title, all on one scale.

    places : titles, and (n, 2) tensors; colours : (n, 3) from 0 to 1
    """
    fig, panels = figure(1, len(places), width=4.6 * len(places), height=4.6, squeeze=False, sharex=True, sharey=True)
    for ax, (title, xy) in zip(panels[0], places.items(), strict=True):
        as_data(ax.scatter(*xy.numpy().T, s=2, c=np.clip(colours.numpy(), 0, 1), linewidths=0))
        ax.set_title(title)
        ax.set_xlabel(axes[0])
        ax.set_facecolor("#eeeeee")
        as_data(ax.patch)  # a ground on which the black and the white of a photograph are seen
    panels[0][0].set_ylabel(axes[1])
    return fig


@styled
def trade_off(curves: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]]) -> Any:
    """Explained variance against the number of regions: one panel a photo, one line a method.

    curves : photos, methods, and (regions, explained variance) of each setting
    """
    fig, axes = figure(1, len(curves), width=5.2 * len(curves), height=4.4, squeeze=False, sharex=True, sharey=True)
    for ax, (photo, methods) in zip(axes[0], curves.items(), strict=True):
        for (name, points), color in zip(methods.items(), cycle(COLORS), strict=False):
            ax.plot(
                *zip(*sorted(points), strict=True), marker="o", markersize=4, linewidth=1.8, label=name, color=color
            )
        ax.set_xscale("log")
        ax.set_xlabel("regions")
        ax.set_title(photo)
    axes[0][0].set_ylabel("explained variance")
    axes[0][-1].legend(frameon=False, loc="lower right")
    return fig


def save_pixels(picture: Tensor, path: str | Path) -> Path:
    """Write a picture, as `as_rgb` takes it, pixel for pixel as PNG, and return the path.

    Raises WriteError where the file cannot be written.
    """
    path = Path(path)
    with written(path) as where:
        imsave(where, np.round(as_rgb(picture).numpy() * 255).astype("uint8"), format="png")
    return path
