"""KMeans: what it finds, what it refuses, and that it does not depend on where the data lie."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import KMeans
from minitensor.cluster.kmeans import estimator as file
from minitensor.data import blobs
from minitensor.errors import ConvergenceWarning, InputError, NotFittedError, ShapeError

ALGORITHMS = ["auto", *(pytest.param(each, marks=pytest.mark.thorough) for each in ("lloyd", "hamerly", "filtering"))]


@pytest.fixture(params=ALGORITHMS, scope="module")
def algorithm(request):
    return request.param


def test_six_clusters(backend, algorithm):
    points, truth = blobs(2)
    model = KMeans(6, n_init=4, algorithm=algorithm).fit(points)
    assert model.labels_.dtype == "int64"
    pairs = set(zip(truth.tolist(), model.labels_.tolist(), strict=True))
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == 6
    middles = np.stack([points.numpy()[truth.numpy() == i].mean(0) for i in range(6)])
    gaps = np.sqrt(((middles[:, None] - model.cluster_centers_.numpy()) ** 2).sum(2)).min(1)
    assert gaps.max() < 1.5


@examples(30)
@given(seed=st.integers(0, 999), k=st.integers(1, 7), dtype=st.sampled_from(["float32", "float64"]))
def test_every_algorithm_finds_the_same(backend, seed, k, dtype):
    points = blobs(seed, each=40, dtype=dtype)[0]
    models = [KMeans(k, algorithm=each, random_state=seed).fit(points) for each in file.ALGORITHMS]
    for model in models[1:]:
        assert model.inertia_ == pytest.approx(models[0].inertia_, rel=1e-4)
        assert abs(model.n_iter_ - models[0].n_iter_) <= 1


def test_boxes_begin_after_some_steps(monkeypatch):
    monkeypatch.setattr(file, "MANY", 1)
    rng = np.random.default_rng(0)
    points = rng.random((2_000, 2))
    lloyd, auto = (KMeans(9, algorithm=each, tol=0.0, n_init=2).fit(points) for each in ("lloyd", "auto"))
    assert lloyd.n_iter_ > 10
    np.testing.assert_array_equal(auto.labels_, lloyd.labels_)
    np.testing.assert_allclose(auto.cluster_centers_, lloyd.cluster_centers_, rtol=1e-10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_labels_do_not_depend_on_where_data_lie_nor_on_their_unit(backend, dtype):
    points = mt.tensor(np.random.default_rng(0).integers(-64, 64, (300, 2)) / 8, dtype)
    model = KMeans(5, random_state=3).fit(points)
    for scale, away in ((1.0, 4096.0), (2.0**-60, 0.0), (2.0**50, 0.0)):
        moved = points * scale + away
        other = KMeans(5, random_state=3).fit(moved)
        np.testing.assert_array_equal(other.labels_.numpy(), model.labels_.numpy())
        assert other.inertia_ == pytest.approx(model.inertia_ * scale**2, rel=1e-5)
        expected = model.cluster_centers_.numpy().astype("float64") * scale + away
        np.testing.assert_allclose(other.cluster_centers_.numpy(), expected, rtol=1e-6)


CASES = {
    "duplicates": np.repeat([[0.0, 1.0], [2.0, 3.0], [5.0, 5.0]], 9, 0),
    "collinear": np.arange(20.0)[:, None] * [1.0, -2.0, 0.5],
    "a far outlier": np.concatenate([np.random.default_rng(0).normal(size=(30, 2)), [[1e4, -3e4]]]),
    "constant features": np.stack([np.arange(20.0), np.full(20, 7.0), np.zeros(20)], 1),
    "d = 1": np.random.default_rng(1).normal(size=(33, 1)),
    "d = 64": np.random.default_rng(2).normal(size=(20, 64)),
    "far from the origin": np.random.default_rng(3).normal(size=(40, 2)) + 1e4,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_adversarial_data(backend, algorithm, case, dtype):
    if algorithm == "filtering" and case == "d = 64":
        pytest.skip("boxes are for few dimensions")
    points = mt.tensor(CASES[case], dtype)
    model = KMeans(3, algorithm=algorithm).fit(points)
    x, c = points.numpy().astype("float64"), model.cluster_centers_.numpy().astype("float64")
    squared = ((x[:, None] - c) ** 2).sum(2)
    chosen = squared[np.arange(len(x)), model.labels_.numpy()]
    slack = 1e3 * np.finfo(dtype).eps * (1 + abs(x - x.mean(0)).max() ** 2 + abs(x).max())
    np.testing.assert_allclose(chosen, squared.min(1), atol=slack)
    assert model.inertia_ == pytest.approx(chosen.sum(), rel=1e-3, abs=len(x) * slack)
    np.testing.assert_array_equal(model.predict(points).numpy(), model.labels_.numpy())


def test_one_point_and_all_equal(backend):
    assert KMeans(1).fit(mt.ones((1, 2))).inertia_ == 0.0
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(1\) found smaller than n_clusters \(3\)"):
        model = KMeans(3).fit(mt.ones((5, 2)))
    assert (model.inertia_, set(model.labels_.tolist())) == (0.0, {0})


def test_centres_keep_the_order_of_their_starts(backend):
    points, _ = blobs(2)
    model = KMeans(6, n_init=3).fit(points)
    order = [3, 1, 5, 0, 2, 4]
    other = KMeans(6, init=model.cluster_centers_[order]).fit(points)
    np.testing.assert_allclose(other.cluster_centers_.numpy(), model.cluster_centers_.numpy()[order], rtol=1e-4)


@pytest.mark.parametrize(("init", "n_init", "count"), [
    ("k-means++", "auto", 1), ("random", "auto", 10), ("random", 3, 3), ([[0.0], [1.0]], "auto", 1),
    (lambda X, k, random_state: X[:k], "auto", 10),
])  # fmt: skip
def test_how_often_it_starts(monkeypatch, init, n_init, count):
    asked, steps = [], file.to_the_end
    monkeypatch.setattr(file, "to_the_end", lambda *args: asked.append(1) or steps(*args))
    KMeans(2, init=init, n_init=n_init).fit([[0.0], [1.0], [5.0]])
    assert len(asked) == count


def test_the_best_start_is_kept():
    points = blobs(4, each=50)[0].numpy()
    each = [KMeans(6, init="random", n_init=1, random_state=np.random.default_rng(0)).fit(points)]
    many = KMeans(6, init="random", n_init=10, random_state=np.random.default_rng(0)).fit(points)
    assert many.inertia_ <= each[0].inertia_


def test_a_seed_repeats_and_generators_go_on():
    points = np.random.default_rng(0).random((200, 2))
    one, two = (KMeans(7, random_state=5).fit(points).cluster_centers_ for _ in range(2))
    np.testing.assert_array_equal(one, two)
    rng = np.random.RandomState(0)
    first, second = (KMeans(7, random_state=rng).fit(points).cluster_centers_ for _ in range(2))
    assert (first != second).any()


@given(seed=st.integers(0, 99))
def test_weights_are_repetitions(seed):
    rng = np.random.default_rng(seed)
    points, weights = rng.normal(size=(30, 2)), rng.integers(1, 4, 30)
    init = points[:4]
    weighted = KMeans(4, init=init).fit(points, sample_weight=weights)
    repeated = KMeans(4, init=init).fit(np.repeat(points, weights, axis=0))
    np.testing.assert_allclose(weighted.cluster_centers_, repeated.cluster_centers_, rtol=1e-9)
    assert weighted.inertia_ == pytest.approx(repeated.inertia_)
    assert -weighted.score(points, sample_weight=weights) == pytest.approx(weighted.inertia_)


def test_transform_measures_from_the_centres_as_they_are(backend):
    points = mt.tensor([[0.0, 0.0], [0.0, 2.0], [8.0, 1.0]], "float32")
    model = KMeans(2, init=[[0.0, 1.0], [8.0, 1.0]]).fit(points)
    found = model.transform(points)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.numpy(), [[1.0, 65**0.5], [1.0, 65**0.5], [8.0, 0.0]], rtol=1e-6)
    model.cluster_centers_ = model.cluster_centers_ + 1.0
    assert model.predict([[1.0, 2.0]]).tolist() == [0]
    assert model.transform([[1.0, 2.0]])[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_answers_are_of_the_kind_that_was_given():
    model = KMeans(2).fit([[0], [1], [9]])
    assert all(type(each) is np.ndarray for each in (model.labels_, model.predict([[1]]), model.transform([[1]])))
    assert KMeans(2).fit(mt.ones((3, 1)) * mt.arange(3.0)[:, None]).labels_.__class__ is mt.Tensor
    assert model.get_feature_names_out().tolist() == ["kmeans0", "kmeans1"]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict([[8]]), model.predict([[8]]))


def test_a_bar_shows_how_far_it_is(capsys):
    KMeans(3, n_init=2, verbose=True).fit(blobs(1, each=20)[0])
    said = capsys.readouterr()
    assert "k-means" in said.err
    assert not said.out
    KMeans(3, batch_size=10, verbose=True).fit(np.random.default_rng(0).random((500, 2)))
    assert "done" in capsys.readouterr().err


def test_one_thread_or_two():
    points = blobs(1, each=3_000)[0]
    one, two = (KMeans(50, random_state=0, n_jobs=count).fit(points) for count in (1, 2))
    np.testing.assert_array_equal(one.labels_.numpy(), two.labels_.numpy())


@pytest.mark.parametrize(("options", "message"), [
    ({"n_clusters": 0}, "n_clusters=0; it must be a whole number, 1 or more"),
    ({"n_clusters": 2.0}, "n_clusters=2.0; it must be a whole number"),
    ({"n_clusters": "3"}, "n_clusters='3'; it must"),
    ({"n_init": "Auto"}, "n_init='Auto'; it must be \"auto\" or"),
    ({"verbose": "x"}, "verbose='x'; it must be True or False"),
    ({"init": [[0.0], [1e30]]}, r"too far from X .* such as \[1e\+30\]"),
    ({"n_clusters": 9}, "n_samples=3 should be >= n_clusters=9"),
    ({"init": "kmeans"}, "there is no init 'kmeans'; choose one of k-means"),
    ({"n_init": 0}, "n_init=0; it must be a whole number, 1 or more"),
    ({"max_iter": 0}, "max_iter=0; it must"),
    ({"tol": -1.0}, "tol=-1.0; it must be a number, 0 or more"),
    ({"algorithm": "elkan"}, "there is no algorithm 'elkan'; choose one of auto, lloyd, hamerly, filtering"),
    ({"batch_size": 0}, "batch_size=0; it must"),
    ({"random_state": -1}, "KMeans: random_state=-1"),
])  # fmt: skip
def test_settings_that_mean_nothing_are_refused(options, message):
    model = KMeans(**{"n_clusters": 2, **options})
    with pytest.raises(InputError, match=message):
        model.fit([[0.0], [1.0], [2.0]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1.0, 2.0**-60, 2.0**30])
def test_points_far_outside_of_the_frame(backend, dtype, scale):
    model = KMeans(2, init=mt.tensor([[1.0, 0.0], [0.0, 1.0]], dtype) * scale)
    model.fit(mt.tensor([[1.0, 0.0], [0.0, 1.0]], dtype) * scale)
    x = mt.tensor([[3.0, 4.0], [4.0, 3.0], [1.0, 0.0]], dtype) * mt.tensor([[2.0**70], [2.0**60], [1.0]], dtype) * scale
    assert model.predict(x).tolist() == [1, 0, 0]
    lengths = np.array([[5 * 2.0**70] * 2, [5 * 2.0**60] * 2, [0.0, 2**0.5]]) * scale
    np.testing.assert_allclose(model.transform(x).numpy(), lengths, rtol=1e-6)
    assert -model.score(x) == pytest.approx((lengths.min(1) ** 2).sum(), rel=1e-6)


def test_weights_and_inertias_at_the_ends_of_floats():
    x = np.array([[0.0, 1.0], [1.0, 0.0], [5.0, 5.0]])
    for weight in (1e300, 1e-310):
        model = KMeans(2, init=[[0.0, 0.0], [5.0, 5.0]]).fit(x, sample_weight=weight)
        np.testing.assert_allclose(model.cluster_centers_, [[0.5, 0.5], [5.0, 5.0]])
        assert model.inertia_ == pytest.approx(weight, rel=1e-6)
    with pytest.raises(InputError, match=r"beyond the largest float, .*; divide X"):
        KMeans(1).fit(x * 1e154)
    with pytest.raises(InputError, match=r"sample_weight\[1\] is 1.0, .* so small beside 1e\+300"):
        KMeans(1).fit(x.astype("float32"), sample_weight=[1e300, 1.0, 1e300])


def test_a_function_is_given_a_copy_as_an_array(backend):
    def init(points, k, random_state):
        centers = points[:k] * 1.0
        points[:] = 0.0
        return centers

    for x in (mt.tensor([[0.0], [4.0]]), [[0.0], [4.0]]):
        assert KMeans(2, init=init, n_init=2).fit(x).inertia_ == 0.0
        assert KMeans(2, init=init, batch_size=2).fit(x).inertia_ == 0.0
    assert x == [[0.0], [4.0]]


def test_what_does_not_fit_is_refused():
    x = [[0.0, 1.0], [1.0, 2.0], [5.0, 4.0]]
    with pytest.raises(ShapeError, match="does not match the number of clusters 2"):
        KMeans(2, init=x).fit(x)
    with pytest.raises(ShapeError, match="does not match the number of features of the data 2"):
        KMeans(2, init=[[1.0], [2.0]]).fit(x)
    with pytest.raises(InputError, match=r"NaN or infinity in 1 of 2 points"):
        KMeans(1).fit([[0.0], [np.nan]])
    with pytest.raises(InputError, match="while a minimum of 1 is required"):
        KMeans(1).fit(np.zeros((0, 2)))
    with pytest.raises(InputError, match="a negative number"):
        KMeans(1).fit(x, sample_weight=[1, -1, 1])
    with pytest.raises(InputError, match="at least one non-zero"):
        KMeans(1).fit(x, sample_weight=[0, 0, 0])
    with pytest.raises(ShapeError, match=r"sample_weight.shape == \(2,\), expected \(3,\)"):
        KMeans(1).fit(x, sample_weight=[1, 1])
    with pytest.raises(NotFittedError):
        KMeans(1).predict(x)
    with pytest.raises(InputError, match="for 8 dimensions at most"):
        KMeans(1, algorithm="filtering").fit(np.ones((3, 9)))
    with pytest.raises(ShapeError, match="X has 1 features, but KMeans is expecting 2"):
        KMeans(1).fit(x).transform([[1.0]])
