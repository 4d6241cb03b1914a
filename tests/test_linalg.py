"""Products and decompositions of matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import as_tensor, tensors

import minitensor as mt
from minitensor import linalg
from minitensor.errors import DTypeError, ShapeError

SIZES = st.integers(0, 5)


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
    with pytest.raises(DTypeError, match=r"^eigh: argument 0 is a [a-z.]+, not a (minitensor\.)?Tensor; write "):
        linalg.eigh(x)


def test_eigh_takes_floats(backend):
    with pytest.raises(DTypeError, match=r"^eigh: x is int64, not floats; use .astype\('float64'\)$"):
        linalg.eigh(mt.eye(2, dtype="int64"))
