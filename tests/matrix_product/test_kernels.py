"""Every kernel is the matrix product at every size, and its counts are its formulas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, tensors

import minitensor as mt
from minitensor.errors import DeviceError
from minitensor.gpu.arithmetic import flushed
from minitensor.matrix_product import GPU_LADDER, kernels
from minitensor.matrix_product.kernels import TILE, multiply, register_tiled

SMALL_PATCH = register_tiled(2, tile=4, strip=3)  # the same text for a smaller patch, so that small sizes fill blocks
RUNGS = [
    kernels.gpu_naive,
    kernels.gpu_coalesced,
    kernels.gpu_tiled,
    kernels.gpu_register_tiled,
    kernels.gpu_vectorised,
]


def small_patches(a, b):
    (m, k), n = a.shape, b.shape[1]
    c = mt.as_tensor(np.full((m, n), np.nan, "float32"))
    SMALL_PATCH[(max(1, -(-n // 8)), max(1, -(-m // 8))), (4, 4)](a.contiguous(), b.contiguous(), c, m, k, n)
    return c


def bound(a, b):
    """How far a float32 sum of k products may be from the exact one (Higham, section 3.1)."""
    kind, k = np.finfo("float32"), a.shape[1]
    return (k + 1) * kind.eps * (abs(a.astype("float64")) @ abs(b.astype("float64"))) + k * kind.tiny


def check(rung, a, b):
    # A GPU takes subnormal operands for 0, as CuPy asks of its compiler, and so does the simulator.
    found, (left, right) = rung(a, b), (flushed(x.numpy()).astype("float64") for x in (a, b))
    assert (found.shape, str(found.dtype), found.backend) == ((a.shape[0], b.shape[1]), "float32", a.backend)
    assert (abs(found.numpy() - left @ right) <= bound(left, right)).all()


sides = st.sampled_from([0, 1, 2, 3, 5, 7, TILE - 1, TILE, TILE + 1, 23])


@pytest.mark.parametrize("rung", [*RUNGS, small_patches], ids=lambda rung: rung.__name__)
@examples(12)
@given(data=st.data())
def test_every_kernel_is_the_matrix_product(rung, data):
    m, k, n = data.draw(st.tuples(sides, sides, sides))
    real = st.floats(-100, 100, width=32)
    check(rung, data.draw(tensors((m, k), "float32", real)), data.draw(tensors((k, n), "float32", real)))


def normal(seed, *shape):
    return mt.random.normal(mt.random.generator(seed), shape, dtype="float32")


@pytest.mark.parametrize("rung", [*RUNGS, small_patches], ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (17, 33, 2), (31, 5, 37), (1, 40, 19), (16, 32, 48)])
def test_sizes_round_a_tile_and_primes(rung, m, k, n):
    check(rung, normal(0, m, k), normal(1, k, n))


@pytest.mark.parametrize(("m", "k", "n"), [(127, 9, 5), (129, 3, 130), (128, 8, 128)])
def test_the_large_patch_round_the_edge_of_its_block(m, k, n):
    check(kernels.gpu_register_tiled, normal(2, m, k), normal(3, k, n))


@pytest.mark.parametrize(("m", "k", "n"), [(127, 12, 8), (129, 4, 132), (128, 8, 128)])
def test_four_numbers_a_load_round_the_edge_of_a_block(m, k, n):
    check(kernels.gpu_vectorised, normal(2, m, k), normal(3, k, n))


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (normal(0, 2, 3), normal(0, 2, 3), r"has 3 on axis 1, b of shape \(2, 3\) has 2 on axis 0; they must be equal"),
        (normal(0, 3), normal(0, 3, 2), r"a has shape \(3,\); a matrix has two axes"),
        (normal(0, 2, 2), mt.ones((2, 2)), r"b is float64, not float32; use .astype"),
    ],
)
def test_bad_input_is_named(rung, a, b, message):
    with pytest.raises((ValueError, TypeError), match=message):
        rung(a, b)


def test_matrices_on_two_backends():
    with mt.use_backend("strict"):
        elsewhere = mt.ones((2, 2), "float32")
    with pytest.raises(DeviceError, match=r"a is on numpy, b on strict; write b\.to"):
        kernels.gpu_tiled(mt.ones((2, 2), "float32"), elsewhere)


MULTIPLES = [(16, 16, 16), (32, 16, 48), (16, 64, 32)]


@pytest.mark.parametrize(("m", "k", "n"), MULTIPLES)
def test_counts_are_the_formulas(m, k, n):
    a, b, products = normal(4, m, k), normal(5, k, n), m * k * n
    naive = multiply(kernels.matmul_naive, a, b, across_rows=True)[1].counters
    coalesced = multiply(kernels.matmul_coalesced, a, b)[1].counters
    tiled = multiply(kernels.matmul_tiled, a, b)[1].counters
    assert naive.global_loads == coalesced.global_loads == 2 * products
    assert tiled.global_loads == 2 * products // TILE
    assert naive.flops == coalesced.flops == tiled.flops == 2 * products
    assert naive.global_stores == coalesced.global_stores == tiled.global_stores == m * n
    blocks, rounds = (m // TILE) * (n // TILE), k // TILE
    assert tiled.shared_stores == 2 * TILE**2 * rounds * blocks
    assert tiled.shared_loads == 2 * products
    assert tiled.barriers == 2 * rounds * blocks
    assert naive.barriers == naive.shared_loads == 0
    # A warp is two rows of 16 threads. Naive: 16 sectors of a and one each for 2 neighbours of b, which share one.
    assert naive.load_sectors == products // 32 * (16 + 1)
    assert coalesced.load_sectors == products // 32 * (2 + 2)
    assert (naive.store_sectors, coalesced.store_sectors) == (m * n // 32 * 16, m * n // 32 * 4)
    assert tiled.coalescing == 1.0
    assert tiled.bank_conflicts == 0
    assert tiled.intensity > coalesced.intensity > naive.intensity


def test_counts_of_the_register_tiles():
    m, k, n, side = 128, 8, 256, TILE * kernels.PATCH
    counters = multiply(kernels.matmul_register_tiled, normal(6, m, k), normal(7, k, n), side=side)[1].counters
    assert counters.global_loads == 2 * m * k * n // side
    assert counters.shared_loads == 2 * m * k * n // kernels.PATCH
    assert (counters.flops, counters.global_stores, counters.bank_conflicts) == (2 * m * k * n, m * n, 0)
    assert counters.coalescing == 1.0


def test_every_rung_is_predicted_faster_than_the_one_below():
    a, b = normal(8, 2048, 32), normal(9, 32, 2048)
    found = GPU_LADDER.predictions(a, b, gpu="RTX 3090")
    assert [name for name, _ in found] == [rung.__name__ for rung in RUNGS]
    seconds = [prediction.seconds for _, prediction in found]
    assert seconds == sorted(seconds, reverse=True)
    assert found[0][1].bound == "L1"
    slower = GPU_LADDER.predictions(a, b, gpu="RTX 3090", ghz=0.8)
    assert slower[0][1].seconds == pytest.approx(seconds[0] * 1.695 / 0.8)


def test_a_prediction_where_tiles_stick_out():
    a, b = normal(8, 2000, 8), normal(9, 8, 2000)
    whole = kernels.gpu_coalesced.predicted(normal(8, 2048, 8), normal(9, 8, 2048))
    assert kernels.gpu_coalesced.predicted(a, b).seconds < whole.seconds


def test_the_simulated_rungs_are_those_that_the_sizes_allow():
    assert [name for name, _ in kernels.simulated(4, 4, 4)] == [rung.__name__ for rung in RUNGS]
    assert [name for name, _ in kernels.simulated(4, 3, 4)] == [rung.__name__ for rung in RUNGS[:-1]]
