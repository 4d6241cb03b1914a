"""The animations of the lessons: files that play by themselves, a still for who wants no motion, and a player.

Without JavaScript a page shows the animated WebP, or its first frame to a reader who prefers reduced motion.
`static/film.js` makes a player of it, whose frames lie side by side in one file that is loaded when it first plays.
"""

from itertools import groupby
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.animation import AbstractMovieWriter
from PIL import Image
from sphinx.util.docutils import SphinxDirective

from making import pictures
from making.dark import DARK_PAGE, LIGHT_PAGE, pixels

DPI = 120  # at most
MOST_PIXELS = 14e6  # of all frames side by side: telephones show no larger picture


def setup(app):
    app.add_node(film, html=(visit, depart))
    app.add_directive("film", Film)
    app.connect("html-page-context", add_player)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def written(animation, path, alt, root):
    """Write the files of an animation, and return the directive that shows them."""
    fig = animation._fig
    width, height = fig.get_size_inches()
    count = sum(1 for _ in animation.new_frame_seq())
    dpi = min(DPI, int(sqrt(MOST_PIXELS / (count * width * height))))
    collector = _Collector()
    fig.canvas.draw_idle = lambda: None  # frames are drawn when they are collected, and need not be drawn before
    try:
        animation.save(str(path), writer=collector, dpi=dpi)
    finally:
        del fig.canvas.draw_idle
    distinct, times = once(collector.light, animation._interval)
    for dark, frames in ((False, collector.light), (True, collector.dark)):
        few, table = in_strip([frames[at] for at in distinct], DARK_PAGE if dark else LIGHT_PAGE)
        first, *others = (Image.fromarray(frame) for frame in few)
        first.save(pictures.beside(path, dark), save_all=True, append_images=others, duration=times, loop=0,
                   lossless=True, quality=50, method=4)  # fmt: skip
        first.save(pictures.beside(path, dark, "still"), lossless=True, quality=50, method=4)
        Image.fromarray(table).save(pictures.beside(path, dark, "strip"), lossless=True, quality=50, method=4)
    size = f"{round(pictures.SCALE * width)} {round(pictures.SCALE * height)}"
    options = {"alt": alt, "size": size, "times": " ".join(map(str, times))}
    lines = [
        f".. film:: /{path.relative_to(root).as_posix()}",
        *(f"   :{name}: {value}" for name, value in options.items()),
    ]
    return "\n" + "\n".join(lines) + "\n\n"


class _Collector(AbstractMovieWriter):
    """Where matplotlib would write a film, the pixels of its frames are kept, light and dark."""

    def __init__(self):
        super().__init__()
        self.light, self.dark = [], []

    def setup(self, fig, outfile, dpi=None):
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **_):
        self.light.append(pixels(self.fig, self.dpi))
        self.dark.append(pixels(self.fig, self.dpi, dark=True))

    def finish(self):
        """Nothing is open."""


def once(frames, interval):
    """The numbers of the frames that differ from the one before, and how many milliseconds each stays.

    >>> once([np.array([1]), np.array([2]), np.array([2]), np.array([1])], 100)
    ([0, 1, 3], [100, 200, 100])
    """
    numbers = [list(each) for _, each in groupby(range(len(frames)), key=lambda at: frames[at].tobytes())]
    return [each[0] for each in numbers], [interval * len(each) for each in numbers]


def columns(count):
    """How many frames stand side by side, so that all of them are about a square."""
    return ceil(sqrt(count))


def in_strip(frames, page):
    """The frames in the same few colours, and all of them as one picture, row by row."""
    wide = columns(len(frames))
    rows = ceil(len(frames) / wide)
    blank = np.full_like(frames[0], np.array(Image.new("RGB", (1, 1), page))[0, 0])
    every = [*frames, *[blank] * (rows * wide - len(frames))]
    table = np.vstack([np.hstack(every[row * wide : (row + 1) * wide]) for row in range(rows)])
    table = pictures.in_few_colours(table, page)
    height, width = frames[0].shape[:2]
    places = [divmod(at, wide) for at in range(len(frames))]
    return [table[row * height : (row + 1) * height, at * width : (at + 1) * width] for row, at in places], table


class film(nodes.General, nodes.Element):
    """An animation: for each mode the animated file, the still and the strip, as images."""


class Film(SphinxDirective):
    """Show an animation that `written` has written."""

    required_arguments = 1
    option_spec = dict.fromkeys(("alt", "size", "times"), directives.unchanged_required)

    def run(self):
        path, node = Path(self.arguments[0]), film("", **self.options)
        for dark in (False, True):
            for kind in ("", "still", "strip"):
                node += nodes.image("", uri=str(pictures.beside(path, dark, kind)), alt=self.options["alt"])
        self.set_source_info(node)
        return [node]


def visit(self, node):
    where = [f"{self.builder.imgpath}/{self.builder.images[image['uri']]}" for image in node]
    width, height = node["size"].split()
    times = node["times"].split()
    alt = self.attval(node["alt"])
    self.body.append(f'<div class="film" data-times="{node["times"]}" data-columns="{columns(len(times))}">\n')
    for mode, (moving, still, strip) in {"light": where[:3], "dark": where[3:]}.items():
        self.body.append(
            f'<div class="film-screen only-{mode}" data-strip="{strip}"><picture>'
            f'<source media="(prefers-reduced-motion: reduce)" srcset="{still}">'
            f'<img src="{moving}" alt="{alt}" width="{width}" height="{height}" loading="lazy" decoding="async">'
            "</picture></div>\n"
        )
    self.body.append("</div>\n")
    raise nodes.SkipNode


def depart(self, node):
    """`visit` has written all of it."""


def add_player(app, page, template, context, doctree):
    """Load the player where there is something to play."""
    if doctree and any(doctree.findall(film)):
        app.add_js_file("film.js", loading_method="defer")
