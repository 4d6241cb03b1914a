"""Mean shift to the end: what it finds, and what it refuses."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import MeanShift, mean_shift
from minitensor.cluster.meanshift import gemm
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.merge import merge
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.core import checks
from minitensor.data import blobs
from minitensor.errors import ConvergenceWarning


def same_partition(a, b):
    """Whether two labellings put the same points together, whatever the numbers."""
    return ((a[:, None] == a) == (b[:, None] == b)).all()


@st.composite
def separated(draw, most=4):
    """A few tight clusters far apart, and which is which: (points, truth) as NumPy arrays."""
    d = draw(st.integers(1, 3))
    count = draw(st.integers(1, most))
    sizes = draw(st.lists(st.integers(1, 6), min_size=count, max_size=count))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = np.repeat(np.arange(count), sizes)
    middles = 20.0 * rng.permutation(3 * count)[:count, None] * np.ones(d)
    return middles[truth] + rng.uniform(-0.5, 0.5, (len(truth), d)), truth


@pytest.mark.parametrize("kernel", ["gaussian", "flat", "triangular"])
@pytest.mark.parametrize("blurring", [False, True])
@examples(50)
@given(case=separated())
def test_it_finds_clusters_that_are_far_apart(backend, kernel, blurring, case):
    points, truth = case
    found = mean_shift(mt.tensor(points), 2.0, kernel=kernel, blurring=blurring)
    assert found.converged
    assert same_partition(found.labels.numpy(), truth)
    counts = np.bincount(found.labels.numpy())
    assert (np.diff(counts) <= 0).all()  # the largest first
    for label, center in enumerate(found.centers.numpy()):
        members = points[found.labels.numpy() == label]
        assert (members.min(0) - 1e-9 <= center).all()
        assert (center <= members.max(0) + 1e-9).all()


@given(case=separated(), seed=st.integers(0, 2**32 - 1))
def test_permuting_the_points_permutes_the_labels(backend, case, seed):
    points, _ = case
    order = np.random.default_rng(seed).permutation(len(points))
    found, permuted = mean_shift(mt.tensor(points), 2.0), mean_shift(mt.tensor(points[order]), 2.0)
    assert same_partition(permuted.labels.numpy(), found.labels.numpy()[order])
    # Another member of the same peak may be its centre, so they agree as well as the points stand still.
    np.testing.assert_allclose(np.sort(permuted.centers.numpy(), 0), np.sort(found.centers.numpy(), 0), atol=1e-2)


@pytest.mark.thorough_on_strict
@given(case=separated(), memory=st.sampled_from([64, 300, 2_000]))
@pytest.mark.parametrize("blurring", [False, True])
def test_the_answer_does_not_depend_on_the_batch_size(backend, case, memory, blurring):
    points = mt.tensor(case[0])
    whole = mean_shift(points, 2.0, blurring=blurring, path=True, tol=1e-3)
    tiled = mean_shift(points, 2.0, blurring=blurring, path=True, tol=1e-3, memory=memory)
    np.testing.assert_array_equal(tiled.labels.numpy(), whole.labels.numpy())
    for one, other in zip(tiled.path, whole.path, strict=False):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-9)


@pytest.mark.thorough_on_strict
@given(seed=st.integers(0, 2**32 - 1), bandwidth=st.floats(0.3, 3.0))
def test_the_density_never_falls_along_a_path(backend, seed, bandwidth):
    points = mt.random.normal(mt.random.generator(seed), (15, 2))
    path = mean_shift(points, bandwidth, path=True, max_iter=1_000, tol=1e-2).path
    densities = np.array([weighted_means(step, points, bandwidth)[1].numpy()[:, 0] for step in path])
    assert (np.diff(densities, axis=0) >= -1e-9 * densities[:-1]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_finds_the_course_s_six_clusters(backend, dtype):
    metrics = pytest.importorskip("sklearn.metrics", reason="the score comes with scikit-learn, an extra")
    points, truth = blobs(seed=2, each=60, dtype=dtype)
    found = mean_shift(points, 2.5)
    assert found.centers.shape == (6, 2)
    assert found.centers.dtype == dtype
    assert metrics.adjusted_rand_score(truth.numpy(), found.labels.numpy()) > 0.98


def test_double_buffering_every_point_reads_the_data_before_the_update(backend):
    points, _ = blobs(seed=2, each=20)
    with pytest.warns(ConvergenceWarning):
        path = mean_shift(points, 2.5, blurring=True, path=True, max_iter=2).path
    once = gemm(points, points, 2.5)
    np.testing.assert_allclose(path[1].numpy(), once.numpy(), atol=1e-12)
    np.testing.assert_allclose(path[2].numpy(), gemm(once, once, 2.5).numpy(), atol=1e-12)


def test_ordinary_mean_shift_moves_over_the_data_as_they_were(backend):
    points, _ = blobs(seed=2, each=20)
    with pytest.warns(ConvergenceWarning):
        path = mean_shift(points, 2.5, path=True, max_iter=2).path
    np.testing.assert_allclose(path[2].numpy(), gemm(path[1], points, 2.5).numpy(), atol=1e-12)


def test_the_path_is_kept_only_if_asked_for_and_the_points_stay(backend):
    points, _ = blobs(seed=2, each=10)
    before = points.copy()
    assert mean_shift(points, 2.5).path == ()
    found = mean_shift(points, 2.5, path=True)
    assert len(found.path) == found.n_iter + 1
    for step in (points, found.path[0]):
        np.testing.assert_array_equal(step.numpy(), before.numpy())


def test_queries_may_start_where_there_are_no_points(backend):
    points, _ = blobs(seed=2, each=20)
    everywhere = mean_shift(points, 2.5, path=True)
    some = mean_shift(points, 2.5, path=True, starts=points[30:70])
    assert some.labels.shape == (40,)
    for one, other in zip(some.path, everywhere.path, strict=False):
        np.testing.assert_allclose(one.numpy(), other.numpy()[30:70], atol=1e-9)
    starts = points[:1] + 1.0
    before = starts.copy()
    assert len(mean_shift(points, 2.5, starts=starts).centers) == 1
    np.testing.assert_array_equal(starts.numpy(), before.numpy())


def test_every_update_is_reported(backend):
    points, _ = blobs(seed=2, each=10)
    heard = []
    found = mean_shift(points, 2.5, report=lambda *news: heard.append(news))
    updates, still, queries = zip(*heard, strict=True)
    assert set(queries) == {60}
    assert list(updates) == list(range(1, found.n_iter + 1))
    assert list(still) == sorted(still)
    assert still[0] < still[-1] == 60


@pytest.mark.parametrize("seed", range(3))
def test_of_peaks_equally_dense_the_order_decides_nothing(backend, seed):
    rng = np.random.default_rng(seed)
    peaks, density = rng.integers(0, 4, (40, 2)).astype("float64"), rng.integers(1, 3, 40).astype("float64")
    order = rng.permutation(40)
    one, other = (merge(mt.tensor(peaks[each]), mt.tensor(density[each]), 1.5)[1].numpy()
                  for each in (np.arange(40), order))  # fmt: skip
    np.testing.assert_array_equal(one[np.lexsort(one.T)], other[np.lexsort(other.T)])


def test_a_limit_that_stops_it_warns(backend):
    points, _ = blobs(seed=2, each=10)
    with pytest.warns(ConvergenceWarning, match=r"stopped after max_iter=1 updates with 60 of 60 points still moving"):
        found = mean_shift(points, 2.5, max_iter=1)
    assert not found.converged
    assert found.n_iter == 1


@pytest.mark.parametrize("kernel", ["gaussian", "flat", "triangular"])
@pytest.mark.parametrize(
    ("points", "clusters"),
    [
        ([[3.0, 4.0]], 1),
        ([[1.0]] * 5, 1),
        ([[0.0, 0.0], [0.1, 0.1], [0.2, 0.2]], 1),
        ([[0.0], [0.1], [0.2], [1e6]], 2),
        ([[0.0] * 64, [100.0] * 64], 2),
    ],
    ids=["one point", "duplicates", "on a line", "a far outlier", "64 dimensions"],
)
def test_odd_data(backend, kernel, points, clusters):
    found = mean_shift(mt.tensor(points), 1.0, kernel=kernel)
    assert found.centers.shape == (clusters, len(points[0]))
    assert found.converged


def test_places_belong_to_the_nearest_centre(backend):
    # 0 is densest and takes in 0.9; 1.1 is a centre of its own, and nearer to 0.9.
    labels, centers = merge(mt.tensor([[0.0], [0.9], [1.1]]), mt.tensor([3.0, 1.0, 2.0]), radius=1.0)
    assert labels.tolist() == [1, 0, 0]
    assert centers.tolist() == [[1.1], [0.0]]


def test_a_centre_takes_in_a_disc_with_its_rim_and_not_a_square(backend):
    density = mt.tensor([2.0, 1.0])
    for other, clusters in (([0.9, 0.9], 2), ([0.6, 0.8], 1), ([0.0, 1.0], 1), ([1.0, 0.1], 2)):
        assert len(merge(mt.tensor([[0.0, 0.0], other]), density, radius=1.0)[1]) == clusters


def test_numbers_of_numpy_and_tensors_are_numbers(backend):
    points, _ = blobs(seed=2, each=10)
    plain = mean_shift(points, 2.5, tol=0.125, max_iter=50, memory=4_096, error=0.25)
    given = {"tol": np.float32(0.125), "max_iter": np.int64(50), "memory": mt.tensor(4_096), "error": np.float64(0.25)}
    found = mean_shift(points, np.float32(2.5), **given)
    np.testing.assert_array_equal(found.labels.numpy(), plain.labels.numpy())
    np.testing.assert_array_equal(found.centers.numpy(), plain.centers.numpy())
    assert found.centers.dtype == points.dtype
    for name in ("bandwidth", "tol", "max_iter", "memory", "error"):
        with pytest.raises(ValueError, match=f"{name}=True"):
            mean_shift(points, **{"bandwidth": 2.5} | {name: True})


def test_points_are_searched_for_nan_once(monkeypatch):
    searched = []
    check = checks.points
    monkeypatch.setattr(checks, "points", lambda name, x: searched.append(name) or check(name, x))
    points = blobs(seed=2, each=10)[0]
    mean_shift(points, 2.5)
    assert searched == ["mean_shift: the points"]
    searched.clear()
    MeanShift(bin_seeding=True).fit(points)
    assert searched == ["X"]


GOOD = mt.tensor([[0.0, 1.0], [2.0, 3.0]])


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([[0.0, 1.0]], {}, r"the points are a list, not a Tensor; write minitensor.tensor\(points\)"),
        (mt.tensor([[1, 2]]), {}, r"the points are int64, not floats; use .astype\('float64'\)"),
        (
            mt.tensor([1.0, 2.0]),
            {},
            r"shape \(2,\), not \(points, .* Reshape your data: points.reshape\(-1, 1\)",
        ),
        (mt.zeros((2, 2, 2)), {}, r"shape \(2, 2, 2\), not \(points, dimensions\)"),
        (mt.zeros((0, 2)), {}, r"the points have 0 sample\(s\) \(shape=\(0, 2\)\)"),
        (mt.zeros((2, 0)), {}, r"the points have 0 feature\(s\) \(shape=\(2, 0\)\)"),
        (mt.tensor([[0.0, 1.0], [np.nan, 2.0]]), {}, r"in 1 of 2 points, the first is points\[1\] = \[nan"),
        (mt.tensor([[0.0, np.inf], [np.nan, 2.0]]), {}, r"in 2 of 2 points, the first is points\[0\]"),
        (GOOD, {"bandwidth": 0.0}, "bandwidth=0.0; it is a distance and must be positive"),
        (GOOD, {"bandwidth": -1}, "bandwidth=-1; it is a distance"),
        (GOOD, {"bandwidth": np.nan}, "bandwidth=nan"),
        (GOOD, {"bandwidth": "wide"}, "bandwidth='wide'"),
        (GOOD, {"kernel": "round"}, "there is no kernel 'round'; choose one of gaussian, flat, triangular"),
        (GOOD, {"max_iter": 0}, "max_iter=0; it must be a whole number, 1 or more"),
        (GOOD, {"tol": -1.0}, "tol=-1.0; it must be a number, 0 or more"),
        (GOOD, {"memory": 0}, "memory=0; it must be a whole number, 1 or more"),
        (GOOD, {"max_iter": 2.5}, "max_iter=2.5; it must be a whole number"),
        (GOOD, {"tol": "small"}, "tol='small'; it must be a number"),
        (GOOD, {"tol": np.nan}, "tol=nan; it must be a number"),
        (GOOD, {"method": "guess"}, "no method 'guess'; choose"),
        (GOOD, {"starts": [[0.0, 1.0]]}, r"the starts are a list, not a Tensor; write minitensor.tensor\(starts\)"),
        (GOOD, {"starts": GOOD.astype("float32")}, "the starts are float32, the points float64; use .astype"),
        (GOOD, {"starts": GOOD[:, :1]}, r"starts of shape \(2, 1\) do not fit points of shape \(2, 2\)"),
        (GOOD, {"starts": GOOD[0]}, r"the starts have shape \(2,\)"),
        (GOOD, {"starts": GOOD[:0]}, r"the starts have 0 sample\(s\)"),
        (GOOD, {"starts": mt.tensor([[np.inf, 1.0]])}, "the starts hold NaN or infinity in 1 of 1"),
        (GOOD, {"starts": GOOD, "blurring": True}, "leave out blurring or starts"),
        (GOOD, {"bandwidth": 1e-200}, "bandwidth=1e-200 is below"),
    ],
)
def test_bad_input_is_named(points, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        mean_shift(points, **{"bandwidth": 1.0} | options)


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("factor", [1e-200, 1e-30, 1e20, 1e150])
@pytest.mark.parametrize("kernel", ["gaussian", "flat", "triangular"])
def test_the_unit_of_the_data_does_not_matter(backend, factor, kernel):
    points, _ = blobs(seed=2, each=15)
    found, scaled = (mean_shift(points * unit, 5.0 * unit, kernel=kernel) for unit in (1.0, factor))
    np.testing.assert_array_equal(scaled.labels.numpy(), found.labels.numpy())
    np.testing.assert_allclose(scaled.centers.numpy() / factor, found.centers.numpy(), rtol=1e-6)


@pytest.mark.parametrize("factor", [1e-30, 1e20])
def test_nor_in_float32(backend, factor):
    points, _ = blobs(seed=2, each=15)
    small = (points * factor).astype("float32")
    assert len(mean_shift(small, 2.5 * factor).centers) == len(mean_shift(points, 2.5).centers)


def test_narrow_clusters_far_apart_are_told_apart_in_float32(backend):
    rng = mt.random.generator(0)
    middles = mt.tensor([[-20000.0, 0.0], [-19996.0, 0.0], [19996.0, 0.0], [20000.0, 0.0]])
    points = mt.concat([mt.random.normal(rng, (20, 2), std=0.3) + middle for middle in middles])
    found = mean_shift(points.astype("float32"), 1.0)
    assert found.converged
    assert same_partition(found.labels.numpy(), np.repeat(np.arange(4), 20))


def test_the_rim_of_the_flat_kernel_is_inside_wherever_the_lattice_lies(backend):
    grid = np.stack(np.meshgrid(np.arange(7.0), np.arange(5.0)), -1).reshape(-1, 2)
    neighbours = (((grid[:, None] - grid) ** 2).sum(2) <= 1).sum(1)
    for shift in (0.0, 0.1, 1000.3):
        points = mt.tensor(np.concatenate([grid, [[40.0, 3.7]]]) + shift)
        counts = weighted_means(points, points, 1.0, "flat")[1]
        np.testing.assert_array_equal(counts.numpy()[:-1, 0], neighbours)


@pytest.mark.thorough
def test_many_clusters_take_no_more_memory_than_the_points():
    rng = mt.random.generator(0)
    points = mt.random.uniform(rng, (1_000, 2), 0, 1e4)
    tracemalloc.start()
    found = mean_shift(points, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.centers) > 700
    assert peak < MEMORY + 2e6  # every shrinking rest kept would be 8 MB
