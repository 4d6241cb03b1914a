"""One picture of many clusterings: a row for each data set, a column for each algorithm."""

import textwrap
from collections.abc import Mapping
from typing import Any

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.plot.points import colors_of, in_the_plane
from minitensor.plot.style import GREY, INK, figure, styled


@styled
def contest(points: Mapping[str, Tensor], found: Mapping[str, Mapping[str, tuple[Tensor, float]]]) -> Any:
    """Every data set clustered by every algorithm, each panel with its score; noise, −1, is pale.

    points : names of data sets, each (n, 2); found : names of algorithms, and for each data set the labels, (n,), and
    how well they agree with the truth, 1 where wholly

    Raises InputError where an algorithm has no labels for a data set, ShapeError for points that are not in the plane.
    """
    fig, axes = figure(len(points), len(found), width=2.2 * len(found) + 0.4, height=2.45 * len(points), squeeze=False)
    for row, (data, places) in zip(axes, points.items(), strict=True):
        in_the_plane(places)
        xy = places.numpy()
        for ax, (algorithm, results) in zip(row, found.items(), strict=True):
            if data not in results:
                raise InputError(f"contest: {algorithm!r} has no labels for {data!r}; give each data set its labels")
            labels, score = results[data]
            noise = labels.numpy() < 0
            ax.scatter(xy[noise, 0], xy[noise, 1], s=4, c=GREY, linewidths=0, alpha=0.6)
            ax.scatter(xy[~noise, 0], xy[~noise, 1], s=4, c=colors_of(labels[labels >= 0]), linewidths=0, alpha=0.8)
            ax.set_title(f"{score:.2f}", loc="right", color=INK, fontsize=13)
            ax.set(xticks=[], yticks=[])
            ax.set_aspect("equal", adjustable="datalim")
    for ax, algorithm in zip(axes[0], found, strict=True):
        ax.set_title(textwrap.fill(algorithm, 12), loc="left", fontsize=13)
    for row, data in zip(axes, points, strict=True):
        row[0].set_ylabel(data, fontsize=13)
    return fig
