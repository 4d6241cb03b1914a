import re
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import broadcastable, not_broadcastable, shapes

from minitensor import broadcast_shapes, explain_broadcast
from minitensor.errors import BroadcastError

many_shapes = st.lists(shapes(), max_size=4) | broadcastable(3) | not_broadcastable()


def disagreeing_axes(*given_shapes):
    """The axes, counted from the end, on which NumPy refuses the sizes."""
    result = []
    for axis in range(1, max(map(len, given_shapes)) + 1):
        try:
            np.broadcast_shapes(*((shape[-axis],) for shape in given_shapes if len(shape) >= axis))
        except ValueError:
            result.append(-axis)
    return sorted(result)


def apply_fix(text, arrays):
    """The arrays after the change that the last line of the picture asks for; None if it asks for none."""
    line = text.splitlines()[-1]
    assert line.startswith("fix: ")
    if new_axes := re.fullmatch(r"fix: give (\w) .*, \1\[([:None, ]+)\], which makes it (\(.*\))", line):
        name, index, becomes = new_axes.groups()
        changed = eval(f"{name}[{index}]", dict(arrays))
        assert str(changed.shape) == becomes
        return {**arrays, name: changed}
    if transpose := re.fullmatch(r"fix: transpose (\w), \1\.mT", line):
        return {**arrays, transpose[1]: arrays[transpose[1]].mT}
    assert line == "fix: reshape or slice one of them until the sizes on each axis are equal, or 1"
    return None


@given(many_shapes)
@example([])
@example([()])
@example([(1,), (0,)])
@example([(0, 1), (1, 0), (1,)])
def test_it_accepts_what_numpy_accepts_with_the_same_result(given_shapes):
    try:
        expected = np.broadcast_shapes(*given_shapes)
    except ValueError:
        with pytest.raises(BroadcastError):
            broadcast_shapes(*given_shapes)
    else:
        assert broadcast_shapes(*given_shapes) == expected


@given(broadcastable(3))
def test_the_order_of_the_shapes_does_not_matter(three):
    assert len({broadcast_shapes(*order) for order in permutations(three)}) == 1


@given(broadcastable(3))
def test_broadcasting_in_two_steps_is_broadcasting_in_one(three):
    a, b, c = three
    assert broadcast_shapes(broadcast_shapes(a, b), c) == broadcast_shapes(a, b, c)


@given(not_broadcastable())
def test_the_error_carries_the_picture(pair):
    with pytest.raises(BroadcastError) as caught:
        broadcast_shapes(*pair)
    assert str(caught.value) == explain_broadcast(*pair)
    assert isinstance(caught.value, ValueError)


@given(st.lists(shapes(), min_size=1, max_size=4) | not_broadcastable())
def test_the_picture_has_one_column_an_axis_with_the_sizes_in_it(given_shapes):
    lines = explain_broadcast(*given_shapes).splitlines()
    ndim = max(map(len, given_shapes))
    assert lines[0].split() == ["axis", *(str(axis) for axis in range(-ndim, 0))]
    for name, shape, line in zip("abcd", given_shapes, lines[1:], strict=False):
        sizes, _, own = line.partition("  shape ")
        assert sizes.split() == [name, *["."] * (ndim - len(shape)), *map(str, shape)]
        assert own == str(tuple(shape))
    result = lines[1 + len(given_shapes)].partition("  shape ")[0].split()
    assert [axis - ndim for axis, size in enumerate(result[1:]) if size == "!"] == disagreeing_axes(*given_shapes)
    # Every size stands under the number of its axis: they end in the same columns.
    ends = [match.end() for match in re.finditer(r"\S+", lines[0])][1:]
    for line in lines[1 : 2 + len(given_shapes)]:
        assert [match.end() for match in re.finditer(r"\S+", line.partition("  shape ")[0])][1:] == ends


@given(not_broadcastable() | st.lists(shapes(), min_size=1, max_size=4))
def test_every_axis_that_disagrees_is_named_with_its_sizes_and_no_other(given_shapes):
    text = explain_broadcast(*given_shapes)
    named = re.findall(r"^axis (-\d+): the sizes (.*) disagree; they must be equal, or 1$", text, re.MULTILINE)
    assert [int(axis) for axis, _ in named] == disagreeing_axes(*given_shapes)
    for axis, sizes in named:
        present = [(name, shape) for name, shape in zip("abcd", given_shapes, strict=False) if len(shape) >= -int(axis)]
        assert sizes == ", ".join(f"{shape[int(axis)]} ({name})" for name, shape in present)


@given(broadcastable(2))
def test_what_is_stretched_or_repeated_is_named(pair):
    shape = broadcast_shapes(*pair)
    text = explain_broadcast(*pair)
    for name, own in zip("ab", pair, strict=True):
        for axis in range(-len(shape), 0):
            there = -axis <= len(own)
            stretched = there and own[axis] != shape[axis]
            repeated = not there and shape[axis] != 1
            assert (
                bool(re.search(rf"^axis {axis}: .*\b{name}\b.* stretched to {shape[axis]}$", text, re.M)) == stretched
            )
            assert (
                bool(re.search(rf"^axis {axis}: .*\b{name}\b.* repeated {shape[axis]} times$", text, re.M)) == repeated
            )
    assert "fix:" not in text
    assert "!" not in text


@given(not_broadcastable() | st.tuples(shapes(), shapes(), shapes()))
@example([(5,), (5, 3)])
@example([(2, 3), (3, 2)])
@example([(4, 2, 3), (4, 3, 2)])
@example([(5,), (5, 3, 2)])
def test_the_proposed_fix_works(given_shapes):
    assume(disagreeing_axes(*given_shapes))
    arrays = {name: np.empty(shape) for name, shape in zip("abc", given_shapes, strict=False)}
    changed = apply_fix(explain_broadcast(*given_shapes), arrays)
    if changed is not None:
        np.broadcast_arrays(*changed.values())


@given(st.lists(shapes(min_side=1), min_size=3, max_size=5))
@example([(5,), (5, 3), (1, 3)])
@example([(3,), (1, 3), (3, 4)])
@example([(2, 3), (2, 3), (3, 2)])
@example([(1, 1), (2, 3), (3, 2), (3, 1)])
@example([(4,), (4,), (4, 2)])
def test_the_fix_for_many_shapes_changes_one_and_makes_all_of_them_fit(many):
    assume(disagreeing_axes(*many))
    arrays = {name: np.empty(shape) for name, shape in zip("abcde", many, strict=False)}
    changed = apply_fix(explain_broadcast(*many), arrays)
    would_do = []
    for i, shape in enumerate(many):
        others = [*many[:i], *many[i + 1 :]]
        ndim = max(map(len, others))
        longer = [shape + (1,) * new for new in range(1, ndim - len(shape) + 1)]
        turned = [(*shape[:-2], shape[-1], shape[-2])] if len(shape) > 1 else []
        would_do += [each for each in longer + turned if not disagreeing_axes(each, *others)]
    assert (changed is None) == (not would_do)
    if changed is not None:
        np.broadcast_arrays(*changed.values())
        assert sum(changed[name] is not arrays[name] for name in arrays) == 1


def test_the_fix_for_three_shapes_names_the_one_to_change():
    fixes = {
        ((5,), (5, 3), (1, 3)): "fix: give a a new last axis, a[:, None], which makes it (5, 1)",
        ((5, 3), (5,), (5, 1)): "fix: give b a new last axis, b[:, None], which makes it (5, 1)",
        ((2, 1), (2, 3), (3, 2)): "fix: transpose c, c.mT",
        ((5, 3, 2), (1, 3, 2), (5,)): "fix: give c 2 new last axes, c[:, None, None], which makes it (5, 1, 1)",
        ((4,), (5,), (4, 2)): "fix: reshape or slice one of them until the sizes on each axis are equal, or 1",
    }
    assert {shapes: explain_broadcast(*shapes).splitlines()[-1] for shapes in fixes} == fixes


@given(not_broadcastable())
def test_a_fix_is_proposed_wherever_a_new_axis_or_a_transposition_would_do(pair):
    would_do = []
    for this, other in (pair, pair[::-1]):
        longer = [this + (1,) * new for new in range(1, len(other) - len(this) + 1)]
        turned = [(*this[:-2], this[-1], this[-2])] if len(this) > 1 else []
        would_do += [shape for shape in longer + turned if not disagreeing_axes(shape, other)]
    proposed = "fix: reshape" not in explain_broadcast(*pair)
    assert proposed == bool(would_do)


def test_the_picture_of_a_shape_that_fits():
    assert explain_broadcast((5, 1), (3,)) == (
        "axis  -2  -1\n"
        "a      5   1  shape (5, 1)\n"
        "b      .   3  shape (3,)\n"
        "->     5   3  shape (5, 3)\n"
        "axis -2: b has no such axis and is repeated 5 times\n"
        "axis -1: a has size 1 and is stretched to 3"
    )


def test_the_picture_of_a_shape_that_does_not():
    assert explain_broadcast((2, 3), (3, 2), names=("left", "right")) == (
        "axis   -2  -1\n"
        "left    2   3  shape (2, 3)\n"
        "right   3   2  shape (3, 2)\n"
        "->      !   !\n"
        "axis -2: the sizes 2 (left), 3 (right) disagree; they must be equal, or 1\n"
        "axis -1: the sizes 3 (left), 2 (right) disagree; they must be equal, or 1\n"
        "fix: transpose left, left.mT"
    )


def test_more_shapes_than_names_are_numbered():
    text = explain_broadcast(*[(2,)] * 9)
    assert [line.split()[0] for line in text.splitlines()[1:10]] == [f"#{i}" for i in range(9)]
