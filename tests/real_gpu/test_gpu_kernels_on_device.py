"""The .cu kernels on a real GPU, at awkward shapes and at sizes that no shim reaches."""

import numpy as np
import pytest
from gpu_reference import product, update

import minitensor as mt
from minitensor.backend import load
from minitensor.cluster.meanshift.kernels import DIMENSIONS, gpu_fast
from minitensor.matrix_product.kernels import gpu_register_tiled, gpu_vectorised

MATMULS = [gpu_register_tiled, gpu_vectorised]
SHAPES = [
    (1, 1, 1), (1, 4096, 1), (127, 7, 129), (128, 8, 128), (129, 9, 127), (1000, 1001, 1003), (1024, 1024, 1024),
    (4099, 33, 65), (3, 5000, 6), (70_000, 4, 8),
]  # fmt: skip


def random(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def on_gpu(values):
    with mt.use_backend("cupy"):
        return mt.tensor(values)


@pytest.mark.parametrize("function", MATMULS)
@pytest.mark.parametrize("sizes", SHAPES)
def test_products(function, sizes):
    m, k, n = sizes
    a, b = random(1, m, k), random(2, k, n)
    expected, bound = product(a, b)
    c = function(on_gpu(a), on_gpu(b))
    assert c.backend == "cupy"
    assert (abs(c.numpy() - expected) <= bound).all()


@pytest.mark.parametrize("function", MATMULS)
def test_views_and_transposes(function):
    a, b = random(1, 131, 64), random(2, 100, 130)
    expected, bound = product(a[1:, 1:].T, b.T)
    c = function(on_gpu(a)[1:, 1:].T, on_gpu(b).T)
    assert (abs(c.numpy() - expected) <= bound).all()
    # A row further on, contiguous still, but not at a multiple of 16 bytes.
    flat = random(3, 64 * 64 + 1)
    shifted = on_gpu(flat)[1:].reshape(64, 64)
    expected, bound = product(flat[1:].reshape(64, 64), flat[1:].reshape(64, 64))
    assert (abs(function(shifted, shifted).numpy() - expected) <= bound).all()


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize(("q", "n"), [(1, 1), (33, 31), (129, 1025), (500, 5003)])
@pytest.mark.parametrize("far", [0.0, 1e4])
def test_updates(d, q, n, far):
    points = random(d, n, d) + np.float32(far)
    queries = points[np.random.default_rng(q).integers(0, n, q)]
    bandwidth = 0.7 * d**0.5
    expected, bound = update(queries, points, bandwidth)
    moved = gpu_fast(on_gpu(queries), on_gpu(points), bandwidth)
    assert (abs(moved.numpy() - expected) <= bound).all()


def test_a_million_points_in_bounded_memory_and_the_same_twice():
    pool = load("cupy").xp.get_default_memory_pool()
    data = random(7, 1_000_000, 2) * 20
    points = on_gpu(data)
    queries = points[:4096]
    gpu_fast(queries, points, 1.5)  # compiles
    pool.free_all_blocks()
    before = pool.total_bytes()
    moved = gpu_fast(queries, points, 1.5)
    assert pool.total_bytes() - before <= 2**20  # the result, and how the pool rounds
    expected, bound = update(data[:16], data, 1.5)
    assert (abs(moved.numpy()[:16] - expected) <= bound).all()
    assert (moved.numpy() == gpu_fast(queries, points, 1.5).numpy()).all()


def test_a_query_that_no_point_reaches_stays():
    queries = on_gpu(np.array([[0.0, 0.0], [100.0, -100.0]], np.float32))
    moved = gpu_fast(queries, on_gpu(random(1, 50, 2)), 1.0)
    assert (moved[0] != queries[0]).all()
    assert (moved[1] == queries[1]).all()
