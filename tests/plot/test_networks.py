"""In a tensor network operands are nodes and letters are lines, each with its size; the first pair has a halo."""

from math import dist

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.patches import Circle, Polygon
from strategies import examples

from minitensor import plot
from minitensor.einsums import explain
from minitensor.einsums.explain import explain_einsum
from minitensor.einsums.planner import Step
from minitensor.errors import EinsumError
from minitensor.plot.networks import NODE
from minitensor.plot.style import BLUE, GREEN, ORANGE

CHAIN = ("ab,bc,cd,de->ae", (10, 1000), (1000, 5), (5, 200), (200, 3))
FIVE = ("abc,ad,bde,cef,fg->dg", (8, 9, 7), (8, 5), (9, 5, 6), (7, 6, 4), (4, 12))
RING = ("aib,bjc,ckd,dla->ijkl", *[(8, 2, 8)] * 4)


@st.composite
def cases(draw):
    """A spec and shapes: 1 to 5 operands, letters once, twice or in many of them, kept or summed."""
    terms = draw(st.lists(st.lists(st.sampled_from("abcdef"), max_size=3), min_size=1, max_size=5))
    used = sorted({letter for term in terms for letter in term})
    output = draw(st.lists(st.sampled_from(used), unique=True)) if used else []
    spec = ",".join("".join(term) for term in terms) + "->" + "".join(output)
    return spec, *(tuple("abcdef".index(letter) + 2 for letter in term) for term in terms)


def nodes(ax):
    return {patch.get_gid(): patch.center for patch in ax.patches if isinstance(patch, Circle)}


def wires(ax, letter):
    """The corners of each line of a letter, without its dot."""
    return [line.get_xydata() for line in ax.lines if line.get_gid() == letter]


def names(ax):
    """What is written on the lines, with its colour."""
    return [
        (text.get_text(), text.get_color()) for text in ax.texts if text.get_text()[0] != "x" or " " in text.get_text()
    ]


def halo(ax):
    found = [patch for patch in ax.patches if isinstance(patch, Polygon)]
    return found[0].get_path() if found else None


def drawn(*case):
    plot.close_all()  # those of the example before
    (ax,) = plot.einsum(*case).axes
    return ax


@examples(40)
@given(cases())
@example(CHAIN)
@example(FIVE)
@example(RING)
@example(("ii->", (4, 4)))
@example(("ii->i", (4, 4)))
@example(("iii,ij->", (4, 4, 4), (4, 3)))
@example(("i,j->ij", (2,), (3,)))
@example(("bmk,bkn->bmn", (16, 20, 30), (16, 30, 40)))
@example((",->", (), ()))
def test_every_letter_reaches_its_operands_and_is_free_if_it_is_kept(case):
    ax = drawn(*case)
    places = nodes(ax)
    assert list(places) == [f"x{number}" for number in range(len(case) - 1)]
    letters = explain_einsum(*case).letters
    colors = {
        letter.name: ORANGE if not letter.kept else GREEN if len(set(letter.operands)) > 1 else BLUE
        for letter in letters
    }
    assert sorted(names(ax)) == sorted((f"{each.name} {each.size:,}", colors[each.name]) for each in letters)
    for letter in letters:
        lines = wires(ax, letter.name)
        assert {line.get_color() for line in ax.lines if line.get_gid() == letter.name} == {colors[letter.name]}
        ends = [tuple(line[at]) for line in lines for at in (0, -1)]
        reached = sorted(number for end in ends for number, at in enumerate(places.values()) if dist(end, at) < 1e-6)
        assert reached == sorted(letter.operands), "one line end for each time that it stands in an operand"
        loose = [end for end in ends if sum(dist(end, other) < 1e-6 for other in ends) == 1]
        loose = [end for end in loose if all(dist(end, at) > 1e-6 for at in places.values())]
        assert len(loose) == (letter.kept or len(letter.operands) == 1)


@examples(40)
@given(cases())
@example(CHAIN)
@example(FIVE)
@example(RING)
def test_everything_fits_and_nodes_keep_apart(case):
    ax = drawn(*case)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    corners = np.vstack([line.get_xydata() for line in ax.lines] + [np.array([*nodes(ax).values()])])
    assert (corners > (left, low)).all()
    assert (corners < (right, high)).all()
    places = [*nodes(ax).values()]
    gaps = [dist(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps, default=9) > 4 * NODE


@pytest.mark.parametrize("case", [CHAIN, FIVE, RING, ("i,j->ij", (2,), (3,)), ("bmk,bkn->bmn", (2, 3, 4), (2, 4, 5))])
def test_the_halo_is_round_the_pair_that_is_multiplied_first(case):
    ax = drawn(*case)
    band = halo(ax)
    inside = [int(name[1:]) for name, at in nodes(ax).items() if band.contains_point(at)]
    assert sorted(inside) == sorted(explain_einsum(*case).stages[0].operands)


def test_the_halo_follows_the_plan(monkeypatch):
    steps = [
        Step("matmul", (2, 3), (), tuple("ce")),
        Step("matmul", (1, 2), (), tuple("be")),
        Step("matmul", (0, 1), (), tuple("ae")),
    ]
    monkeypatch.setattr(explain, "plan", lambda tidy, itemsize: steps)
    ax = drawn(*CHAIN)
    assert [name for name, at in nodes(ax).items() if halo(ax).contains_point(at)] == ["x2", "x3"]


@pytest.mark.parametrize("spec", ["i->i", "i->"])
def test_a_leg_goes_past_its_name_if_it_is_kept(spec):
    ax = drawn(spec, (3,))
    (leg,) = wires(ax, "i")
    (name,) = [text.get_position() for text in ax.texts if " " in text.get_text()]
    assert (dist(leg[-1], name) > 0.3) == (spec == "i->i")
    assert (dist(leg[-1], name) < 1e-6) == (spec == "i->")


@pytest.mark.parametrize("size", [3, 1_000, 500_000, 1_000_000_000])
def test_the_end_of_a_kept_leg_is_not_under_its_name(size):
    ax = drawn("ij,jk->ik", (size, 3), (3, size))
    ax.figure.draw_without_rendering()
    for name, at in (("i", 0), ("k", 1)):
        (text,) = [text for text in ax.texts if text.get_text() == f"{name} {size:,}"]
        box, end = text.get_bbox_patch().get_window_extent(), ax.transData.transform(wires(ax, name)[0][-1])
        assert (end[0] < box.x0 - 5) if at == 0 else (end[0] > box.x1 + 5)


def test_legs_of_lines_side_by_side_go_apart():
    ax = drawn("ij,ij->ij", (2, 3), (2, 3))
    ends = [next(line[-1] for line in wires(ax, letter) if len(line) == 2) for letter in "ij"]
    middle = nodes(ax)["x0"][1]
    assert ends[0][1] > middle > ends[1][1]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (("ii->", (3, 3)), ["summed"]),
        (("i->i", (3,)), ["in one operand, kept"]),
        (("i,i->", (3,), (3,)), ["summed", "first pair"]),
        (("bmk,bkn->bmn", (2, 3, 4), (2, 4, 5)), ["in one operand, kept", "in several, kept", "summed", "first pair"]),
    ],
)
def test_the_legend_says_what_is_there(case, words):
    (legend,) = drawn(*case).figure.legends
    assert [text.get_text() for text in legend.get_texts()] == words
    assert (halo(plot.einsum(*case).axes[0]) is not None) == ("first pair" in words)


def test_a_number_alone_needs_no_legend():
    assert drawn("->", ()).figure.legends == []


def test_a_chain_is_a_row_and_a_ring_is_round():
    row = np.array([*nodes(drawn(*CHAIN)).values()])
    assert (row[:, 1] == 0).all()
    assert (np.diff(row[:, 0]) > 0).all()
    ring = np.array([*nodes(drawn(*RING)).values()])
    distances = np.hypot(*(ring - ring.mean(0)).T)
    np.testing.assert_allclose(distances, distances[0])


@pytest.mark.parametrize(
    "case",
    [
        CHAIN,
        FIVE,
        RING,
        ("ijk,ijk->ijk", (2, 3, 4), (2, 3, 4)),
        ("bhqd,bhkd->bhqk", (16, 8, 128, 64), (16, 8, 128, 64)),
        ("bi,bj,bk->bijk", (2, 3), (2, 4), (2, 5)),
        ("abij,ijcd->abcd", (2, 3, 4, 5), (4, 5, 6, 7)),
        ("abi,abj,abk->ijk", (2, 3, 4), (2, 3, 5), (2, 3, 6)),
    ],
)
def test_no_name_covers_another_or_a_node(case):
    ax = drawn(*case)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
    badges = [text.get_position() for text in ax.texts if " " in text.get_text()]
    assert min(dist(badge, at) for badge in badges for at in nodes(ax).values()) > NODE


def test_dots_have_letters_and_a_stretched_axis_has_no_line():
    ax = drawn("...i,...i->...", (4, 3), (1, 3))
    assert sorted(names(ax)) == [("i 3", ORANGE), ("p 4", BLUE)]
    (leg,) = wires(ax, "p")
    np.testing.assert_allclose(leg[0], nodes(ax)["x0"])


def test_the_spec_is_the_title():
    assert drawn(*CHAIN).get_title(loc="center") == CHAIN[0]


def test_what_einsum_refuses_is_not_drawn():
    with pytest.raises(EinsumError, match="the output names 'z', which no operand has"):
        plot.einsum("mk,kn->mz", (2, 3), (3, 4))
