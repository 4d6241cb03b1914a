import numpy as np
import pytest
from einsum_strategies import mangled, problems
from hypothesis import assume, given
from hypothesis import strategies as st

from minitensor.einsums.parser import Expression, fit, parse
from minitensor.errors import EinsumError

ALPHABET = "abAB.,-> 1"


def letters(spec):
    expression = parse(spec)
    return [term.letters for term in expression.operands], expression.output


@pytest.mark.parametrize(
    ("spec", "operands", "output"),
    [
        ("mk,kn->nm", ["mk", "kn"], "nm"),
        (" m k , k n -> n m ", ["mk", "kn"], "nm"),
        ("ba", ["ba"], "ab"),
        ("bA", ["bA"], "Ab"),
        ("ij,jk", ["ij", "jk"], "ik"),
        ("iij", ["iij"], "j"),
        ("", [""], ""),
        ("->", [""], ""),
        (",", ["", ""], ""),
        ("a,,b", ["a", "", "b"], "ab"),
        ("a->a", ["a"], "a"),
    ],
)
def test_grammar(spec, operands, output):
    assert letters(spec) == ([tuple(term) for term in operands], tuple(output))


def test_dots_come_first_in_an_implicit_output():
    assert letters("b...a,a") == ([("b", "...", "a"), ("a",)], ("...", "b"))


@given(problems())
def test_spaces_change_nothing(problem):
    assert letters(problem.spec) == letters(problem.spec.replace(" ", ""))


def test_an_expression_is_a_key():
    assert {parse("ij"): 1}[parse("ij")] == 1


@given(st.text() | st.text(ALPHABET, max_size=12) | mangled("ijkZ.,-> 1é\n"))
def test_any_text_is_an_expression_or_an_einsum_error(text):
    try:
        assert isinstance(parse(text), Expression)
    except EinsumError as error:
        _, shown, carets, fix = str(error).split("\n")
        assert len(shown) == len(text) + 2
        assert set(carets.strip()) <= {"^", " "}
        assert carets.endswith("^")
        assert len(carets) <= len(shown) + 1
        assert fix.startswith("fix: ")


@given(st.text(ALPHABET, max_size=12) | mangled(ALPHABET) | problems().map(lambda problem: problem.spec))
def test_accepts_what_numpy_accepts(spec):
    operands, _, output = spec.partition("->")
    only_in_output = "..." in output and "..." not in operands  # NumPy takes these dots for no axes; we call it a slip
    accepted = [_numpy_takes(spec, rank) and not only_in_output for rank in (0, 1, 2)]
    assert any(accepted) == any(_we_take(spec, rank) for rank in (0, 1, 2))
    assert accepted == [_we_take(spec, rank) for rank in (0, 1, 2)]


def _shapes(spec, rank):
    """What would fit the left side of the spec if it were well formed, with `rank` axes under each "..."."""
    terms = spec.partition("->")[0].split(",")
    return [(2,) * (sum(c.isalpha() for c in term) + rank * ("..." in term)) for term in terms]


def _numpy_takes(spec, rank):
    try:
        np.einsum(spec, *(np.ones(shape) for shape in _shapes(spec, rank)))
    except ValueError:
        return False
    return True


def _we_take(spec, rank):
    try:
        fit(parse(spec), _shapes(spec, rank))
    except EinsumError:
        return False
    return True


# --- on shapes ---------------------------------------------------------------------------------------------------


@given(problems())
def test_every_axis_has_a_label_of_its_size(problem):
    terms, output, sizes = fit(parse(problem.spec), problem.shapes)
    result = np.einsum(problem.spec, *(np.ones(shape) for shape in problem.shapes))
    assert tuple(sizes[label] for label in output) == result.shape
    for term, shape in zip(terms, problem.shapes, strict=True):
        for label, size in zip(term, shape, strict=True):
            assert size == sizes[label] or (size == 1 and isinstance(label, int))


@given(st.data(), problems())
def test_one_axis_more_or_less_is_an_error(data, problem):
    number = data.draw(st.integers(0, len(problem.shapes) - 1))
    named = parse(problem.spec).operands[number].letters
    if "..." in named:
        wrong = (2,) * (len(named) - 2) if len(named) > 1 else None
    else:
        wrong = data.draw(st.sampled_from([(*problem.shapes[number], 1), problem.shapes[number][1:]]))
    assume(wrong is not None)
    assume(wrong != problem.shapes[number])
    shapes = [*problem.shapes]
    shapes[number] = wrong
    with pytest.raises(EinsumError, match=rf"operand {number} has \d ax"):
        fit(parse(problem.spec), shapes)


@given(st.data(), problems())
def test_a_letter_of_two_sizes_is_an_error_even_if_one_is_1(data, problem):
    shapes = [list(shape) for shape in problem.shapes]
    words = [term.letters for term in parse(problem.spec).operands]
    spots = [(i, w.index(c)) for i, w in enumerate(words) if "..." not in w for c in w if sum(words, ()).count(c) > 1]
    assume(spots)
    number, axis = data.draw(st.sampled_from(spots))
    letter = words[number][axis]
    shapes[number][axis] = 7 if shapes[number][axis] == 1 else 1
    with pytest.raises(EinsumError, match=f"'{letter}' has two sizes"):
        fit(parse(problem.spec), [tuple(shape) for shape in shapes])


# --- every message, word for word --------------------------------------------------------------------------------


def message(spec, *shapes):
    with pytest.raises(EinsumError) as caught:
        fit(parse(spec), shapes)
    return "\n" + str(caught.value) + "\n"


def test_illegal_character():
    assert (
        message("ij,j1->i")
        == """
'1' is not a letter
  ij,j1->i
      ^
fix: name each axis with one letter, a-z, A-Z or of another alphabet
"""
    )


def test_a_line_break_does_not_break_the_picture():
    assert (
        message("i\nj")
        == r"""
'\n' is not a letter
  i?j
   ^
fix: name each axis with one letter, a-z, A-Z or of another alphabet
"""
    )


@pytest.mark.parametrize(
    ("spec", "caret"), [("i.j", "   ^"), ("i. ..", "   ^"), ("i....", "      ^"), ("i->..", "     ^")]
)
def test_lone_dot(spec, caret):
    assert (
        message(spec)
        == f"""
this '.' is not part of a '...'
  {spec}
{caret}
fix: write three dots with no space between, or none
"""
    )


@pytest.mark.parametrize(
    ("spec", "sign", "caret"),
    [("ij>i", ">", "    ^"), ("ij- >i", "-", "    ^"), ("-i", "-", "  ^"), ("ij-", "-", "    ^")],
)
def test_half_an_arrow(spec, sign, caret):
    assert (
        message(spec)
        == f"""
this {sign!r} is not part of a '->'
  {spec}
{caret}
fix: write '->' with no space between
"""
    )


def test_second_dots():
    assert (
        message("...i...,i")
        == """
'...' stands twice in one term
  ...i...,i
      ^^^
fix: keep one '...' and give the other axes letters
"""
    )


def test_second_arrow():
    assert (
        message("ij->i->j")
        == """
there is a second '->'
  ij->i->j
       ^^
fix: keep one '->', the output after it
"""
    )


def test_comma_in_the_output():
    assert (
        message("ij->i,j")
        == """
there is a ',' in the output
  ij->i,j
       ^
fix: an einsum has one output: drop the ','
"""
    )


def test_output_letter_twice():
    assert (
        message("ij -> i j i")
        == """
the output names 'i' twice
  ij -> i j i
        ^   ^
fix: keep one 'i' in the output
"""
    )


def test_unknown_output_letter():
    assert (
        message("ij,jk->ix")
        == """
the output names 'x', which no operand has
  ij,jk->ix
          ^
fix: use a letter from the left of '->', or leave 'x' out
"""
    )


def test_operand_missing():
    assert (
        message("ij, jk ->ik", (2, 3))
        == """
the spec has 2 terms, but 1 operand came with it
  ij, jk ->ik
      ^^
fix: write one term for each operand, with ',' between
"""
    )


def test_operand_too_many():
    assert (
        message("ij->ji", (2, 3), (3, 4))
        == """
the spec has 1 term, but 2 operands came with it
  ij->ji
    ^
fix: write one term for each operand, with ',' between
"""
    )


def test_no_operands():
    assert (
        message("")
        == """
the spec has 1 term, but 0 operands came with it
\x20\x20
  ^
fix: write one term for each operand, with ',' between
"""
    )


def test_axis_without_a_letter():
    assert (
        message("ij,jk->ik", (2, 3), (5, 3, 4))
        == """
operand 1 has 3 axes, shape (5, 3, 4), but its term names 2
  ij,jk->ik
     ^^
fix: write one letter for each axis, or '...' for the other axes
"""
    )


def test_letter_without_an_axis():
    assert (
        message("i...j,j", (2,), (3,))
        == """
operand 0 has 1 axis, shape (2,), but its term names 2
  i...j,j
  ^^^^^
fix: write one letter for each axis
"""
    )


def test_two_sizes():
    assert (
        message("ij,kj->ik", (2, 3), (3, 4))
        == """
'j' has two sizes: 3 on axis 1 of operand 0, shape (2, 3); 4 on axis 1 of operand 1, shape (3, 4)
  ij,kj->ik
   ^  ^
fix: slice or permute the operands until the sizes are equal, or give the axes different letters
"""
    )


def test_two_sizes_after_dots():
    assert (
        message("...i,...i", (5, 2, 3), (5, 2, 4))
        == """
'i' has two sizes: 3 on axis 2 of operand 0, shape (5, 2, 3); 4 on axis 2 of operand 1, shape (5, 2, 4)
  ...i,...i
     ^    ^
fix: slice or permute the operands until the sizes are equal, or give the axes different letters
"""
    )


def test_size_1_is_not_stretched():
    assert (
        message("ij,j->i", (2, 3), (1,))
        == """
'j' has two sizes: 3 on axis 1 of operand 0, shape (2, 3); 1 on axis 0 of operand 1, shape (1,)
  ij,j->i
   ^ ^
fix: squeeze axis 0 of operand 1 and drop its 'j'; no letter stretches an axis of size 1, only '...' does
"""
    )


def test_size_1_first_is_not_stretched_either():
    assert (
        message("ij,jk->ik", (2, 1), (3, 4))
        == """
'j' has two sizes: 1 on axis 1 of operand 0, shape (2, 1); 3 on axis 0 of operand 1, shape (3, 4)
  ij,jk->ik
   ^ ^
fix: squeeze axis 1 of operand 0 and drop its 'j'; no letter stretches an axis of size 1, only '...' does
"""
    )


def test_a_letter_that_stands_once_and_is_dropped_is_no_error():
    assert fit(parse("ij->i"), [(2, 3)]).output == ("i",)


def test_diagonal_of_two_sizes():
    assert (
        message("ii->i", (3, 4))
        == """
'i' has two sizes: 3 on axis 0 of operand 0, shape (3, 4); 4 on axis 1 of operand 0, shape (3, 4)
  ii->i
  ^^
fix: a letter twice takes a diagonal: slice the operand until the sizes are equal, or use two letters
"""
    )


def test_dots_that_do_not_broadcast():
    assert (
        message("i...,...j", (2, 3), (4, 5))
        == """
the axes under '...' do not broadcast: (3,) of operand 0, (4,) of operand 1
  i...,...j
   ^^^ ^^^
fix: lined up at the last axis, make the sizes equal, or 1
"""
    )


def test_dots_missing_from_the_output():
    assert (
        message("...i,i->i", (4, 2, 3), (3,))
        == """
'...' stands for 2 axes here, but is missing from the output
  ...i,i->i
  ^^^
fix: write '...' in the output too, or letters for the axes to sum over
"""
    )


def test_dots_without_axes_may_be_missing_from_the_output():
    assert fit(parse("...i,i->i"), [(3,), (3,)]).output == ("i",)


@pytest.mark.parametrize(("spec", "carets"), [("i->...i", "     ^^^"), ("ij,jk -> ik ...", "              ^^^")])
def test_dots_in_the_output_alone(spec, carets):
    assert (
        message(spec)
        == f"""
the output names '...', which no operand has
  {spec}
{carets}
fix: write '...' in each term that has further axes, or leave it out
"""
    )
