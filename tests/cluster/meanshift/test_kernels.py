"""Both kernels are the loops of the mean-shift ladder, and fetch what their formulas say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, tensors

import minitensor as mt
from minitensor.cluster.meanshift import loops
from minitensor.cluster.meanshift.kernels import BLOCK, TILE, fused, gpu_fused, gpu_tiled, move, tiled
from minitensor.cluster.meanshift.rungs import tolerance

RUNGS = [gpu_fused, gpu_tiled]


def named(rung):
    return rung.__name__


def check(rung, queries, points, bandwidth):
    found, expected = rung(queries, points, bandwidth), loops(queries, points, bandwidth)
    assert (found.shape, str(found.dtype)) == (queries.shape, "float32")
    squared = ((queries.numpy()[:, None] - points.numpy()) ** 2).sum(2, initial=0)
    reached = np.exp(-squared.astype("float64") / (2 * bandwidth**2)).sum(1) > 1e-30  # else float32 underflows
    gap = np.where(reached[:, None], abs(found.numpy() - expected.numpy()), 0)
    assert (gap <= tolerance(queries, points, bandwidth)).all()


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@examples(20)
@given(data=st.data())
def test_every_kernel_is_the_loops(rung, data):
    d, place = data.draw(st.integers(1, 4)), st.floats(-8, 8, width=32).map(lambda x: round(x, 3))
    points = data.draw(tensors((data.draw(st.integers(1, 12)), d), "float32", place))
    queries = data.draw(st.one_of(st.just(points), tensors((data.draw(st.integers(0, 9)), d), "float32", place)))
    check(rung, queries, points, data.draw(st.floats(0.5, 20)))


def normal(seed, *shape):
    return mt.random.normal(mt.random.generator(seed), shape, dtype="float32")


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@pytest.mark.parametrize(
    ("q", "n", "d"),
    [
        (1, TILE - 1, 2),
        (3, TILE, 1),
        (2, TILE + 1, 3),
        (BLOCK + 1, 2, 2),
        (BLOCK - 1, 7, 5),
        (5, 2 * TILE + 3, 8),
        (2, 3, 64),
    ],
)
def test_sizes_round_a_tile_and_a_block(rung, q, n, d):
    check(rung, normal(0, q, d), normal(1, n, d), 1.5)


@pytest.mark.parametrize("rung", RUNGS, ids=named)
def test_a_query_that_no_point_reaches_stays(rung):
    far, points = mt.tensor([[1e6, 0.0], [0.5, 0.0]], "float32"), mt.tensor([[0.0, 0.0], [1.0, 0.0]], "float32")
    np.testing.assert_array_equal(rung(far, points, 1.0).numpy(), [[1e6, 0.0], [0.5, 0.0]])


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@pytest.mark.parametrize(("away", "bandwidth", "reaches"), [
    (13.2, 1.0, True), (13.23, 1.0, False),  # the weight is below 1.2e-38, which a GPU counts as 0
    (0.129, 0.01, True), (0.1315, 0.01, False),  # the weight is not, but weight times difference is
])  # fmt: skip
def test_a_query_stays_from_where_weights_are_subnormal_or_their_products(rung, away, bandwidth, reaches):
    moved = rung(mt.tensor([[away]], "float32"), mt.tensor([[0.0]], "float32"), bandwidth).item()
    assert moved == (pytest.approx(0, abs=1e-5) if reaches else np.float32(away))


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@pytest.mark.parametrize(
    ("queries", "points", "bandwidth", "message"),
    [
        (normal(0, 3), normal(0, 3, 1), 1.0, r"queries have shape \(3,\); a matrix has two axes"),
        (normal(0, 3, 1), mt.ones((3, 1)), 1.0, "points are float64, not float32; use .astype"),
        (
            normal(0, 3, 1),
            normal(0, 3, 2),
            1.0,
            r"\(3, 1\) have 1 on axis 1, points of shape \(3, 2\) have 2 on axis 1",
        ),
        (normal(0, 3, 65), normal(0, 3, 65), 1.0, "points have 65 dimensions; it takes from 1 to 64"),
        (normal(0, 3, 1), normal(0, 3, 1), 0.0, "bandwidth=0.0; it is a distance and must be positive and finite"),
        (normal(0, 3, 1), normal(0, 3, 1), float("nan"), "bandwidth=nan; it is a distance and must be positive"),
    ],
)
def test_bad_input_is_named(rung, queries, points, bandwidth, message):
    with pytest.raises((ValueError, TypeError), match=f"{rung.__name__}: .*{message}"):
        rung(queries, points, bandwidth)


def test_points_on_another_backend():
    with mt.use_backend("strict"):
        elsewhere = mt.ones((2, 1), "float32")
    with pytest.raises(TypeError, match=r"queries are on numpy, points on strict; write points\.to"):
        gpu_fused(mt.ones((2, 1), "float32"), elsewhere, 1.0)


@pytest.mark.parametrize(("q", "n", "d"), [(3, 10, 2), (BLOCK + 5, TILE + 9, 1), (BLOCK, 4, 3)])
def test_counts_are_the_formulas(q, n, d):
    queries, points, blocks = normal(2, q, d), normal(3, n, d), -(-q // BLOCK)
    once = move("fused", fused, queries, points, 1.0)[1].counters
    staged = move("tiled", tiled, queries, points, 1.0)[1].counters
    assert once.global_loads == q * d * (n + 1)
    assert staged.global_loads == q * d + blocks * n * d
    assert staged.shared_loads == blocks * BLOCK * n * d  # also by threads that have no query
    assert staged.barriers == 2 * blocks * -(-n // TILE)
    each = d + 2 * d - 1 + 2 + 1 + 2 * d  # differences, sum of squares, scaling and exp, total, weighted sums
    assert once.flops == q * (n * each + 2 * d)  # a division, and the step from the query
    assert staged.flops == blocks * BLOCK * n * each + 2 * q * d
    assert once.global_stores == staged.global_stores == q * d
