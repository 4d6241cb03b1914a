"""Labels as NumPy writes them, in lists of numbers; letters of any alphabet; and the dtype of the result."""

import numpy as np
import pytest
from einsum_strategies import problems
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.einsums.explain import explain_einsum
from minitensor.einsums.parser import letters, parse
from minitensor.einsums.sublists import spelled
from minitensor.errors import DTypeError, EinsumError

A, B = np.random.default_rng(0).normal(size=(2, 2, 3))
B = B.T


def interleaved(spec, operands, label_of):
    """Operands and lists of labels in turn, for a spec whose letters have these labels."""
    expression, given = parse(spec), []
    lists = [term.letters for term in expression.operands]
    for operand, term in zip(operands, lists, strict=True):
        given += [operand, [... if letter == "..." else label_of[letter] for letter in term]]
    return given, [... if letter == "..." else label_of[letter] for letter in expression.output]


@given(problems(), st.data())
def test_lists_of_numbers_mean_what_letters_mean(problem, data):
    rng = np.random.default_rng(0)
    tensors = [mt.tensor(rng.integers(-9, 10, shape)) for shape in problem.shapes]
    used = sorted({letter for letter in problem.spec if letter.isalpha()})
    numbers = data.draw(st.lists(st.integers(0, 10**9), min_size=len(used), max_size=len(used), unique=True))
    given, output = interleaved(problem.spec, tensors, dict(zip(used, numbers, strict=True)))
    expected = mt.einsum(problem.spec, *tensors)
    assert mt.einsum(*given, output).tolist() == expected.tolist()
    shapes = [each.shape if isinstance(each, mt.Tensor) else each for each in given]
    assert mt.einsum_plan(*shapes, output)(*tensors).tolist() == expected.tolist()


@given(problems())
def test_without_an_output_it_is_numpys(problem):
    rng = np.random.default_rng(0)
    arrays = [rng.integers(-9, 10, shape) for shape in problem.shapes]
    used = sorted(
        {letter for letter in problem.spec if letter.isalpha()}, key=lambda letter: (letter.islower(), letter)
    )
    label_of = {letter: number for number, letter in enumerate(used)}
    spec = problem.spec.partition("->")[0]
    given, _ = interleaved(spec, [mt.tensor(array) for array in arrays], label_of)
    assert mt.einsum(*given).tolist() == mt.einsum(spec, *map(mt.tensor, arrays)).tolist()


@pytest.mark.parametrize("labels", [([0, 1], [1, 2], [0, 2]), ((5, 0), (0, 9)), ([..., 0, 1], [1, 2], [..., 0, 2])])
def test_products_as_numpy_has_them(backend, labels):
    first, second, *output = labels
    result = mt.einsum(mt.tensor(A), first, mt.tensor(B), second, *output)
    np.testing.assert_allclose(result.numpy(), np.einsum(A, first, B, second, *output), 1e-12)


@pytest.mark.parametrize(("given", "message"), [
    (((2, 3), (3, 4)), r"^einsum_plan: the spec comes first, such as 'ij,jk->ik', not a tuple"),
    ((3, (3, 4)), r"^einsum_plan: the spec comes first, such as 'ij,jk->ik', not a int"),
])  # fmt: skip
def test_shapes_alone_are_no_lists_of_labels(given, message):
    with pytest.raises(DTypeError, match=message):
        mt.einsum_plan(*given)


@pytest.mark.parametrize(("given", "message"), [
    (((2,), [-1]), r"^f: list 0 has the label -1\nfix: write whole numbers, 0 or more"),
    (((2,), ["i"]), r"^f: list 0 has the label 'i'"), (((2,), [True]), r"^f: list 0 has the label True"),
    (((2,), [0], (2,), 3), r"^f: after operand 1 stands an int, not the list of its labels"),
    (((2,), [0], 3), r"^f: the last of those given is an int, without labels"),
])  # fmt: skip
def test_other_labels_are_refused(given, message):
    with pytest.raises(EinsumError, match=message):
        spelled("f", given)


def test_an_error_says_which_letter_is_which_label(backend):
    for call in (mt.einsum, mt.einsum_plan, explain_einsum):
        with pytest.raises(EinsumError, match=r"'b' has two sizes(.|\n)*\(a is label 4, b is 7\)$"):
            call(mt.ones((2, 3)), [4, 7], mt.ones(2), [7])
    with pytest.raises(EinsumError) as caught:
        mt.einsum("ab,b", mt.ones((2, 3)), mt.ones(2))
    assert "label" not in str(caught.value).splitlines()[-1]


def test_there_are_as_many_labels_as_are_asked_for():
    x = mt.tensor(np.full((2, 2), 0.5))
    given = [each for place in range(54) for each in (x, [place, place + 1])]
    np.testing.assert_allclose(mt.einsum(*given, [0, 54]).numpy(), 0.5)


def test_a_gradient_finds_a_letter_for_every_label():
    x, y = mt.variable(np.ones((1,) * 29 + (2,))), mt.tensor(np.ones((1,) * 29 + (3,)))
    mt.einsum(x, list(range(30)), y, list(range(30, 60)), list(range(60))).sum().backward()
    assert x.grad.reshape(-1).tolist() == [3.0, 3.0]


def test_letters_of_any_alphabet(backend):
    a, b = mt.tensor(A), mt.tensor(B)
    np.testing.assert_allclose(mt.einsum("αж,ж中->α中", a, b).numpy(), A @ B, 1e-12)
    assert "for ж in range(3):  # summed" in explain_einsum("αж,ж中->α中", a, b).loops
    for mark in "ª²ａ\u0301_1":
        with pytest.raises(EinsumError, match=r" is not a letter\n(.|\n)*a-z, A-Z or of another alphabet"):
            mt.einsum(f"i{mark}->i", a)


def test_letters_are_letters_in_order():
    some = [letter for letter, _ in zip(letters(), range(500), strict=False)]
    assert "".join(some[:52]) == "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert len(set(some)) == 500
    assert all(letter.isidentifier() for letter in some)
    assert parse("".join(some)).output == tuple(sorted(some))


def test_many_axes_under_dots_get_names_of_their_own():
    found = explain_einsum("...a->...", (1,) * 60 + (2,))
    assert len({letter.name for letter in found.letters}) == 61


# The dtype of the result.
@pytest.mark.parametrize(("own", "asked"), [("float32", "float64"), ("float64", "float32"), ("int64", "float32"),
                                            ("float32", "complex64"), ("uint8", "int64")])  # fmt: skip
def test_the_result_has_the_dtype(backend, own, asked):
    a, b = ((10 * each).astype(own) for each in (np.abs(A), np.abs(B)))
    for result in (
        mt.einsum("ij,jk->ik", mt.tensor(a), mt.tensor(b), dtype=asked),
        mt.einsum_plan("ij,jk->ik", (2, 3), (3, 2), dtype=asked)(mt.tensor(a), mt.tensor(b)),
        mt.einsum(mt.tensor(a), [0, 1], mt.tensor(b), [1, 2], dtype=asked),
    ):
        assert result.dtype == asked
        np.testing.assert_allclose(result.numpy(), a.astype(asked) @ b.astype(asked), 1e-6)


def test_what_does_not_fit_the_dtype_is_refused(backend):
    with pytest.raises(DTypeError, match=r"^einsum: operand 1: int64 elements cannot hold float64 values unchanged"):
        mt.einsum("i,i->", mt.tensor([1]), mt.tensor([1.5]), dtype="int64")
    with pytest.raises(DTypeError, match=r"^einsum: operand 0: uint8 elements cannot hold int64 values unchanged"):
        mt.einsum("i->", mt.tensor([300]), dtype="uint8")
    with pytest.raises(DTypeError, match="is not a dtype of numbers"):
        mt.einsum("i->", mt.tensor([300]), dtype="text")


def test_a_dtype_has_a_gradient():
    x = mt.variable(np.ones((2, 2)))
    mt.einsum("ij->", x, dtype="float32").backward()
    assert (x.grad.dtype, x.grad.tolist()) == ("float64", [[1.0, 1.0], [1.0, 1.0]])


def test_an_explanation_counts_bytes_of_the_dtype():
    wide, narrow = (explain_einsum("ij->i", (2, 3), dtype=dtype) for dtype in ("float64", "float32"))
    assert (wide.read, narrow.read) == (48, 24)
