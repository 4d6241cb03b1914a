"""scikit-learn's own tests, on our estimator: its checks of every estimator, and its test file for DBSCAN."""

import inspect
import pickle
import warnings

import numpy as np
import pytest

from minitensor import cluster

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is an extra")
from sklearn.base import clone, is_clusterer  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of marks that only its own configuration knows
    from sklearn.cluster.tests import test_dbscan as theirs

their_estimator = sklearn.cluster.DBSCAN  # before it is replaced

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Estimator DBSCAN does not inherit")  # no more does it

    # Every check of an estimator that scikit-learn has for one that clusters.
    @parametrize_with_checks([cluster.DBSCAN()])
    def test_it_is_an_estimator(estimator, check):
        check(estimator)


# Their test file: its functions become tests of this file, and its names mean our class.
EXCLUDED = {
    "test_dbscan_similarity": "distances that are given",
    "test_dbscan_sparse": "sparse points",
    "test_dbscan_sparse_precomputed": "sparse distances that are given",
    "test_dbscan_sparse_precomputed_different_eps": "sparse distances that are given",
    "test_dbscan_input_not_modified": "distances that are given, or sparse points; its one case of ours is below",
    "test_dbscan_input_not_modified_precomputed_sparse_nodiag": "sparse distances that are given",
    "test_dbscan_no_core_samples": "sparse points; its dense half is below",
    "test_dbscan_callable": "a distance that is a function",
    "test_dbscan_metric_params": "distances that are not Euclidean",
    "test_dbscan_precomputed_metric_with_degenerate_input_arrays": "distances that are given",
    "test_dbscan_precomputed_metric_with_initial_rows_zero": "distances that are given",
    "test_dbscan_no_warning_unsorted_precomputed": "distances that are given",
    "test_dbscan_no_warning_presorted_precomputed": "distances that are given",
}


def ours(eps=0.5, *, min_samples=5, metric="euclidean", p=None, **how):
    """Our class where Euclidean distances are asked for. What a test compares them with remains theirs."""
    if metric in ("euclidean", "minkowski") and p in (None, 2) and how.get("metric_params") is None:
        return cluster.DBSCAN(eps, min_samples=min_samples)
    return their_estimator(eps, min_samples=min_samples, metric=metric, p=p, **how)


@pytest.fixture(autouse=True)
def ours_in_place_of_theirs(monkeypatch):
    monkeypatch.setattr(theirs, "DBSCAN", ours)
    monkeypatch.setattr(sklearn.cluster._dbscan, "DBSCAN", ours)  # for their function `dbscan`


@pytest.fixture(params=[0, 42])
def global_random_seed(request):
    return request.param


THEIRS = {name: test for name, test in vars(theirs).items() if name.startswith("test_") and inspect.isfunction(test)}
globals().update({f"{name}_of_theirs": test for name, test in THEIRS.items() if name not in EXCLUDED})


def test_there_were_tests_to_run_and_to_leave_out():
    # Not every version has all that are left out, but no version is without any.
    assert set(THEIRS) & set(EXCLUDED)
    assert len(set(THEIRS) - set(EXCLUDED)) >= 7


def test_points_are_not_changed():
    points = np.random.default_rng(0).random((10, 10))
    before = points.copy()
    cluster.DBSCAN().fit(points)
    np.testing.assert_array_equal(points, before)


def test_no_core_points():
    points = np.random.default_rng(0).random((40, 10))
    points[points < 0.8] = 0
    model = cluster.DBSCAN(min_samples=6).fit(points)
    assert model.components_.shape == (0, 10)
    assert (model.labels_ == -1).all()
    assert model.core_sample_indices_.shape == (0,)


# Their tools.
def test_their_tools_take_it():
    points = np.concatenate([np.random.default_rng(0).normal(at, 0.3, (30, 2)) for at in (0, 4)])
    model = cluster.DBSCAN(0.7, min_samples=4)
    assert is_clusterer(model)
    assert clone(model).get_params() == model.get_params()
    labels = pickle.loads(pickle.dumps(model.fit(points))).labels_
    np.testing.assert_array_equal(labels, their_estimator(0.7, min_samples=4).fit(points).labels_)
    pipeline = make_pipeline(StandardScaler(), cluster.DBSCAN(0.5))
    right = make_pipeline(StandardScaler(), their_estimator(0.5)).fit_predict(points)
    np.testing.assert_array_equal(pipeline.fit_predict(points), right)

    def clusters(model, points, truth=None):
        return len(set(model.fit_predict(points)))

    search = GridSearchCV(cluster.DBSCAN(), {"eps": [1e-9, 0.7]}, scoring=clusters, cv=[(range(60), range(60))])
    assert search.fit(points).best_params_ == {"eps": 0.7}
