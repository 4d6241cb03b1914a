"""Products and decompositions of matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import as_tensor, tensors

import minitensor as mt
from minitensor import linalg
from minitensor.errors import ShapeError

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
