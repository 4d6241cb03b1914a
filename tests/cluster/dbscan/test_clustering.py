"""Both ways of finding clusters: the definition, scikit-learn's labels, what must not matter, memory."""

import math
import tracemalloc

import numpy as np
import pytest
from cluster_strategies import lattices
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.dbscan import cells, leaves, loops, tiled
from minitensor.cluster.dbscan.clustering import cluster
from minitensor.data import blobs

WAYS = ("cells", "leaves")


def found(points, eps, least, **options):
    """Labels and core points as NumPy has them."""
    result = cluster(points, eps, least, **options)
    return result.labels.numpy(), result.core.numpy()


def definition(points, eps, weights=None, least=1):
    """Core points and noise, from the table of all distances."""
    x = np.asarray(points, "float64")
    squared = np.zeros((len(x), len(x)))
    for axis in range(x.shape[1]):
        squared += (x[:, axis, None] - x[:, axis]) ** 2
    near = squared <= eps * eps
    core = near @ (np.ones(len(x)) if weights is None else weights) >= least
    return core, ~(near & core).any(1)


@pytest.mark.parametrize("way", WAYS)
@examples(60)
@given(case=lattices())
def test_labels_are_those_of_the_loops(backend, way, case):
    points, eps, least = case
    labels, core = found(points.to(backend), eps, least, method=way)
    assert labels.tolist() == loops(points, eps, least).tolist()
    right, noise = definition(points.numpy(), eps, least=least)
    np.testing.assert_array_equal(core, right)
    np.testing.assert_array_equal(labels == -1, noise)


@pytest.mark.parametrize("way", WAYS)
@examples(100)
@given(case=lattices(), seed=st.integers(0, 2**32 - 1), negative=st.booleans())
def test_labels_are_scikit_learns(way, case, seed, negative):
    theirs = pytest.importorskip("sklearn.cluster", reason="scikit-learn is an extra")
    points, eps, least = case
    weights = np.random.default_rng(seed).integers(-negative, 4, len(points)).astype("float64")
    weights[0] = 1.0
    # Its trees also ask whether the root of a sum of squares is at most eps, which may round otherwise.
    squared = sum((column[:, None] - column) ** 2 for column in points.numpy().astype("float64").T)
    assume(((squared <= eps * eps) == (np.sqrt(squared) <= eps)).all())
    for options in ({}, {"sample_weight": weights}):
        right = theirs.DBSCAN(eps=eps, min_samples=least, algorithm="kd_tree").fit(points.numpy(), **options)
        mass = mt.tensor(weights) if options else None
        labels, core = found(points, eps, least, weights=mass, method=way)
        np.testing.assert_array_equal(labels, right.labels_)
        np.testing.assert_array_equal(np.flatnonzero(core), right.core_sample_indices_)


@pytest.mark.parametrize("eps", [0.02, 0.1, 0.6, 3.0, 30.0])
def test_also_of_many_points(eps):
    theirs = pytest.importorskip("sklearn.cluster", reason="scikit-learn is an extra")
    points = blobs(2, each=500)[0]
    right = theirs.DBSCAN(eps=eps, min_samples=10).fit(points.numpy())
    for way in WAYS:
        labels, core = found(points, eps, 10, method=way)
        np.testing.assert_array_equal(labels, right.labels_)
        np.testing.assert_array_equal(np.flatnonzero(core), right.core_sample_indices_)


# What must not matter.
def together(labels, core):
    """Which core points are in one cluster, whatever its number."""
    return (labels[:, None] == labels)[core][:, core]


@pytest.mark.parametrize("way", WAYS)
@examples(34)
@given(case=lattices(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_points_changes_neither_core_points_nor_noise_nor_clusters(backend, way, case, seed):
    points, eps, least = case
    order = np.random.default_rng(seed).permutation(len(points))
    labels, core = found(points.to(backend), eps, least, method=way)
    others, other_core = found(points[mt.tensor(order)].to(backend), eps, least, method=way)
    np.testing.assert_array_equal(other_core, core[order])
    np.testing.assert_array_equal(others == -1, labels[order] == -1)
    np.testing.assert_array_equal(together(others, other_core), together(labels[order], core[order]))


@pytest.mark.parametrize("way", WAYS)
@examples(34)
@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 3), dtype=st.sampled_from(["float32", "float64"]),
       eps=st.sampled_from([1.0, 2**0.5, 1.5]), exponent=st.sampled_from([-400, -90, -7, 5, 80, 400]))  # fmt: skip
def test_nor_do_moving_and_scaling(backend, way, seed, d, dtype, eps, exponent):
    rng = np.random.default_rng(seed)
    lattice, far = rng.integers(-9, 9, (30, d)), rng.integers(-(2**17), 2**17, d)
    here = mt.tensor(lattice / 4, dtype).to(backend)
    labels, core = found(here, eps, 3, method=way)
    moved = mt.tensor((lattice + far) / 4, dtype)
    assert (moved.numpy().astype("float64") * 4 == lattice + far).all()
    scale = 2.0 ** (exponent if dtype == "float64" else exponent // 4)
    for other, width in ((moved.to(backend), eps), (here * scale, eps * scale)):
        others, other_core = found(other, width, 3, method=way)
        np.testing.assert_array_equal(others, labels)
        np.testing.assert_array_equal(other_core, core)


# Distances of exactly eps.
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("eps", "joined"), [(5.0, True), (math.nextafter(5.0, 0), False)])
def test_at_eps_is_near_and_a_hair_less_is_not(backend, way, eps, joined):
    points = mt.tensor([[0.0, 0.0], [3.0, 4.0], [-300.0, 0.0]])
    assert found(points, eps, 2, method=way)[0].tolist() == ([0, 0, -1] if joined else [-1, -1, -1])


@pytest.mark.parametrize("way", WAYS)
def test_float32_is_compared_as_float64(backend, way):
    # In float32 the difference of 1 and 0.3 rounds to 0.7's; in float64 it is 0.69999998807907…
    points = mt.tensor([[1.0], [0.3]], "float32")
    exact = 1.0 - float(np.float32(0.3))
    assert found(points, exact, 2, method=way)[0].tolist() == [0, 0]
    assert found(points, math.nextafter(exact, 0), 2, method=way)[0].tolist() == [-1, -1]


@pytest.mark.parametrize("way", WAYS)
def test_a_border_point_goes_to_the_cluster_that_begins_first(backend, way):
    line = [-2.0, -1.5, -1.0, 0.0, 1.0, 1.5, 2.0]  # −1 and 1 are core points, and 0 is within eps of both
    for order in ([0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 6, 0, 5, 1, 4, 2]):
        labels, core = found(mt.tensor([[line[at]] for at in order]), 1.0, 4, method=way)
        assert sorted(line[at] for at, one in zip(order, core, strict=True) if one) == [-1.0, 1.0]
        first, second = sorted((order.index(2), order.index(4)))
        assert (labels[first], labels[second], labels[order.index(3)]) == (0, 1, 0)


# Adversarial data: name to points and eps.
RNG = np.random.default_rng(4)
CASES = {
    "one point": (np.ones((1, 2)), 1.0),
    "all equal": (np.full((40, 2), 7.0), 1e-9),
    "duplicates": (np.repeat(RNG.normal(size=(9, 2)), 6, 0), 0.5),
    "collinear": (RNG.normal(size=(50, 1)) * [1.0, -2.0] + 3, 0.4),
    "a far outlier": (np.concatenate([RNG.normal(size=(40, 2)), [[1e12, -1e300]]]), 0.4),
    "far from the origin": (RNG.normal(size=(60, 2)) + 1e7, 0.3),
    "constant features": (np.stack([RNG.normal(size=60), np.full(60, 5.0), np.zeros(60)], 1), 0.1),
    "d = 1": (RNG.normal(size=(60, 1)), 0.05),
    "d = 64": (RNG.normal(size=(60, 64)) + np.repeat([[0.0], [9.0]], 30, 0), 10.5),
    "as wide as floats": (RNG.uniform(-1, 1, (40, 2)) * 1e308, 3e307),
    "as narrow": (RNG.uniform(-1, 1, (40, 2)) * 1e-300, 3e-301),
    "eps beyond all": (RNG.normal(size=(40, 2)), 1e300),
    "eps below all": (RNG.normal(size=(40, 2)), 1e-300),
    "two lines a hair apart": (np.stack([np.repeat([0, 1 + 1e-9], 300), np.tile(np.arange(300) / 300, 2)], 1), 1.0),
    "two rows a hair apart": (np.stack([np.tile(np.arange(300) / 300, 2), np.repeat([0, 1 + 1e-9], 300)], 1), 1.0),
    "on a diagonal, far apart": (np.arange(60.0)[:, None] * [3.0, 3.0, 3.0], 1.0),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_adversarial_data(way, case):
    given, eps = CASES[case]
    unit = 2.0 ** round(math.log2(abs(given).max())) if abs(given).max() > 1e200 or abs(given).max() < 1e-200 else 1.0
    if case == "a far outlier":
        unit = 1.0  # its squares are infinite, and so they are in the definition
    labels, core = found(mt.tensor(given), eps, 3, method=way if given.shape[1] <= 3 else "leaves")
    with np.errstate(over="ignore"):
        right, noise = definition(given / unit, eps / unit, least=3)
    np.testing.assert_array_equal(core, right)
    np.testing.assert_array_equal(labels == -1, noise)
    assert labels.max() + 1 == len(set(labels.tolist()) - {-1})


def test_cells_too_many_to_number_are_left_to_the_leaves(backend, monkeypatch):
    monkeypatch.setattr(cells, "LARGEST_KEY", 1000)
    points, eps = mt.tensor(np.arange(60.0)[:, None] * [3.0, 3.0, 3.0]), 6.0
    assert cells.in_cells(points, eps) is None
    assert found(points, eps, 3)[0].tolist() == loops(points, eps, 3).tolist()


@pytest.mark.parametrize(
    ("points", "exact"),
    [
        ([[1.0, 2.0], [-255.0, 640.0]], True),
        ([[0.0, 0.0], [0.0, 0.0]], True),
        ([[0.5, 0.25], [1e3, -1e3]], True),
        ([[0.1, 0.2], [0.3, 0.4]], False),
        ([[1.0, 1.0], [1e9, 1.0]], False),  # whole, but their squares are too large beside 1
    ],
)
def test_products_of_whole_numbers_are_exact(points, exact):
    assert leaves._are_exact(mt.tensor(points)) == exact


@examples(30)
@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 6), whole=st.booleans())
def test_more_than_one_block_of_leaves(backend, seed, d, whole):
    rng = np.random.default_rng(seed)
    n = 600 if backend == "numpy" else 300
    points = rng.integers(0, 5, (n, d)) * (1.0 if whole else 0.1) + rng.normal(size=(n, d)) * rng.choice([0.0, 0.05])
    eps = float(rng.choice([0.3, 1.0, 1.5, 4.0])) * (1.0 if whole else 0.1)
    labels, core = found(mt.tensor(points), eps, 6, method="leaves")
    right, noise = definition(points, eps, least=6)
    np.testing.assert_array_equal(core, right)
    np.testing.assert_array_equal(labels == -1, noise)
    with mt.use_backend("numpy"):
        assert labels.tolist() == tiled(mt.tensor(points), eps, 6).tolist()


# Weights.
@pytest.mark.parametrize("way", WAYS)
def test_weights_whose_sum_reaches_min_samples_but_for_rounding(backend, way):
    points, weights = mt.zeros((10, 1)), mt.full(10, 0.1)
    assert found(points, 1.0, 1, weights=weights, method=way)[1].all()
    assert sum([0.1] * 10) < 1
    assert not found(points, 1.0, 1, weights=weights * (1 - 1e-9), method=way)[1].any()


# Memory and time.
@pytest.mark.parametrize("eps", [0.05, 1.0, 1e3])
def test_memory_is_what_the_docstring_says_whatever_eps_is(eps):
    points = blobs(2, each=10_000)[0]
    n, d = points.shape
    tracemalloc.start()
    cluster(points, eps, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 8 * (3 * d + 12) * n + 60 * cells.PAIRS


def test_memory_of_leaves():
    points = mt.random.normal(mt.random.generator(0), (20_000, 5))
    n, d = points.shape
    tracemalloc.start()
    cluster(points, 0.2, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 8 * (6 * d + 20) * n + 40 * leaves.LEAF * leaves.TOGETHER * leaves.COLUMNS


def test_few_pairs_are_compared_where_cells_can_answer(monkeypatch):
    """Ten thousand times as many pairs are within eps."""
    compared = []

    def counted(queries, query, points, point):
        compared.append(len(point))
        return right(queries, query, points, point)

    right = cells.squared_distances
    for module in ("clustering", "counting", "joining"):
        monkeypatch.setattr(f"minitensor.cluster.dbscan.{module}.squared_distances", counted)
    rng = np.random.default_rng(0)
    side = np.repeat([0.0, 1 + 1e-9], 20_000)
    for points in (np.stack([side, rng.random(40_000)], 1), np.stack([rng.random(40_000), side], 1)):
        cluster(mt.tensor(points), 1.0, 10)
    assert sum(compared) < 2e6
