"""One update of mean shift: five rungs, one answer."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import tensors

import minitensor as mt
from minitensor.cluster.data import blobs
from minitensor.cluster.mean_shift import LADDER, batched, einsum, gemm, loops
from minitensor.cluster.mean_shift.rungs import flops, share, tolerance
from minitensor.cluster.mean_shift.update import MEMORY, weighted_means

TILED = (batched, einsum, gemm)


def named(rung):
    return rung.__name__


@st.composite
def problems(draw, dtypes=("float32", "float64")):
    """Queries, points and a bandwidth; any number of dimensions, any memory layout."""
    d, dtype = draw(st.integers(1, 4)), draw(st.sampled_from(dtypes))
    place = st.floats(-8, 8, width=32).map(lambda x: round(x, 3))
    points = draw(tensors((draw(st.integers(1, 12)), d), dtype, place))
    queries = draw(st.one_of(st.just(points), tensors((draw(st.integers(0, 9)), d), dtype, place)))
    return queries, points, draw(st.floats(0.5, 20))


@pytest.mark.parametrize("rung", LADDER.rungs[1:], ids=named)
@given(problem=st.data())
def test_every_rung_is_the_loops(backend, rung, problem):
    queries, points, bandwidth = problem.draw(problems())
    found, expected = rung(queries, points, bandwidth), loops(queries, points, bandwidth)
    assert found.shape == queries.shape
    assert found.dtype == points.dtype
    # Far from all points the weights of float32 underflow where those of Python's float64 do not.
    reached = weighted_means(queries, points, bandwidth)[1].numpy() > 1e-30
    gap = np.where(reached, abs(found.numpy() - expected.numpy()), 0)
    assert (gap <= tolerance(queries, points, bandwidth)).all()


@pytest.mark.parametrize("rung", LADDER.rungs, ids=named)
@given(problem=st.data())
def test_an_update_never_leaves_the_bounding_box(backend, rung, problem):
    _, points, bandwidth = problem.draw(problems())
    moved = rung(points, points, bandwidth).numpy()
    slack = tolerance(points, points, bandwidth)
    low, high = points.numpy().min(0), points.numpy().max(0)
    assert (moved >= low - slack).all()
    assert (moved <= high + slack).all()


@pytest.mark.parametrize("rung", TILED, ids=named)
@given(problem=st.data(), memory=st.sampled_from([1, 100, 500, 3_000]))
def test_the_tiles_do_not_change_the_answer(backend, rung, problem, memory):
    queries, points, bandwidth = problem.draw(problems())
    gap = abs(rung(queries, points, bandwidth, memory=memory) - rung(queries, points, bandwidth))
    assert (gap <= tolerance(queries, points, bandwidth)).all()


@pytest.mark.parametrize("rung", LADDER.rungs, ids=named)
def test_a_query_that_no_point_reaches_stays(backend, rung):
    far = mt.tensor([[1e6, 0.0], [0.5, 0.0]])
    moved = rung(far, mt.tensor([[0.0, 0.0], [1.0, 0.0]]), 1.0)
    np.testing.assert_allclose(moved.numpy(), far.numpy(), rtol=1e-9)


@pytest.mark.parametrize("rung", LADDER.rungs, ids=named)
def test_two_points_by_hand(backend, rung):
    weight = np.exp(-0.5 * 2.0**2 / 3.0**2)
    moved = rung(mt.tensor([[0.0]]), mt.tensor([[0.0], [2.0]]), 3.0)
    assert moved.item() == pytest.approx(2 * weight / (1 + weight), rel=1e-12)


def wrong_scale(queries, points, bandwidth):
    return gemm(queries, points, bandwidth * 2**0.5)  # forgets the 2 in 2h²


def flat(queries, points, bandwidth):
    return weighted_means(queries, points, bandwidth, "flat")[0]


def in_place(queries, points, bandwidth):
    moved = points.copy()
    for i in range(len(moved)):
        moved[i : i + 1] = gemm(moved[i : i + 1], moved, bandwidth)
    return moved


@pytest.mark.parametrize("wrong", [wrong_scale, flat, in_place], ids=named)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_tolerance_rejects_wrong_updates(wrong, dtype):
    points, _ = blobs(2, each=20, dtype=dtype)
    gap = abs(wrong(points, points, 2.5) - gemm(points, points, 2.5)).max().item()
    assert gap > 10 * tolerance(points, points, 2.5)


@pytest.mark.parametrize("rung", TILED, ids=named)
def test_memory_is_bounded_whatever_the_number_of_points(rung):
    points, _ = blobs(2, each=4_000)
    queries = points[:300]
    tracemalloc.start()
    rung(queries, points, 2.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    copies = 6 * points.numpy().nbytes  # centred and scaled data, results
    assert 0.5 * MEMORY <= rung.memory(queries, points, 2.5) <= MEMORY
    assert peak <= 1.3 * MEMORY + copies


def test_centring_saves_float32_far_from_the_origin():
    points = blobs(2)[0] + 1e4
    single = points.astype("float32")
    exact = gemm(single.astype("float64"), single.astype("float64"), 2.5)
    assert abs(gemm(single, single, 2.5).astype("float64") - exact).max().item() < 2e-3


@given(problem=problems(("float64",)), kernel=st.sampled_from(["flat", "triangular"]))
def test_the_other_kernels_are_their_definitions(problem, kernel):
    queries, points, bandwidth = problem
    distance = np.sqrt(((queries.numpy()[:, None] - points.numpy()) ** 2).sum(2)) / bandwidth
    assume(not (abs(distance - 1) < 1e-6).any())  # rounding decides on the rim
    weight = (distance <= 1) * 1.0 if kernel == "flat" else np.maximum(1 - distance, 0)
    assume((weight.sum(1) > 1e-6).all())
    found, total = weighted_means(queries, points, bandwidth, kernel)
    # sqrt near 0 turns a rounding of eps into one of sqrt(eps)
    np.testing.assert_allclose(total.numpy()[:, 0], weight.sum(1), atol=1e-5)
    np.testing.assert_allclose(found.numpy(), weight @ points.numpy() / weight.sum(1)[:, None], atol=1e-3)


def test_share_and_flops(backend):
    points = mt.ones((10, 2))
    assert flops(points, points, 1.0) == 100 * (3 * 2 + 2 + 2 * 2 + 1)
    queries, data, bandwidth = share(0.3, points, points, 1.0)
    assert (queries.shape, data.shape, bandwidth) == ((3, 2), (10, 2), 1.0)
