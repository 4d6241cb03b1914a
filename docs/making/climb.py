"""``{climb} matmul``: a climb in one picture, from the newest stored measurement, with what is PREDICTED for a GPU.

The picture is SVG without a scale: places along the time axis are percents, heights and letters are pixels, so that it
can be read on a phone. Option ``:gpu: RTX 4090`` chooses the card.
"""

import math
from html import escape

from making.climbs import COMMAND, LADDERS, lasting, machine, newest, sizes
from minitensor.text.numbers import roughly

LINE, TOP, BAR = 37, 94, 12  # pixels: of a rung, above the first, of a bar; climb.css has more for a rung on a phone
WIDE = 74  # percent of the width that the axis takes: what is left is for the last bar's time
NAMES = {"matmul": "matrix product", "mean-shift": "mean shift", "k-means": "k-means"}


def drawn(found, key, gpu="RTX 3090"):
    """The largest climb of a ladder with predictions: (its title, the SVG). Raises LookupError where there is none."""
    climb = next((each for each in reversed(found["climbs"]) if each["ladder"] == key and gpu in _cards(each)), None)
    if not climb:
        raise LookupError(f"no climb of {key!r} with times PREDICTED for the {gpu!r} is stored; {COMMAND} makes one")
    bars = [*_measured(climb), *_predicted(climb, gpu)]
    captions = {each.__name__: each.caption for each in LADDERS[key]}
    ends = [bar[each] for bar in bars if "seconds" in bar for each in ("low", "high", "seconds")]
    first, last = math.floor(math.log10(min(ends))), math.log10(max(ends))

    def place(seconds):
        return f"{WIDE * (math.log10(seconds) - first) / (last - first):.2f}%"

    height = TOP + LINE * len(bars)
    parts = [
        *_axis(first, last, place),
        *_legend(
            found["processor"], [bar.get("part") for bar in bars if "seconds" in bar and not bar["predicted"]], gpu
        ),
    ]
    for number, bar in enumerate(bars):
        parts += [
            f'<g class="climb-rung" style="--at: {number}" transform="translate(0 {TOP + LINE * number})">',
            *_bar(bar, captions.get(bar["rung"], ""), place),
            "</g>",
        ]
    title = f"The climb of the {NAMES.get(key, key)}, {sizes(climb)}"
    said = "; ".join(f"{bar['rung']} {', '.join(filter(None, (bar['words'], bar['how'])))}" for bar in bars)
    about = f"A bar for each rung, its length the time on a logarithmic axis. {said}. {machine(found)}"
    return title, (
        f'<svg class="climb" style="--rungs: {len(bars)}" role="img" width="100%" '
        f'aria-labelledby="climb-{key}-title climb-{key}-desc" '
        f'height="{height}" xmlns="http://www.w3.org/2000/svg"><title id="climb-{key}-title">{escape(title)}</title>'
        f'<desc id="climb-{key}-desc">{escape(about)}</desc>{PATTERN}{"".join(parts)}</svg>'
    )


PATTERN = (
    '<defs><pattern id="climb-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line x1="0" y1="0" x2="0" y2="6" class="climb-line"/></pattern></defs>'
)


def _cards(climb):
    return {card for each in climb["gpu"].values() for card, value in each.items() if isinstance(value, dict)}


def _measured(climb):
    for row in climb["rows"]:
        part = f"{100 * row['part']:.2g}% measured" if "part" in row else ""
        bar = {"rung": row["rung"], "predicted": False, "part": bool(part), "how": part}
        if "seconds" not in row:
            yield bar | {"words": row["note"].removeprefix("skipped: ").partition(", limit")[0]}
        else:
            bar |= {each: row[each] for each in ("seconds", "low", "high")}
            yield bar | {"words": lasting(row["seconds"])}


def _predicted(climb, gpu):
    for name, cards in climb["gpu"].items():
        if isinstance(found := cards.get(gpu), dict):
            bar = {each: found[each] for each in ("seconds", "low", "high")}
            yield bar | {"rung": name, "predicted": True, "how": "PREDICTED", "words": roughly(found["seconds"])}


def _bar(bar, caption, place):
    """A rung: its name and caption, below them the bar with its time at the end, and the range of a prediction.

    The caption is there twice: beside the name, and for a phone in a line of its own, where what follows is lower.
    """
    about = caption.removeprefix("GPU: ") + (f"; {bar['how']}" if bar.get("part") else "")
    yield (
        f'<text y="12"><tspan class="climb-name">{escape(bar["rung"])}</tspan>'
        f'<tspan class="climb-caption climb-beside" dx="8">{escape(about)}</tspan></text>'
        f'<text class="climb-caption climb-under" y="27">{escape(about)}</text><g class="climb-below">'
    )
    top, middle = 17, 17 + BAR / 2
    if "seconds" not in bar:
        yield f'<text class="climb-caption climb-none" y="{middle + 4}">{escape(bar["words"])}</text></g>'
        return
    kind = "climb-predicted" if bar["predicted"] else "climb-part" if bar["part"] else "climb-measured"
    yield f'<rect class="{kind}" x="0.5" y="{top}" width="{place(bar["seconds"])}" height="{BAR}" rx="2"/>'
    end = bar["seconds"]
    if bar["predicted"]:
        end = bar["high"]
        low, high = place(bar["low"]), place(bar["high"])
        yield f'<line class="climb-range" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
    yield f'<text class="climb-time" x="{place(end)}" dx="7" y="{middle + 4.5}">{escape(bar["words"])}</text></g>'


def _axis(first, last, place):
    """A line at every second power of ten, with its time above: below, a picture that grows has no fixed place."""
    for power in range(first, math.floor(last) + 1, 2 if last - first > 4 else 1):
        x, time = place(10.0**power), roughly(10.0**power).replace(".0", "")
        yield f'<line class="climb-grid" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="100%"/>'
        anchor = ' text-anchor="middle"' if power > first else ""
        yield f'<text class="climb-tick" x="{x}" y="{TOP - 13}"{anchor}>{time}</text>'


def _legend(processor, parts, gpu):
    items = [("climb-measured", f"measured on {processor}")] if not all(parts) else []
    items += [("climb-part", "a part of the job measured, the whole reckoned")] if any(parts) else []
    items += [("climb-predicted", f"PREDICTED for an {gpu}" if gpu[0] in "RALH" else f"PREDICTED for a {gpu}")]
    for number, (kind, text) in enumerate(items):
        y = 2 + 20 * number
        yield f'<rect class="{kind}" x="0.5" y="{y + 2}" width="22" height="{BAR}" rx="2"/>'
        yield f'<text class="climb-legend" x="32" y="{y + 12}">{escape(text)}</text>'


def setup(app):
    from docutils import nodes
    from sphinx.errors import ExtensionError
    from sphinx.util.docutils import SphinxDirective

    class Climb(SphinxDirective):
        required_arguments = 1

        def run(self):
            found = newest()
            self.env.note_reread()
            if not found:
                return [nodes.paragraph("", f"Nobody has measured this yet: {COMMAND} does it.")]
            try:
                title, svg = drawn(found, self.arguments[0], self.options.get("gpu", "RTX 3090"))
            except LookupError as missing:
                raise ExtensionError(str(missing)) from missing
            caption = (
                f"{title}. Each grid line is a hundred times the one before. {machine(found)} A prediction comes from "
                "the simulator's count and published facts of the card, with its range; nobody measured it."
            )
            picture, below = nodes.raw("", svg, format="html"), nodes.paragraph("", caption, classes=["aside"])
            return [nodes.container("", picture, below, classes=["climb-figure"])]

    Climb.option_spec = {"gpu": str}
    app.add_directive("climb", Climb)
    app.connect("html-page-context", _style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _style(app, page, template, context, doctree):
    from docutils import nodes

    if doctree is not None and any("climb-figure" in each["classes"] for each in doctree.findall(nodes.container)):
        app.add_css_file("climb.css")
