import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLOATS, shapes

import minitensor as mt
from minitensor import random
from minitensor.errors import DTypeError, InputError, ShapeError

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


@pytest.mark.parametrize(("low", "high"), [(1, 0), (2.5, -0.5)])
def test_the_bounds_are_in_order(low, high):
    with pytest.raises(InputError, match=rf"^uniform: low={low} is above high={high}; swap them$"):
        random.uniform(random.generator(0), 2, low, high)


@pytest.mark.parametrize(("low", "high"), [(float("nan"), 1), (0, float("nan"))])
def test_a_bound_is_not_nan(low, high):
    with pytest.raises(InputError, match=r"^uniform: (low|high)=nan; it must be a number from "):
        random.uniform(random.generator(0), 2, low, high)


def test_there_is_no_permutation_of_fewer_than_none():
    with pytest.raises(InputError, match=r"^permutation: n=-1; it must be a whole number, 0 or more$"):
        random.permutation(random.generator(0), -1)


def test_a_dtype_that_is_none_is_refused():
    with pytest.raises(DTypeError, match="'flaot32' is not a dtype of numbers"):
        random.normal(random.generator(0), 2, dtype="flaot32")


@pytest.mark.parametrize("n", [2.5, 4.0, "4", None, np.array([2, 2])])
def test_a_permutation_is_of_a_whole_number(n):
    with pytest.raises(InputError, match=r"^permutation: n=.*; it must be a whole number, 0 or more$"):
        random.permutation(random.generator(0), n)
    assert sorted(random.permutation(random.generator(0), np.int8(3)).tolist()) == [0, 1, 2]


@pytest.mark.parametrize("seed", [-1, 1.5, "a", [1, 2]])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(InputError, match=r"^generator: seed=.*; it must be a whole number, 0 or more$"):
        random.generator(seed)


@pytest.mark.parametrize("shape", [2.5, (2, 2.5), -1, "ab", None, np.array([2.0, 2.0])])
@pytest.mark.parametrize("draw", [random.normal, random.uniform])
def test_a_bad_shape_is_refused_as_by_zeros(backend, draw, shape):
    for make in (lambda: draw(random.generator(0), shape), lambda: mt.zeros(shape)):
        with pytest.raises(ShapeError, match=r"^a shape is made of integers that are not negative, not "):
            make()


@pytest.mark.parametrize(("low", "high", "dtype"), [
    (0, float("inf"), "float64"), (float("-inf"), 0, "float64"), (0, "a", "float64"), (None, 1, "float64"),
    (0, 1e300, "float32"), (0, 1j, "float64"),
])  # fmt: skip
def test_the_bounds_are_numbers_of_the_dtype(low, high, dtype):
    with pytest.raises(InputError, match=r"^uniform: (low|high)=.*; it must be a number from "):
        random.uniform(random.generator(0), 2, low, high, dtype)


def test_bounds_too_far_apart_are_refused():
    with pytest.raises(InputError, match=r"^uniform: the distance from low=-1\.5e\+308 to high=1\.5e\+308 is beyond"):
        random.uniform(random.generator(0), 2, -1.5e308, 1.5e308)


@pytest.mark.parametrize("value", ["a", None, 1j, [None]])
@pytest.mark.parametrize("name", ["mean", "std"])
def test_mean_and_deviation_are_numbers(name, value):
    with pytest.raises(DTypeError, match=rf"^normal: {name}=.* is not a real number; write one such as 1.0$"):
        random.normal(random.generator(0), 2, **{name: value})


def test_means_that_do_not_fit_the_shape_are_refused():
    assert random.normal(random.generator(0), (2, 3), mean=np.arange(3.0), std=0).tolist() == [[0.0, 1.0, 2.0]] * 2
    with pytest.raises(ShapeError, match=r"^normal: mean of shape \(3,\) and std of shape \(\) do not broadcast"):
        random.normal(random.generator(0), 2, mean=[1.0, 2.0, 3.0])


@given(seed=seeds, n=st.integers(0, 40), data=st.data())
def test_a_sample_holds_so_many_different_numbers(backend, seed, n, data):
    count = data.draw(st.integers(0, n))
    x = random.sample(random.generator(seed), n, count)
    assert (x.shape, x.dtype, x.backend) == ((count,), "int64", backend)
    assert len(set(x.tolist())) == count
    assert all(0 <= number < n for number in x.tolist())
    assert x.tolist() == random.sample(random.generator(seed), n, count).tolist()


def test_a_sample_of_many_takes_little_memory():
    assert random.sample(random.generator(0), 10**15, 5).max().item() < 10**15
    with pytest.raises(InputError, match=r"^sample: count=5; it must be a whole number from 0 to 4$"):
        random.sample(random.generator(0), 4, 5)
