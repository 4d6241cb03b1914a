"""What is said of a spec, word for word, and what is refused."""

import pytest
from einsum_strategies import problems
from hypothesis import given

import minitensor as mt
from minitensor.einsums.explain import explain_einsum
from minitensor.errors import DTypeError, EinsumError

MATRICES = """
ik,kj->ij with x0 (2, 3), x1 (3, 4)

Letters
  i  size 2  in x0      kept
  j  size 4  in x1      kept
  k  size 3  in x0, x1  summed

The loops it means
  def naive(x0, x1):
      out = [[0] * 4 for _ in range(2)]
      for i in range(2):
          for j in range(4):
              for k in range(3):  # summed
                  out[i][j] += x0[i][k] * x1[k][j]
      return out

How it is computed
  1. x0[i,k], x1[k,j] -> out[i,j]
     matmul
     48 FLOPs; reads 144 B, writes 64 B; 0.23 FLOPs a byte

In all
  the loops as written  48 FLOPs
  as planned            48 FLOPs; the same
  memory                reads 144 B, writes 64 B; 0.23 FLOPs a byte
  largest intermediate  none
"""


def test_the_whole_text():
    found = explain_einsum("ik,kj->ij", (2, 3), (3, 4))
    assert f"\n{found}\n" == MATRICES
    assert repr(found) == str(found)


def test_rich_prints_the_same_words_in_colour():
    rich = pytest.importorskip("rich.text", reason="rich is an extra")
    text = explain_einsum("ik,kj->ij", (2, 3), (3, 4)).__rich__()
    assert isinstance(text, rich.Text)
    assert f"\n{text.plain}\n" == MATRICES
    marked = {(text.plain[span.start : span.end], span.style) for span in text.spans}
    assert {("Letters", "bold"), ("In all", "bold"), ("summed", "yellow"), ("for", "blue")} <= marked


def test_it_is_there_from_the_top():
    assert mt.explain_einsum is explain_einsum


def letters(spec, *shapes):
    text = str(explain_einsum(spec, *shapes))
    return [line.strip() for line in text.split("Letters\n")[1].split("\n\n")[0].split("\n")]


def test_a_letter_that_stands_once_and_is_dropped_is_explained():
    assert letters("ij->i", (2, 3)) == [
        "i  size 2  in x0  kept",
        "j  size 3  in x0  summed: only x0 has it and the output does not, so that axis is added up",
    ]


def test_a_diagonal_is_named():
    assert letters("ii,ij->j", (2, 2), (2, 3)) == [
        "j  size 3  in x1                     kept",
        "i  size 2  in x0 (its diagonal), x1  summed",
    ]


def test_dots_have_names_and_may_stretch():
    assert letters("...p,...p->...", (4, 5, 3), (5, 3)) == [
        "q  size 4  in x0      kept, an axis of '...'",
        "r  size 5  in x0, x1  kept, an axis of '...'",
        "p  size 3  in x0, x1  summed",
    ]
    assert letters("...,...->...", (4,), (1,)) == ["p  size 4  in x0, x1 (stretched from 1)  kept, an axis of '...'"]


def test_without_axes():
    assert letters("->", ()) == ["none"]


@given(problems(4))
def test_every_letter_has_one_line(problem):
    found = explain_einsum(problem.spec, *problem.shapes)
    names = [letter.name for letter in found.letters]
    assert len(set(names)) == len(names)
    assert {name for name in problem.spec if name.isalpha()} <= set(names)
    axes = sum(len(letter.operands) + len(letter.stretched) for letter in found.letters)
    assert axes == sum(len(shape) for shape in problem.shapes)
    assert len(letters(problem.spec, *problem.shapes)) == max(len(names), 1)


def test_tensors_do_as_well_and_bring_their_itemsize(backend):
    a, b = mt.ones((2, 3), dtype="float32"), mt.ones((3, 4), dtype="float32")
    found = explain_einsum("ik,kj->ij", a, b)
    assert found == explain_einsum("ik,kj->ij", (2, 3), [3, 4], itemsize=4)
    assert found.read == 4 * 18
    assert explain_einsum("ik,kj->ij", a, b, itemsize=8).read == 8 * 18


@pytest.mark.parametrize(
    ("naive", "planned", "words"),
    [
        (90_000, 15_000, "15,000 FLOPs; 6 times fewer"),
        (15_000_000, 150, "150 FLOPs; 100,000 times fewer"),
        (2, 3, "3 FLOPs; 1.5 times as many"),
        (1, 1, "1 FLOP; the same"),
        (5, 0, "0 FLOPs; 5 fewer"),
    ],
)
def test_how_much_fewer(naive, planned, words):
    found = explain_einsum("i->i", (2,))._replace(naive_flops=naive, flops=planned)
    assert words in str(found)


@pytest.mark.parametrize(
    ("shape", "words"),
    [((999,), "reads 999 B"), ((1000,), "reads 1 kB"), ((2500, 1000), "reads 2.5 MB"), ((10**7, 10**4), "100 GB"),
     ((10**7, 10**7), "reads 100 TB")],
)  # fmt: skip
def test_bytes_are_readable(shape, words):
    assert words in str(explain_einsum("ij->" if len(shape) == 2 else "i->", shape, itemsize=1))


def test_what_einsum_refuses_is_not_explained():
    with pytest.raises(EinsumError) as caught:
        explain_einsum("ij,jk->ix", (2, 3), (3, 4))
    assert str(caught.value) == (
        "the output names 'x', which no operand has\n"
        "  ij,jk->ix\n"
        "          ^\n"
        "fix: use a letter from the left of '->', or leave 'x' out"
    )
    with pytest.raises(EinsumError, match="'j' has two sizes"):
        explain_einsum("ij,jk->ik", (2, 3), (4, 4))
    with pytest.raises(EinsumError, match="the spec has 1 term, but 0 operands came with it"):
        explain_einsum("i")


@pytest.mark.parametrize(("wrong", "kind"), [(3, "int"), ("35", "str"), (2.5, "float")])
def test_only_tensors_and_shapes(wrong, kind):
    with pytest.raises(DTypeError) as caught:
        explain_einsum("ij", wrong)
    assert str(caught.value) == f"operand 0 of explain_einsum is a {kind}; write a Tensor or a shape such as (2, 3)"


def test_the_spec_comes_first():
    with pytest.raises(TypeError, match="explain_einsum: the spec comes first, such as 'ij,jk->ik', not a tuple"):
        explain_einsum((2, 3), "ij")


@pytest.mark.parametrize("count", [10, 11, 40])
def test_any_number_of_axes_under_dots(count):
    found = explain_einsum("...p,...p->...", (2,) * count + (3,), (1,) * (count - 1) + (2, 3))
    assert len(found.letters) == len({letter.name for letter in found.letters}) == count + 1
    assert [letter.size for letter in found.letters] == [2] * count + [3]
    assert [letter.stretched for letter in found.letters] == [(1,)] * (count - 1) + [()] * 2
    assert found.flops == 2 * 3 * 2**count
