"""The loop nest is run, on nested lists and on arrays, and gives what NumPy's einsum gives."""

import numpy as np
import pytest
from einsum_strategies import numbers, problems
from hypothesis import given
from hypothesis import strategies as st

from minitensor.einsums.explain import explain_einsum
from minitensor.einsums.loops import loop_nest
from minitensor.einsums.parser import Fitted, fit, parse


def run(source, *operands):
    space = {}
    exec(source, space)
    return space["naive"](*operands)


@given(st.data(), problems(3))
def test_the_printed_loops_compute_what_numpy_does(data, problem):
    text = str(explain_einsum(problem.spec, *problem.shapes))
    printed = text.split("The loops it means\n")[1].split("\n\n")[0]
    source = "\n".join(line[2:] for line in printed.split("\n"))
    assert source == explain_einsum(problem.spec, *problem.shapes).loops
    arrays = [data.draw(numbers(shape, "int64")) for shape in problem.shapes]
    expected = np.einsum(problem.spec, *arrays)
    for operands in (arrays, [array.tolist() for array in arrays]):
        np.testing.assert_array_equal(np.asarray(run(source, *operands)).reshape(expected.shape), expected)


@pytest.mark.parametrize("shapes", [[(4, 3), (1, 3)], [(1, 3), (4, 3)], [(3,), (4, 3)], [(1, 3), (1, 3)], [(4, 3)] * 2])
def test_a_stretched_axis_is_read_at_0(shapes):
    arrays = [np.random.default_rng(0).integers(-9, 10, shape) for shape in shapes]
    expected = np.einsum("...i,...i->...", *arrays)
    np.testing.assert_array_equal(run(explain_einsum("...i,...i->...", *shapes).loops, *arrays), expected)


def test_no_two_rows_of_the_result_are_one_list():
    shapes = [(2,), (3,), (4,)]
    result = run(loop_nest(fit(parse("i,j,k->ijk"), shapes), shapes), [1, 2], [1, 10, 100], [1, 1, 1, 5])
    assert result[0][0] == [1, 1, 1, 5]
    assert result[1][2] == [200, 200, 200, 1000]


@pytest.mark.parametrize("letters", ["abcdefghijklmnopqrst", "abcdefghijklmnopqrstu"])
def test_more_loops_than_python_nests(letters):
    sizes = {letter: 2 if letter in "bt" else 1 for letter in letters}
    shape = tuple(sizes.values())
    source = loop_nest(Fitted((tuple(letters),), ("t", "a"), sizes), [shape])
    assert ("product" in source) == (len(letters) > 20)
    array = np.arange(4).reshape(shape)
    np.testing.assert_array_equal(run(source, array), np.einsum(f"{letters}->ta", array))
