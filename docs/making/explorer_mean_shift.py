"""The mean-shift playground without JavaScript: its points, and one case climbed and drawn when the site is built."""

import json
from html import escape

import numpy as np

import minitensor as mt
from minitensor.cluster import mean_shift
from minitensor.data import shapes

from .explorers import STILLS, picture

RIGHT, TOP, SCALE = 2.4, 1.6, 150  # as in mean_shift.js
COLOURS = 8  # in mean_shift.css
SEED = 1


def setup(app):
    """To Sphinx this file is an extension: it gives `explorer` its still, and the page its colours."""
    app.connect("html-page-context", _add_css)
    return {"parallel_read_safe": True}


def _add_css(app, page, template, context, doctree):
    if app.env.metadata.get(page, {}).get("explorer") == "mean_shift":
        app.add_css_file("explore/mean_shift.css")


def sets():
    """The points that have a name in the address, to two decimals: clusters of 20, and moons of 30.

    >>> {name: len(points) for name, points in sets().items()}
    {'heaps': 60, 'moons': 60, 'widths': 60}
    """
    drawn, moons = shapes(SEED, each=20), shapes(SEED, each=30)["moons"]
    named = {"heaps": drawn["round"], "moons": moons, "widths": drawn["densities"]}
    return {name: np.round(points.numpy(), 2).tolist() for name, (points, _) in named.items()}


def code(points, bandwidth):
    """The lines of Python that find the same, as `mean_shift.js` shows them."""
    rows = [", ".join(f"[{x:.12g}, {y:.12g}]" for x, y in points[at : at + 5]) for at in range(0, len(points), 5)]
    table = "\n".join(f"    {row}," for row in rows)
    return (
        "import minitensor as mt\nfrom minitensor.cluster import mean_shift\n\n"
        f'points = mt.tensor([\n{table}\n], dtype="float64")\nfound = mean_shift(points, bandwidth={bandwidth})\n'
        'print(found.centers.shape[0], "clusters after", found.n_iter, "updates")\n'
    )


def still(state):
    """The HTML of a named case: a sentence, the points with paths and peaks, the lines of Python; and all the sets."""
    named = sets()
    points, bandwidth = named[state["case"]], float(state["bandwidth"])
    found = mean_shift(mt.tensor(points), bandwidth, path=True)
    sizes = np.bincount(found.labels.numpy()).tolist()
    words = (
        f"{len(sizes)} {'cluster' if len(sizes) == 1 else 'clusters'} of {len(points)} points: "
        f"{', '.join(map(str, sizes))}, after {found.n_iter} updates."
    )
    return (
        f'<p class="explore-said">{words}</p><div class="shift-plane">{plane(points, bandwidth, found, words)}</div>'
        f'<p class="explore-label">The same in Python</p><pre>{escape(code(points, bandwidth))}</pre>'
        f'<script type="application/json">{json.dumps(named)}</script>'
    )


def plane(points, bandwidth, found, words):
    """The points as rings, the path of each to its peak, and the circle of one bandwidth around a peak."""
    labels = found.labels.tolist()
    path = np.stack([each.numpy() for each in found.path])  # (updates + 1, n, 2)
    path = (path * [1, -1] + [RIGHT, TOP]) * SCALE
    centers = (found.centers.numpy() * [1, -1] + [RIGHT, TOP]) * SCALE
    parts = []
    for i, label in enumerate(labels):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in path[:, i])
        colour = f"shift-{label % COLOURS}"
        parts.append(f'<polyline class="shift-path {colour}" points="{line}"/>')
        parts.append(_circle(path[0, i], 5, f"shift-ring {colour}"))
    for number, center in enumerate(centers, 1):
        label = f'<text x="{center[0] + 14:.1f}" y="{center[1] - 10:.1f}">{number}</text>'
        parts.append(f'<g class="shift-peak">{_circle(center, 11, "")}{label}</g>')
    parts.append(_circle(centers[0], bandwidth * SCALE, "shift-reach"))
    words = f"Points on a plane, and the path of each to its peak. {words} A circle around a peak has the bandwidth"
    return picture(round(2 * RIGHT * SCALE), round(2 * TOP * SCALE), words, *parts)


def _circle(center, radius, kind):
    return f'<circle class="{kind}" cx="{center[0]:.1f}" cy="{center[1]:.1f}" r="{radius:.4g}"/>'


STILLS["mean_shift"] = still
