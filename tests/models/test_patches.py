"""Mean shift on patches: each pixel by its own neighbourhood."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLOATS, examples

import minitensor as mt
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.models import ideal_denoiser, noise_levels, patch_denoiser, sample
from minitensor.models.patches import band

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5))
KS = st.sampled_from([1, 3, 5, 7, 9, 11])
SIGMAS = st.floats(-3, 3).map(lambda power: 10.0**power)


def pictures(seed, n, pixels, q, dtype="float64", offset=0.0, sigma=1.0):
    rng = np.random.default_rng(seed)
    data = (rng.normal(0, 3, (n, pixels)) + offset).astype(dtype)
    return data, (data[rng.integers(0, n, q)] + sigma * rng.normal(size=(q, pixels))).astype(dtype)


def windows(shape, k):
    """For each pixel the numbers of the pixels in its window, and where it is among them."""
    for row in range(shape[0]):
        for column in range(shape[1]):
            seen = [
                r * shape[1] + c
                for r in range(max(0, row - k // 2), min(shape[0], row + k // 2 + 1))
                for c in range(max(0, column - k // 2), min(shape[1], column + k // 2 + 1))
            ]
            yield seen, seen.index(row * shape[1] + column)


def written_out(x, data, shape, k, sigma, log_weights=0.0):
    x, data = x.astype("longdouble"), data.astype("longdouble")
    columns = []
    for seen, own in windows(shape, k):
        exponents = log_weights - ((x[:, None, seen] - data[:, seen]) ** 2).sum(2) / (2 * np.longdouble(sigma) ** 2)
        weights = np.exp(exponents - exponents.max(1, keepdims=True))
        columns.append((weights @ data[:, seen[own]]) / weights.sum(1))
    return np.stack(columns, 1).astype("float64")


def bound(x, data, sigma):
    """How far rounding may move a guess: exponents are sums of squares that are off by some eps of themselves."""
    eps, reach = np.finfo(data.dtype).eps, np.ptp(data, axis=0).max()
    wide = abs(x.astype("float64") - data.mean(0)).max() + abs(data - data.mean(0)).max()
    rounded = abs(data).max() * wide * x.shape[1] * eps / sigma**2  # what centring rounds
    off = 8 * eps * x.shape[1] * wide**2 / sigma**2 + 4 * rounded
    return 16 * eps * (abs(data).max() + wide) + min(1.0, off) * reach + 1e-13


@given(
    seed=st.integers(0, 999), shape=SHAPES, k=KS, n=st.integers(1, 12), q=st.integers(0, 4), sigma=SIGMAS,
    dtype=st.sampled_from(FLOATS), offset=st.sampled_from([0.0, 500.0]), memory=st.sampled_from([1, 3000, 2**20]),
)  # fmt: skip
def test_it_is_the_softmax_of_patches_written_out(backend, seed, shape, k, n, q, sigma, dtype, offset, memory):
    data, x = pictures(seed, n, math.prod(shape), q, dtype, offset, sigma)
    found = patch_denoiser(mt.tensor(data), shape, k, memory=memory)(mt.tensor(x), sigma)
    assert (found.shape, found.dtype) == (x.shape, dtype)
    if q:
        np.testing.assert_allclose(found.numpy(), written_out(x, data, shape, k, sigma), atol=bound(x, data, sigma))


@given(seed=st.integers(0, 999), shape=SHAPES, k=KS, sigma=st.floats(1.0, 100.0))
def test_at_each_pixel_it_is_a_step_of_mean_shift_on_patches(backend, seed, shape, k, sigma):
    data, x = (mt.tensor(each) for each in pictures(seed, 9, math.prod(shape), 3, sigma=sigma))
    found = patch_denoiser(data, shape, k)(x, sigma)
    for pixel, (seen, own) in enumerate(windows(shape, k)):
        places = mt.tensor(seen)
        means, _ = weighted_means(mt.take(x, places, 1), mt.take(data, places, 1), sigma)
        np.testing.assert_allclose(found[:, pixel].numpy(), means[:, own].numpy(), rtol=1e-9, atol=1e-9)


@given(seed=st.integers(0, 999), shape=SHAPES, more=st.integers(0, 3), sigma=st.floats(0.5, 100.0))
def test_a_window_over_the_whole_picture_is_the_ideal_denoiser(backend, seed, shape, more, sigma):
    data, x = (mt.tensor(each) for each in pictures(seed, 7, math.prod(shape), 3, sigma=sigma))
    whole = patch_denoiser(data, shape, 2 * max(shape) - 1 + 2 * more)(x, sigma)
    np.testing.assert_allclose(whole.numpy(), ideal_denoiser(data)(x, sigma).numpy(), rtol=1e-9, atol=1e-9)


@given(seed=st.integers(0, 999), n=st.integers(1, 9), sigma=SIGMAS)
def test_log_weights_are_added_to_the_exponents(backend, seed, n, sigma):
    data, x = pictures(seed, n, 12, 3, sigma=sigma)
    weights = np.random.default_rng(seed).normal(0, 5, n)
    found = patch_denoiser(mt.tensor(data), (3, 4), 3, mt.tensor(weights))(mt.tensor(x), sigma)
    wanted = written_out(x, data, (3, 4), 3, sigma, weights)
    np.testing.assert_allclose(found.numpy(), wanted, atol=bound(x, data, sigma) + 1e-11)


def test_the_window_may_follow_the_noise(backend):
    data, x = (mt.tensor(each) for each in pictures(0, 9, 25, 3))
    asked = []

    def k(sigma):
        asked.append(sigma)
        return 9 if sigma > 2 else 1

    denoise = patch_denoiser(data, (5, 5), k)
    np.testing.assert_allclose(denoise(x, 3.0).numpy(), ideal_denoiser(data)(x, 3.0).numpy(), rtol=1e-10)
    np.testing.assert_array_equal(denoise(x, 2.0).numpy(), patch_denoiser(data, (5, 5), 1)(x, 2.0).numpy())
    assert asked == [3.0, 2.0]


@examples(30)
@given(seed=st.integers(0, 99))
def test_it_makes_what_is_not_in_the_data(backend, seed):
    # With k = 1 each pixel chooses for itself: of two pictures come all the mixtures of them, and nothing else.
    data = mt.tensor([[0.0] * 6, [4.0] * 6])
    noise = mt.random.normal(mt.random.generator(seed), (64, 6))
    made = sample(patch_denoiser(data, (2, 3), 1), noise, noise_levels(12), "euler")
    assert (((made - 0.0).abs() < 1e-6) | ((made - 4.0).abs() < 1e-6)).all()
    assert len({tuple(each) for each in mt.round(made).tolist()}) > 10
    whole = sample(patch_denoiser(data, (2, 3), 5), noise, noise_levels(12), "euler")
    assert {tuple(each) for each in mt.round(whole).tolist()} == {(0.0,) * 6, (4.0,) * 6}


@given(size=st.integers(1, 20), k=st.integers(0, 12).map(lambda half: 2 * half + 1), seed=st.integers(0, 99))
def test_a_product_with_a_band_sums_over_windows(backend, size, k, seed):
    table = np.random.default_rng(seed).normal(size=(size, 3))
    wanted = [table[max(0, i - k // 2) : i + k // 2 + 1].sum(0) for i in range(size)]
    found = band(size, k, mt.zeros(1)) @ mt.tensor(table)
    np.testing.assert_allclose(found.numpy(), np.stack(wanted), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", FLOATS)
def test_far_away_and_almost_without_noise_the_nearest_patch_counts_alone(backend, dtype):
    data = mt.tensor([[0.0, 0.0, 0.0], [8.0, 4.0, 0.0]], dtype)
    far = mt.tensor([[1e5, 4.0, 1.0], [1.0, 3.0, -1e5]], dtype)
    for sigma in (1e-18, 1e-12, 1e-3):
        found = patch_denoiser(data, (1, 3), 1)(far, sigma)
        assert found.tolist() == [[8.0, 4.0, 0.0], [0.0, 4.0, 0.0]]


@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e19), ("float32", 1e25), ("float64", 1e154)])
def test_pixels_whose_squares_no_float_holds_are_refused(backend, dtype, size):
    far = mt.full((1, 6), size, dtype)
    with pytest.raises(InputError, match=r"pixels are up to 1e\+.* from their mean; scale data and x"):
        patch_denoiser(mt.zeros((2, 6), dtype), (2, 3), 3)(far, 1.0)
    with pytest.raises(InputError, match="scale data and x"):
        patch_denoiser(mt.concat([far, -far]), (2, 3), 3)(far * 0.0, 1.0)


@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e18), ("float64", 1e19), ("float64", 1e150)])
def test_up_to_there_no_guess_is_lost(backend, dtype, size):
    data = mt.tensor(np.random.default_rng(0).uniform(-size, size, (5, 100)), dtype)
    found = patch_denoiser(data, (10, 10), 3)(data * 1.001, 1.0)
    np.testing.assert_array_equal(found.numpy(), (patch_denoiser(data, (10, 10), 3)(data, 1.0)).numpy())
    np.testing.assert_allclose(found.numpy(), data.numpy(), rtol=1e-6, atol=size * 1e-6)
    if dtype == "float32":  # of 100 pixels no float32 holds the sum
        with pytest.raises(InputError, match="scale data and x"):
            patch_denoiser(data, (10, 10), 17)(data, 1.0)


@pytest.mark.parametrize("k", [3, 7, 13])
def test_the_tables_fit_into_the_memory(k):
    data, x = (mt.tensor(each).to("numpy") for each in pictures(0, 400, 64, 100))
    denoise, tables, small = patch_denoiser(data, k=k, memory=2**21), 2**21, 10 * 8 * 500 * 64
    tracemalloc.start()
    denoise(x, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.8 * tables < peak < tables + small
    tracemalloc.start()
    patch_denoiser(data, k=k, memory=2**25)(x, 1.0)
    assert tracemalloc.get_traced_memory()[1] > 3 * peak
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"k": 2}, InputError, "^patch_denoiser: k=2 is even, so a window has no middle; write 1 or 3$"),
        ({"k": 0}, InputError, "^patch_denoiser: k=0; it must be a whole number, 1 or more"),
        ({"k": 3.0}, InputError, "^patch_denoiser: k=3.0; it must be a whole number"),
        ({"shape": (2, 4)}, ShapeError, r"the data of shape \(2, 6\) has 6 pixels each, not 2 × 4"),
        ({"shape": 6}, ShapeError, r"shape=6; write \(rows, columns\)"),
        ({"shape": (1, 2, 3)}, ShapeError, r"shape=\(1, 2, 3\); write \(rows, columns\)"),
        ({"shape": (6.0, 1)}, InputError, "rows=6.0; it must be a whole number"),
        (
            {"data": mt.zeros((0, 6))},
            InputError,
            r"the data has shape \(0, 6\), which holds no pictures",
        ),
        ({"data": mt.zeros((2, 6), "int64")}, DTypeError, "patch_denoiser: the data is int64"),
        ({"memory": "a"}, InputError, "^patch_denoiser: memory='a'; it must be a whole number, 1 or more"),
        ({"log_weights": mt.zeros(3)}, ShapeError, r"^patch_denoiser: the log_weights have shape \(3,\)"),
    ],
)
def test_what_makes_no_denoiser_is_refused(options, kind, message):
    with pytest.raises(kind, match=message):
        patch_denoiser(**{"data": mt.zeros((2, 6)), "shape": (2, 3), **options})


@pytest.mark.parametrize(
    ("x", "sigma", "message"),
    [
        (mt.zeros((1, 6)), 0.0, "patch_denoiser: sigma=0.0"),
        (mt.tensor([[math.inf] * 6]), 1.0, "x holds NaN or infinity"),
    ],
)
def test_what_it_cannot_denoise_is_refused(backend, x, sigma, message):
    with pytest.raises(InputError, match=message):
        patch_denoiser(mt.zeros((2, 6)), (2, 3))(x.to(backend), sigma)


def test_a_window_that_turns_even_with_the_noise_is_refused():
    with pytest.raises(InputError, match="k=4 is even"):
        patch_denoiser(mt.zeros((2, 6)), (2, 3), k=lambda sigma: 4)(mt.zeros((1, 6)), 1.0)
