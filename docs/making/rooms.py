"""The rooms of the package as a drawing, made from its imports, and as a list, made from the README's table."""

import ast
import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "minitensor"
Graph = Mapping[str, set[str]]  # room: the rooms that it imports

Place = str | tuple[str, str, int]  # a room, or where an arrow passes a storey: from, to, storey

WIDTH, HEIGHT, ACROSS, DOWN = 116, 30, 132, 60  # of a box; from one box to the next
PASSING = 26  # of an arrow that passes


def rooms() -> list[str]:
    """The rooms: files and folders of the package, without their endings."""
    found = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")}
    return sorted(found - {"__init__", "lessons"})


def imports() -> dict[str, set[str]]:
    """Which rooms each room imports, at the top of its files or inside functions."""
    names = rooms()
    graph: dict[str, set[str]] = {name: set() for name in names}
    for name in names:
        path = PACKAGE / f"{name}.py"
        for file in [path] if path.is_file() else (PACKAGE / name).rglob("*.py"):
            graph[name] |= {room for room in _imported(ast.parse(file.read_text(encoding="utf-8"))) if room in graph}
        graph[name].discard(name)
    return graph


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            whole = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{each.name}" for each in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in whole if name.startswith("minitensor."))


def reached(graph: Graph, start: str) -> set[str]:
    """All that a room imports, by whatever way.

    >>> sorted(reached({"c": {"b"}, "b": {"a"}, "a": set()}, "c"))
    ['a', 'b']
    """
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        if (room := waiting.pop()) not in found:
            found.add(room)
            waiting += graph[room]
    return found


def reduced(graph: Graph) -> dict[str, set[str]]:
    """The imports that no way round leads to as well: enough to see who may know whom.

    >>> reduced({"c": {"a", "b"}, "b": {"a"}, "a": set()})
    {'c': {'b'}, 'b': {'a'}, 'a': set()}
    """
    return {
        room: {one for one in seen if not any(one in reached(graph, other) for other in seen - {one})}
        for room, seen in graph.items()
    }


def storeys(graph: Graph) -> list[list[Place]]:
    """The rooms by how long the longest way down from them is; on each storey in an order in which few arrows cross.

    An arrow that passes a storey has a place there too.

    >>> storeys({"c": {"a"}, "b": {"a"}, "a": set(), "d": {"c", "a"}})
    [['a'], ['b', ('d', 'a', 1), 'c'], ['d']]
    """
    depth: dict[str, int] = {}

    def deep(room: str) -> int:
        if room not in depth:
            depth[room] = 1 + max(map(deep, graph[room]), default=-1)
        return depth[room]

    levels: list[list[Place]] = [[] for _ in range(1 + max(map(deep, graph)))]
    ways = [way(graph, depth, room, other) for room in sorted(graph) for other in sorted(graph[room])]
    for each in ways:
        for place in each[1:-1]:
            levels[depth[each[0]] - each.index(place)].append(place)
    for room in sorted(graph):
        levels[depth[room]].append(room)
    below: dict[Place, list[Place]] = {}
    above: dict[Place, list[Place]] = {}
    for each in ways:
        for high, low in pairwise(each):
            below.setdefault(high, []).append(low)
            above.setdefault(low, []).append(high)
    at = {place: x for level in levels for place, x in across(level).items()}
    for turn in range(24):  # each goes to the middle of its neighbours, below and above in turn
        near = above if turn % 2 else below
        for level in levels:
            level.sort(key=lambda place: mean(at[n] for n in near[place]) if place in near else at[place])
            at |= across(level)
    return levels


def way(graph: Graph, depth: Mapping[str, int], room: str, other: str) -> list[Place]:
    """The places of an arrow, from a room down to another."""
    passed = range(depth[room] - 1, depth[other], -1)
    return [room, *((room, other, level) for level in passed), other]


def across(level: list[Place]) -> dict[Place, float]:
    """Where each place of a storey is, from the middle."""
    widths = [ACROSS if isinstance(place, str) else PASSING for place in level]
    return {place: sum(widths[:i]) + widths[i] / 2 - sum(widths) / 2 for i, place in enumerate(level)}


def drawing(graph: Graph) -> str:
    """The rooms as SVG, what stands on nothing at the foot; an arrow goes from a room to one that it imports."""
    arrows = reduced(graph)
    levels = storeys(arrows)
    depth = {place: up for up, level in enumerate(levels) for place in level}
    spread = [x for level in levels for x in across(level).values()]
    width, height = max(spread) - min(spread) + ACROSS, len(levels) * DOWN
    at = {
        place: (width / 2 + x, height - DOWN / 2 - up * DOWN)
        for up, level in enumerate(levels)
        for place, x in across(level).items()
    }
    parts = [
        f'<svg class="rooms" viewBox="0 0 {width:g} {height}" role="group" aria-labelledby="rooms-title rooms-text">',
        '<title id="rooms-title">The rooms and who imports whom</title>',
        f'<desc id="rooms-text">{escape(in_words(arrows))}</desc>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0.8 7.4 4 0 7.2z"/></marker></defs>',
    ]
    for room, seen in arrows.items():
        for other in sorted(seen):
            stops = [at[place] for place in way(arrows, depth, room, other)]
            parts.append(f'<path class="arrow" marker-end="url(#tip)" d="{curve(stops)}"/>')
    for room in arrows:
        x, y = at[room]
        parts.append(
            f'<a href="#{anchor(room)}"><rect x="{x - WIDTH / 2:g}" y="{y - HEIGHT / 2:g}" width="{WIDTH}" '
            f'height="{HEIGHT}" rx="6"/><text x="{x:g}" y="{y + 4.5:g}">{escape(room)}</text></a>'
        )
    return "".join([*parts, "</svg>"])


def anchor(room: str) -> str:
    """Where a room is told of.

    >>> anchor("__main__"), anchor("matrix_product")
    ('room-main', 'room-matrix-product')
    """
    return f"room-{room.strip('_').replace('_', '-')}"


def curve(stops: list[tuple[float, float]]) -> str:
    """A line from below the first box to above the last, upright where it passes a storey."""
    out, (x, top) = "", (stops[0][0], stops[0][1] + HEIGHT / 2)
    for to, y in stops[1:]:
        end = y - HEIGHT / 2 - (2 if (to, y) == stops[-1] else 0)
        half = (end - top) / 2
        out += f"{'V' if out else f'M{x:g} '}{top:g}C{x:g} {top + half:g} {to:g} {end - half:g} {to:g} {end:g}"
        x, top = to, y + HEIGHT / 2
    return out


def in_words(arrows: Graph) -> str:
    """The same for those who do not see it."""
    return " ".join(f"{room} stands on {', '.join(sorted(seen))}." for room, seen in sorted(arrows.items()) if seen)


def told() -> Iterator[tuple[list[str], str]]:
    """The rows of the README's table of rooms: the rooms of a row, and what they hold, as Markdown without links."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Rooms\n")[2]
    for names, words in re.findall(r"^\| (\[.*?) \| (.*) \|$", table, re.MULTILINE):
        links = re.findall(r"\]\(minitensor/([\w.]+)\)", names)
        yield [name.removesuffix(".py") for name in links], re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)


def own_words(room: str) -> str:
    """What a room that shares a row of the README says of itself: the first sentence of its docstring.

    >>> own_words("norms")
    'How long a tensor is, and how far apart two tensors are.'
    """
    path = PACKAGE / f"{room}.py"
    text = (path if path.is_file() else PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
    return " ".join(first.split())


def size(room: str) -> tuple[int, int]:
    """How many files a room has, and how many lines."""
    path = PACKAGE / f"{room}.py"
    files = [path] if path.is_file() else [*(PACKAGE / room).rglob("*.py"), *(PACKAGE / room).rglob("*.cu")]
    return len(files), sum(len(each.read_text(encoding="utf-8").splitlines()) for each in files)


def listed() -> str:
    """The list as Markdown, a room a line, each where the drawing leads to."""
    lines = []
    for names, together in told():
        for name in names:
            words = together if len(names) == 1 else own_words(name)
            files, count = size(name)
            many = f"{files} files, " if files > 1 else ""
            lines += [f"({anchor(name)})=", f"`{name}`", f": {words} *{many}{count:,} lines.*", ""]
    return "\n".join(lines)


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Rooms(SphinxDirective):
        """``{rooms}``: the drawing and the list."""

        def run(self):
            for path in (ROOT / "README.md", *PACKAGE.rglob("*.py")):
                self.env.note_dependency(str(path))
            return [nodes.raw("", drawing(imports()), format="html"), *self.parse_text_to_nodes(listed())]

    app.add_directive("rooms", Rooms)
    return {"parallel_read_safe": True}
