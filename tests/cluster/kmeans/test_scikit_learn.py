"""scikit-learn's own tests, on our class: its checks of every estimator, and its test file for k-means."""

import functools
import warnings

import numpy as np
import pytest

from minitensor import cluster, errors

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is an extra")
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of marks that only its own configuration knows
    from sklearn.cluster.tests import test_k_means as theirs

their_estimator = sklearn.cluster.KMeans
pytestmark = pytest.mark.filterwarnings("ignore:Number of distinct clusters:minitensor.errors.ConvergenceWarning")

# Where points are drawn, points that weigh 2 are not points that are there twice. Their KMeans fails it too.
FAILS_THEIRS_TOO = {"check_sample_weight_equivalence_on_dense_data": "what is drawn depends on the number of points"}


with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Estimator KMeans does not inherit")  # no more does it

    @parametrize_with_checks([cluster.KMeans()], expected_failed_checks=lambda estimator: FAILS_THEIRS_TOO)
    def test_it_is_an_estimator(estimator, check):
        check(estimator)

    @pytest.mark.thorough
    @parametrize_with_checks(
        [cluster.KMeans(algorithm="hamerly"), cluster.KMeans(batch_size=30), cluster.KMeans(init="random")],
        expected_failed_checks=lambda estimator: FAILS_THEIRS_TOO,
    )
    def test_so_it_is_with_other_settings(estimator, check):
        check(estimator)


def test_theirs_fails_what_ours_fails():
    from sklearn.utils import estimator_checks

    for name in FAILS_THEIRS_TOO:
        with pytest.raises(AssertionError):
            getattr(estimator_checks, name)("KMeans", their_estimator())


# Their test file. What is not about the class, or about what it leaves out on purpose, is named here with its reason.
SPARSE = "sparse tables are refused"
HELPER = "a private helper of theirs"
FUNCTION = "there is a class only, no function"
MINIBATCH = "their class MiniBatchKMeans"
EXCLUDED = {
    "test_relocate_empty_clusters": HELPER,
    "test_minibatch_update_consistency": MINIBATCH,
    "test_minibatch_kmeans_partial_fit_init": MINIBATCH,
    "test_minibatch_kmeans_verbose": MINIBATCH,
    "test_minibatch_kmeans_warning_init_size": MINIBATCH,
    "test_minibatch_sensible_reassign": MINIBATCH,
    "test_minibatch_reassign": MINIBATCH,
    "test_minibatch_with_many_reassignments": MINIBATCH,
    "test_minibatch_kmeans_init_size": MINIBATCH,
    "test_minibatch_declared_convergence": MINIBATCH,
    "test_minibatch_iter_steps": MINIBATCH,
    "test_kmeans_verbose": "a bar on stderr, not lines on stdout",
    "test_dense_sparse": SPARSE,
    "test_predict_dense_sparse": SPARSE,
    "test_k_means_function": FUNCTION,
    "test_euclidean_distance": HELPER,
    "test_inertia": HELPER,
    "test_n_init_auto": "their private attribute _n_init; `test_estimator.py` counts the starts",
    "test_kmeans_init_auto_with_initial_centroids": "their private attribute _n_init, again",
    "test_warning_elkan_1_cluster": "with one centre bounds are left out, and nobody needs to know",
    "test_kmeans_plusplus_wrong_params": FUNCTION,
    "test_kmeans_plusplus_output": FUNCTION,
    "test_kmeans_plusplus_norms": FUNCTION,
    "test_kmeans_plusplus_dataorder": FUNCTION,
    "test_is_same_clustering": HELPER,
    "test_sample_weight_init": "their private method _init_centroids; `test_starts.py` draws by weight",
    "test_sample_weight_zero": "their private method _init_centroids; `test_starts.py` draws by weight",
}


def ours(*args, algorithm="auto", copy_x=True, **options):
    """Our class by their parameters: Elkan's bounds are Hamerly's here, and points are never written to."""
    return cluster.KMeans(*args, algorithm={"elkan": "hamerly"}.get(algorithm, algorithm), **options)


@pytest.fixture(autouse=True)
def ours_in_place_of_theirs(monkeypatch):
    monkeypatch.setattr(theirs, "KMeans", ours)
    monkeypatch.setattr(theirs, "ConvergenceWarning", errors.ConvergenceWarning)


ours.__name__ = "KMeans"  # from which a test of theirs makes the names of features


@pytest.fixture(params=["float32", pytest.param("float64", marks=pytest.mark.thorough)])
def global_dtype(request):
    return np.dtype(request.param).type


@pytest.fixture(params=[0, pytest.param(42, marks=pytest.mark.thorough)])
def global_random_seed(request):
    return request.param


def for_ours(test):
    """Their test with our class, and dense tables, where it has been parametrized over classes and kinds of tables."""

    @functools.wraps(test)
    def again(*args, **options):
        return test(*args, **options)

    again.pytestmark = [_mark_for_ours(each) for each in getattr(test, "pytestmark", [])]
    return again


def _mark_for_ours(mark):
    if mark.name != "parametrize":
        return mark
    names, values = mark.args
    if names == "Estimator":
        return pytest.mark.parametrize(names, [ours]).mark
    if names in ("array_constr", "input_data", "csr_container"):
        dense = [each for each in values if each is np.array or isinstance(each, np.ndarray) or each is None]
        assert dense
        return pytest.mark.parametrize(names, dense).mark
    if names in ("Klass, method", "Estimator, algorithm"):
        others = [{"elkan": "hamerly"}.get(other, other) for each, other in values if each is their_estimator]
        return pytest.mark.parametrize(names, [(ours, other) for other in others]).mark
    return mark


TESTS = {name: test for name, test in vars(theirs).items() if name.startswith("test_")}
globals().update({f"{name}_of_theirs": for_ours(test) for name, test in TESTS.items() if name not in EXCLUDED})


def test_what_is_excluded_is_there():
    assert EXCLUDED.keys() <= TESTS.keys()
    assert len(TESTS) - len(EXCLUDED) >= 30
