"""K-means of Dask arrays: what one process finds, whatever the chunks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from minitensor import backend as backends
from minitensor.cluster import KMeans
from minitensor.cluster.kmeans import chunked
from minitensor.data import blobs
from minitensor.errors import ConvergenceWarning, InputError, ShapeError

dask = pytest.importorskip("dask", reason="Dask is an extra")
da = pytest.importorskip("dask.array", reason="Dask's arrays are an extra")


@pytest.fixture(autouse=True, scope="module")
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def same(many, one, x, close):
    np.testing.assert_array_equal(many.labels_.compute(), one.labels_)
    np.testing.assert_allclose(many.cluster_centers_, one.cluster_centers_, rtol=close, atol=close)
    assert many.cluster_centers_.dtype == one.cluster_centers_.dtype
    assert many.inertia_ == pytest.approx(one.inertia_, rel=1e-5, abs=close)
    assert many.n_iter_ == one.n_iter_


@examples(40)
@given(data=st.data(), k=st.integers(1, 9), d=st.sampled_from([1, 2, 12]), seed=st.integers(0, 99),
       init=st.sampled_from(["k-means++", "random", "given"]))  # fmt: skip
def test_boundaries_of_chunks_change_centres_by_rounding_alone(data, k, d, seed, init):
    """Whole numbers, of which all sums are exact: there is nothing that rounding could decide."""
    x = np.random.default_rng(seed).integers(0, 9, (60, d)).astype("float64")
    at = sorted(data.draw(st.lists(st.integers(0, 60), max_size=4)))
    many = da.from_array(x, chunks=(tuple(np.diff([0, *at, 60]).tolist()), -1))
    own = {"n_clusters": k, "init": x[:k] if init == "given" else init, "n_init": 1, "tol": 0, "random_state": seed}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **options: None)  # where there are fewer places than centres
        same(KMeans(**own).fit(many), KMeans(**own).fit(x), x, 1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_dtypes_are_read_as_in_one_process(dtype):
    x = (blobs(1, each=30)[0].numpy() + 40).astype(dtype)
    one, many = KMeans(6).fit(x), KMeans(6).fit(da.from_array(x, (50, 1)))
    same(many, one, x, 1e-4 if dtype == "float32" else 1e-9)
    there = da.from_array(x, (70, 1))
    np.testing.assert_array_equal(one.predict(there).compute(), one.predict(x))
    np.testing.assert_allclose(many.transform(there).compute(), one.transform(x), rtol=1e-4, atol=1e-4)
    assert many.transform(there).dtype == one.transform(x).dtype
    assert many.transform(there).chunks == (there.chunks[0], (6,))
    assert many.score(there) == pytest.approx(one.score(x), rel=1e-5)


def test_centres_without_points_are_put_where_points_are_far():
    x = blobs(1, each=30)[0].numpy()
    init = np.full((5, 2), 1e3)
    for sizes in ((180,), (1, 0, 99, 80)):
        same(KMeans(5, init=init).fit(da.from_array(x, (sizes, -1))), KMeans(5, init=init).fit(x), x, 1e-9)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(1\) found smaller than n_clusters \(3\)"):
        model = KMeans(3).fit(da.ones((9, 2), chunks=2))
    assert model.labels_.compute().tolist() == [0] * 9
    assert model.inertia_ == 0


def test_where_centres_start_is_drawn_from_a_sample(monkeypatch):
    monkeypatch.setattr(chunked, "SAMPLE", 40)
    x, _ = blobs(5, each=100)
    model = KMeans(6, n_init=5).fit(da.from_array(x.numpy(), (170, 2)))
    assert model.inertia_ == pytest.approx(KMeans(6, n_init=5).fit(x).inertia_, rel=1e-6)


def test_chunks_whose_sizes_dask_does_not_know():
    x = blobs(2, each=40)[0].numpy()
    some = da.from_array(x, (50, 1))
    some = some[some[:, 0] > 0]
    same(KMeans(3).fit(some), KMeans(3).fit(x[x[:, 0] > 0]), x, 1e-9)


def test_chunks_stay_on_their_device():
    lib, x = backends.load("strict"), blobs(2, each=20)[0].numpy()
    there = da.from_array(x, (30, 2)).map_blocks(lib.from_numpy, dtype="float64", meta=np.zeros((0, 2)))
    one, many = KMeans(6).fit(x), KMeans(6).fit(there)
    parts = [part.compute() for part in many.labels_.to_delayed()]
    assert all(isinstance(part, lib.array_type) for part in parts)
    np.testing.assert_array_equal(np.concatenate([lib.to_numpy(part) for part in parts]), one.labels_)


def test_what_is_refused():
    points = da.ones((9, 2), chunks=3)
    for own, message in (
        ({"batch_size": 3}, "batch_size is of no use for a Dask array"),
        ({"n_clusters": 10}, "n_sam"),
    ):
        with pytest.raises(InputError, match=message):
            KMeans(**{"n_clusters": 2} | own).fit(points)
    with pytest.raises(InputError, match="leave out sample_weight"):
        KMeans(2).fit(points, sample_weight=np.ones(9))
    with pytest.raises(ShapeError, match="does not match the number of clusters 2"):
        KMeans(2, init=np.zeros((3, 2))).fit(points)
    x = np.ones((9, 2))
    x[7, 1] = np.inf
    with pytest.raises(InputError, match=r"X: chunk 2 \(rows 6 to 8\): the points hold NaN or infinity in 1 of 3"):
        KMeans(2).fit(da.from_array(x, (3, 2)))
