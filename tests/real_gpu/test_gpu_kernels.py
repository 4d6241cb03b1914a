"""The kernels in Python on a real GPU: CuPy's JIT runs the same functions as the simulator, with the same results."""

import numpy as np
import pytest

import minitensor as mt
from minitensor.cluster.dbscan import gpu_cells, gpu_pairs, grid
from minitensor.cluster.kmeans import kernels as kmeans_kernels
from minitensor.cluster.kmeans import rungs as kmeans
from minitensor.cluster.lsh import kernels as lsh_kernels
from minitensor.cluster.lsh import loops as lsh_loops
from minitensor.cluster.lsh.hashing import draw
from minitensor.cluster.meanshift import kernels as mean_shift_kernels
from minitensor.cluster.meanshift import rungs
from minitensor.errors import DeviceError, KernelError
from minitensor.gpu import cuda, kernel, uninitialised
from minitensor.matrix_product import kernels as matmul_kernels
from minitensor.matrix_product import rungs as matmul


def register_tiled_in_python(a, b):
    return matmul_kernels.multiply(matmul_kernels.matmul_register_tiled, a, b, side=128)[0]


MATMULS = [matmul_kernels.gpu_naive, matmul_kernels.gpu_coalesced, matmul_kernels.gpu_tiled, register_tiled_in_python]
MEAN_SHIFTS = [mean_shift_kernels.gpu_fused, mean_shift_kernels.gpu_tiled]


def normal(seed, *shape):
    return mt.random.normal(mt.random.generator(seed), shape, dtype="float32")


@pytest.mark.parametrize("rung", MATMULS, ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (17, 33, 2), (127, 65, 129), (300, 1, 200), (513, 1021, 257)])
def test_every_matmul_kernel_is_the_matrix_product(rung, m, k, n):
    a, b = normal(0, m, k), normal(1, k, n)
    found = rung(a.to("cupy"), b.to("cupy"))
    assert found.backend == "cupy"
    assert (abs(found.to("numpy") - a @ b) <= matmul.tolerance(a, b)).all()


@pytest.mark.parametrize("rung", MEAN_SHIFTS, ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(("q", "n", "d"), [(1, 1, 1), (129, 127, 2), (1000, 2001, 3), (33, 500, 64)])
def test_every_mean_shift_kernel_is_an_array_rung(rung, q, n, d):
    queries, points = normal(2, q, d), normal(3, n, d)
    found = rung(queries.to("cupy"), points.to("cupy"), 2.0).to("numpy")
    gap = abs(found - rungs.einsum(queries, points, 2.0))
    assert (gap <= rungs.tolerance(queries, points, 2.0)).all()


@pytest.mark.parametrize("rung", [gpu_pairs, gpu_cells], ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(("n", "d", "eps"), [(1, 1, 0.1), (1000, 1, 0.01), (3001, 2, 0.1), (2000, 3, 0.3)])
def test_every_dbscan_kernel_finds_the_labels_of_the_cells(rung, n, d, eps):
    points = normal(4, n, d)
    found = rung(points.to("cupy"), eps, 5)
    assert found.backend == "cupy"
    np.testing.assert_array_equal(found.to("numpy").numpy(), grid(points, eps, 5).numpy())


@pytest.mark.parametrize("rung", kmeans.GPU_RUNGS, ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(("n", "k", "d"), [(1, 1, 1), (129, 5, 2), (100_000, 64, 2), (3_000, 46, 64)])
def test_every_k_means_kernel_is_an_array_rung_and_repeats_itself(rung, n, k, d):
    points, centers = normal(6, n, d), normal(7, k, d)
    there = points.to("cupy"), centers.to("cupy")
    found = rung(*there).to("numpy")
    assert (abs(found - kmeans.tiled(points, centers)) <= kmeans.tolerance(points, centers)).all()
    if rung is not kmeans_kernels.gpu_assign:  # its sums are made by CuPy, in floats
        for _ in range(3):
            np.testing.assert_array_equal(rung(*there).to("numpy").numpy(), found.numpy())


@pytest.mark.parametrize("kind", ["sign", "stable"])
@pytest.mark.parametrize(("q", "n", "d"), [(1, 1, 1), (33, 700, 5), (9, 3001, 64)])
def test_every_lsh_kernel_finds_the_neighbours_of_the_loops(kind, q, n, d):
    queries, points = normal(2, q, d), normal(3, n, d)
    hashing = draw(mt.random.generator(0), kind, 3, 5, points).narrowed(2.0)
    there = hashing._replace(**{name: getattr(hashing, name).to("cupy") for name in ("planes", "offsets", "factors")})
    found = lsh_kernels.gpu(queries.to("cupy"), points.to("cupy"), there, 4, 6)
    assert found.backend == "cupy"
    np.testing.assert_array_equal(found.to("numpy").numpy(), lsh_loops(queries, points, hashing, 4, 6).numpy())


@kernel
def everything(x, out, n):
    tile = cuda.shared_memory(np.float32, 64)
    i, at = cuda.grid(1), cuda.threadIdx.x
    tile[at] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    value = tile[63 - at]
    for step in cuda.range(1, 3, unroll=True):
        value += cuda.shfl_xor_sync(0xFFFFFFFF, value, step)
    value += cuda.shfl_down_sync(0xFFFFFFFF, value, 2)
    if at - 1 >= 0 and i < n:
        cuda.atomic_add(out, 0, cuda.exp(-value * value) + cuda.maximum(value, 0.0))


def test_what_a_kernel_can_ask_means_the_same_on_both_machines():
    x = normal(4, 200)
    sums = []
    for place in ("numpy", "cupy"):
        with mt.use_backend(place):
            out = mt.zeros((1,), "float32")
        everything[4, 64](x.to(place), out, 200)
        sums.append(out.item())
    assert sums[1] == pytest.approx(sums[0], rel=1e-5)


def test_arrays_of_two_devices_do_not_meet_and_a_gpu_does_not_count():
    a = normal(5, 4, 4)
    with pytest.raises(DeviceError, match="a on cupy, b on numpy, c on numpy; bring them together"):
        matmul_kernels.matmul_naive[1, (4, 4)](a.to("cupy"), a, uninitialised((4, 4)), 4, 4, 4)
    with mt.use_backend("cupy"):
        c = uninitialised((4, 4))
    launch = matmul_kernels.matmul_naive[1, (4, 4)](a.to("cupy"), a.to("cupy"), c, 4, 4, 4)
    assert launch.counters is None
    with pytest.raises(KernelError, match="a real GPU does not count"):
        launch.report()
