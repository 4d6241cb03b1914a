"""The pictures of the lessons: each is drawn for a light and for a dark page, and has an alternative text.

In a cell that draws, a comment says what is seen, for those who do not see it; a second `# alt:` is for a second
picture. A picture without one fails the build. Pages do not show these comments.

    # alt: Bars, one a rung: loops take half a second,
    #  the fastest rung 160 microseconds.
    plot.climbs(found)
"""

import re
from pathlib import Path

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from PIL import Image
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from making.dark import DARK_PAGE, LIGHT_PAGE, pixels
from minitensor import plot
from minitensor.command.cells import ALT
from minitensor.plot.style import is_animation

WIDE = 600  # CSS pixels from which a picture scrolls on a phone instead of shrinking
SCALE = 80  # CSS pixels for an inch of a figure: words of 11 points are 12 pixels high
DPI, MOST_WIDE = 144, 1472  # 1.8 pixels for each of those; at most twice as many as a column is wide
MOST_ERROR = 16  # of 255, by which a colour may differ in a drawing of few colours; what needs more is a photograph


def setup(app):
    app.add_node(drawn, html=(visit, lambda self, node: None))
    app.add_directive("drawn", Drawn)
    app.add_css_file("pictures.css", priority=600)  # after sphinx-gallery's
    app.connect("source-read", hide_alt)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def alt_texts(cell):
    """The alternative texts in the code of a cell, in order."""
    return [re.sub(r"\s*\n *#  +", " ", f"{first}\n{rest}").strip() for _, first, rest in ALT.findall(cell)]


def scraper(block, variables, conf):
    """What sphinx-gallery calls after each cell: the open figures become files, and this the text that shows them."""
    figures = plot.drawn()
    texts, lesson = alt_texts(block.content), Path(variables["src_file"]).name
    try:
        wrong = wrong_texts(len(figures), texts)
        if wrong:
            raise ExtensionError(f"{lesson}, the cell at line {block.lineno}: {wrong}")
        paths = [Path(variables["image_path_iterator"].next()).with_suffix(".webp") for _ in figures]
        return "".join(
            shown(figure, path, alt, conf["src_dir"]) for figure, path, alt in zip(figures, paths, texts, strict=True)
        )
    finally:
        plot.close_all()


def wrong_texts(figures, texts):
    """What is wrong with the texts of a cell that drew so many figures; "" where nothing is."""
    if not all(texts):
        return "an alternative text says nothing; write after '# alt:' what the picture shows"
    if len(texts) < figures:
        return (
            f"picture {len(texts) + 1} of {figures} has no alternative text; "
            "write '# alt: what it shows' into the cell, in further lines after '#  '"
        )
    if len(texts) > figures:
        return f"it has {len(texts)} alternative texts, and draws {figures} pictures; take away what is too much"
    return ""


def shown(figure, path, alt, root):
    """Write the files of a figure, and return the directive that shows them."""
    if is_animation(figure):
        from making.films import written

        return written(figure, path, alt, root)
    dpi = min(DPI, MOST_WIDE / figure.get_size_inches()[0])
    for dark in (False, True):
        save(pixels(figure, dpi, dark), beside(path, dark), DARK_PAGE if dark else LIGHT_PAGE)
    width, height = (round(SCALE * side) for side in figure.get_size_inches())
    return f"\n.. drawn:: /{path.relative_to(root).as_posix()}\n   :alt: {alt}\n   :size: {width} {height}\n\n"


def beside(path, dark, kind=""):
    """The path of what is dark, or of another kind, beside the one that sphinx-gallery knows."""
    return path.with_name(f"{path.stem}{kind and '_' + kind}{'_dark' if dark else ''}{path.suffix}")


def save(table, path, page):
    """Write pixels (height, width, 3) as WebP: a drawing in few colours without loss, a photograph with little."""
    few = in_few_colours(table, page)
    if np.abs(few.astype(int) - table).max() <= MOST_ERROR:
        Image.fromarray(few).save(path, lossless=True, quality=50, method=4)
    else:
        Image.fromarray(table).save(path, quality=82, method=4)


def in_few_colours(table, page):
    """The pixels in 256 colours, one of which is the page's."""
    few = np.array(Image.fromarray(table).quantize(255, method=Image.Quantize.MAXCOVERAGE, dither=0).convert("RGB"))
    own = np.array(Image.new("RGB", (1, 1), page))[0, 0]
    few[(table == own).all(2)] = own
    return few


class drawn(nodes.image):
    """A picture in two drawings, of which a page shows the one that fits it: this is the light one."""


class Drawn(SphinxDirective):
    """Show a picture that `shown` has written."""

    required_arguments = 1
    option_spec = dict.fromkeys(("alt", "size"), directives.unchanged_required)

    def run(self):
        return [both(self, self.arguments[0], "drawn-pair", alt=self.options["alt"], size=self.options["size"])]


def both(directive, path, name, **attributes):
    """A block with the light and the dark drawing of one picture."""
    wide = int(attributes["size"].split()[0]) > WIDE
    block = nodes.container(classes=[name, *["wide"] * wide])
    for dark in (False, True):
        image = drawn("", uri=str(beside(Path(path), dark)), classes=["only-dark" if dark else "only-light"])
        image.attributes.update(attributes)
        block += image
    directive.set_source_info(block)
    return block


def visit(self, node):
    """As HTML: loaded when it is needed, and nothing jumps when it is there."""
    width, height = node["size"].split()
    where = self.builder.imgpath + "/" + self.builder.images[node["uri"]]
    self.body.append(
        self.emptytag(node, "img", "\n", CLASS=" ".join(node["classes"]), src=where, alt=node["alt"], width=width,
                      height=height, loading="lazy", decoding="async")
    )  # fmt: skip
    raise nodes.SkipNode


def hide_alt(app, docname, source):
    """Take the alternative texts out of the code that the page of a lesson shows."""
    if docname.startswith("lessons/"):
        source[0] = ALT.sub("", source[0])
