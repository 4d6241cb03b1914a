"""The kernels find the labels of the loops in any order, without races, and count what their formulas say."""

import pytest
from cluster_strategies import lattices
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.dbscan import gpu_cells, gpu_pairs, loops
from minitensor.cluster.dbscan.kernels import BLOCK, cluster, prepared
from minitensor.errors import PredictionError

RUNGS = [gpu_pairs, gpu_cells]


def named(rung):
    return rung.__name__


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@examples(34)
@given(case=lattices(3))
def test_every_kernel_is_the_loops(rung, case):
    points, eps, least = case[0].astype("float32"), *case[1:]
    assert rung(points, eps, least).tolist() == loops(points, eps, least).tolist()


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@examples(34)
@given(case=lattices(2), order=st.integers(0, 2**32 - 1))
def test_no_order_of_blocks_and_atomics_changes_a_label(rung, case, order):
    points, eps, least = case[0].astype("float32"), *case[1:]
    runs = rung is gpu_cells
    labels = [cluster(named(rung), points, eps, least, runs, each)[0].tolist() for each in (None, order)]
    assert labels[0] == labels[1] == loops(points, eps, least).tolist()


@pytest.mark.parametrize(
    ("rung", "n", "d"),
    [(gpu_pairs, 1, 1), (gpu_cells, BLOCK - 1, 2), (gpu_cells, BLOCK, 1), (gpu_pairs, BLOCK + 1, 1)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_sizes_round_a_block(rung, n, d):
    points = mt.random.uniform(mt.random.generator(n), (n, d), 0, 10, dtype="float32")
    assert rung(points, 0.1, 3).tolist() == loops(points, 0.1, 3).tolist()


def test_any_number_of_dimensions():
    points = mt.random.normal(mt.random.generator(0), (6, 17), dtype="float32")
    assert gpu_pairs(points, 5.5, 3).tolist() == loops(points, 5.5, 3).tolist()


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@pytest.mark.parametrize("unit", [2.0**-100, 2.0**100])
def test_the_unit_does_not_matter(rung, unit):
    points = mt.random.normal(mt.random.generator(0), (40, 2), dtype="float32")
    assert rung(points * unit, 0.4 * unit, 4).tolist() == rung(points, 0.4, 4).tolist()


def test_float64_is_asked_only_where_float32_cannot_tell():
    points = mt.random.normal(mt.random.generator(0), (30, 2), dtype="float32")
    apart = mt.tensor([[0.0, 0.0], [3.0, 4.0]], "float32")
    assert cluster("gpu_pairs", points, 0.4, 99)[1][0].counters.fp64 == 0
    assert cluster("gpu_pairs", apart, 5.0, 99)[1][0].counters.fp64 > 0


def test_counts_are_the_formulas():
    n, d = 37, 2
    points = mt.random.normal(mt.random.generator(0), (n, d), dtype="float32")
    counting = cluster("gpu_pairs", points, 0.2, n + 1)[1][0].counters  # nobody has enough
    assert counting.global_loads == n * d * (n + 1)
    assert counting.global_stores == n
    assert counting.flops == n * n * (3 * d - 1)
    uniting = cluster("gpu_pairs", points, 1e3, 1)[1][1].counters  # all are core points and near
    assert uniting.atomics >= n * (n - 1) // 2
    only = cluster("gpu_cells", mt.arange(float(n), dtype="float32")[:, None] * 10.0, 1.0, n + 1, runs=True)[1][0]
    assert only.counters.flops == 2 * n  # each point with itself: nobody else is in the cells round it


@pytest.mark.thorough
def test_what_is_predicted_and_what_is_refused():
    points = mt.random.uniform(mt.random.generator(0), (2**18, 2), 0, 200, dtype="float32")
    job = prepared("gpu_cells", points, 0.8, 10, runs=True)
    found = job.mark(job.blank(), sample=2).predict("RTX 3090")
    assert found.low < found.seconds < found.high
    uniting = cluster("gpu_pairs", points[:64], 99.0, 1)[1][1]
    with pytest.raises(PredictionError, match="atomics; how they queue up is not modelled"):
        uniting.predict("RTX 3090")


@pytest.mark.parametrize("rung", RUNGS, ids=named)
@pytest.mark.parametrize(
    ("points", "eps", "least", "message"),
    [
        (mt.zeros((3, 1)), 1.0, 1, "points are float64, not float32; use .astype"),
        (mt.zeros((3, 0), "float32"), 1.0, 1, "points have 0 dimensions; it takes from 1 to"),
        (mt.zeros((3, 65), "float32"), 1.0, 1, "points have 65 dimensions; it takes from 1 to"),
        (mt.zeros((3, 1), "float32"), 0.0, 1, "eps=0.0; it is a distance and must be positive and finite"),
        (mt.zeros((3, 1), "float32"), 1.0, 0, "min_samples=0; it must be a whole number, 1 or more"),
        (mt.full((3, 1), 1e20, "float32"), 1e-30, 1, "more than 1e38 times eps=1e-30 from the origin"),
        (mt.tensor([[0.0], [float("nan")]], "float32"), 1.0, 1, "points hold NaN or infinity in 1 of 2 points"),
    ],
)
def test_bad_input_is_named(rung, points, eps, least, message):
    with pytest.raises((ValueError, TypeError), match=f"{rung.__name__}: .*{message}"):
        rung(points, eps, least)
