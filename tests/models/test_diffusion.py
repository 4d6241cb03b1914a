"""The ideal denoiser is a step of mean shift, and samplers walk by it from noise to pictures."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLOATS, examples

import minitensor as mt
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError
from minitensor.models import ideal_denoiser, noise_levels, sample

SIGMAS = st.floats(-3, 3).map(lambda power: 10.0**power)


def clouds(seed, n, d, q, dtype="float64", offset=0.0, spread=4.0, sigma=1.0):
    """Data, and places at a distance from it that the noise decides."""
    rng = np.random.default_rng(seed)
    data = (rng.normal(0, spread, (n, d)) + offset).astype(dtype)
    return data, (data[rng.integers(0, n, q)] + sigma * rng.normal(size=(q, d))).astype(dtype)


def written_out(x, data, sigma, log_weights=0.0):
    """The definition in NumPy, in long double, of which no weight is lost."""
    x, data = x.astype("longdouble"), data.astype("longdouble")
    exponents = log_weights - ((x[:, None] - data) ** 2).sum(2) / (2 * np.longdouble(sigma) ** 2)
    weights = np.exp(exponents - exponents.max(1, keepdims=True))
    return ((weights @ data) / weights.sum(1, keepdims=True)).astype("float64")


# The ideal denoiser.
@given(
    seed=st.integers(0, 999), n=st.integers(1, 30), d=st.sampled_from([1, 2, 7, 64]), q=st.integers(0, 5),
    sigma=SIGMAS, dtype=st.sampled_from(FLOATS), offset=st.sampled_from([0.0, 100.0, -3e4]),
)  # fmt: skip
def test_it_is_the_softmax_written_out(backend, seed, n, d, q, sigma, dtype, offset):
    data, x = clouds(seed, n, d, q, dtype, offset, sigma=sigma)
    found = ideal_denoiser(mt.tensor(data))(mt.tensor(x), sigma)
    assert (found.shape, found.dtype) == ((q, d), dtype)
    if q:
        wide = abs(x).max() + abs(data).max()
        # Exponents come from coordinates that float64 has rounded, times how far apart these are, in sigmas squared.
        off = min(
            1.0, 1e-15 * d * (wide + abs(x - data.mean(0)).max() + abs(data - data.mean(0)).max()) * wide / sigma**2
        )
        bound = 8 * np.finfo(dtype).eps * wide + max(off, 1e-3 * (off > 1e-12)) * np.ptp(data, axis=0).max()
        np.testing.assert_allclose(found.numpy(), written_out(x, data, sigma), atol=bound)


@given(seed=st.integers(0, 999), n=st.integers(1, 30), d=st.integers(1, 9), sigma=st.floats(0.5, 1000.0))
def test_it_is_one_step_of_mean_shift(backend, seed, n, d, sigma):
    data, x = (mt.tensor(each) for each in clouds(seed, n, d, 4, sigma=sigma))
    means, totals = weighted_means(x, data, sigma)
    assert (totals > 0).all()
    np.testing.assert_array_equal(ideal_denoiser(data)(x, sigma).numpy(), means.numpy())


@given(seed=st.integers(0, 999), sigma=SIGMAS, dtype=st.sampled_from(FLOATS))
def test_one_picture_is_all_there_is_to_guess(backend, seed, sigma, dtype):
    data, x = clouds(seed, 1, 5, 3, dtype, offset=7.0, sigma=30.0)
    found = ideal_denoiser(mt.tensor(data))(mt.tensor(x), sigma)
    np.testing.assert_allclose(found.numpy(), np.broadcast_to(data, (3, 5)), rtol=4 * np.finfo(dtype).eps)


def test_where_every_weight_vanishes_it_is_the_nearest_picture(backend):
    data = mt.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    x = mt.tensor([[3.0, 1.0], [8.0, 7.0], [4.0, 4.0], [5.0, 0.0]])
    found = ideal_denoiser(data)(x, 1e-3)
    assert found.tolist() == [[0.0, 0.0], [10.0, 0.0], [0.0, 0.0], [5.0, 0.0]]  # the last is half way between two


def test_the_limits_of_little_and_of_much_noise(backend):
    data, x = clouds(3, 20, 64, 5)
    denoise = ideal_denoiser(mt.tensor(data))
    np.testing.assert_allclose(denoise(mt.tensor(data), 1e-3).numpy(), data, rtol=1e-12)
    np.testing.assert_allclose(denoise(mt.tensor(x), 1e18).numpy(), np.broadcast_to(data.mean(0), x.shape), rtol=1e-9)


# A softmax with weights.
@given(
    seed=st.integers(0, 999), n=st.integers(1, 20), d=st.sampled_from([1, 3, 64]), sigma=SIGMAS,
    dtype=st.sampled_from(FLOATS),
)  # fmt: skip
def test_log_weights_are_added_to_the_exponents(backend, seed, n, d, sigma, dtype):
    data, x = clouds(seed, n, d, 4, dtype, sigma=sigma)
    weights = np.random.default_rng(seed).normal(0, 5, n)
    found = ideal_denoiser(mt.tensor(data), mt.tensor(weights))(mt.tensor(x), sigma)
    wanted = written_out(x, data, sigma, weights)
    wide = abs(x).max() + abs(data).max()
    off = 1e-14 * d * wide**2 / sigma**2 + 10 * np.finfo(dtype).eps * 50  # √2λ is held in the dtype of the data
    bound = 8 * np.finfo(dtype).eps * wide + min(1.0, max(off, 1e-3 * (off > 1e-10))) * np.ptp(data, axis=0).max()
    np.testing.assert_allclose(found.numpy(), wanted, atol=bound)


def test_whole_weights_are_copies_of_a_picture(backend):
    data, x = clouds(1, 6, 3, 5)
    times = [1, 3, 2, 1, 4, 1]
    weighed = ideal_denoiser(mt.tensor(data), mt.log(mt.tensor(times)))(mt.tensor(x), 3.0)
    repeated = ideal_denoiser(mt.tensor(np.repeat(data, times, axis=0)))(mt.tensor(x), 3.0)
    np.testing.assert_allclose(weighed.numpy(), repeated.numpy(), rtol=1e-10)


def test_a_weight_of_minus_infinity_leaves_a_picture_out(backend):
    data, x = clouds(1, 4, 3, 5)
    weights = mt.tensor([0.0, -math.inf, 0.0, -math.inf])
    without = ideal_denoiser(mt.tensor(data[::2]))(mt.tensor(x), 1.0)
    np.testing.assert_allclose(
        ideal_denoiser(mt.tensor(data), weights)(mt.tensor(x), 1.0).numpy(), without.numpy(), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("weights", "kind", "message"),
    [
        ([1.0], ShapeError, r"the log_weights have shape \(1,\), not \(2,\); give each of the 2 pictures one number"),
        ([[1.0], [2.0]], ShapeError, r"the log_weights have shape \(2, 1\), not \(2,\); write .reshape\(2\)"),
        ([[1.0, 2.0]], ShapeError, r"the log_weights have shape \(1, 2\)"),
        ([1, 2], DTypeError, "the log_weights are int64, not floats"),
        ([1.0, math.nan], InputError, "the log_weights have NaN or ∞; give finite numbers, or −∞ for what"),
        ([1.0, math.inf], InputError, "the log_weights have NaN or ∞"),
        ([-math.inf, -math.inf], InputError, "the log_weights have −∞ for every picture"),
    ],
)
def test_weights_that_mean_nothing_are_refused(backend, weights, kind, message):
    with pytest.raises(kind, match=f"^ideal_denoiser: {message}"):
        ideal_denoiser(mt.zeros((2, 3)), mt.tensor(weights))


@pytest.mark.parametrize("dtype", FLOATS)
def test_weights_that_are_far_below_leave_a_picture_out(backend, dtype):
    data = mt.tensor([[0.0], [4.0]], dtype)
    for least in (-1e29, -1e31, -1.7e308):
        assert ideal_denoiser(data, mt.tensor([least, 0.0]))(mt.zeros((1, 1), dtype), 20.0).tolist() == [[4.0]]


def test_weights_on_another_backend_are_named():
    weights = mt.zeros(2).to("strict")
    with pytest.raises(DeviceError, match=r"the log_weights are on strict, .*; write log_weights.to\('numpy'\)"):
        ideal_denoiser(mt.zeros((2, 3)).to("numpy"), weights)


# What a denoiser is given.
@pytest.mark.parametrize("sigma", [0.0, -1.0, math.nan, math.inf, "1", True, None, 1e-19, 1e19])
def test_noise_that_is_none_is_refused(backend, sigma):
    with pytest.raises(InputError, match=r"^ideal_denoiser: sigma="):
        ideal_denoiser(mt.zeros((2, 3)))(mt.zeros((1, 3)), sigma)


@pytest.mark.parametrize(
    ("x", "kind", "message"),
    [
        ([[1.0, 2.0]], ShapeError, r"x of shape \(1, 2\) has 2 on axis 1, data of shape \(2, 3\) has 3 on axis 1"),
        ([1.0, 2.0, 3.0], ShapeError, r"x has shape \(3,\), not \(pictures, pixels\); write x\[None\] for"),
        ([[[1.0, 2.0, 3.0]]], ShapeError, r"x has shape \(1, 1, 3\), not .*; write x.reshape\(len\(x\), -1\)"),
        ([[1, 2, 3]], DTypeError, "x is int64, not floats"),
        ([[1.0, math.nan, 3.0]], InputError, "x holds NaN or infinity"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(backend, x, kind, message):
    with pytest.raises(kind, match=message):
        ideal_denoiser(mt.zeros((2, 3)))(mt.tensor(x), 1.0)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (mt.zeros((0, 3)), InputError),
        (mt.zeros(3), ShapeError),
        ([[1.0]], DTypeError),
        (mt.zeros((2, 2), "int64"), DTypeError),
        (mt.zeros((2, 2), "float16"), DTypeError),
        (mt.tensor([[math.nan]]), InputError),
    ],
)
def test_data_that_are_none_are_refused(data, kind):
    with pytest.raises(kind, match=r"^ideal_denoiser: the data"):
        ideal_denoiser(data)


@pytest.mark.parametrize("memory", ["a", -1, 0, None])
def test_memory_is_a_number_of_bytes(memory):
    with pytest.raises(InputError, match=r"^ideal_denoiser: memory=.*it must be a whole number, 1 or more"):
        ideal_denoiser(mt.zeros((2, 3)), memory=memory)


def test_another_backend_is_named():
    data, x = mt.zeros((2, 3)).to("numpy"), mt.zeros((1, 3)).to("strict")
    with pytest.raises(DeviceError, match="x is on strict, data on numpy"):
        ideal_denoiser(data)(x, 1.0)


# Samplers.
@given(seed=st.integers(0, 999), dtype=st.sampled_from(FLOATS))
def test_an_euler_step_is_a_part_of_a_step_of_mean_shift(backend, seed, dtype):
    data, noise = clouds(seed, 9, 4, 5, dtype)
    data, noise = mt.tensor(data), mt.tensor(noise)
    levels = noise_levels(4, 6.0, 0.5)
    went = sample(ideal_denoiser(data), noise, levels, "euler", path=True)
    assert went.levels == levels
    np.testing.assert_array_equal(went.places[0].numpy(), (noise * 6.0).numpy())
    for number, (sigma, lower) in enumerate(zip(levels, (*levels[1:], 0.0), strict=True)):
        x, guess = went.places[number].numpy(), went.guesses[number].numpy()
        np.testing.assert_array_equal(guess, ideal_denoiser(data)(went.places[number], sigma).numpy())
        after = (*went.places, went.samples)[number + 1].numpy()
        np.testing.assert_allclose(after, guess + lower / sigma * (x - guess), rtol=20 * np.finfo(dtype).eps, atol=1e-6)
    np.testing.assert_array_equal(went.samples.numpy(), went.guesses[-1].numpy())  # the last step is done whole


@pytest.mark.parametrize("method", ["euler", "heun"])
def test_towards_one_picture_the_path_is_straight_and_every_step_exact(backend, method):
    data, noise = clouds(0, 1, 6, 3)
    went = sample(ideal_denoiser(mt.tensor(data)), mt.tensor(noise), noise_levels(7), method, path=True)
    for x, sigma in zip(went.places, went.levels, strict=True):
        straight = data + (noise * 20.0 - data) * (sigma / 20.0)
        np.testing.assert_allclose(x.numpy(), straight, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(went.samples.numpy(), np.broadcast_to(data, (3, 6)), rtol=1e-14)


def seed_of(method):
    """A seed for the method that takes one."""
    return 1 if method == "ancestral" else None


def normal_denoiser(x, sigma, width=2.0):
    """The ideal denoiser of data that are normal, of which the path is known: x ∝ √(width² + σ²)."""
    return x * (width**2 / (width**2 + sigma**2))


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2)])
def test_the_error_falls_with_the_steps(backend, method, order):
    noise = mt.tensor([[1.0, -2.0, 0.5]])
    levels = [noise_levels(steps, 8.0, 0.5, rho=2.0) for steps in (21, 41, 81)]
    end = math.sqrt((4 + 0.5**2) / (4 + 64)) * 8.0  # at the last level, before the step to 0
    errors = []
    for each in levels:
        went = sample(normal_denoiser, noise, each, method, path=True)
        errors.append(abs(went.places[-1] / noise - end).max().item())
    for coarse, fine in pairwise(errors):
        assert 2**order * 0.8 < coarse / fine < 2**order * 1.25


@examples(50)
@given(seed=st.integers(0, 999), method=st.sampled_from(["euler", "heun", "ancestral"]))
def test_the_ideal_denoiser_memorises(backend, seed, method):
    data, noise = clouds(seed, 12, 16, 8)
    made = sample(
        ideal_denoiser(mt.tensor(data)), mt.tensor(noise), noise_levels(12), method, seed=seed_of(method)
    ).numpy()
    apart = np.sqrt(((made[:, None] - data) ** 2).sum(2)).min(1)
    assert apart.max() < 1e-6


def test_ancestral_samples_are_drawn_from_the_data(backend):
    rng = mt.random.generator(0)
    data = mt.tensor([[-3.0], [3.0], [3.0], [3.0]])
    made = sample(ideal_denoiser(data), mt.random.normal(rng, (4000, 1)), noise_levels(30), "ancestral", seed=5)
    assert abs((made > 0).astype("float64").mean().item() - 0.75) < 0.04
    euler = sample(ideal_denoiser(data), mt.random.normal(rng, (4000, 1)), noise_levels(30), "euler")
    assert abs((euler > 0).astype("float64").mean().item() - 0.75) < 0.04


def test_ancestral_noise_has_the_strength_of_its_level(backend):
    # With all data at 0 the samples are noise alone, of which each level has its own standard deviation.
    noise = mt.random.normal(mt.random.generator(0), (20_000, 1))
    went = sample(lambda x, sigma: x * 0.0, noise, noise_levels(6, 9.0, 0.1), "ancestral", seed=1, path=True)
    for x, sigma in zip(went.places, went.levels, strict=True):
        assert abs(x.std().item() / sigma - 1) < 0.03


@pytest.mark.parametrize("method", ["euler", "heun", "ancestral"])
def test_one_seed_gives_the_same_pictures(backend, method):
    data, noise = (mt.tensor(each) for each in clouds(2, 5, 4, 3))
    runs = [
        sample(ideal_denoiser(data), noise, noise_levels(6), method, seed=seed_of(method)).tolist() for _ in range(2)
    ]
    assert runs[0] == runs[1]
    alone = sample(ideal_denoiser(data), noise[:0], noise_levels(6), method, seed=seed_of(method))
    assert alone.shape == (0, 4)


def test_new_noise_makes_other_pictures(backend):
    data, noise = (mt.tensor(each) for each in clouds(2, 50, 4, 30))
    a, b = (sample(ideal_denoiser(data), noise, noise_levels(9), "ancestral", seed=seed) for seed in (4, 5))
    assert (abs(a - b) > 1).any()


def test_each_step_is_reported(backend):
    data, noise = (mt.tensor(each) for each in clouds(2, 5, 4, 3))
    said = []
    sample(ideal_denoiser(data), noise, (3.0, 1.0, 0.25), on_step=lambda *words: said.append(words))
    assert said == [(1, 3, "noise 3"), (2, 3, "noise 1"), (3, 3, "noise 0.25")]


def test_a_bar_shows_how_far_it_is(capsys):
    sample(lambda x, sigma: x, mt.ones((1, 2)), (3.0, 1.0), progress=True)
    said = capsys.readouterr()
    assert said.out == ""
    assert "diffusion: noise 1" in said.err
    sample(lambda x, sigma: x, mt.ones((1, 2)), (3.0, 1.0))
    assert capsys.readouterr().err == ""


def test_heun_guesses_twice_but_for_the_last(backend):
    seen = []

    def denoise(x, sigma):
        seen.append(sigma)
        return x * 0.5

    sample(denoise, mt.ones((1, 2)), (4.0, 2.0, 1.0))
    assert seen == [4.0, 2.0, 2.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"method": "ddim"}, InputError, "there is no method 'ddim'; choose one of euler, heun, ancestral"),
        ({"method": "ancestral"}, InputError, "'ancestral' adds new noise at each step and needs a seed="),
        ({"method": "euler", "seed": 3}, InputError, "'euler' adds no noise, so seed=3 decides nothing; leave it out"),
        ({"levels": 3.0}, InputError, r"levels=3.0; they are a row of numbers, such as noise_levels\(18\)"),
        ({"levels": "12"}, InputError, "levels=12; they are a row of numbers"),
        ({"levels": ()}, InputError, r"levels=\(\); they must fall"),
        ({"levels": (1.0, 1.0)}, InputError, r"levels=\(1.0, 1.0\); they must fall"),
        ({"levels": (1.0, 0.0)}, InputError, "a level=0.0; it must be positive"),
        ({"levels": (2.0, math.nan)}, InputError, "a level=nan; it must be positive"),
        ({"noise": mt.zeros(3)}, ShapeError, r"the noise has shape \(3,\), not .*; write noise\[None\] for one"),
        ({"noise": mt.zeros((3, 2), "int64")}, DTypeError, r"the noise is int64, not floats; use .astype\('float64'\)"),
        ({"noise": mt.full((3, 2), math.nan)}, InputError, "the noise holds NaN or infinity in 3 of 3 pictures"),
        ({"denoise": lambda x, sigma: x * math.nan}, InputError, "the denoiser made NaN or infinity at noise 2;"),
        ({"noise": [[1.0]]}, DTypeError, "sample: the noise is a list"),
        ({"denoise": lambda x, sigma: x[:1]}, ShapeError, r"the denoiser made \(1, 2\) of \(3, 2\)"),
        ({"denoise": lambda x, sigma: x.numpy()}, DTypeError, "sample: what the denoiser gave is a numpy.ndarray"),
        ({"denoise": ideal_denoiser(mt.zeros((1, 2))), "noise": mt.tensor([[math.inf, 1.0]])}, InputError, "NaN"),
    ],
)  # fmt: skip
def test_what_cannot_be_sampled_is_refused(options, kind, message):
    given = {"denoise": lambda x, sigma: x, "noise": mt.zeros((3, 2)), "levels": (2.0, 1.0), **options}
    with pytest.raises(kind, match=message):
        sample(given.pop("denoise"), given.pop("noise"), given.pop("levels"), **given)


@pytest.mark.thorough_on_strict
def test_a_digit_comes_out_of_noise(backend):
    pytest.importorskip("sklearn")
    images, _ = mt.data.digits()
    noise = mt.random.normal(mt.random.generator(0), (20, 64))
    made = sample(ideal_denoiser(images[:500]), noise, noise_levels(18)).numpy()
    apart = ((made[:, None] - images[:500].numpy()) ** 2).sum(2)
    assert apart.min(1).max() < 1e-12
    assert len(set(apart.argmin(1).tolist())) > 10
