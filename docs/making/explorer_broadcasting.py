"""The broadcasting explorer without JavaScript: one pair of shapes, drawn and explained by the library when built."""

import re
from html import escape
from math import prod

from minitensor import broadcast_shapes, explain_broadcast
from minitensor.text.numbers import in_bytes

from .explorers import STILLS, picture

CELL = 40  # as in broadcasting.js
NAMES = ("a", "b")


def setup(app):
    """To Sphinx this file is an extension, which gives the directive `explorer` its still."""
    return {"parallel_read_safe": True}


def shapes_of(text):
    """The shapes in an address.

    >>> shapes_of("3x1,4"), shapes_of("(),4")
    ([(3, 1), (4,)], [(), (4,)])
    """
    return [tuple(map(int, re.findall(r"\d+", shape))) for shape in text.split(",")]


def still(state):
    """The HTML of a case of two axes that fits: sentence, drawing, the library's text, memory, the line of Python."""
    shapes = shapes_of(state["shapes"])
    result = broadcast_shapes(*shapes)
    a, b = shapes
    numbers = [_numbers(a, 10), _numbers(b, 1)]
    grids = [
        _figure(f"{name} {shape}", _grid(name, shape, result, value), f"{name}, shape {shape}, stretched to {result}")
        for name, shape, value in zip(NAMES, shapes, numbers, strict=True)
    ]
    total = _grid("out", result, result, lambda index: sum(value(index) for value in numbers))
    grids.append(_figure(f"a + b {result}", total, f"the result, shape {result}"))
    sizes = ", ".join(
        f"{name} {in_bytes(8 * prod(shape))}"
        for name, shape in zip((*NAMES, "the result"), (*shapes, result), strict=True)
    )
    return (
        f"<p><strong>{a} and {b} make {result}.</strong></p>"
        f'<div class="explore-grids">{grids[0]}<span aria-hidden="true">+</span>{grids[1]}'
        f'<span aria-hidden="true">=</span>{grids[2]}</div>'
        '<p class="explore-hint">Of a and b, full cells are in memory; pale ones are read again.</p>'
        f"<p>Memory, as float64: {sizes}.</p>"
        f'<pre class="explore-text">{escape(explain_broadcast(a, b))}</pre>'
        f'<p class="explore-label">The same in Python</p>'
        f"<pre>import minitensor as mt\nprint(mt.explain_broadcast({a}, {b}))</pre>"
    )


def _numbers(shape, first):
    """What a cell of the result reads of an operand that holds first, 2 first, ...: a stretched axis has index 0."""

    def value(index):
        at = 0
        for size, i in zip(shape, index[len(index) - len(shape) :], strict=True):
            at = at * size + (0 if size == 1 else i)
        return first * (1 + at)

    return value


def _grid(kind, shape, result, value):
    rows, columns = (1, 1, *result)[-2:]
    own_rows, own_columns = (1, 1, *shape)[-2:]
    parts = []
    for row in range(rows):
        for column in range(columns):
            copied = row >= own_rows or column >= own_columns
            pale = copied or kind == "out"
            x, y = 1 + column * CELL, 1 + row * CELL
            label = value((row, column)[2 - len(result) :])
            on = "" if pale else "explore-on"
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" rx="4" '
                f'class="explore-{kind}{" explore-pale" if pale else ""}"/>'
                f'<text x="{x + CELL // 2 - 1}" y="{y + CELL // 2 + 4}" text-anchor="middle" '
                f'class="{on}">{label}</text>'
            )
    return columns * CELL, rows * CELL, parts


def _figure(title, drawn, words):
    width, height, parts = drawn
    return f"<figure><figcaption>{title}</figcaption>{picture(width, height, words, *parts)}</figure>"


STILLS["broadcasting"] = still
