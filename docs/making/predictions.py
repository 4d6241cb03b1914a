"""The page of the prediction: its cards, its rules with their numbers, and how far off it was, from the tables that the
package itself reads."""

import math
from html import escape
from importlib.resources import files
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from making import pieces

WITHIN = 1.5
FACTS = {
    "sms": "SMs", "ghz": "GHz", "fp32_lanes": "FP32 lanes", "lsu_lanes": "loads that L1 gives in a clock",
    "dram_gb_s": "DRAM, GB/s", "l2_mb": "L2, MB", "l2_bytes_clk_sm": "bytes of L2 for an SM in a clock",
    "warps": "warps that an SM holds", "blocks": "blocks", "shared_kb": "shared memory, kB", "lat_l1": "clocks to L1",
    "lat_l2": "to L2", "lat_dram": "to DRAM", "fma": "share of the FP32 peak", "measured_like": "measured on",
    "arch": "told to NVRTC",
}  # fmt: skip
SHAPES = {"L1": "circle", "latency": "square", "FP32": "triangle"}


def setup(app):
    """To Sphinx this file is an extension."""
    app.add_directive("cards", Cards)
    app.add_directive("prediction-rules", Rules)
    app.add_directive("predicted", Predicted)
    return {"parallel_read_safe": True}


class Accuracy(NamedTuple):
    """points : how many; mean : geometric mean of the error, at least 1; within : the share of them whose error is at
    most 1.5; worst : the largest error"""

    points: int
    mean: float
    within: float
    worst: float

    def __str__(self) -> str:
        return (
            f"{self.points} measurements: off by {self.mean:.2f} times (geometric mean), {self.within:.0%} within "
            f"{WITHIN} times, {self.worst:.2f} at worst"
        )


def accuracy(ratios: list[float]) -> Accuracy:
    """How far predictions are off, in either direction.

    ratios : predicted over published

    >>> str(accuracy([2.0, 0.5, 1.0, 1.0]))
    '4 measurements: off by 1.41 times (geometric mean), 50% within 1.5 times, 2.00 at worst'
    """
    errors = [max(ratio, 1 / ratio) for ratio in ratios]
    mean = math.exp(sum(map(math.log, errors)) / len(errors))
    return Accuracy(len(errors), mean, sum(each <= WITHIN for each in errors) / len(errors), max(errors))


def measured() -> list[dict[str, str]]:
    """The rows of `predicted.csv`."""
    from minitensor.gpu.cards import rows

    return list(rows("predicted.csv"))


def ordered(table: list[dict[str, str]]) -> tuple[int, int, int]:
    """Of the pairs of designs that one source published of one card: in how many the faster one was predicted to be
    faster, in how many both to be as fast, and how many there are."""
    right = same = pairs = 0
    for number, one in enumerate(table):
        for other in table[number + 1 :]:
            if all(one[key] == other[key] for key in ("gpu", "source", "side")):
                pairs += 1
                published, predicted = (float(one[key]) - float(other[key]) for key in ("published", "predicted"))
                right += published * predicted > 0
                same += predicted == 0
    return right, same, pairs


def apart(table: list[dict[str, str]]) -> float:
    """How many times two sources differ at most on one design and card."""
    same: dict[tuple[str, ...], list[float]] = {}
    for row in table:
        same.setdefault((row["gpu"], row["design"], row["side"]), []).append(float(row["published"]))
    return max(max(each) / min(each) for each in same.values())


class Cards(SphinxDirective):
    """The cards that are known, with their facts, and where these were found."""

    def run(self) -> list[Any]:
        from minitensor.gpu.cards import cards

        path = files("minitensor.gpu").joinpath("gpus.csv")
        self.env.note_dependency(str(path))
        known = list(cards())
        rows = [[words, *(_number(getattr(card, name)) for card in known)] for name, words in FACTS.items()]
        notes = "\n".join(line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
        told = nodes.container("", pieces.code(notes, "text"), classes=["program", "output"])
        return [pieces.table(["fact", *(card.gpu for card in known)], rows, "small"), told]


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


class Rules(SphinxDirective):
    """The rules, with the numbers that the code has."""

    def run(self) -> list[Any]:
        from minitensor.gpu import predict as p

        rules = [
            ["issue", f"all instructions of warps, {p.SCHEDULERS} a clock"],
            [
                "FP32 arithmetic",
                "those on float32, as many threads a clock as an SM has lanes, at its share of the peak",
            ],
            ["special functions", f"exp, roots and the like, {p.SPECIAL_LANES} threads a clock"],
            [
                "L1 and shared memory",
                "one path for both. A request of global memory takes the most of: its numbers over what L1 gives, the "
                f"rounds of its banks, its 128-byte lines over {p.LINES}. A request of shared memory takes the rounds "
                f"of its banks, and at least the bytes that it delivers over {p.SHARED_BYTES}",
            ],
            ["L2", "the sectors that a block touches, each once, over the bytes that L2 gives an SM in a clock"],
            [
                "DRAM",
                f"every byte once if all fits {p.OF_L2:.0%} of L2, else what a wave of blocks touches, each wave; at "
                f"{p.OF_DATA_SHEET:.0%} of the data sheet. All SMs share it",
            ],
            [
                "latency",
                "what a block waits for loads (Little's law): the clocks to L1, L2 or DRAM, by how much comes from "
                f"where, and {p.ON_THE_WAY} on the way; with barriers at each barrier that waits for loads, without "
                "them each warp by itself. As many blocks wait together as an SM holds",
            ],
        ]
        return [pieces.table(["unit", "how many clocks it takes for a block, if it alone held it up"], rules)]


class Predicted(SphinxDirective):
    """How far off: in numbers, for each card, as a picture, and every row."""

    def run(self) -> list[Any]:
        self.env.note_dependency(str(files("minitensor.gpu").joinpath("predicted.csv")))
        table = measured()
        right, same, pairs = ordered(table)
        with_it, without = (
            accuracy([float(row[key]) for row in table if row[key]]) for key in ("ratio", "ratio_without_nvrtc")
        )
        found = [
            pieces.paragraph(f"PREDICTED beside published, {with_it}. Where one source published two designs of a "
                             f"card, the faster one is PREDICTED to be faster in {right} of {pairs} pairs, as "
                             f"fast in {same}. Without NVRTC, which knows the registers of a thread, {without}."),
            nodes.raw("", picture(table), format="html"),
            pieces.paragraph(
                "Each point is one published measurement: a circle where L1 and shared memory were PREDICTED to bind, "
                "a square where latency, a triangle where arithmetic. On the line the prediction is right; between the "
                f"dashed lines it is off by less than {WITHIN} times.", "caption"),
        ]  # fmt: skip
        names = list(dict.fromkeys(row["gpu"] for row in table))
        by_card = []
        for name in names:
            one = accuracy([float(row["ratio"]) for row in table if row["gpu"] == name])
            by_card.append([name, str(one.points), f"{one.mean:.2f}", f"{one.within:.0%}", f"{one.worst:.2f}"])
        headings = ["card", "published", "PREDICTED is off by", f"within {WITHIN}", "at worst"]
        found.append(pieces.table(headings, by_card, "small"))
        far = sorted(table, key=lambda row: -abs(math.log(float(row["ratio"]))))[:3]
        furthest = "; ".join(
            f"{row['design']} on the {row['gpu']} by {row['source']}, published {row['published']}, PREDICTED "
            f"{row['predicted']} GFLOP/s"
            for row in far
        )
        found.append(pieces.paragraph(f"Furthest off: {furthest}."))
        found.append(pieces.paragraph(f"Two authors on one card and design are up to {apart(table):.1f} times apart."))
        rows = [
            [row["gpu"], row["design"], row["side"], row["published"], row["predicted"], row["ratio"], row["bound"],
             row["source"]]
            for row in table
        ]  # fmt: skip
        headings = [
            "card",
            "design",
            "side",
            "published GFLOP/s",
            "PREDICTED GFLOP/s",
            "ratio",
            "bound by",
            "published by",
        ]
        return [*found, pieces.table(headings, rows, "small")]


def picture(table: list[dict[str, str]]) -> str:
    """Predicted over published, both axes logarithmic, as an SVG in the colours of the page."""
    wide, high, left, top, right, bottom = 480, 420, 84, 12, 30, 52
    values = [float(row[key]) for row in table for key in ("published", "predicted")]
    low, most = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    low, most = (5 * low if min(values) > 5 * low else low), (most / 2 if max(values) < most / 2 else most)

    def x(value: float) -> float:
        return left + (wide - left - right) * math.log(value / low) / math.log(most / low)

    def y(value: float) -> float:
        return high - bottom - (high - top - bottom) * math.log(value / low) / math.log(most / low)

    parts = []
    tick = 10 ** math.ceil(math.log10(low))
    while tick <= most:
        label = f"{tick:,.0f}"
        parts.append(
            f'<path class="grid" d="M{x(tick):.1f} {top}V{high - bottom}M{left} {y(tick):.1f}H{wide - right}"/>'
        )
        parts.append(f'<text x="{x(tick):.1f}" y="{high - bottom + 18}" text-anchor="middle">{label}</text>')
        parts.append(f'<text x="{left - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{label}</text>')
        tick *= 10
    for off, kind in ((1.0, "line"), (WITHIN, "dashed"), (1 / WITHIN, "dashed")):
        begin, end = max(low, low / off), min(most, most / off)
        parts.append(f'<path class="{kind}" d="M{x(begin):.1f} {y(begin * off):.1f}L{x(end):.1f} {y(end * off):.1f}"/>')
    for row in table:
        published, predicted = float(row["published"]), float(row["predicted"])
        told = f"{row['gpu']}, {row['design']}: published {published:g}, PREDICTED {predicted:g} GFLOP/s"
        mark = _mark(SHAPES.get(row["bound"], "circle"), x(published), y(predicted))
        parts.append(f'<g class="point"><title>{escape(told)}</title>{mark}</g>')
    parts.append(f'<text x="{(left + wide - right) / 2}" y="{high - 10}" text-anchor="middle">published GFLOP/s</text>')
    middle = (top + high - bottom) / 2
    parts.append(
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">PREDICTED GFLOP/s</text>'
    )
    found = accuracy([float(row["ratio"]) for row in table])
    alt = (
        f"A scatter of {found.points} points along a diagonal: what was PREDICTED over what was published, from "
        f"{min(values):,.0f} to {max(values):,.0f} GFLOP/s. {found.within:.0%} lie within {WITHIN} times of it."
    )
    body = "".join(parts)
    return (
        f'<svg class="predicted" viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(alt)}" '
        f'xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )


def _mark(shape: str, x: float, y: float) -> str:
    if shape == "square":
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    if shape == "triangle":
        return f'<path d="M{x - 5:.1f} {y + 4:.1f}h10l-5 -9z"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
