"""The estimator by itself: what it finds, in which kind it answers, what it refuses. No scikit-learn here."""

import inspect
import pickle

import numpy as np
import pytest
from cluster_strategies import Table
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import MeanShift, mean_shift
from minitensor.data import blobs
from minitensor.errors import ConvergenceWarning, DeviceError, MinitensorError, NotFittedError

KERNELS = ["gaussian", "flat", "triangular"]


@st.composite
def separated(draw):
    """Tight clusters far apart, each of another size, in random order: (points, truth), truth numbered by size."""
    d = draw(st.integers(1, 3))
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = np.repeat(np.arange(len(sizes)), sorted(sizes, reverse=True))[rng.permutation(sum(sizes))]
    middles = 20.0 * rng.permutation(3 * len(sizes))[: len(sizes), None] * np.ones(d)
    return middles[truth] + rng.uniform(-0.5, 0.5, (len(truth), d)), truth


def fitted(points, **options):
    return MeanShift(**{"bandwidth": 2.0} | options).fit(points)


@pytest.mark.parametrize("kernel", KERNELS)
@examples(60)
@given(case=separated(), bin_seeding=st.booleans())
def test_clusters_are_found_and_numbered_by_size(backend, kernel, case, bin_seeding):
    points, truth = case
    model = fitted(mt.tensor(points), kernel=kernel, bin_seeding=bin_seeding)
    np.testing.assert_array_equal(model.labels_.numpy(), truth)
    np.testing.assert_array_equal(model.predict(mt.tensor(points)).numpy(), truth)
    for number, center in enumerate(model.cluster_centers_.numpy()):
        assert (abs(center - points[truth == number]) <= 1.0).all()
    assert model.n_iter_ >= 1
    assert model.n_features_in_ == points.shape[1]


@examples(30)
@given(case=separated(), seed=st.integers(0, 2**32 - 1), cluster_all=st.booleans())
def test_permuting_the_points_permutes_the_labels(backend, case, seed, cluster_all):
    points, _ = case
    order = np.random.default_rng(seed).permutation(len(points))
    one, other = (fitted(mt.tensor(each), cluster_all=cluster_all) for each in (points, points[order]))
    np.testing.assert_array_equal(other.labels_.numpy(), one.labels_.numpy()[order])
    # Another member of the same peak may be its centre, so they agree as well as the points stand still.
    np.testing.assert_allclose(other.cluster_centers_.numpy(), one.cluster_centers_.numpy(), atol=1e-2)


@pytest.mark.parametrize("seed", range(3))
def test_with_equal_densities_the_order_of_the_points_does_not_matter(backend, seed):
    # A flat kernel counts, so that most of these peaks are equally dense and overlap.
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 12, (60, 2)).astype("float64")
    centers = [fitted(mt.tensor(each), kernel="flat").cluster_centers_.numpy()
               for each in (points, points[rng.permutation(60)])]  # fmt: skip
    np.testing.assert_allclose(*(each[np.lexsort(each.T)] for each in centers), atol=1e-12)


def test_clusters_of_one_size_are_numbered_by_their_first_member():
    points = [[9.0], [0.0], [9.1], [0.1]]
    assert fitted(points).labels_.tolist() == [0, 1, 0, 1]
    assert fitted(points[::-1]).labels_.tolist() == [0, 1, 0, 1]


def test_round_clusters_are_those_of_the_function(backend):
    points, _ = blobs(seed=2, each=40)
    model, found = fitted(points, bandwidth=2.5), mean_shift(points, 2.5)
    assert (model.labels_ == found.labels).mean().item() > 0.98
    np.testing.assert_allclose(model.cluster_centers_.numpy(), found.centers.numpy(), atol=1e-12)
    assert model.n_iter_ == found.n_iter


@pytest.mark.parametrize("kernel", KERNELS)
def test_with_cluster_all_false_what_no_peak_reaches_is_noise(backend, kernel):
    cloud = np.random.default_rng(0).uniform(-0.2, 0.2, (20, 2))
    reach = 2.0 if kernel == "gaussian" else 1.0
    far = np.array([[reach + 0.3, 0.0], [0.0, -reach + 0.3], [-50.0, 9.0]])
    points = mt.tensor(np.concatenate([cloud, far]))
    options = {"kernel": kernel, "bandwidth": 1.0, "seeds": [[0.0, 0.0]]}
    assert fitted(points, cluster_all=False, **options).labels_.tolist() == [0] * 20 + [-1, 0, -1]
    model = fitted(points, **options)
    assert model.labels_.tolist() == [0] * 23
    assert model.predict(mt.tensor([[99.0, 99.0]])).tolist() == [0]


def test_noise_does_not_change_the_numbers_of_clusters(backend):
    rng = np.random.default_rng(0)
    points = mt.tensor(np.concatenate([rng.normal(size=(30, 2)), rng.normal(size=(50, 2)) + 9]))
    everything, some = fitted(points, bandwidth=1.0), fitted(points, bandwidth=1.0, cluster_all=False)
    labels, kept = some.labels_.numpy(), some.labels_.numpy() >= 0
    assert 0 < kept.sum() < 80
    np.testing.assert_array_equal(labels[kept], everything.labels_.numpy()[kept])
    np.testing.assert_array_equal(some.cluster_centers_.numpy(), everything.cluster_centers_.numpy())


# Kinds.
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_tensor_gets_tensors_and_an_array_arrays(backend, dtype):
    points, _ = blobs(seed=2, each=10, dtype=dtype)
    for each, kind in ((points, mt.Tensor), (points.array, type(points.array))):
        model = fitted(each)
        for answer in (model.labels_, model.cluster_centers_, model.predict(each), model.fit_predict(each)):
            assert type(answer) is kind
            assert mt.as_tensor(answer).backend == backend
        assert mt.as_tensor(model.cluster_centers_).dtype == dtype
        assert mt.as_tensor(model.labels_).dtype == "int64"


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize(
    "options", [{}, {"kernel": "flat"}, {"bin_seeding": True}, {"seeds": [[0.0, 0.0], [9.0, 3.0]]}]
)
@pytest.mark.parametrize("estimated", [False, True])
def test_float32_stays_float32_and_finds_the_same(backend, options, estimated):
    points, _ = blobs(seed=2, each=12)
    options = options | {"bandwidth": None if estimated else 5.0}
    double, single = fitted(points, **options), fitted(points.astype("float32"), **options)
    assert single.cluster_centers_.dtype == "float32"
    np.testing.assert_array_equal(single.labels_.numpy(), double.labels_.numpy())
    atol = 2e-3 * double.bandwidth_  # as well as the points stand still
    np.testing.assert_allclose(single.cluster_centers_.numpy(), double.cluster_centers_.numpy(), atol=atol)


def test_lists_get_numpy_arrays_and_can_be_asked_of_any_model(backend):
    assert type(fitted([[0, 0], [9, 9], [9, 8]]).labels_) is np.ndarray
    model = fitted(mt.tensor([[0.0, 0.0], [9.0, 9.0], [9.0, 8.0]]))
    assert model.predict([[1, 0], [8, 8]]).tolist() == [1, 0]


def test_torch_in_torch_out():
    torch = pytest.importorskip("torch", reason="PyTorch is one of those with DLPack; none is needed")
    points = torch.from_numpy(blobs(seed=2, each=10)[0].numpy()).to(torch.float32)
    model = fitted(points, bandwidth=2.5)
    assert isinstance(model.labels_, torch.Tensor)
    assert model.cluster_centers_.dtype == torch.float32
    assert torch.equal(model.predict(points), model.labels_)


def test_the_points_stay_as_they_were_and_may_be_read_only(backend):
    points = blobs(seed=2, each=10)[0].numpy()
    points.flags.writeable = False
    before = points.copy()
    model = fitted(points, bin_seeding=True)
    np.testing.assert_array_equal(points, before)
    model.labels_[:] = model.cluster_centers_[:] = 0  # and nothing of them is in the answers
    np.testing.assert_array_equal(points, before)


def test_a_model_can_be_pickled(backend):
    points, _ = blobs(seed=2, each=10)
    model = fitted(points)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.predict(points).numpy(), model.labels_.numpy())


def test_peaks_on_another_device_are_refused():
    with mt.use_backend("numpy"):
        model = fitted(mt.tensor([[0.0], [9.0]]))
    with mt.use_backend("strict"):
        elsewhere = mt.tensor([[1.0]])
    with pytest.raises(DeviceError, match=r"write .*to\("):
        model.predict(elsewhere)


# Odd data.
@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("bandwidth", [1.0, None])
@pytest.mark.parametrize("bin_seeding", [False, True])
@pytest.mark.parametrize(
    ("points", "labels"),
    [
        ([[3.0, 4.0]], [0]),
        ([[0.0]] * 4, [0] * 4),
        ([[7.0, -1e9]] * 5, [0] * 5),
        ([[-1e6]] * 2 + [[1e6]] * 3, [1, 1, 0, 0, 0]),
        ([[1.0] * 64] * 3 + [[9.0] * 64] * 2, [0, 0, 0, 1, 1]),
        ([[5.0, y] for y in (0.0, 0.0, 0.0, 8.0, 8.0)], [0, 0, 0, 1, 1]),
        ([[x, 2 * x] for x in (0.0, 0.0, 0.0, 8.0)], [0, 0, 0, 1]),
    ],
    ids=["one point", "zeros", "duplicates", "1e6 apart", "64 dimensions", "constant feature", "on a line"],
)
def test_odd_data(backend, kernel, bandwidth, bin_seeding, points, labels):
    model = fitted(mt.tensor(points), kernel=kernel, bandwidth=bandwidth, bin_seeding=bin_seeding)
    if bandwidth is None and len({tuple(point) for point in points}) > 1:
        assert model.bandwidth_ > 0  # how many clusters there are depends on the estimate
    else:
        assert model.labels_.tolist() == labels
    np.testing.assert_array_equal(model.predict(mt.tensor(points)).numpy(), model.labels_.numpy())


def test_a_far_outlier_is_a_cluster_of_its_own(backend):
    cloud = np.random.default_rng(0).normal(size=(30, 2))
    model = fitted(mt.tensor(np.concatenate([cloud, [[1e6, -1e6]]])))
    assert model.labels_.tolist() == [0] * 30 + [1]


def test_where_the_estimate_is_0_equal_points_are_together(backend):
    points = mt.tensor([[1.0]] * 3 + [[1.0 + 1e-9]] * 3 + [[2.0]] * 3)
    for kernel in KERNELS:
        model = fitted(points, bandwidth=None, kernel=kernel)
        assert model.labels_.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
        assert 0 < model.bandwidth_ < 1e-13


# Settings.
def test_the_constructor_stores_what_it_is_given_and_nothing_else():
    names = list(inspect.signature(MeanShift).parameters)
    given = {name: object() for name in names}
    assert vars(MeanShift(**given)) == given
    assert "bandwidth" in names


def test_seeds_decide_which_peaks_are_found(backend):
    points = mt.tensor([[0.0, 0.0], [0.1, 0.0], [9.0, 9.0]])
    model = fitted(points, seeds=[[1.0, 0.0], [500.0, 1.0]])
    np.testing.assert_allclose(model.cluster_centers_.numpy(), [[0.05, 0.0]], atol=1e-3)
    other = fitted(points, seeds=mt.tensor([[8.0, 8.0]]))
    np.testing.assert_allclose(other.cluster_centers_.numpy(), [[9.0, 9.0]], atol=1e-3)


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("method", ["grid", "cells", "fourier"])
def test_faster_methods_find_the_same(backend, method):
    points, _ = blobs(seed=2, each=40)
    exact, fast = (fitted(points, bandwidth=2.5, method=each) for each in ("exact", method))
    np.testing.assert_allclose(fast.cluster_centers_.numpy(), exact.cluster_centers_.numpy(), atol=0.1)
    assert (fast.labels_ == exact.labels_).mean().item() > 0.98
    seeded = fitted(points, bandwidth=2.5, method=method, bin_seeding=True)
    np.testing.assert_allclose(seeded.cluster_centers_.numpy(), exact.cluster_centers_.numpy(), atol=0.1)
    with pytest.raises(ValueError, match=f"method='{method}' cannot do starts; use method='exact'"):
        fitted(points, method=method, seeds=points[:3])


def test_a_lone_cell_may_be_too_little_to_start_from(backend):
    points = mt.tensor([[0.0], [0.1], [0.2], [40.0]])
    assert len(fitted(points, bin_seeding=True).cluster_centers_) == 2
    assert len(fitted(points, bin_seeding=True, min_bin_freq=2).cluster_centers_) == 1


def test_the_estimated_bandwidth_of_a_gaussian_is_half_a_radius(backend):
    points, _ = blobs(seed=2, each=10)
    assert 2 * fitted(points, bandwidth=None).bandwidth_ == fitted(points, bandwidth=None, kernel="flat").bandwidth_


def test_the_seed_decides_which_sample_a_bandwidth_is_estimated_from():
    points = mt.random.normal(mt.random.generator(0), (1_500, 1))
    one, same, other, drawn = (
        MeanShift(random_state=seed, bin_seeding=True).fit(points).bandwidth_ for seed in (1, 1, 2, None)
    )
    assert one == same != other
    assert drawn == pytest.approx(one, rel=0.2)


@pytest.mark.parametrize("verbose", [False, True])
def test_it_is_silent_unless_asked_to_speak(capfd, verbose):
    fitted(blobs(seed=2, each=10)[0], verbose=verbose)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert ("mean shift" in printed.err) == verbose


def test_names_of_columns_are_kept_and_compared():
    numbers = np.random.default_rng(0).normal(size=(9, 2))
    model = fitted(Table(numbers, ["x", "y"]))
    assert model.feature_names_in_.tolist() == ["x", "y"]
    assert type(model.labels_) is np.ndarray
    np.testing.assert_array_equal(model.predict(Table(numbers, ["x", "y"])), model.predict(numbers))
    with pytest.raises(ValueError, match=r"names should match .* They were x, y; now they are y, x"):
        model.predict(Table(numbers, ["y", "x"]))
    assert not hasattr(model.fit(numbers), "feature_names_in_")


def test_before_fit_there_is_nothing():
    model = MeanShift()
    assert not hasattr(model, "labels_")
    with pytest.raises(NotFittedError, match=r"this MeanShift has no clusters yet; call fit\(X\) first"):
        model.predict([[1.0]])
    assert issubclass(NotFittedError, ValueError)
    assert issubclass(NotFittedError, AttributeError)


def test_a_limit_that_stops_it_warns():
    with pytest.warns(ConvergenceWarning, match="stopped after max_iter=1"):
        model = fitted(blobs(seed=2, each=10)[0], max_iter=1)
    assert model.n_iter_ == 1


GOOD = [[0.0, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([[0.0, np.nan], [1.0, 1.0]], {}, "X holds NaN or infinity"),
        (np.ones((0, 2)), {}, r"X has 0 sample\(s\)"),
        (np.ones(4), {}, "Reshape your data"),
        (GOOD, {"bandwidth": 0}, "MeanShift: bandwidth=0; it is a distance, or None, and must be positive"),
        (GOOD, {"bandwidth": -1.0}, "bandwidth=-1.0"),
        (GOOD, {"bandwidth": np.inf}, "bandwidth=inf"),
        (GOOD, {"bandwidth": np.nan}, "bandwidth=nan"),
        (GOOD, {"bandwidth": "wide"}, "bandwidth='wide'"),
        (GOOD, {"bandwidth": 1e-30}, "the least distance that float64 can tell"),
        (GOOD, {"kernel": "round"}, "no kernel 'round'; choose one of gaussian, flat, triangular"),
        (GOOD, {"max_iter": 0}, "max_iter=0; it must be a whole number, 1 or more"),
        (GOOD, {"tol": -1.0}, "tol=-1.0"),
        (GOOD, {"method": "guess"}, "guess"),
        (GOOD, {"min_bin_freq": 0, "bin_seeding": True}, "min_bin_freq=0; it must be a whole number, 1 or more"),
        (GOOD, {"min_bin_freq": 2.5, "bin_seeding": True}, "min_bin_freq=2.5"),
        (GOOD, {"min_bin_freq": 3, "bin_seeding": True}, "no cell holds 3 points, the fullest holds 1"),
        (GOOD, {"seeds": [[1.0, 2.0, 3.0]]}, r"seeds of shape \(1, 3\) do not fit points of shape \(2, 2\)"),
        (GOOD, {"seeds": [[np.nan, 1.0]]}, "seeds hold NaN"),
        (GOOD, {"seeds": [[500.0, 1.0]]}, "No point was within bandwidth=1 of any seed"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_named(points, options, message):
    model = MeanShift(**{"bandwidth": 1.0} | options)
    with pytest.raises(ValueError, match=message) as caught:
        model.fit(points)
    assert isinstance(caught.value, MinitensorError)
    assert not hasattr(model, "labels_")


def test_points_of_another_dimension_are_refused():
    with pytest.raises(ValueError, match="X has 3 features, but MeanShift is expecting 2 features as input"):
        fitted(GOOD).predict([[1.0, 2.0, 3.0]])
