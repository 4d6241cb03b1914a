"""The einsum explorer without JavaScript: one spec, its network drawn and its explanation by the library when built."""

from html import escape

from minitensor import einsum_plan, explain_einsum

from .explorer_broadcasting import shapes_of
from .explorers import STILLS, picture

GAP, TOP = 120, 60  # between operands, and above their middle


def setup(app):
    """To Sphinx this file is an extension, which gives the directive `explorer` its still."""
    return {"parallel_read_safe": True}


def still(state):
    """The HTML of a case: what it costs in a sentence, the network, the library's text, the line of Python."""
    spec, shapes = state["spec"], shapes_of(state["sizes"])
    found = explain_einsum(spec, *shapes)
    call = f'"{spec}", {", ".join(map(str, shapes))}'
    return (
        f"<p><strong>{found.flops:,} operations, where the loops as written take {found.naive_flops:,}.</strong></p>"
        f"{network(found.letters, len(shapes))}"
        '<p class="explore-hint">A line between two operands is a letter that both have and that is summed. A line '
        "that hangs is an axis of the result.</p>"
        f"<pre>{escape(str(found))}</pre>"
        f"<pre>{escape(str(einsum_plan(spec, *shapes)))}</pre>"
        f'<p class="explore-label">The same in Python</p>'
        f"<pre>import minitensor as mt\nprint(mt.explain_einsum({escape(call)}))\n"
        f"print(mt.einsum_plan({escape(call)}))</pre>"
    )


def network(letters, count):
    """A chain of operands as SVG: each letter is in one of them and kept, or in two neighbours and summed.

    Raises ValueError for a network that is none; the script draws those.
    """
    places = [GAP // 2 + GAP * number for number in range(count)]
    lines, labels, words = [], [], []
    for letter in letters:
        ends = [places[number] for number in letter.operands]
        middle = sum(ends) // len(ends)
        if letter.kept and len(ends) == 1:
            line, y, kind = f"M{middle} {TOP} V{TOP + 60}", TOP + 80, "out"
        elif not letter.kept and len(ends) == 2 and ends[1] - ends[0] == GAP:
            line, y, kind = f"M{ends[0]} {TOP} H{ends[1]}", TOP - 8, "b"
        else:
            raise ValueError(f"the letter {letter.name!r} is in {len(ends)} operands: a still is drawn of chains only")
        lines.append(f'<path class="explore-edge explore-{kind}" d="{line}"/>')
        labels.append(
            f'<text class="explore-{kind}" x="{middle}" y="{y}" text-anchor="middle">{letter.name}'
            f'<tspan class="explore-small"> {letter.size:,}</tspan></text>'
        )
        held = " and ".join(f"x{number}" for number in letter.operands)
        words.append(f"{letter.name} of size {letter.size} in {held}, {'kept' if letter.kept else 'summed'}")
    nodes = [
        f'<circle class="explore-a" cx="{x}" cy="{TOP}" r="24"/>'
        f'<text class="explore-on" x="{x}" y="{TOP + 5}" text-anchor="middle">x{number}</text>'
        for number, x in enumerate(places)
    ]
    return picture(GAP * count, TOP + 90, f"The network: {'; '.join(words)}", *lines, *nodes, *labels)


STILLS["einsum"] = still
