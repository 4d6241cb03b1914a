"""An einsum of any number of operands as a tensor network: operands are nodes, letters are the lines between them."""

from math import atan2, cos, pi, sin
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Polygon

from minitensor.einsums.explain import Letter, explain_einsum
from minitensor.plot.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, figure, styled

Point = tuple[float, float]

NODE, APART = 0.42, 2.3  # the radius of a node, and how far neighbours are from each other
LEG, FAN = 1.15, 0.75  # the length of a free leg, and the angle between two
BEND, BESIDE = 0.6, 0.85  # between lines that join the same two nodes, and between legs that leave these lines
MARGIN = 0.5
HALO = "#efe8f6"


@styled
def einsum(spec: str, *operands: Any) -> Any:
    """The tensor network of an einsum, with the size of every letter; the pair that is multiplied first has a halo.

    operands : Tensors, or only their shapes, any number of them

    A letter of two operands that is summed is a line between them. A letter that is kept has a free leg; it is a leg
    of its one operand, or of a dot in which the lines to all its operands meet. A letter of one operand that is summed
    is a leg that ends at its name, and a loop where it stands twice. An axis under "..." has a letter that is free.
    """
    found = explain_einsum(spec, *operands)
    first = found.stages[0].operands if len(operands) > 1 else ()
    nodes = _places(len(operands), found.letters, first)
    drawing = _Drawing(nodes)
    if first:
        drawing.halo(*first)
    drawing.lines(found.letters)
    for number, shape in enumerate(found.shapes):
        drawing.node(number, shape)
    return drawing.finish(spec, has_pair=bool(first))


def _places(count: int, letters: tuple[Letter, ...], first: tuple[int, ...]) -> list[Point]:
    """A row where only neighbours share letters, else a ring, clockwise from the left."""
    near = [max(each) - min(each) <= 1 for each in (*(letter.operands for letter in letters), first) if each]
    if count <= 2 or all(near):
        return [(APART * number, 0.0) for number in range(count)]
    radius = APART / (2 * sin(pi / count))
    angles = [pi / 2 + pi / count - 2 * pi * (number - (count % 2) / 2) / count for number in range(count)]
    return [(radius * cos(angle), radius * sin(angle)) for angle in angles]


class _Drawing:
    """A figure on the way, with the places of its nodes and the corners of what is drawn."""

    def __init__(self, nodes: list[Point]) -> None:
        self.nodes = nodes
        self.is_row = all(y == 0 for _, y in nodes)
        self.fig, self.ax = figure()
        self.corners: list[Point] = []

    def halo(self, a: int, b: int) -> None:
        """A band round two nodes."""
        (x, y), (to_x, to_y) = self.nodes[a], self.nodes[b]
        angle, radius = atan2(to_y - y, to_x - x), NODE + 0.18
        turns = [pi * i / 24 for i in range(25)]
        round_b = [_at((to_x, to_y), angle - pi / 2 + turn, radius) for turn in turns]
        round_a = [_at((x, y), angle + pi / 2 + turn, radius) for turn in turns]
        band = Polygon(round_b + round_a, facecolor=HALO, edgecolor=PURPLE, linestyle="--", zorder=0, gid="first")
        self.ax.add_patch(band)

    def node(self, number: int, shape: tuple[int, ...]) -> None:
        x, y = self.nodes[number]
        self.ax.add_patch(Circle((x, y), NODE, facecolor="#f3f3f3", edgecolor=GREY, zorder=2, gid=f"x{number}"))
        self.ax.text(x, y, f"x{number}", ha="center", va="center", fontsize=13, color=INK, zorder=4)
        self.corners += [(x - NODE, y - NODE), (x + NODE, y + NODE)]

    def lines(self, letters: tuple[Letter, ...]) -> None:
        """All letters: those of one operand fan out, those of two lie side by side, those of more meet in a dot."""
        groups: dict[tuple[int, ...], list[Letter]] = {}
        for letter in letters:
            groups.setdefault(tuple(sorted(set(letter.operands))), []).append(letter)
        many = [(ends, letter) for ends, group in groups.items() if len(ends) > 2 for letter in group]
        for ends, group in groups.items():
            if len(ends) == 1:
                for i, letter in enumerate(group):
                    self.alone(ends[0], letter, self.outwards(ends[0]) + FAN * (i - (len(group) - 1) / 2))
            elif len(ends) == 2:
                group.sort(key=lambda letter: letter.kept)  # what has a leg lies outside
                last = (len(group) - 1) / 2
                bends = [BEND * (i - last) for i in range(len(group))]
                for letter, bend in zip(group, bends, strict=True):
                    same = [b for b, each in zip(bends, group, strict=True) if each.kept and (b < 0) == (bend < 0)]
                    along = BESIDE * (same.index(bend) - (len(same) - 1) / 2) if letter.kept else 0.0
                    self.between(ends, letter, bend, along, LEG + BEND * last - abs(bend))
        for i, (ends, letter) in enumerate(many):
            (x, y), (from_x, from_y) = _mean([self.nodes[end] for end in ends]), self.nodes[ends[0]]
            turn = atan2(y - from_y, x - from_x) + pi / 2 + 2 * pi * i / len(many)
            self.meet(ends, letter, _at((x, y), turn, 0.7 * BEND * (len(many) > 1)))

    def outwards(self, number: int) -> float:
        """The direction away from the other nodes."""
        if len(self.nodes) == 1 or (self.is_row and 0 < number < len(self.nodes) - 1):
            return -pi / 2
        (x, y), (from_x, from_y) = self.nodes[number], _mean(self.nodes)
        return atan2(y - from_y, x - from_x)

    def alone(self, number: int, letter: Letter, angle: float) -> None:
        start, color = self.nodes[number], BLUE if letter.kept else ORANGE
        if len(letter.operands) == 1:
            self.leg(start, angle, NODE + LEG, letter, color)
            return
        top = _at(start, angle, NODE + 0.75)
        times = len(letter.operands)
        for i in range(times):  # one half of the loop to the left, one to the right
            control = _at(top, angle + pi / 2, 0.75 * (2 * i / (times - 1) - 1))
            self.wire(_curve(start, control, top), letter, color)
        if letter.kept:
            self.dot(top, letter, color)
            self.leg(top, angle, LEG, letter, color)
        else:
            self.badge(top, letter, color)

    def between(self, ends: tuple[int, ...], letter: Letter, bend: float, along: float, length: float) -> None:
        a, b = (self.nodes[end] for end in ends)
        (x, y), angle = _mean([a, b]), atan2(b[1] - a[1], b[0] - a[0]) - pi / 2
        center = _mean(self.nodes)
        if (x - center[0]) * cos(angle) + (y - center[1]) * sin(angle) < -1e-9:
            angle += pi  # to the outside of a ring
        if letter.kept or len(letter.operands) > 2:
            place = _at(_at((x, y), angle, bend), angle + pi / 2, along)
            self.meet(ends, letter, place, angle + pi * (bend < 0), length)
        else:
            self.wire(_curve(a, _at((x, y), angle, 2 * bend), b), letter, ORANGE)
            self.badge(_at((x, y), angle, bend), letter, ORANGE)

    def meet(
        self, ends: tuple[int, ...], letter: Letter, place: Point, angle: float | None = None, length: float = LEG
    ) -> None:
        """Lines from all the operands of a letter to one dot, and a leg from there if it is kept."""
        color = GREEN if letter.kept else ORANGE
        directions = []
        for end in ends:
            node = self.nodes[end]
            directions.append(atan2(node[1] - place[1], node[0] - place[0]))
            times = letter.operands.count(end)
            for i in range(times):
                control = _at(_mean([node, place]), directions[-1] + pi / 2, BEND * (i - (times - 1) / 2))
                self.wire(_curve(node, control, place), letter, color)
        if letter.kept:
            self.dot(place, letter, color)
            self.leg(place, _widest_gap(directions) if angle is None else angle, length, letter, color)
        else:
            self.badge(place, letter, color)

    def leg(self, start: Point, angle: float, length: float, letter: Letter, color: str) -> None:
        """A line that ends free, past its name, where the letter is kept, and at its name where it is summed."""
        past = max(0.45, 0.2 + 0.06 * len(_name(letter))) if letter.kept else 0.0
        name = length - 0.45 * letter.kept
        self.wire([start, _at(start, angle, name + past)], letter, color)
        self.badge(_at(start, angle, name), letter, color)

    def wire(self, points: list[Point], letter: Letter, color: str) -> None:
        self.ax.plot(*zip(*points, strict=True), color=color, linewidth=3, solid_capstyle="round", zorder=1,
                     gid=letter.name)  # fmt: skip
        self.corners += points

    def dot(self, place: Point, letter: Letter, color: str) -> None:
        self.ax.plot(*place, "o", color=color, markersize=8, zorder=2, gid=f"{letter.name} dot")

    def badge(self, place: Point, letter: Letter, color: str) -> None:
        box = {
            "boxstyle": "round,pad=0.25,rounding_size=0.6",
            "facecolor": "white",
            "edgecolor": color,
            "linewidth": 1.6,
        }
        self.ax.text(*place, _name(letter), ha="center", va="center", fontsize=11, color=color, bbox=box, zorder=3)
        self.corners += [(place[0] - 0.4, place[1] - 0.2), (place[0] + 0.4, place[1] + 0.2)]

    def finish(self, spec: str, has_pair: bool) -> Any:
        (left, right), (low, high) = ((min(side), max(side)) for side in zip(*self.corners, strict=True))
        width, height = right - left + 2 * MARGIN, high - low + 2 * MARGIN
        self.ax.set_xlim(left - MARGIN, right + MARGIN)
        self.ax.set_ylim(low - MARGIN, high + MARGIN)
        self.ax.set_aspect("equal")
        self.ax.set_axis_off()
        self.ax.set_title(spec, family="monospace", fontsize=15, loc="center")
        self.fig.set_size_inches(max(0.85 * width, 0.14 * len(spec), 6.8), 0.85 * height + 1.0)
        colors = {"in one operand, kept": BLUE, "in several, kept": GREEN, "summed": ORANGE}
        there = {line.get_color() for line in self.ax.lines}
        keys: dict[str, Any] = {
            words: Line2D([], [], color=color, linewidth=3) for words, color in colors.items() if color in there
        }
        if has_pair:
            keys["first pair"] = Patch(facecolor=HALO, edgecolor=PURPLE, linestyle="--")
        if keys:
            self.fig.legend(keys.values(), keys, loc="outside lower center", ncols=4, fontsize=10, frameon=False)
        self.fig.get_layout_engine().set(h_pad=0.12)
        return self.fig


def _name(letter: Letter) -> str:
    return f"{letter.name} {letter.size:,}"


def _at(start: Point, angle: float, distance: float) -> Point:
    return start[0] + distance * cos(angle), start[1] + distance * sin(angle)


def _mean(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _curve(start: Point, control: Point, end: Point) -> list[Point]:
    """A Bézier curve that leaves towards `control` and comes from there."""
    parts = [i / 24 for i in range(25)]
    return [
        tuple((1 - t) ** 2 * start[i] + 2 * t * (1 - t) * control[i] + t**2 * end[i] for i in (0, 1))  # type: ignore[misc]
        for t in parts
    ]


def _widest_gap(angles: list[float]) -> float:
    """The direction in the middle of the widest gap between these."""
    turns = sorted(angle % (2 * pi) for angle in angles)
    gaps = [(after - before, before) for before, after in zip(turns, [*turns[1:], turns[0] + 2 * pi], strict=True)]
    widest, begin = max(gaps)
    return begin + widest / 2
