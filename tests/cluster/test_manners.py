"""What scikit-learn's tools expect of an estimator, on the class itself; and what holds where it was never imported."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import minitensor as mt
from minitensor.backend import threads
from minitensor.cluster import MeanShift
from minitensor.cluster.manners import Transformer, jobs
from minitensor.errors import InputError, MinitensorError, NotFittedError

POINTS = [[0.0, 0.0], [0.1, 0.0], [5.0, 5.0], [5.1, 5.0], [5.0, 5.1]]


class Doubling(Transformer):
    """The smallest transformer."""

    def __init__(self, *, factor=2.0):
        self.factor = factor

    def fit(self, X, y=None):
        self.cluster_centers_ = np.zeros((1, 2))
        self.n_features_in_ = self._n_features_out = 2
        return self

    def transform(self, X):
        points = self._again(X)
        return self._out(X, points * self.factor)


# Parameters.
def test_parameters_are_read_in_their_order_and_set_all_or_none():
    model = MeanShift(bandwidth=2.0)
    assert list(model.get_params())[:3] == ["bandwidth", "kernel", "seeds"]
    assert model.set_params(kernel="flat", tol=0.1) is model
    assert (model.kernel, model.tol) == ("flat", 0.1)
    with pytest.raises(InputError, match=r"Invalid parameter 'width' for estimator MeanShift\(.*Valid.*'bandwidth'"):
        model.set_params(bandwidth=9.0, width=2.0)
    assert model.bandwidth == 2.0


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (MeanShift(), "MeanShift()"),
        (MeanShift(bandwidth=2.0, kernel="gaussian", bin_seeding=True), "MeanShift(bandwidth=2.0, bin_seeding=True)"),
        (MeanShift(bin_seeding=0), "MeanShift(bin_seeding=0)"),  # equal, but not what it says
        (MeanShift(seeds=np.zeros((3, 2))), "MeanShift(seeds=<ndarray of shape (3, 2)>)"),
        (MeanShift(seeds=mt.zeros((3, 2))), "MeanShift(seeds=<Tensor of shape (3, 2)>)"),
        (MeanShift(bandwidth=np.float64(2)), "MeanShift(bandwidth=np.float64(2.0))"),
        (MeanShift(seeds=[[0.0]] * 99), "MeanShift(seeds=[[0.0], [0.0], [0.0], [0.0], [0.0], [0.0], ...])"),
    ],
)
def test_it_prints_what_was_changed(model, text):
    assert repr(model) == text


def test_a_notebook_gets_a_table_of_parameters_and_of_what_was_found():
    model = MeanShift(bandwidth=2.0, kernel="<b>")
    assert "<td>bandwidth</td><td><b>2.0</b></td>" in model._repr_html_()
    assert "<td>tol</td><td>0.0001</td>" in model._repr_html_()
    assert "&lt;b&gt;" in model._repr_html_()
    assert "labels_" not in model._repr_html_()
    found = model.set_params(kernel="flat").fit(POINTS)._repr_html_()
    assert "<td>labels_</td><td>&lt;ndarray of shape (5,)&gt;</td>" in found
    assert "_peaks" not in found


def test_a_copy_and_a_pickle_have_its_parameters():
    model = MeanShift(bandwidth=2.0)
    assert repr(copy.deepcopy(model)) == repr(pickle.loads(pickle.dumps(model))) == repr(model)


def test_before_fit_it_says_so():
    with pytest.raises(NotFittedError, match=r"this MeanShift has no clusters yet; call fit\(X\) first"):
        MeanShift().predict(POINTS)


def test_scikit_learn_is_never_imported_unless_it_calls():
    script = (
        "import sys; from minitensor.cluster import MeanShift; model = MeanShift(bandwidth=1.0).fit([[0.0], [9.0]]);"
        "repr(model), model._repr_html_(), model.get_params();"
        "assert 'sklearn' not in sys.modules\n"
        "try: MeanShift().predict([[0.0]])\n"
        "except ValueError as error: assert type(error).__name__ == 'NotFittedError'\n"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# Jobs.
@pytest.mark.parametrize("count", [1, -1, 99, -99])
def test_n_jobs_is_how_many_threads_run(count):
    pytest.importorskip("threadpoolctl", reason="it tells BLAS how many threads to take")
    before = threads.threads_of_blas()
    with jobs("fit: n_jobs", count):
        assert threads.threads_of_blas() == (1 if count in (1, -99) else threads.cores())
    assert threads.threads_of_blas() == before
    assert MeanShift(bandwidth=1.0, n_jobs=count).fit(POINTS).labels_.tolist() == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("count", [0, 1.5, "two"])
def test_n_jobs_that_mean_nothing_are_refused(count):
    with pytest.raises(InputError, match=f"n_jobs={count!r}"):
        MeanShift(bandwidth=1.0, n_jobs=count).fit(POINTS)


def test_without_threadpoolctl_n_jobs_says_what_to_install(monkeypatch):
    monkeypatch.setattr(threads, "_libraries", list)
    with pytest.raises(ImportError, match=r"n_jobs=1 needs threadpoolctl; pip install threadpoolctl"):
        MeanShift(bandwidth=1.0, n_jobs=1).fit(POINTS)


# Output.
def test_output_is_in_the_kind_that_was_given_or_asked_for():
    model = Doubling().fit(POINTS)
    assert type(model.transform(mt.tensor(POINTS))) is mt.Tensor
    assert model.fit_transform(POINTS).tolist() == [[2 * x, 2 * y] for x, y in POINTS]
    assert model.get_feature_names_out().tolist() == ["doubling0", "doubling1"]
    assert model.set_output() is model.set_output(transform="default")
    with pytest.raises(InputError, match="no transform 'csv'; choose one of default, pandas, polars"):
        model.set_output(transform="csv")


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_output_as_a_data_frame(kind):
    library = pytest.importorskip(kind, reason="one of the kinds that can be asked for")
    table = Doubling().fit(POINTS).set_output(transform=kind).transform(library.DataFrame({"a": [1.0], "b": [3.0]}))
    assert type(table) is library.DataFrame
    assert list(table.columns) == ["doubling0", "doubling1"]
    assert table.to_numpy().tolist() == [[2.0, 6.0]]


def test_a_data_frame_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        Doubling().fit(POINTS).set_output(transform="pandas").transform(POINTS)


# scikit-learn's tools.
def test_clones_searches_and_pipelines():
    base = pytest.importorskip("sklearn.base", reason="scikit-learn is an extra")
    from sklearn.exceptions import NotFittedError as Theirs
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.validation import check_is_fitted

    model = MeanShift(bandwidth=2.0)
    assert base.is_clusterer(model)
    assert repr(base.clone(model)) == repr(model)
    with pytest.raises(Theirs):
        check_is_fitted(model)
    for error in (Theirs, MinitensorError):
        with pytest.raises(error):
            model.predict(POINTS)
    check_is_fitted(model.fit(POINTS))
    pipe = make_pipeline(StandardScaler(), MeanShift(bandwidth=1.0))
    assert pipe.set_params(meanshift__bandwidth=0.5).fit_predict(POINTS).tolist() == [1, 1, 0, 0, 0]
    assert "MeanShift" in pipe._repr_html_()

    def clusters(estimator, X, y=None):
        return -abs(len(set(estimator.fit_predict(X).tolist())) - 2)

    found = GridSearchCV(MeanShift(), {"bandwidth": [0.01, 1.0]}, scoring=clusters, cv=2).fit(POINTS * 4)
    assert found.best_params_ == {"bandwidth": 1.0}


def test_set_output_is_cloned_and_their_setting_is_heeded():
    sklearn = pytest.importorskip("sklearn", reason="scikit-learn is an extra")
    pandas = pytest.importorskip("pandas", reason="one of the kinds that can be asked for")
    model = Doubling().fit(POINTS)
    assert isinstance(sklearn.clone(model.set_output(transform="pandas")).fit_transform(POINTS), pandas.DataFrame)
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(Doubling().fit_transform(POINTS), pandas.DataFrame)
    assert isinstance(Doubling().fit_transform(POINTS), np.ndarray)
