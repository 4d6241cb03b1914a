"""What an einsum says, as a diagram: each letter is a wire, and it reaches the output or it is summed.

And how fast our einsum is compared with others.
"""

from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from minitensor.einsums.parser import parse
from minitensor.errors import InputError
from minitensor.plot.style import BLUE, GREEN, GREY, INK, ORANGE, figure, styled

OPERANDS, OUTPUT = 3.3, 0.5  # where the boxes stand
WIDTH, HEIGHT = 0.85, 0.34  # half of a box
ACROSS, SPREAD = 0.4, 0.62  # between wires one below another, and side by side


@styled
def meeting(*specs: str, names: str = "ab") -> Any:
    """Where the letters of einsums of two operands go, one diagram a spec.

    A letter of one operand that is in the output is a wire straight down. A letter of both that is not in the output
    is a wire between the two that ends there: it is summed; one that stands alone and is not in the output ends below
    its operand. A letter of both that is in the output joins the two and goes on down: the operands are multiplied
    side by side along it.
    """
    fig, axes = figure(1, len(specs), width=4.7 * len(specs), height=4.7, squeeze=False)
    for ax, spec in zip(axes[0], specs, strict=True):
        _draw(ax, spec, names)
    colors = {"in one operand, kept": BLUE, "in both, kept": GREEN, "summed": ORANGE}
    lines = [Line2D([], [], color=color, linewidth=3) for color in colors.values()]
    fig.legend(lines, list(colors), loc="outside lower center", ncols=3, fontsize=10, frameon=False)
    return fig


@styled
def race(names: list[str], ratios: list[float], width: float = 8.0) -> Any:
    """The time of the best peer over ours, one bar a case on a logarithmic scale: to the right of 1 we are faster."""
    if len(names) != len(ratios):
        raise InputError(f"race draws one ratio for each case: there are {len(names)} names and {len(ratios)} ratios")
    fig, ax = figure(1, 1, width=width, height=1.0 + 0.2 * len(names))
    places = range(len(names))
    ax.barh(places, [ratio - 1 for ratio in ratios], left=1, color=[ORANGE if r < 0.85 else BLUE for r in ratios])
    ax.set_xscale("log")
    ax.axvline(1, color=INK, linewidth=1)
    ticks = [tick for tick in (0.25, 0.5, 1, 2, 4, 8, 16, 32) if min(*ratios, 1) / 2 < tick < max(*ratios, 1) * 2]
    ax.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(places, names, fontsize=8)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_title("how many times faster than the best peer, on a logarithmic axis")
    return fig


def _draw(ax: Any, spec: str, names: str) -> None:
    _, operands, output = parse(spec)
    if len(operands) != 2:
        raise InputError(f"meeting draws einsums of two operands, not {len(operands)}: {spec!r}")
    terms = [operand.letters for operand in operands]
    left, right = (list(dict.fromkeys(term)) for term in terms)  # a letter that stands twice in a term is one wire
    summed = [letter for letter in left if letter in right and letter not in output]
    kept = [letter for letter in left if letter in right and letter in output]
    # Wires arrive at the output in the order in which they leave, so that none cross.
    alone = ([letter for letter in left if letter not in right], [letter for letter in right if letter not in left])
    centers = (1.0, 4.2)
    middle = sum(centers) / 2
    down = [letter for letter in (*alone[0], *kept, *alone[1]) if letter in output]
    arrive = _side_by_side(down, middle)

    for group, center in zip(alone, centers, strict=True):
        for letter, start in _side_by_side(group, center).items():
            color = BLUE if letter in output else ORANGE
            rest = [(start, 2.0), (arrive[letter], 1.5), (arrive[letter], OUTPUT)] if letter in output else []
            _wire(ax, [(start, OPERANDS), (start, 2.45), *rest], color)
            _letter(ax, start, 2.45, letter, color)
    # The wires between the operands leave their sides one below another, the summed ones on top.
    between = [(letter, ORANGE) for letter in summed] + [(letter, GREEN) for letter in kept]
    for i, (letter, color) in enumerate(between):
        height = OPERANDS + ACROSS * ((len(between) - 1) / 2 - i)
        _wire(ax, [(centers[0], height), (centers[1], height)], color)
        if color == GREEN:
            _wire(ax, [(arrive[letter], height), (arrive[letter], OUTPUT)], color)
            ax.plot(arrive[letter], height, "o", color=color, markersize=7)
            _letter(ax, arrive[letter], 1.75, letter, color)
        else:
            _letter(ax, middle, height, letter, color)

    for name, term, center in zip(names, terms, centers, strict=True):
        height = max(HEIGHT, ACROSS * len(between) / 2)
        _box(ax, center, OPERANDS, height, f"{name}  [{', '.join(term)}]")
    _box(ax, middle, OUTPUT, HEIGHT, f"out  [{', '.join(output)}]")
    ax.set_xlim(0, 5.2)
    ax.set_ylim(0.1, 4.1)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(spec, family="monospace", fontsize=15, loc="center")


def _side_by_side(letters: list[str], center: float) -> dict[str, float]:
    """Where wires leave or enter a box: SPREAD apart, or closer where many must fit."""
    apart = min(SPREAD, 1.6 * WIDTH / max(len(letters) - 1, 1))
    return {letter: center + apart * (i - (len(letters) - 1) / 2) for i, letter in enumerate(letters)}


def _wire(ax: Any, corners: list[tuple[float, float]], color: str) -> None:
    ax.plot(*zip(*corners, strict=True), color=color, linewidth=3, solid_joinstyle="round", zorder=1)


def _letter(ax: Any, x: float, y: float, letter: str, color: str) -> None:
    box = {"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": color, "linewidth": 1.6}
    ax.text(x, y, letter, ha="center", va="center", fontsize=13, color=color, bbox=box, zorder=3)


def _box(ax: Any, x: float, y: float, height: float, words: str) -> None:
    shape = "round,pad=0,rounding_size=0.12"
    corner = (x - WIDTH, y - height)
    ax.add_patch(FancyBboxPatch(corner, 2 * WIDTH, 2 * height, shape, facecolor="#f3f3f3", edgecolor=GREY, zorder=2))
    ax.text(x, y, words, ha="center", va="center", fontsize=12, color=INK, zorder=4)
