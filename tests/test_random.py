import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLOATS, shapes

import minitensor as mt
from minitensor import random
from minitensor.errors import DTypeError, InputError

seeds = st.integers(0, 2**32)
DRAWS = {
    "normal": lambda rng, shape: random.normal(rng, shape, 3.0, 0.5),
    "uniform": lambda rng, shape: random.uniform(rng, shape, -2.0, 5.0),
    "permutation": lambda rng, shape: random.permutation(rng, 17),
}


@pytest.mark.parametrize("name", DRAWS)
@given(seed=seeds, shape=shapes())
def test_one_seed_gives_the_same_numbers_on_every_backend(name, seed, shape):
    drawn = []
    for backend in ("numpy", "strict", "numpy"):
        with mt.use_backend(backend):
            x = DRAWS[name](random.generator(seed), shape)
        assert x.backend == backend
        drawn.append(x.numpy())
    for other in drawn[1:]:
        np.testing.assert_array_equal(other, drawn[0], strict=True)


@pytest.mark.parametrize("name", DRAWS)
def test_a_generator_goes_on_and_seeds_differ(backend, name):
    rng = random.generator(0)
    first, second, other = (DRAWS[name](g, (50,)).tolist() for g in (rng, rng, random.generator(1)))
    assert first != second
    assert first != other


@given(seeds, shapes(), st.sampled_from(FLOATS))
def test_shape_and_dtype_are_as_asked(backend, seed, shape, dtype):
    rng = random.generator(seed)
    for x in (random.normal(rng, shape, dtype=dtype), random.uniform(rng, shape, dtype=dtype)):
        assert (x.shape, x.dtype) == (shape, dtype)


def test_a_shape_may_be_one_size(backend):
    assert random.normal(random.generator(0), 3).shape == random.uniform(random.generator(0), 3).shape == (3,)


@given(seeds, st.integers(-9, 9), st.integers(0, 9))
def test_uniform_numbers_are_between_their_bounds(backend, seed, low, width):
    x = random.uniform(random.generator(seed), 50, low, low + width).numpy()
    assert (low <= x).all()
    assert (x < low + width).all() or width == 0


@given(seeds, st.integers(0, 30))
def test_a_permutation_holds_every_number_once(backend, seed, n):
    x = random.permutation(random.generator(seed), n)
    assert x.dtype == "int64"
    assert sorted(x.tolist()) == list(range(n))


@given(seeds)
def test_normal_numbers_have_their_mean_and_deviation(seed):
    n = 4000
    x = random.normal(random.generator(seed), n, mean=3.0, std=0.5).numpy()
    assert abs(x.mean() - 3) < 6 * 0.5 / n**0.5
    assert abs(x.std() - 0.5) < 6 * 0.5 / (2 * n) ** 0.5


def test_a_deviation_of_zero_gives_the_mean(backend):
    assert random.normal(random.generator(0), 2, mean=3.0, std=0.0).tolist() == [3.0, 3.0]


@pytest.mark.parametrize("rng", [0, None, np.random, np.random.RandomState(0)])
@pytest.mark.parametrize("draw", [random.normal, random.uniform, random.permutation])
def test_only_a_generator_draws(draw, rng):
    with pytest.raises(DTypeError) as caught:
        draw(rng, 3)
    assert str(caught.value) == f"the generator is a {type(rng).__name__}; write minitensor.random.generator(seed)"


@pytest.mark.parametrize("std", [-1, -0.5, float("nan"), [1.0, -1.0]])
def test_a_deviation_is_not_negative(std):
    with pytest.raises(InputError, match=r"^normal: std=.* is not 0 or more, as a standard deviation is$"):
        random.normal(random.generator(0), 2, std=std)


@pytest.mark.parametrize(("low", "high"), [(1, 0), (float("nan"), 1), (0, float("nan"))])
def test_the_bounds_are_in_order(low, high):
    with pytest.raises(InputError, match=rf"^uniform: low={low} is above high={high}; swap them$"):
        random.uniform(random.generator(0), 2, low, high)


def test_there_is_no_permutation_of_fewer_than_none():
    with pytest.raises(InputError, match=r"^permutation: there are no -1 integers; n is 0 or more$"):
        random.permutation(random.generator(0), -1)


def test_a_dtype_that_is_none_is_refused():
    with pytest.raises(DTypeError, match="'flaot32' is not a dtype of numbers"):
        random.normal(random.generator(0), 2, dtype="flaot32")
