"""Adam against the paper's algorithm in plain Python, and against PyTorch."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.models.adam import begin, descend


def by_definition(x, gradients, rate):
    """Algorithm 1 of Kingma and Ba, of one number."""
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        x -= rate * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return x


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-13)])
def test_it_is_the_algorithm(backend, dtype, tolerance):
    rng = np.random.default_rng(0)
    starts, gradients = rng.normal(size=5), rng.normal(size=(7, 5))
    parameters = [mt.tensor(starts[:3].astype(dtype)), mt.tensor(starts[3:].astype(dtype))]
    memory = begin(parameters)
    for g in gradients:
        given = [mt.tensor(g[:3].astype(dtype)), mt.tensor(g[3:].astype(dtype))]
        parameters, memory = descend(parameters, given, memory, rate=0.05)
    found = np.concatenate([x.numpy() for x in parameters])
    exact = [by_definition(x, column, 0.05) for x, column in zip(starts, gradients.T, strict=True)]
    np.testing.assert_allclose(found, exact, rtol=tolerance, atol=tolerance)
    assert memory.steps == 7
    assert [(x.dtype, x.backend) for x in parameters] == [(dtype, backend)] * 2


@examples(50)
@given(st.floats(1e-3, 1e3), st.sampled_from([-1, 1]), st.floats(1e-3, 1))
def test_the_first_step_is_the_rate_whatever_the_slope(size, sign, rate):
    x = [mt.tensor(2.0)]
    (moved,), _ = descend(x, [mt.tensor(sign * size)], begin(x), rate)
    assert math.isclose(moved.item(), 2 - sign * rate, rel_tol=2e-5)


def test_nothing_is_written_over():
    x, g = [mt.tensor([1.0])], [mt.tensor([2.0])]
    before = begin(x)
    _, after = descend(x, g, before, 0.1)
    descend(x, g, after, 0.1)
    assert (x[0].item(), before.mean[0].item(), before.steps, after.steps) == (1.0, 0.0, 0, 1)
    assert math.isclose(after.mean[0].item(), 0.2)


def test_it_goes_downhill():
    x = [mt.tensor([3.0, -2.0])]
    memory, slope = begin(x), mt.grad(lambda x: ((x - 1) ** 2 * mt.tensor([1.0, 100.0])).sum())
    for step in range(500):
        x, memory = descend(x, [slope(x[0])], memory, 0.1 * (1 - step / 500))
    np.testing.assert_allclose(x[0].numpy(), 1, atol=1e-3)


def test_pytorch_does_the_same():
    torch = pytest.importorskip("torch", reason="a peer")
    rng = np.random.default_rng(1)
    start, gradients = rng.normal(size=(2, 3)), rng.normal(size=(5, 2, 3))
    theirs = torch.tensor(start, requires_grad=True)
    optimiser = torch.optim.Adam([theirs], lr=0.02)
    ours, memory = [mt.tensor(start)], begin([mt.tensor(start)])
    for g in gradients:
        theirs.grad = torch.tensor(g)
        optimiser.step()
        ours, memory = descend(ours, [mt.tensor(g)], memory, 0.02)
    np.testing.assert_allclose(ours[0].numpy(), theirs.detach().numpy(), rtol=1e-12)


def test_what_does_not_fit_is_refused():
    x = [mt.tensor([1.0, 2.0])]
    with pytest.raises(ValueError, match=r"have shapes \[\(2,\)\], the gradients \[\(3,\)\]"):
        descend(x, [mt.ones(3)], begin(x), 0.1)
    with pytest.raises(ValueError, match="rate=0; it must be positive and finite"):
        descend(x, x, begin(x), 0)
