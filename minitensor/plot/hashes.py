"""Hashing drawn: slices of the plane, the buckets that a query looks into, how often points collide, what is found."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap

from minitensor.cluster.lsh.hashing import Hashing
from minitensor.cluster.lsh.probing import probed
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import ShapeError
from minitensor.plot.style import BLUE, COLORS, GREY, INK, LIGHT, ORANGE, PALE_BLUE, animated, figure, styled

SIDE = 240  # places along each axis at which buckets are shaded
STEPS_A_PROBE, STILL = 3, 10  # frames


@styled
def slices(points: Tensor, query: Tensor, hashing: Hashing, probes: int, title: str = "") -> Any:
    """The slices of one table, and the buckets that a query looks into: its own, and the likeliest beside it.

    points : (n, 2); query : (2,); hashing : with one table. Borders are thin lines.
    """
    _in_the_plane(points)
    fig, ax = figure(width=6.6, height=6.4)
    codes = probed(query[None], hashing, probes).numpy()[0, 0]
    _scene(ax, points, query)
    _borders(ax, hashing)
    own, beside = (np.isin(_codes(points, hashing)[:, 0], some) for some in (codes[:1], codes[1:]))
    xy = points.numpy()
    ax.scatter(*xy[beside].T, s=14, color=BLUE, linewidths=0, label="in the buckets beside it")
    ax.scatter(*xy[own].T, s=14, color=ORANGE, linewidths=0, label="in the query's bucket")
    _shade(ax, hashing, {ORANGE: codes[:1], PALE_BLUE: codes[1:]})
    ax.legend(frameon=True, framealpha=0.9, edgecolor="none", loc="upper left", fontsize=10)
    ax.set_title(title)
    return fig


@styled
def probing(points: Tensor, query: Tensor, hashing: Hashing, probes: int, nearest: Tensor) -> Any:
    """An animation of one query: bucket after bucket, the own ones of all tables first, and what has been found.

    points : (n, 2); query : (2,); nearest : (k,) the numbers of its nearest points, which are circles until found
    """
    _in_the_plane(points)
    fig, ax = figure(width=5.8, height=5.9)
    codes = probed(query[None], hashing, probes).numpy()[0]  # (tables, probes)
    order = [(table, probe) for probe in range(codes.shape[1]) for table in range(codes.shape[0])]
    own, xy, right = _codes(points, hashing), points.numpy(), nearest.numpy()
    read = np.zeros(len(xy), bool)
    steps = []
    for table, probe in order:
        here = own[:, table] == codes[table, probe]
        read = read | here
        steps.append((table, probe, read))
    _scene(ax, points, query)
    dots = ax.scatter([], [], s=12, color=BLUE, linewidths=0)
    rings = ax.scatter(*xy[right].T, s=70, facecolors="none", edgecolors=ORANGE, linewidths=1.6)
    shade = _shade(ax, hashing, {BLUE: codes[0, :1]})

    def draw(frame: int) -> None:
        table, probe, known = steps[min(frame // STEPS_A_PROBE, len(steps) - 1)]
        shade.set_data(_inside(ax, hashing, codes[table, probe : probe + 1], table))
        dots.set_offsets(xy[known])
        rings.set_facecolors([ORANGE if hit else "none" for hit in known[right]])
        where = "own bucket" if not probe else f"bucket {probe} beside it"
        ax.set_title(
            f"table {table + 1}, {where}: {known[right].sum()} of {len(right)} found, {100 * known.mean():.1f}% read"
        )

    draw(0)
    return animated(fig, draw, frames=STEPS_A_PROBE * len(steps) + STILL)


@styled
def collisions(found: Mapping[str, tuple[Tensor, Tensor, Tensor]]) -> Any:
    """How often two points collide: for each hash its formula as a line and what was measured as dots.

    found : the words under each axis, with the places (m,), the formula there and the shares measured, (m,) each
    """
    fig, axes = figure(1, len(found), width=4.6 * len(found), height=3.9, squeeze=False)
    for ax, (words, (places, right, measured)) in zip(axes[0], found.items(), strict=True):
        x = places.numpy()
        ax.plot(x, right.numpy(), color=BLUE, linewidth=2, label="formula")
        ax.plot(x, measured.numpy(), "o", color=ORANGE, markersize=5, label="measured")
        ax.set_xlabel(words)
        ax.set_ylim(-0.03, 1.05)
        ax.grid(color=LIGHT, linewidth=0.6)
    axes[0, 0].set_ylabel("share of directions that collide")
    axes[0, -1].legend(frameon=False)
    return fig


@styled
def recalls(found: Mapping[str, Sequence[tuple[float, float]]], goal: tuple[float, float] | None = None) -> Any:
    """What is found, by what is read: for each way its (share read, recall), in rising order; the goal is a corner.

    goal : the share that may be read at most, and the recall that is wanted at least
    """
    fig, ax = figure(width=7.6, height=4.8)
    if goal:
        most, least = goal
        ax.fill_between([1e-9, 100 * most], least, 1.02, color=LIGHT, linewidth=0)
        ax.text(100 * most, 1.025, f"the goal: {least:g} from {100 * most:g}% ", ha="right", fontsize=9.5, color=GREY)
    for (name, curve), color in zip(found.items(), cycle(COLORS), strict=False):
        read, recall = np.array(sorted(curve)).T
        ax.plot(100 * read, recall, "o-", color=color, markersize=4, linewidth=2, label=name)
    low = min(share for curve in found.values() for share, _ in curve)
    high = max(share for curve in found.values() for share, _ in curve)
    ax.set_xscale("log")
    ax.set_xlim(70 * low, 140 * high)
    ax.set_ylim(0, 1.08)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    ax.set_xlabel("share of the points that a query reads")
    ax.set_ylabel("recall of the 10 nearest")
    ax.grid(color=LIGHT, linewidth=0.6)
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.0, 0.87))
    return fig


def _scene(ax: Any, points: Tensor, query: Tensor) -> None:
    xy = points.numpy()
    ax.scatter(*xy.T, s=7, color=GREY, alpha=0.45, linewidths=0)
    ax.plot(*query.numpy(), marker="*", markersize=17, color=INK, markeredgecolor="white", zorder=5)
    middle, reach = (xy.min(0) + xy.max(0)) / 2, 0.54 * (xy.max(0) - xy.min(0)).max()  # a square, and some margin
    ax.set_xlim(middle[0] - reach, middle[0] + reach)
    ax.set_ylim(middle[1] - reach, middle[1] + reach)
    ax.set_aspect("equal")


def _borders(ax: Any, hashing: Hashing) -> None:
    """A line for each border that crosses the picture."""
    corners = np.array([[x, y] for x in ax.get_xlim() for y in ax.get_ylim()])
    planes, offsets = hashing.planes.numpy().T, hashing.offsets.numpy()
    for plane, offset in zip(planes, offsets, strict=True):
        along = corners @ plane + offset
        for border in range(int(np.ceil(along.min())), int(np.floor(along.max())) + 1):
            foot = plane * (border - offset) / (plane @ plane)
            ax.axline(foot, foot + np.array([-plane[1], plane[0]]), color=GREY, linewidth=0.7)


def _shade(ax: Any, hashing: Hashing, shades: Mapping[str, np.ndarray]) -> Any:
    """Shade the buckets of table 0 with these codes, each in its colour. Returns the last image."""
    for color, codes in shades.items():
        image = ax.imshow(
            _inside(ax, hashing, codes, 0), origin="lower", extent=(*ax.get_xlim(), *ax.get_ylim()), vmin=0, vmax=1,
            cmap=ListedColormap(["none", color]), alpha=0.35, zorder=0, interpolation="nearest", aspect="equal",
        )  # fmt: skip
    return image


def _inside(ax: Any, hashing: Hashing, codes: np.ndarray, table: int) -> np.ndarray:
    """Which places of the picture are in buckets with these codes, (SIDE, SIDE)."""
    x, y = (np.linspace(low, high, SIDE) for low, high in (ax.get_xlim(), ax.get_ylim()))
    places = np.stack(np.meshgrid(x, y), 2).reshape(-1, 2)
    found = _codes(tensor(places).to(hashing.planes.backend), hashing)[:, table]
    return np.isin(found, codes).reshape(SIDE, SIDE)


def _codes(places: Tensor, hashing: Hashing) -> np.ndarray:
    return hashing.codes(places).numpy()


def _in_the_plane(points: Tensor) -> None:
    if points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(f"slices are drawn in the plane, (n, 2); these points have shape {points.shape}")
