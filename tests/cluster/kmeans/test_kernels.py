"""The kernels are the loops of the k-means ladder, whoever comes first, and fetch what their formulas say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, tensors

import minitensor as mt
from minitensor.cluster.kmeans import loops
from minitensor.cluster.kmeans.kernels import (
    BLOCK,
    gpu_fused,
    gpu_shared,
    in_floats,
    signed,
    step,
)
from minitensor.cluster.kmeans.rungs import GPU_LADDER, GPU_RUNGS, tolerance
from minitensor.errors import DataRaceError, PredictionError


@pytest.fixture(params=GPU_RUNGS, ids=lambda rung: rung.__name__, scope="module")
def rung(request):
    return request.param


def normal(seed, *shape):
    return mt.random.normal(mt.random.generator(seed), shape, dtype="float32")


def check(rung, points, centers):
    found = rung(points, centers)
    assert (found.shape, str(found.dtype)) == (centers.shape, "float32")
    assert (abs(found - loops(points, centers)) <= tolerance(points, centers)).all()


@examples(20)
@given(data=st.data())
def test_every_kernel_is_the_loops(rung, data):
    d, place = data.draw(st.integers(1, 4)), st.floats(-8, 8, width=32).map(lambda x: round(x, 3))
    points = data.draw(tensors((data.draw(st.integers(0, 12)), d), "float32", place))
    check(rung, points, data.draw(tensors((data.draw(st.integers(1, 5)), d), "float32", place)))


@pytest.mark.parametrize(("n", "k", "d"), [(1, 1, 1), (BLOCK - 1, 3, 2), (BLOCK + 1, 130, 3), (9, 2, 64)])
def test_sizes_round_a_block(rung, n, k, d):
    check(rung, normal(0, n, d), normal(1, k, d))


def test_many_points_a_thread():
    points = normal(0, 16 * BLOCK + 7, 2)
    check(gpu_shared, points, points[:5].copy())
    assert step("gpu_shared", points, points[:5].copy())[1].grid == (3, 1, 1)


def test_far_from_the_origin_and_in_any_unit(rung):
    points, centers = normal(2, 60, 2), normal(3, 4, 2)
    for scale, away in ((1.0, 1e4), (1e-30, 0.0), (1e30, 0.0)):
        check(rung, points * scale + away, centers * scale + away)


@pytest.mark.parametrize("name", ["gpu_fused", "gpu_shared"])
def test_fixed_point_sums_do_not_depend_on_the_order(name):
    points, centers = normal(4, 300, 2), normal(5, 3, 2)
    expected = step(name, points, centers)[0].numpy()
    for seed in range(3):
        np.testing.assert_array_equal(step(name, points, centers, order=seed)[0].numpy(), expected)
    step(name, points, centers, order="check")  # raises where orders differ


def test_sums_of_floats_depend_on_the_order():
    points, centers = normal(4, 300, 2), normal(5, 3, 2)
    sums, counts = mt.zeros(6, "float32"), mt.zeros(3, "int32")
    with pytest.raises(DataRaceError, match="order"):
        in_floats(2)[3, BLOCK](points, centers, sums, counts, 300, 3, order="check")


def test_numbers_below_zero_are_numbers_of_64_bits_too():
    numbers = [0, 1, -1, 2**40, -(2**40), 2**62, -(2**62)]
    assert signed(mt.tensor([number % 2**64 for number in numbers], "uint64")).tolist() == numbers


@pytest.mark.parametrize(("n", "k", "d"), [(300, 5, 2), (BLOCK, 7, 3)])
def test_counts_are_the_formulas(n, k, d):
    points, centers = normal(6, n, d), normal(7, k, d)
    once, whole, blocks = (step(rung.__name__, points, centers)[1].counters for rung in GPU_RUNGS)
    assert once.global_loads == n * d + n * k * d
    assert once.global_stores == n
    assert once.flops == n * k * (3 * d - 1)
    assert whole.atomics == n * (d + 1)
    assert whole.global_stores == 0
    in_grid = -(-n // (8 * BLOCK))
    assert blocks.global_loads == n * d + in_grid * k * d
    assert blocks.atomics == n * (d + 1) + in_grid * k * (d + 1)


@pytest.mark.thorough  # where NVRTC is, it compiles the kernel first
def test_what_is_predicted():
    points, centers = normal(8, 130_000, 2), normal(9, 5, 2)
    [(name, prediction)] = GPU_LADDER.predictions(points, centers)
    assert name == "gpu_assign"
    assert 1e-6 < prediction.seconds < 1e-3


def test_what_is_refused():
    with pytest.raises(PredictionError, match="atomics; how they queue up is not modelled"):
        step("gpu_shared", normal(8, 300, 2), normal(9, 5, 2))[1].predict("RTX 3090")


@pytest.mark.parametrize(("points", "centers", "message"), [
    (normal(0, 3), normal(0, 3, 1), r"points have shape \(3,\); a matrix has two axes"),
    (normal(0, 3, 1), mt.ones((3, 1)), "centers are float64, not float32; use .astype"),
    (normal(0, 3, 65), normal(0, 3, 65), "3 centers of 65 dimensions; it takes one or more, of 1 to 64"),
    (normal(0, 3, 2), normal(0, 0, 2), "0 centers of 2 dimensions"),
])  # fmt: skip
def test_bad_input_is_named(rung, points, centers, message):
    with pytest.raises((ValueError, TypeError), match=f"{rung.__name__}: .*{message}"):
        rung(points, centers)


@pytest.mark.thorough  # the simulator goes round once for each centre
def test_more_than_shared_memory_holds():
    with pytest.raises(ValueError, match="1600 centers of 2 dimensions are 3,200 numbers, of which shared"):
        gpu_shared(normal(0, 1, 2), normal(0, 1600, 2))
    assert gpu_fused(normal(0, 1, 2), normal(0, 1600, 2)).shape == (1600, 2)
