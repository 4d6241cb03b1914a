"""Denoisers that heed a wish."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError
from minitensor.models import (
    guided_by_data,
    guided_by_gradient,
    guided_by_projection,
    ideal_denoiser,
    noise_levels,
    patch_denoiser,
    sample,
)


def clouds(seed, n=12, d=6, q=4):
    rng = np.random.default_rng(seed)
    return mt.tensor(rng.normal(0, 3, (n, d))), mt.tensor(rng.normal(size=(q, d)))


# By the data.
@given(seed=st.integers(0, 999), strength=st.floats(-5, 50), sigma=st.floats(0.3, 30.0))
def test_matches_multiply_the_weights(backend, seed, strength, sigma):
    data, x = clouds(seed)
    match = mt.random.uniform(mt.random.generator(seed), 12, -1, 1)
    exponents = strength * match.numpy() - ((x.numpy()[:, None] - data.numpy()) ** 2).sum(2) / (2 * sigma**2)
    weights = np.exp(exponents - exponents.max(1, keepdims=True))
    wanted = weights @ data.numpy() / weights.sum(1, keepdims=True)
    for make in ({}, {"make": patch_denoiser, "shape": (2, 3), "k": 5}):  # a window over all of the picture
        np.testing.assert_allclose(guided_by_data(data, match, strength, **make)(x, sigma).numpy(), wanted, atol=1e-8)


def test_no_strength_is_no_guidance(backend):
    data, x = clouds(0)
    match = mt.random.uniform(mt.random.generator(0), 12)
    np.testing.assert_allclose(
        guided_by_data(data, match, 0.0)(x, 2.0).numpy(), ideal_denoiser(data)(x, 2.0).numpy(), rtol=1e-12
    )
    plain = ideal_denoiser(data)
    unmoved = guided_by_gradient(plain, lambda x: (x * x).sum(1), 0.0)
    np.testing.assert_array_equal(unmoved(x, 2.0).numpy(), plain(x, 2.0).numpy())


def test_much_strength_leaves_the_best_match_alone(backend):
    data, noise = clouds(1)
    match = mt.linspace(0, 1, 12)
    made = sample(guided_by_data(data, match, 1e4), noise, noise_levels(10))
    np.testing.assert_allclose(made.numpy(), np.broadcast_to(data[11].numpy(), (4, 6)), rtol=1e-9)


@pytest.mark.parametrize("strength", [1e6, 1e300, 1.7e308, -1.7e308])
def test_no_strength_is_too_large(backend, strength):
    match = mt.tensor([0.1, -0.3, 0.9, 5e4])
    data, x = mt.tensor([[0.0], [1.0], [2.0], [3.0]]), mt.tensor([[0.5]])
    best = 3.0 if strength > 0 else 1.0
    for dtype in ("float32", "float64"):
        found = guided_by_data(data.astype(dtype), match.astype(dtype), strength)(x.astype(dtype), 20.0)
        assert found.tolist() == [[best]]


def test_a_match_of_minus_infinity_leaves_a_picture_out(backend):
    data, x = clouds(2)
    match = mt.tensor([0.5] * 6 + [-math.inf] * 6)
    wanted = ideal_denoiser(data[:6])(x, 2.0).numpy()
    np.testing.assert_allclose(guided_by_data(data, match, 3.0)(x, 2.0).numpy(), wanted, rtol=1e-12)
    np.testing.assert_array_equal(guided_by_data(data, match, 0)(x, 2.0).numpy(), ideal_denoiser(data)(x, 2.0).numpy())
    with pytest.raises(InputError, match="the match has −∞, which a strength below 0 makes infinite"):
        guided_by_data(data, match, -1.0)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        (
            {"match": mt.zeros(3)},
            ShapeError,
            r"the match has shape \(3,\), not \(2,\); give each of the 2 pictures one",
        ),
        ({"match": mt.zeros((2, 1))}, ShapeError, r"the match has shape \(2, 1\), not \(2,\); write .reshape\(2\)"),
        ({"match": mt.tensor([1.0, math.nan])}, InputError, "the match has NaN or ∞"),
        ({"match": mt.full(2, -math.inf)}, InputError, "the match has −∞ for every picture"),
        ({"match": mt.ones(2, "int64")}, DTypeError, "the match is int64, not floats"),
        ({"match": [1.0, 2.0]}, DTypeError, "the match is a list"),
        ({"data": mt.zeros((2, 2, 3))}, ShapeError, r"the data has shape .*; write data.reshape\(len\(data\), -1\)"),
        ({"strength": math.inf}, InputError, "strength=inf; it must be a number"),
        ({"make": "patch"}, DTypeError, "make='patch'; give it ideal_denoiser or patch_denoiser"),
        ({"k": 3}, InputError, "ideal_denoiser takes no such options: got an unexpected keyword argument 'k'"),
    ],
)
def test_a_match_that_means_nothing_is_refused(options, kind, message):
    with mt.use_backend("numpy"), pytest.raises(kind, match=f"^guided_by_data: {message}"):
        guided_by_data(**{"data": mt.zeros((2, 6)), "match": mt.zeros(2), "strength": 1.0, **options})


def test_another_backend_is_named():
    here, there = (mt.ones((2, 6)).to(name) for name in ("numpy", "strict"))
    with pytest.raises(DeviceError, match=r"match is on numpy, but the data is on strict; write match.to\('strict'\)"):
        guided_by_data(there, here[:, 0], 1.0)
    with pytest.raises(DeviceError, match=r"embedding is on strict, but the encoder is on numpy; write embedding.to"):
        guided_by_projection(ideal_denoiser(here), here, there[0, :2])
    with pytest.raises(DeviceError, match=r"x is on strict, but the encoder is on numpy; write x.to\('numpy'\)"):
        guided_by_projection(ideal_denoiser(there), here, here[0, :2])(there, 1.0)


# By a gradient.
@given(seed=st.integers(0, 999), strength=st.floats(-3, 3), sigma=st.floats(0.1, 30.0), width=st.floats(0.1, 10.0))
def test_guesses_are_moved_along_the_gradient(backend, seed, strength, sigma, width):
    data, x = clouds(seed)
    target, plain = data[0], ideal_denoiser(data)
    guided = guided_by_gradient(plain, lambda x: ((x - target) ** 2).sum(1) * -0.5, strength, width)
    guess = plain(x, sigma)
    step = strength * sigma**2 * width**2 / (sigma**2 + width**2)
    np.testing.assert_allclose(
        guided(x, sigma).numpy(), (guess + (target - guess) * step).numpy(), rtol=1e-9, atol=1e-9
    )


def test_a_gradient_is_exact_for_normal_data(backend):
    # Data that are normal of width w and a score that is linear: the right guess is known.
    width, sigma, slope = 2.0, 3.0, mt.tensor([1.0, -2.0])
    x = mt.tensor([[0.5, 4.0]])
    denoise = guided_by_gradient(
        lambda x, sigma: x * (width**2 / (width**2 + sigma**2)), lambda x: (x * slope).sum(1), 0.7, width
    )
    # p(x₀)·e^(0.7·slope·x₀) is the same normal about 0.7·w²·slope.
    middle = slope * (0.7 * width**2)
    wanted = middle + (x - middle) * (width**2 / (width**2 + sigma**2))
    np.testing.assert_allclose(denoise(x, sigma).numpy(), wanted.numpy(), rtol=1e-12)


def test_no_samples_are_guided_too(backend):
    data, x = clouds(0)
    assert guided_by_gradient(ideal_denoiser(data), lambda x: x.sum(1), 1.0)(x[:0], 1.0).shape == (0, 6)
    made = guided_by_projection(ideal_denoiser(data), mt.ones((1, 6)), mt.ones(1))(x[:0], 1.0)
    assert made.shape == (0, 6)


@pytest.mark.parametrize(
    ("score", "kind", "message"),
    [
        (lambda x: x, ShapeError, r"the score of \(4, 6\) is \(4, 6\); give each picture one number"),
        (lambda x: x.sum(), ShapeError, r"the score of \(4, 6\) is \(\); give each picture one number"),
        (lambda x: 1.0, DTypeError, "the score is a float"),
    ],
)
def test_a_score_that_is_none_is_refused(backend, score, kind, message):
    data, x = clouds(0)
    with pytest.raises(kind, match=message):
        guided_by_gradient(ideal_denoiser(data), score, 1.0)(x, 1.0)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_gradient_that_is_not_finite_is_refused(backend):
    with pytest.raises(InputError, match="the gradient of the score is not finite"):
        guided_by_gradient(lambda x, sigma: x, lambda x: mt.sqrt(x).sum(1), 1.0)(mt.zeros((1, 2)), 1.0)


@pytest.mark.parametrize(("width", "moved"), [(1e200, 4.0), (1e-200, 0.0), (2.0, 2.0)])
def test_no_width_is_too_large(backend, width, moved):
    x = mt.tensor([[1.0, 2.0]])
    found = guided_by_gradient(lambda x, sigma: x, lambda x: x.sum(1), 1.0, width)(x, 2.0)
    np.testing.assert_allclose((found - x).numpy(), [[moved, moved]], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("dtype", "strength"), [("float64", 1e308), ("float64", -1e308), ("float32", 1e38)])
def test_a_move_beyond_the_largest_float_is_refused(backend, dtype, strength):
    guided = guided_by_gradient(lambda x, sigma: x, lambda x: x.sum(1) * 2.0, strength)
    with pytest.raises(InputError, match=r"strength=.*e\+.* at noise 20 moves pictures beyond the largest float"):
        guided(mt.ones((1, 2), dtype), 20.0)


@pytest.mark.parametrize(
    ("strength", "width", "name"), [(math.nan, 1.0, "strength"), ("1", 1.0, "strength"), (1.0, 0.0, "width")]
)
def test_a_strength_and_a_width_are_numbers(strength, width, name):
    with pytest.raises(InputError, match=f"guided_by_gradient: {name}="):
        guided_by_gradient(lambda x, sigma: x, lambda x: x, strength, width)


# By projection.
@examples(30)
@given(seed=st.integers(0, 999), m=st.integers(1, 6), method=st.sampled_from(["euler", "heun", "ancestral"]))
def test_samples_have_the_embedding_exactly(backend, seed, m, method):
    data, noise = clouds(seed)
    encoder = mt.random.normal(mt.random.generator(seed), (m, 6))
    wished = data[:4] @ encoder.T
    made = sample(
        guided_by_projection(ideal_denoiser(data), encoder, wished),
        noise,
        noise_levels(8),
        method,
        seed=0 if method == "ancestral" else None,
    )
    off = abs(made @ encoder.T - wished).max().item()
    assert off < 1e-12 * (1 + abs(wished).max().item()) * np.linalg.cond(encoder.numpy())


def test_guesses_are_moved_as_little_as_possible(backend):
    data, x = clouds(3)
    encoder = mt.random.normal(mt.random.generator(0), (2, 6))
    plain, one = ideal_denoiser(data), mt.tensor([1.0, -1.0])
    moved = guided_by_projection(plain, encoder, one)(x, 1.0) - plain(x, 1.0)
    # In the space of the rows of the encoder: nothing of the move is left when the rows are taken out of it.
    rows, _ = np.linalg.qr(encoder.numpy().T)
    np.testing.assert_allclose(moved.numpy() - moved.numpy() @ rows @ rows.T, np.zeros((4, 6)), atol=1e-12)


def test_an_embedding_that_no_picture_has_is_met_as_nearly_as_can_be(backend):
    encoder = mt.tensor([[1.0, 0.0], [1.0, 0.0]])  # both numbers are the first pixel
    made = guided_by_projection(lambda x, sigma: x, encoder, mt.tensor([1.0, 2.0]))(mt.tensor([[7.0, 5.0]]), 1.0)
    np.testing.assert_allclose(made.numpy(), [[1.5, 5.0]], rtol=1e-12)


@pytest.mark.parametrize(
    ("encoder", "embedding", "x", "kind", "message"),
    [
        (mt.ones((2, 6)), mt.ones(3), None, ShapeError, r"embedding has shape \(3,\); this encoder, \(2, 6\), makes 2"),
        (mt.ones((2, 6)), mt.ones(()), None, ShapeError, r"embedding has shape \(\)"),
        (mt.ones((2, 6)), mt.tensor([1.0, math.nan]), None, InputError, "the embedding holds NaN"),
        (mt.ones((2, 6)), [1.0, 2.0], None, DTypeError, "the embedding is a list"),
        (mt.ones(6), mt.ones(6), None, ShapeError, "the encoder has shape"),
        (
            mt.ones((2, 6)),
            mt.ones(2),
            mt.ones((1, 5)),
            ShapeError,
            r"x has shape \(1, 5\); pictures are \(samples, 6\)",
        ),
        (mt.ones((2, 6)), mt.ones((3, 2)), mt.ones((1, 6)), ShapeError, r"x has shape \(1, 6\); pictures are \(3, 6\)"),
    ],
)
def test_what_does_not_fit_the_encoder_is_refused(encoder, embedding, x, kind, message):
    with pytest.raises(kind, match=message):
        guided_by_projection(lambda x, sigma: x, encoder, embedding)(x, 1.0)


def test_guides_can_be_put_in_one_another(backend):
    _, noise = clouds(5)
    encoder = mt.random.normal(mt.random.generator(0), (1, 6))
    scored = guided_by_gradient(partial(lambda x, sigma: x * 0.5), lambda x: x.sum(1), 0.1)
    made = sample(guided_by_projection(scored, encoder, mt.ones(1)), noise, noise_levels(6), "euler")
    np.testing.assert_allclose((made @ encoder.T).numpy(), np.ones((4, 1)), rtol=1e-10)
