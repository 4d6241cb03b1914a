"""scikit-learn's own tests, on our estimator: its checks of every estimator, and its test file for mean shift."""

import functools
import inspect
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from minitensor import as_tensor, cluster
from minitensor.cluster.frame import frame_of

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is an extra")
from sklearn.base import clone  # noqa: E402
from sklearn.datasets import make_blobs  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of marks that only its own configuration knows
    from sklearn.cluster.tests import test_mean_shift as theirs

pytestmark = [
    pytest.mark.filterwarnings("ignore::minitensor.errors.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Binning data failed:UserWarning"),  # theirs, when every point has its own bin
]


class NumberedTheirWay(cluster.MeanShift):
    """Clusters in the order of scikit-learn: by how many points the kernel holds, ties by the larger coordinates."""

    def fit(self, X, y=None):
        super().fit(X, y)
        points, centers = np.asarray(X), self.cluster_centers_
        held = [(np.linalg.norm(points - center, axis=1) <= self.bandwidth_).sum() for center in centers]
        order = sorted(range(len(centers)), key=lambda number: (held[number], tuple(centers[number])), reverse=True)
        self.cluster_centers_ = centers[order]
        self.labels_ = np.append(np.argsort(order), -1)[self.labels_]  # −1 stays −1
        return self


# Every check of an estimator that scikit-learn has for one that clusters.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Estimator MeanShift does not inherit")  # no more does it

    @parametrize_with_checks([cluster.MeanShift()])
    def test_it_is_an_estimator(estimator, check):
        check(estimator)

    @pytest.mark.thorough
    @parametrize_with_checks(
        [cluster.MeanShift(kernel="triangular", bin_seeding=True), cluster.MeanShift(kernel="flat", cluster_all=False)]
    )
    def test_so_it_is_with_other_settings(estimator, check):
        check(estimator)


# Their test file: its functions become tests of this file, and its names mean our class.
@pytest.fixture(autouse=True)
def ours_in_place_of_theirs(monkeypatch):
    ours = functools.partial(NumberedTheirWay, kernel="flat")
    monkeypatch.setattr(theirs, "MeanShift", ours)
    monkeypatch.setattr(sklearn.cluster._mean_shift, "MeanShift", ours)  # for their function `mean_shift`


@pytest.fixture(params=["float32", pytest.param("float64", marks=pytest.mark.thorough)])
def global_dtype(request):
    return np.dtype(request.param).type


@pytest.fixture(params=[0, pytest.param(42, marks=pytest.mark.thorough)])
def global_random_seed(request):
    return request.param


globals().update({f"{name}_of_theirs": test for name, test in vars(theirs).items() if name.startswith("test_")})


def test_there_were_tests_to_run():
    assert sum(name.endswith("_of_theirs") and inspect.isfunction(test) for name, test in globals().items()) >= 12


# Side by side.
their_estimator = sklearn.cluster.MeanShift  # before it is replaced


@st.composite
def apart(draw):
    """Clusters a radius of 1 wide at most, 4 apart at least, in one to five dimensions."""
    d, count = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    sizes = draw(st.lists(st.integers(1, 12), min_size=count, max_size=count))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    middles = 6.0 * rng.permutation(4 * count)[:count, None] * np.ones(d) / np.sqrt(d)
    offsets = rng.normal(size=(sum(sizes), d))
    offsets /= np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1.0)
    return np.repeat(middles, sizes, axis=0) + offsets


def sorted_rows(array):
    return array[np.lexsort(array.T)]


@examples(30)
@given(points=apart(), seeding=st.sampled_from([{}, {"bin_seeding": True}, {"bin_seeding": True, "min_bin_freq": 2}]),
       cluster_all=st.booleans(), bandwidth=st.floats(2.0, 2.5))  # fmt: skip
def test_the_flat_kernel_finds_what_scikit_learn_finds(points, seeding, cluster_all, bandwidth):
    options = {"bandwidth": bandwidth, "cluster_all": cluster_all, **seeding}
    # Our cells are counted from the middle of the data, theirs from 0; so let that be the middle.
    frame = frame_of(as_tensor(points))
    points = points - (frame.middle * frame.unit).numpy()
    us = cluster.MeanShift(kernel="flat", **options)
    try:
        them = their_estimator(**options).fit(points)
    except ValueError:  # no bin holds two points
        with pytest.raises(ValueError, match="no cell holds"):
            us.fit(points)
        return
    us.fit(points)
    np.testing.assert_allclose(sorted_rows(us.cluster_centers_), sorted_rows(them.cluster_centers_), atol=1e-6)
    assert adjusted_rand_score(us.labels_, them.labels_) == 1.0
    np.testing.assert_array_equal(us.labels_ == -1, them.labels_ == -1)
    assert adjusted_rand_score(us.predict(points + 0.1), them.predict(points + 0.1)) == 1.0


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
def test_also_where_clusters_touch(seed):
    points, _ = make_blobs(250, centers=5, cluster_std=1.0, center_box=(-8, 8), random_state=seed)
    them, us = their_estimator(bandwidth=2.0).fit(points), cluster.MeanShift(bandwidth=2.0, kernel="flat").fit(points)
    assert adjusted_rand_score(us.labels_, them.labels_) > 0.95


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
def test_a_flat_radius_is_about_twice_a_gaussian_bandwidth(seed):
    points, _ = make_blobs(240, centers=4, cluster_std=1.0, center_box=(-15, 15), random_state=seed)
    flat = their_estimator(bandwidth=3.0).fit(points)
    gaussian = cluster.MeanShift(bandwidth=1.5).fit(points)
    assert len(gaussian.cluster_centers_) == len(flat.cluster_centers_)
    assert adjusted_rand_score(gaussian.labels_, flat.labels_) > 0.95


# What their base class does with ours.
@examples(30)
@given(points=apart())
def test_clones_and_pickles_find_the_same(points):
    model = cluster.MeanShift(bandwidth=1.5, seeds=points[:1], cluster_all=False, max_iter=50)
    copy = clone(model)
    assert copy.get_params().keys() == model.get_params().keys()
    assert all(np.array_equal(copy.get_params()[key], value) for key, value in model.get_params().items())
    loaded = pickle.loads(pickle.dumps(model.fit(points)))
    np.testing.assert_array_equal(loaded.labels_, copy.fit(points).labels_)
    np.testing.assert_array_equal(loaded.predict(points), copy.predict(points))


def test_parameters_are_set_and_refused():
    model = cluster.MeanShift().set_params(bandwidth=2.0, kernel="flat")
    assert (model.bandwidth, model.kernel) == (2.0, "flat")
    with pytest.raises(ValueError, match="Invalid parameter 'width'"):
        model.set_params(width=2.0)
