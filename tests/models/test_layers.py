"""What an encoder is made of, against definitions in NumPy, with gradients against central differences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, examples, shapes

import minitensor as mt
from minitensor import random
from minitensor.autograd import check_gradient
from minitensor.models.layers import dense, encode, log_sum_exp, unit


@examples(50)
@given(shapes(1, 3).flatmap(lambda shape: arrays(shape)))
def test_unit_vectors_have_length_one_and_the_same_direction(backend, x):
    found = unit(as_tensor(x)).numpy()
    lengths = np.linalg.norm(x, axis=-1, keepdims=True)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), (lengths[..., 0] > 0) * 1.0, rtol=1e-14)
    np.testing.assert_allclose(found * lengths, x, atol=1e-12)


def test_the_gradient_of_a_vector_of_zeros_is_finite(backend):
    slope = mt.grad(lambda x: unit(x).sum())(mt.tensor([[0.0, 0.0], [3.0, 4.0]]))
    assert mt.isfinite(slope).all()
    np.testing.assert_allclose(slope[1].numpy(), [4 / 125, -3 / 125])  # at (3, 4), across it


@examples(50)
@given(arrays((3, 4)), st.sampled_from([0, 1]), st.sampled_from([1.0, 1e3]))
def test_log_sum_exp_is_the_definition(backend, x, axis, scale):
    exact = np.logaddexp.reduce(x * scale, axis=axis)
    np.testing.assert_allclose(log_sum_exp(as_tensor(x) * scale, axis).numpy(), exact, rtol=1e-14, atol=1e-14)


@examples(10)
@given(st.integers(0, 2**32 - 1))
def test_gradients(seed):
    rng = np.random.default_rng(seed)
    x, first, second = (mt.tensor(rng.normal(size=shape)) for shape in ((3, 4), (4, 5), (5, 2)))
    one, two, weigh = (mt.tensor(rng.normal(size=shape)) for shape in ((5,), (2,), (3, 2)))
    loss = lambda *given: (encode(*given) * weigh).sum()  # noqa: E731
    check_gradient(loss, x, first, one, second, two, argnums=range(5), tolerance=1e-5)
    for axis in (0, 1):
        check_gradient(lambda x, axis=axis: (log_sum_exp(x, axis) ** 2).sum(), x, tolerance=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dense(backend, dtype):
    weights, biases = dense(random.generator(0), 500, 200, dtype)
    assert (weights.shape, biases.shape, weights.dtype, biases.dtype) == ((500, 200), (200,), dtype, dtype)
    assert weights.backend == biases.backend == backend
    assert abs(weights.std().item() * math.sqrt(500) - 1) < 0.01
    assert not biases.any()
    with pytest.raises(ValueError, match="dense: inputs=0; it must be a whole number, 1 or more"):
        dense(random.generator(0), 0, 3)
