"""Products and decompositions of matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import as_tensor, tensors

import minitensor as mt
from minitensor import linalg
from minitensor.errors import DTypeError, InputError, ShapeError

SIZES = st.integers(0, 5)
KINDS = ["float32", "float64", "complex64", "complex128"]


@given(data=st.data(), m=SIZES, k=SIZES, n=SIZES)
def test_matmul_is_the_operator(backend, data, m, k, n):
    a, b = data.draw(tensors((m, k))), data.draw(tensors((k, n)))
    found = linalg.matmul(a, b)
    np.testing.assert_array_equal(found.numpy(), (a @ b).numpy())
    np.testing.assert_allclose(found.numpy(), a.numpy() @ b.numpy())


def test_inner_sizes_that_disagree_are_refused(backend):
    with pytest.raises(ShapeError, match="3"):
        linalg.matmul(mt.ones((2, 3)), mt.ones((4, 5)))


@given(data=st.data(), n=st.integers(1, 5))
def test_eigenvectors_and_eigenvalues_make_the_matrix_again(backend, data, n):
    square = data.draw(tensors((n, n))).numpy()
    symmetric = square + square.T
    values, vectors = linalg.eigh(as_tensor(symmetric))
    assert (values.shape, vectors.shape) == ((n,), (n, n))
    values, vectors = values.numpy(), vectors.numpy()
    assert (np.diff(values) >= 0).all()
    np.testing.assert_allclose(vectors * values @ vectors.T, symmetric, atol=1e-12 * max(1, abs(symmetric).max()))
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(n), atol=1e-13)


@pytest.mark.parametrize("shape", [(2, 3), (3,), (), (2, 3, 4)])
def test_only_a_square_matrix_has_eigenvalues(backend, shape):
    with pytest.raises(ShapeError, match=r"^eigh: x has shape \("):
        linalg.eigh(mt.ones(shape))


@pytest.mark.parametrize("x", [[[1.0, 0.0], [0.0, 1.0]], np.eye(2), 3.0])
def test_eigh_takes_a_tensor(backend, x):
    with pytest.raises(DTypeError, match=r"^eigh: x is a [a-z.]+, not a (minitensor\.)?Tensor; write "):
        linalg.eigh(x)


def test_eigh_takes_floats(backend):
    with pytest.raises(DTypeError, match=r"^eigh: x is int64, not floats; use .astype\('float64'\)$"):
        linalg.eigh(mt.eye(2, dtype="int64"))


@given(data=st.data(), m=SIZES, n=SIZES, rank=st.integers(0, 5), seed=st.integers(0, 99), dtype=st.sampled_from(KINDS))
def test_the_pseudo_inverse_is_numpys(backend, data, m, n, rank, seed, dtype):
    """Wide, tall, empty and rank-deficient matrices, and stacks of them."""
    rng, stacked = np.random.default_rng(seed), data.draw(st.sampled_from([(), (3,), (0,), (2, 1)]))
    a, b = (rng.normal(size=(*stacked, *shape)) for shape in ((m, rank), (rank, n)))
    if "complex" in dtype:
        a = a + 1j * rng.normal(size=a.shape)
    matrix = (a @ b).astype(dtype)
    eps = np.finfo(dtype).eps
    found = linalg.pinv(as_tensor(matrix), rtol=100 * eps)
    wanted = np.linalg.pinv(matrix, rcond=100 * eps)
    assert (found.shape, found.dtype) == (wanted.shape, dtype)
    kept = np.linalg.svd(matrix, compute_uv=False)
    least = kept[kept > 100 * eps * kept.max(initial=0)].min(initial=np.inf)
    worst = kept.max(initial=0) / least
    np.testing.assert_allclose(found.numpy(), wanted, atol=100 * eps * (1 + worst) * abs(wanted).max(initial=0))


@given(seed=st.integers(0, 99), m=st.integers(1, 5), n=st.integers(1, 5))
def test_the_four_equations_of_penrose(backend, seed, m, n):
    x = as_tensor(np.random.default_rng(seed).normal(size=(m, n)))
    back = linalg.pinv(x)
    for left, right in [(x @ back @ x, x), (back @ x @ back, back), ((x @ back).T, x @ back), ((back @ x).T, back @ x)]:
        np.testing.assert_allclose(left.numpy(), right.numpy(), atol=1e-12 * np.linalg.cond(x.numpy()) ** 2)


def test_small_singular_values_are_as_exact_as_large_ones(backend):
    """Of xᵀx the square of 1e-9 would be lost beside 1."""
    rng = np.random.default_rng(0)
    (left, _), (right, _) = (np.linalg.qr(rng.normal(size=(4, 4))) for _ in range(2))
    x = left * [1.0, 1e-3, 1e-6, 1e-9] @ right
    wanted = right.T / [1.0, 1e-3, 1e-6, 1e-9] @ left.T
    np.testing.assert_allclose(linalg.pinv(as_tensor(x)).numpy(), wanted, rtol=1e-5)


def test_what_counts_as_nothing_can_be_chosen(backend):
    x = as_tensor(np.diag([1.0, 1e-3]))
    np.testing.assert_allclose(linalg.pinv(x, rtol=1e-2).numpy(), np.diag([1.0, 0.0]), atol=1e-15)
    np.testing.assert_allclose(linalg.pinv(x).numpy(), np.diag([1.0, 1e3]), rtol=1e-12)


@pytest.mark.parametrize(
    ("x", "options", "kind", "message"),
    [
        (mt.ones(3), {}, ShapeError, r"^pinv: x has shape \(3,\); a matrix has two axes"),
        (mt.eye(2, dtype="int64"), {}, DTypeError, r"^pinv: x is int64, not floats; use .astype\('float64'\)$"),
        (mt.tensor([[1.0, float("nan")]]), {}, InputError, "^pinv: x holds NaN or infinity"),
        (mt.eye(2), {"rtol": -1.0}, InputError, "^pinv: rtol=-1.0; it must be a number, 0 or more$"),
        ([[1.0]], {}, DTypeError, "^pinv: argument 0 is a list"),
    ],
)
def test_what_has_no_pseudo_inverse_is_refused(x, options, kind, message):
    with pytest.raises(kind, match=message):
        linalg.pinv(x, **options)
