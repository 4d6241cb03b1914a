"""In a diagram of an einsum every letter is a wire: to the output if it is kept, to its end if it is summed."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch
from strategies import examples

from minitensor import plot
from minitensor.errors import EinsumError, InputError
from minitensor.plot.einsums import race
from minitensor.plot.style import BLUE, GREEN, ORANGE


@st.composite
def specs(draw):
    left, right = (draw(st.lists(st.sampled_from("abcdxy"), unique=True, max_size=5)) for _ in range(2))
    both = sorted({*left, *right})
    output = draw(st.lists(st.sampled_from(both), unique=True, max_size=5)) if both else []
    return f"{''.join(left)},{''.join(right)}->{''.join(output)}"


def rooms(ax):
    """The boxes of the two operands and of the output."""
    left, right, output = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert left.get_x() < output.get_x() < right.get_x()
    assert output.get_y() < left.get_y()
    return left, right, output


def letters(ax):
    """The letters on wires, each with its colour."""
    return [(text.get_text(), text.get_color()) for text in ax.texts if "[" not in text.get_text()]


def within(box, x, y):
    left, low, width, height = box.get_x(), box.get_y(), box.get_width(), box.get_height()
    return left <= x <= left + width and low <= y <= low + height


@examples(25)
@given(specs())
@example("mk,kn->mn")
@example("ab,cd->abcd")
@example(",->")
@example("abcd,abcd->")
def test_a_letter_has_the_colour_of_what_becomes_of_it(spec):
    plot.close_all()  # those of the example before
    left, right, output = spec.replace("->", ",").split(",")
    (ax,) = plot.meeting(spec).axes
    expected = {
        letter: ORANGE if letter not in output else GREEN if letter in left and letter in right else BLUE
        for letter in left + right
    }
    assert sorted(letters(ax)) == sorted(expected.items()), "each letter stands once"
    said = [text.get_text() for text in ax.texts]
    for name, term in (("a", left), ("b", right), ("out", output)):
        assert f"{name}  [{', '.join(term)}]" in said
    assert ax.get_title(loc="center") == spec


@examples(25)
@given(specs())
@example("ab,cd->abcd")
def test_a_wire_begins_at_its_operand_and_ends_in_the_output_if_it_is_kept(spec):
    plot.close_all()  # those of the example before
    left, right, output = spec.replace("->", ",").split(",")
    (ax,) = plot.meeting(spec).axes
    a, b, out = rooms(ax)
    wires = [line.get_xydata() for line in ax.lines if len(line.get_xydata()) > 1]
    arrivals = [wire[-1] for wire in wires if within(out, *wire[-1])]
    assert len(arrivals) == len(output), "what is kept arrives and nothing else"
    assert len({round(x, 6) for x, _ in arrivals}) == len(output), "side by side"
    across = [wire for wire in wires if within(a, *wire[0]) and within(b, *wire[-1])]
    assert len(across) == len(set(left) & set(right)), "what both have joins them"
    assert all(start[1] == end[1] for start, end in across)
    alone = [line.get_xydata() for line in ax.lines if line.get_color() == BLUE]
    ended = [wire for wire in wires if wire[0][0] == wire[-1][0] and not within(out, *wire[-1])]
    assert len(alone + ended) == len(set(left) ^ set(right))
    assert all(within(a, *wire[0]) or within(b, *wire[0]) for wire in alone + ended)


def test_wires_arrive_in_the_order_in_which_they_leave():
    (ax,) = plot.meeting("qabn,nqcd->dcbanq").axes
    _, _, out = rooms(ax)
    wires = [line.get_xydata() for line in ax.lines if line.get_color() == BLUE]
    starts, ends = ([wire[at][0] for wire in wires] for at in (0, -1))
    assert len(wires) == 4
    assert (np.argsort(starts) == np.argsort(ends)).all()
    # Those of both operands come down between them.
    joined = [line.get_xydata() for line in ax.lines if line.get_color() == GREEN]
    shared = [wire[-1][0] for wire in joined if within(out, *wire[-1])]
    assert len(shared) == 2
    assert sorted(ends)[1] < min(shared) <= max(shared) < sorted(ends)[2]


def test_one_diagram_a_spec_with_names_and_a_legend():
    fig = plot.meeting("mk,kn->mn", "qnd,qnd->qn", names="xy")
    assert [ax.get_title(loc="center") for ax in fig.axes] == ["mk,kn->mn", "qnd,qnd->qn"]
    for ax, boxes in zip(fig.axes, (["x  [m, k]", "y  [k, n]"], ["x  [q, n, d]", "y  [q, n, d]"]), strict=True):
        assert [text.get_text() for text in ax.texts if "[" in text.get_text()][:2] == boxes
    (legend,) = fig.legends
    lines = zip(legend.get_texts(), legend.get_lines(), strict=True)
    assert {text.get_text(): line.get_color() for text, line in lines} == {
        "in one operand, kept": BLUE, "in both, kept": GREEN, "summed": ORANGE
    }  # fmt: skip


@pytest.mark.parametrize(("short", "whole"), [("mk,kn", "mk,kn->mn"), ("ba,a", "ba,a->b"), ("z , yx", "z,yx->xyz"),
                                              (" m k, kn -> mn", "mk,kn->mn")])  # fmt: skip
def test_a_spec_is_drawn_as_einsum_reads_it(short, whole):
    first, second = plot.meeting(short, whole).axes
    assert letters(first) == letters(second)
    assert [text.get_text() for text in first.texts] == [text.get_text() for text in second.texts]


def test_dots_are_one_wire_and_so_is_a_diagonal():
    dots, diagonal = plot.meeting("...mk,kn->...mn", "ii,ij->j").axes
    assert sorted(letters(dots)) == [("...", BLUE), ("k", ORANGE), ("m", BLUE), ("n", BLUE)]
    assert sorted(letters(diagonal)) == [("i", ORANGE), ("j", BLUE)]
    assert "a  [i, i]" in [text.get_text() for text in diagonal.texts]


@pytest.mark.parametrize(("spec", "count"), [("zz->z", 1), ("ij,jk,kl->il", 3)])
def test_only_two_operands_meet(spec, count):
    with pytest.raises(InputError) as caught:
        plot.meeting(spec)
    assert str(caught.value) == f"meeting draws einsums of two operands, not {count}: {spec!r}"


def test_what_einsum_refuses_is_not_drawn():
    with pytest.raises(EinsumError, match="the output names 'z', which no operand has"):
        plot.meeting("mk,kn->mz")


def test_a_race_has_a_bar_for_each_case_and_marks_the_slow_ones():
    fig = race(["fast", "even", "slow"], [4.0, 1.0, 0.5])
    (ax,) = fig.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["fast", "even", "slow"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert ends == [(1.0, 4.0), (1.0, 1.0), (1.0, 0.5)]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [BLUE, BLUE, ORANGE]
    assert {label.get_text() for label in ax.get_xticklabels()} >= {"0.5×", "1×", "2×"}


def test_a_race_needs_a_ratio_for_each_case():
    with pytest.raises(InputError, match="there are 2 names and 1 ratios"):
        race(["a", "b"], [1.0])
