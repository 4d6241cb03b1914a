"""The memory explorer without JavaScript: one case, counted by the simulator and drawn when the site is built."""

from functools import cache
from html import escape

import numpy as np

import minitensor as mt
from minitensor.gpu.counters import SECTOR
from minitensor.gpu.written import written
from minitensor.text.numbers import in_share

from .explorers import STILLS, picture

DTYPES = {1: "int8", 2: "int16", 4: "float32", 8: "float64"}
WIDTH, LEFT = 720, 66  # as in memory.js
ACROSS = WIDTH - LEFT
WARP = 32
READ = ["lane = cuda.threadIdx.x"]
COPY = ["value = x[lane * stride + offset]", "out[lane] = value"]


def setup(app):
    """To Sphinx this file is an extension: it gives the directive `explorer` its still, and the page its colours."""
    app.connect("html-page-context", _add_css)
    return {"parallel_read_safe": True}


def _add_css(app, page, template, context, doctree):
    if app.env.metadata.get(page, {}).get("explorer") == "memory":
        app.add_css_file("explore/memory.css")


def filled(dtype, length):
    """The lines that make an array of shared memory and fill it."""
    return [
        f"x = cuda.shared_memory(np.{dtype}, {length})",
        *READ,
        f"for at in range(lane, {length}, 32):",
        f"    x[at] = np.{dtype}(at % 100)",
        "cuda.syncthreads()",
    ]


@cache
def reader(space, size, length):
    """The kernel of a page whose lanes read elements of so many bytes from so long an array."""
    parameters, body = (
        ("x, out, stride, offset", READ) if space == "global" else ("out, stride, offset", filled(DTYPES[size], length))
    )
    return written("read", parameters, [*body, *COPY], f"{space}, {size}, {length}")


def counted(stride, offset, size, space, length=None):
    """The counters of the line that reads, of a warp whose lane reads element lane · stride + offset."""
    length = length or 31 * stride + offset + 1
    arrays = [mt.zeros(32, DTYPES[size])]
    if space == "global":
        arrays.insert(0, mt.zeros(length, DTYPES[size]))
    launch = reader(space, size, length)[1, 32](*arrays, stride, offset)
    return next(line for line in launch.lines.values() if getattr(line, f"{space}_loads"))


def code(stride, offset, size, space):
    """The lines of Python that count the same, as `memory_rules.js` has them."""
    dtype, length, shared = DTYPES[size], 31 * stride + offset + 1, space == "shared"
    body = [*(filled(dtype, length) if shared else READ), *COPY]
    x, out = ("" if shared else "x, "), f'mt.zeros(32, "{dtype}")'
    lines = [
        *(
            "import numpy as np",
            "import minitensor as mt",
            "from minitensor.gpu import cuda, kernel",
            "",
            "",
            "@kernel",
        ),
        f"def read({x}out, stride, offset):",
        *(f"    {line}" for line in body),
        *("", "", f"out = {out}" if shared else f'x, out = mt.zeros({length}, "{dtype}"), {out}'),
        f"launch = read[1, 32]({x}out, {stride}, {offset})",
        f"load = next(line for line in launch.lines.values() if line.{space}_loads)",
        "((rounds, _),) = load.shared_shapes" if shared else "((rounds, lines, _),) = load.global_shapes",
        'print(rounds, "clocks", load.bank_conflicts, "replays")'
        if shared
        else 'print(load.load_sectors, "sectors", max(rounds, lines / 3.5), "clocks")',
        "",
    ]
    return "\n".join(lines)


def still(state):
    """The HTML of a case in global memory: a sentence, the strip of sectors, the counters, the lines of Python."""
    stride, offset, size = (int(state[name]) for name in ("stride", "offset", "size"))
    load = counted(stride, offset, size, "global")
    ((rounds, lines, _),) = load.global_shapes
    moved, used = load.load_sectors * SECTOR, np.unique(np.arange(WARP) * stride).size * size
    rows = {
        "sectors touched": load.load_sectors,
        "the fewest that would do": load.fewest_sectors,
        "useful bytes of moved bytes": f"{used} of {moved}, {in_share(used / moved)}",
        "clocks of L1: rounds of its banks, or lines / 3.5 if more": f"{max(rounds, lines / 3.5):.3g}",
    }
    cells = "".join(f"<tr><td>{words}</td><td><strong>{number}</strong></td></tr>" for words, number in rows.items())
    return (
        f"<p>The 32 lanes of a warp read {DTYPES[size]}, {size} bytes each: lane 0 element {offset}, lane 1 element "
        f"{offset + stride}, and so on.</p>"
        f'<p class="explore-said">{load.load_sectors} sectors: {moved} bytes move, {used} are asked for, '
        f"{in_share(used / moved)}.</p>{strip(stride, offset, size)}<table>{cells}</table>"
        f'<p class="explore-label">The same in Python</p><pre>{escape(code(stride, offset, size, "global"))}</pre>'
    )


def strip(stride, offset, size):
    """Memory as one strip of sectors, and from each lane a wire to what it reads, as `memory.js` draws it."""
    first = (np.arange(WARP) * stride + offset) * size
    touched = set((first // SECTOR).tolist())
    many = 8
    while many <= max(touched):
        many *= 2
    scale, top, high = ACROSS / many / SECTOR, 120, 44
    parts = []
    for at in range(many):
        kind = "memory-touched" if at in touched else "memory-idle"
        parts.append(_box(LEFT + at * SECTOR * scale, top, SECTOR * scale - 2, high, kind))
    used = (LEFT + byte * scale + 0.5 for byte in sorted(set(first.tolist())))
    parts.extend(_box(x, top + 5, size * scale - 1.5, high - 10, "explore-a") for x in used)
    for lane, byte in enumerate(first.tolist()):
        x, to = LEFT + (lane + 0.5) * ACROSS / WARP, LEFT + (byte + size / 2) * scale
        parts.append(_box(x - ACROSS / WARP / 2 + 1, 1, ACROSS / WARP - 2, 22, "explore-a"))
        parts.append(_label(x, 16, lane, "explore-on memory-number"))
        path = f"M{x:.1f} 24C{x:.1f} {top / 2 + 12} {to:.1f} {top / 2 + 12} {to:.1f} {top}"
        parts.append(f'<path class="memory-wire" d="{path}"/>')
    for at in range(5):
        anchor = ("start", "middle", "middle", "middle", "end")[at]
        kind = f"explore-small memory-word{' memory-number' if at % 2 else ''}"
        parts.append(_label(LEFT + at * ACROSS / 4, top + high + 18, at * many * SECTOR // 4, kind, anchor))
    for y, word in ((17, "lanes"), (top + 27, "memory"), (top + high + 18, "byte")):
        parts.append(_label(LEFT - 8, y, word, "explore-small memory-left", "end"))
    words = (
        f"A strip of {many} sectors of 32 bytes: {len(touched)} are touched, and wires lead from the 32 lanes to what "
        "they read"
    )
    return picture(WIDTH, top + high + 26, words, *parts)


def _box(x, y, width, height, kind):
    return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{max(width, 0.8):.1f}" height="{height}"/>'


def _label(x, y, text, kind, anchor="middle"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{text}</text>'


STILLS["memory"] = still
