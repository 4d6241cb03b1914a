"""The directive ``lesson-cards``: a card for each lesson, in their order, with a chosen part of one of its pictures."""

import re
from pathlib import Path

from making.lesson_pages import AFTER_GALLERY, all_lessons, exercises_of, which
from making.links import link

# Which picture of a lesson, by its number in it, and which part of that can be read when it is small: left, top, right,
# bottom, from 0 to 1.
CHOSEN = {
    1: (1, (0, 0.03, 0.47, 0.74)),
    2: (1, (0, 0, 1, 1)),
    3: (3, (0, 0, 1, 0.88)),
    4: (1, (0, 0, 0.5, 0.9)),
    5: (1, (0, 0.05, 1, 1)),
    6: (4, (0.1, 0.48, 1, 0.93)),
    7: (3, (0, 0.53, 0.62, 1)),
    8: (2, (0, 0.05, 0.62, 0.48)),
    9: (6, (0, 0.07, 1, 0.9)),
    10: (4, (0.08, 0.05, 0.95, 0.5)),
    11: (1, (0, 0, 1, 0.5)),
    12: (3, (0, 0.05, 1, 0.65)),
    13: (1, (0, 0.08, 1, 0.95)),
    14: (1, (0.05, 0.2, 1, 0.8)),
    15: (3, (0, 0, 1, 1)),
}
SIZE = 640, 360  # twice what a card shows
MARGIN = 12
UNBROKEN = "\u00a0"  # a blank at which no line ends


def setup(app):
    """To Sphinx this file is an extension, which cuts the pictures once sphinx-gallery has drawn them."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class LessonCards(SphinxDirective):
        """An ordered list. The title of a card is its one link; the style sheet lets it reach over the whole card."""

        def run(self):
            self.env.note_reread()  # a lesson may have been drawn since
            cards = nodes.enumerated_list("", enumtype="arabic", prefix="", suffix=".", classes=["lesson-cards"])
            for each in all_lessons().values():
                to = link(self.env, f"{each.number} · {each.name}", "doc", f"/lessons/{each.stem}")
                heading = nodes.paragraph("", "", to, classes=["card-title"])
                ideas = nodes.paragraph("", "", *_inline(each.ideas[0].upper() + each.ideas[1:]))
                cards += nodes.list_item("", *self.pictures(each), heading, ideas, _facts(each))
            return [cards]

        def pictures(self, each):
            folder = Path(self.env.srcdir) / "lessons" / "images"
            for mode in ("light", "dark"):
                where = folder / f"card_{each.number:02}_{mode}.png"
                if where.exists():
                    yield nodes.image(
                        uri=f"/lessons/images/{where.name}", alt="", classes=[f"only-{mode}", "no-scaled-link"],
                        candidates={"*": str(where)},
                    )  # fmt: skip

    def _facts(each):
        words = " · ".join(part.replace(" ", UNBROKEN) for part in facts(each))
        return nodes.paragraph("", words, classes=["card-facts"])

    def _inline(words):
        parts = re.split(r"`([^`]+)`", words)
        return [nodes.literal(part, part) if at % 2 else nodes.Text(part) for at, part in enumerate(parts)]

    app.connect("builder-inited", _cut_pictures, priority=AFTER_GALLERY)
    app.add_directive("lesson-cards", LessonCards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def facts(each):
    """What a card says below the ideas: minutes, what is needed, exercises."""
    found = exercises_of(each.number)
    return [f"{each.minutes} minutes", f"needs {each.needs}", *([which(found).lower()] if found else [])]


def _cut_pictures(app):
    folder = Path(app.srcdir) / "lessons" / "images"
    for each in all_lessons().values():
        number, part = CHOSEN[each.number]
        for mode, path in drawn(folder, each.stem, number).items():
            cut(path, part).save(folder / f"card_{each.number:02}_{mode}.png", optimize=True)


def drawn(folder, stem, number):
    """The files of a lesson's picture: {"light": ..., "dark": ...}, or less of it, as far as it was drawn."""
    found = sorted(folder.glob(f"sphx_glr_{stem}_{number:03}*"))
    dark = [path for path in found if "dark" in path.name.removeprefix(f"sphx_glr_{stem}")]
    light = [path for path in found if path not in dark]
    return {"light": light[0], "dark": (dark or light)[0]} if light else {}


def cut(path, part):
    """A part of a picture, without empty margins, in an image of `SIZE` that has the colour of its corner."""
    from PIL import Image, ImageChops

    with Image.open(path) as opened:
        whole = opened.convert("RGB")
    sides = whole.size * 2
    piece = whole.crop(tuple(round(share * side) for share, side in zip(part, sides, strict=True)))
    ground = whole.getpixel((0, 0))
    piece = piece.crop(ImageChops.difference(piece, Image.new("RGB", piece.size, ground)).getbbox())
    scale = min((room - 2 * MARGIN) / side for room, side in zip(SIZE, piece.size, strict=True))
    piece = piece.resize([round(side * scale) for side in piece.size], Image.Resampling.LANCZOS)
    card = Image.new("RGB", SIZE, ground)
    card.paste(piece, [(room - side) // 2 for room, side in zip(SIZE, piece.size, strict=True)])
    return card
