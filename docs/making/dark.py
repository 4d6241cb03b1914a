"""A figure as pixels for a light page or for a dark one: the same drawing, each colour exchanged as it is drawn.

Colours are exchanged where every artist passes, in the renderer. So no kind of artist is forgotten, the figure itself
is not changed, and each frame of an animation comes out right. What is data stays: grey pictures such as digits,
photographs, colour bars beside them, and what `minitensor.plot` marked with `as_data`.
"""

from contextlib import contextmanager
from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.image import AxesImage

from minitensor.plot import style

LIGHT_PAGE, DARK_PAGE = "#ffffff", "#131416"  # furo's
READABLE = 4.5  # the least contrast of words with what is behind them: WCAG 2.2, 1.4.3
FAINT = 1.7  # words with less contrast than this are meant to be faint, or stand on something dark
# The partners of some colours on a dark page; all others are turned round in lightness. Those of COLORS are as far
# apart as COLORS are, also to those who see red and green alike: tests/docs/test_dark.py.
PARTNERS = {
    LIGHT_PAGE: DARK_PAGE,
    style.INK: "#e6e6e6",
    style.GREY: "#9a9ea6",
    style.LIGHT: "#3a3d44",
    style.BLUE: "#7aa0fd",
    style.ORANGE: "#f19a21",
    style.GREEN: "#41c272",
    style.RED: "#f36848",
    style.PURPLE: "#b09ed8",
    style.BROWN: "#9a8175",
    style.PALE_BLUE: "#4c6488",
}
# Oklab, in which equal steps look equal: B. Ottosson, "A perceptual color space for image processing" (2020).
TO_CONES = [
    [0.41222147, 0.53633254, 0.05144599],
    [0.2119035, 0.6806995, 0.10739696],
    [0.08830246, 0.28171884, 0.6299787],
]
TO_OKLAB = [
    [0.21045426, 0.79361779, -0.00407205],
    [1.9779985, -2.42859221, 0.45059371],
    [0.02590404, 0.78277177, -0.80867577],
]


def pixels(fig, dpi, dark=False):
    """The figure drawn for a light or a dark page, (height, width, 3) of uint8."""
    before, fig.dpi = fig.dpi, dpi
    try:
        renderer = _Exchanging(*(round(side * dpi) for side in fig.get_size_inches()), dpi, dark)
        with _kept(fig, renderer):
            fig.draw(renderer)
    finally:
        fig.dpi = before
    return np.asarray(renderer.buffer_rgba())[..., :3].copy()


class _Exchanging(RendererAgg):
    """Draws each colour as its partner; while `is_data` it draws all as they are."""

    def __init__(self, width, height, dpi, dark):
        super().__init__(width, height, dpi)
        self.dark, self.is_data = dark, False

    def _update_methods(self):
        """The methods below, and not matplotlib's, which are set here."""

    def exchanged(self, color, words=False):
        """The partner of (r, g, b) or (r, g, b, a)."""
        if color is None or self.is_data:
            return color
        return _partner(tuple(float(part) for part in color), self.dark, words)

    def context(self, gc, words=False):
        if self.is_data:
            return gc
        new = self.new_gc()
        new.copy_properties(gc)
        if words and gc.get_forced_alpha():
            new.set_foreground((*gc.get_rgb()[:3], gc.get_alpha()), isRGBA=True)
            new.set_alpha(None)
        new.set_foreground(self.exchanged(new.get_rgb(), words), isRGBA=True)
        if gc.get_hatch():
            new.set_hatch_color(self.exchanged(to_rgba(gc.get_hatch_color())))
        return new

    def table(self, colors):
        """The partners of a table of colours (n, 4)."""
        return np.array([self.exchanged(color) for color in np.asarray(colors).reshape(-1, 4)]).reshape(
            np.shape(colors)
        )

    def draw_path(self, gc, path, transform, rgbFace=None):
        super().draw_path(self.context(gc), path, transform, self.exchanged(rgbFace))

    def draw_text(self, gc, x, y, s, *rest, **options):
        super().draw_text(self.context(gc, words=True), x, y, s, *rest, **options)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        self._renderer.draw_markers(self.context(gc), marker_path, marker_trans, path, trans, self.exchanged(rgbFace))

    def draw_path_collection(
        self, gc, master, paths, transforms, offsets, offset_trans, faces, edges, *rest, **options
    ):
        colors = self.table(faces), self.table(edges)
        if "hatchcolors" in options:
            options["hatchcolors"] = self.table(options["hatchcolors"])
        self._renderer.draw_path_collection(
            self.context(gc), master, paths, transforms, offsets, offset_trans, *colors, *rest, **options
        )

    def draw_quad_mesh(self, gc, master, width, height, coordinates, offsets, offset_trans, faces, antialiased, edges):
        faces, edges = self.table(faces), self.table(edges)
        self._renderer.draw_quad_mesh(
            self.context(gc), master, width, height, coordinates, offsets, offset_trans, faces, antialiased, edges
        )

    def draw_gouraud_triangles(self, gc, triangles, colors, transform):
        self._renderer.draw_gouraud_triangles(self.context(gc), triangles, self.table(colors), transform)

    def draw_image(self, gc, x, y, im, *transform):
        if self.dark and not self.is_data:
            distinct, places = np.unique(im.reshape(-1, 4), axis=0, return_inverse=True)
            turned = np.round(255 * self.table(distinct / 255)).astype("uint8")
            im = turned[places.reshape(-1)].reshape(im.shape)
        self._renderer.draw_image(gc, x, y, im, *transform)


@contextmanager
def _kept(fig, renderer):
    """While it lasts, what is data tells the renderer so as it is drawn."""
    artists = [artist for artist in fig.findobj() if _is_data(artist)]
    bars = [artist.colorbar.solids for artist in artists if getattr(artist, "colorbar", None)]
    artists += [bar for bar in bars if bar is not None]

    def wrapped(draw):
        def kept(*arguments, **options):
            before, renderer.is_data = renderer.is_data, True
            try:
                return draw(*arguments, **options)
            finally:
                renderer.is_data = before

        return kept

    for artist in artists:
        artist.draw = wrapped(artist.draw)
    try:
        yield
    finally:
        for artist in artists:
            del artist.draw


def _is_data(artist):
    """Whether it was marked, or is an image in grey or in colours of its own."""
    if not isinstance(artist, AxesImage):
        return getattr(artist, "is_data", False)
    return np.ndim(artist.get_array()) == 3 or artist.get_cmap().name == "Greys"


@cache
def _partner(color, dark, words):
    rgb, alpha = color[:3], color[3:]
    if dark:
        known = PARTNERS.get(to_hex(rgb))
        rgb = to_rgb(known) if known else _turned(rgb)
    if words:
        page = DARK_PAGE if dark else LIGHT_PAGE
        seen = _over(rgb, alpha[0] if alpha else 1.0, page)
        if FAINT < contrast(seen, page) < READABLE:
            return (*readable(seen, page), *(1.0 for _ in alpha))
    return (*rgb, *alpha)


def readable(rgb, page):
    """A colour for words: so much darker, or lighter on a dark page, that they can be read."""
    lab, end = oklab(rgb), 0.0 if luminance(page) > 0.5 else 1.0
    for step in range(1, 101):
        new = from_oklab(np.array([lab[0] + step / 100 * (end - lab[0]), *lab[1:]]))
        if contrast(new, page) >= READABLE:
            return new
    return rgb


def _over(rgb, alpha, page):
    """What is seen of a colour that lets the page through."""
    return tuple(alpha * one + (1 - alpha) * other for one, other in zip(rgb, to_rgb(page), strict=True))


def _turned(rgb):
    """The colour with its lightness turned round, so that white becomes the dark page, and black nearly white."""
    lab, darkest = oklab(rgb), oklab(to_rgb(DARK_PAGE))[0]
    depth = max(1 - lab[0], 0.0) ** 0.75  # pale colours are the harder to tell from the page where it is dark
    return from_oklab(np.array([darkest + depth * (0.97 - darkest), *lab[1:]]))


def contrast(one, other):
    """From 1 to 21, as WCAG has it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color):
    return float(np.dot([0.2126, 0.7152, 0.0722], _linear(to_rgb(color))))


def oklab(rgb):
    return TO_OKLAB @ np.cbrt(TO_CONES @ _linear(rgb))


def from_oklab(lab):
    """As (r, g, b); a colour that no screen shows loses as much of its colour as it must, and keeps its lightness."""
    for step in range(21):
        share = np.array([1, 1 - step / 20, 1 - step / 20])
        linear = np.linalg.solve(TO_CONES, np.linalg.solve(TO_OKLAB, lab * share) ** 3)
        if linear.min() > -1e-4 and linear.max() < 1 + 1e-4:
            break
    linear = np.clip(linear, 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return tuple(np.clip(rgb, 0, 1).tolist())


def _linear(rgb):
    rgb = np.array(rgb, "float64")
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
