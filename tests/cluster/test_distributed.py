"""Clustering of Dask arrays: the labels of one process whatever the chunks, and what is refused."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from cluster_strategies import clouds
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor import backend as backends
from minitensor.cluster import DBSCAN, LSHIndex, MeanShift, mean_shift
from minitensor.cluster import distributed as ours
from minitensor.cluster.chunks import Chunks, in_chunks
from minitensor.cluster.frame import frame_of
from minitensor.cluster.meanshift import binning
from minitensor.data import blobs
from minitensor.errors import ConvergenceWarning, DTypeError, InputError, MinitensorError, NotFittedError, ShapeError

dask = pytest.importorskip("dask", reason="Dask is an extra")
da = pytest.importorskip("dask.array", reason="Dask's arrays are an extra")


@pytest.fixture(autouse=True, scope="module")
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


@st.composite
def cut(draw, n):
    """Sizes of chunks of n rows; some are empty."""
    at = sorted(draw(st.lists(st.integers(0, n), max_size=5)))
    return tuple(b - a for a, b in zip([0, *at], [*at, n], strict=True))


def in_pieces(array, sizes):
    return da.from_array(array, chunks=(tuple(sizes), -1))


# Boundaries.
@examples(60)
@given(data=st.data(), points=clouds(), error=st.sampled_from([0.05, 0.2]))
def test_boundaries_of_chunks_never_change_labels(data, points, error):
    x = points.numpy()
    one = mean_shift(points, 1.0, method="grid", error=error)
    many = mean_shift(in_pieces(x, data.draw(cut(len(x)))), 1.0, error=error)
    np.testing.assert_array_equal(many.labels.compute(), one.labels.numpy())
    np.testing.assert_array_equal(many.centers.numpy(), one.centers.numpy())
    assert many.centers.dtype == points.dtype
    assert (many.n_iter, many.converged, many.method) == (one.n_iter, one.converged, "grid")
    assert many.error_bound == one.error_bound


@examples(40)
@given(data=st.data(), points=clouds(), bins=st.booleans(), cluster_all=st.booleans(), given=st.booleans())
def test_the_estimator_finds_what_one_process_finds(data, points, bins, cluster_all, given):
    x = points.numpy()
    many = in_pieces(x, data.draw(cut(len(x))))
    own = {"bin_seeding": bins, "cluster_all": cluster_all, "bandwidth": 1.0 if given else None, "method": "grid"}
    try:
        one = MeanShift(**own).fit(x)
    except MinitensorError as error:  # a bandwidth too narrow for a grid, as that of points that are all alike
        with pytest.raises(type(error)):
            MeanShift(**own).fit(many)
        return
    other = MeanShift(**own).fit(many)
    assert other.bandwidth_ == one.bandwidth_
    np.testing.assert_array_equal(other.labels_.compute(), one.labels_)
    np.testing.assert_array_equal(other.cluster_centers_, one.cluster_centers_)
    assert other.cluster_centers_.dtype == one.cluster_centers_.dtype
    np.testing.assert_array_equal(one.predict(many).compute(), one.predict(x))
    np.testing.assert_array_equal(other.predict(x), one.predict(x))


@examples(40)
@given(data=st.data(), points=clouds())
def test_the_frame_is_that_of_all_points(data, points):
    chunks = Chunks("X", in_pieces(points.numpy(), data.draw(cut(len(points)))))
    (found, ends), wanted = ours.frame_of(chunks), frame_of(points)
    assert found._replace(middle=0) == wanted._replace(middle=0)
    assert found.middle.tolist() == wanted.middle.tolist()
    assert ends.tolist() == [points.min(0).tolist(), points.max(0).tolist()]
    assert chunks.shape == points.shape


@examples(60)
@given(data=st.data(), points=clouds(), spacing=st.sampled_from([0.125, 0.5]))
def test_sums_of_parts_are_those_of_the_whole_to_the_last_bit(backend, data, points, spacing):
    points = points.to(backend)
    plan = binning.plan_for(mt.stack([points.min(0), points.max(0)]), len(points), 1.0, spacing)
    whole = binning.binned(plan, points, binning.ROOM)
    order = data.draw(st.permutations(range(len(points))))
    ends = np.cumsum([0, *data.draw(cut(len(points)))])
    parts = [points[mt.tensor(order[a:b])] for a, b in pairwise(ends) if b > a]
    found = binning.added([binning.binned(plan, part, binning.ROOM) for part in parts])
    assert found.keys.tolist() == whole.keys.tolist()
    for one, other in zip(found.tables, whole.tables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8", "bool"])
def test_dtypes_are_read_as_in_one_process(dtype):
    x = (blobs(1, each=30)[0].numpy() + 40).astype(dtype)
    one, many = MeanShift(bandwidth=2.5, method="grid").fit(x), MeanShift(bandwidth=2.5).fit(da.from_array(x, (50, 1)))
    np.testing.assert_array_equal(many.labels_.compute(), one.labels_)
    assert many.cluster_centers_.dtype == one.cluster_centers_.dtype == ("float32" if dtype == "float32" else "float64")
    assert many.labels_.dtype == "int64"
    assert many.n_features_in_ == 2


def test_float16_is_computed_in_float32():
    x = blobs(1, each=30)[0].numpy().astype("float16")
    one, many = mean_shift(mt.tensor(x), 2.5, method="grid"), mean_shift(da.from_array(x, (50, 2)), 2.5)
    np.testing.assert_array_equal(many.labels.compute(), one.labels.numpy())
    assert many.centers.dtype == "float16"


# From starts.
@pytest.mark.parametrize("kernel", ["gaussian", "flat", "triangular"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_from_starts_every_update_is_a_sum_over_chunks(kernel, dtype):
    points, _ = blobs(3, each=50, dtype=dtype)
    starts, width, close = points[::30], 2.5 if kernel == "gaussian" else 5.0, 1e-5 if dtype == "float32" else 1e-12
    one = mean_shift(points, width, starts=starts, kernel=kernel, path=True)
    for sizes in ((300,), (1, 0, 99, 200)):
        many = mean_shift(in_pieces(points.numpy(), sizes), width, starts=starts, kernel=kernel, path=True)
        np.testing.assert_array_equal(many.labels.numpy(), one.labels.numpy())
        np.testing.assert_allclose(many.centers.numpy(), one.centers.numpy(), rtol=close)
        assert len(many.path) == len(one.path)
        assert many.method == "exact"


@pytest.mark.parametrize("own", [{"kernel": "flat", "bin_seeding": True, "min_bin_freq": 2}, {"seeds": True},
                                 {"kernel": "triangular", "bin_seeding": True, "cluster_all": False}])  # fmt: skip
def test_the_estimator_starts_from_seeds_and_from_cells(own):
    x = blobs(4, each=40)[0].numpy()
    own = own | ({"seeds": x[::20]} if "seeds" in own else {})
    one, many = (MeanShift(bandwidth=4.0, **own).fit(each) for each in (x, da.from_array(x, (70, 1))))
    np.testing.assert_array_equal(many.labels_.compute(), one.labels_)
    np.testing.assert_allclose(many.cluster_centers_, one.cluster_centers_, rtol=1e-12)


def test_no_seed_near_a_point():
    with pytest.raises(InputError, match=r"No point was within bandwidth=0.1 of any seed"):
        MeanShift(bandwidth=0.1, kernel="flat", seeds=[[9.0]]).fit(da.zeros((3, 1)))


# Lazy.
def test_only_labels_are_left_to_compute_and_only_the_chunks_asked_for():
    seen = []

    def watched(block, block_id):
        seen.append(block_id[0])
        return block

    x = blobs(2, each=20)[0].numpy()
    watching = da.from_array(x, (30, 2)).map_blocks(watched, dtype="float64", meta=np.zeros((0, 2)))
    found = mean_shift(watching, 2.5)
    assert sorted(set(seen)) == [0, 1, 2, 3]
    seen.clear()
    assert isinstance(found.labels, da.Array)
    assert found.labels.chunks == (watching.chunks[0],)
    found.labels[30:60].compute()
    assert seen == [1]
    model = MeanShift(bandwidth=2.5).fit(x)
    seen.clear()
    predicted = model.predict(watching)
    assert seen == []
    np.testing.assert_array_equal(predicted.compute(), model.labels_)


def test_chunks_whose_sizes_dask_does_not_know():
    x = blobs(2, each=40)[0].numpy()
    many = da.from_array(x, (50, 1))
    some = many[many[:, 0] > 0]
    assert np.isnan(some.shape[0])
    one = MeanShift(bandwidth=2.5, method="grid").fit(x[x[:, 0] > 0])
    model = MeanShift(bandwidth=2.5).fit(some)
    np.testing.assert_array_equal(model.labels_.compute(), one.labels_)
    np.testing.assert_array_equal(mean_shift(some, 2.5).labels.compute(),
                                  mean_shift(mt.tensor(x[x[:, 0] > 0]), 2.5, method="grid").labels.numpy())  # fmt: skip
    np.testing.assert_array_equal(model.predict(some).compute(), one.labels_)
    with pytest.raises(InputError, match="no chunk holds points"):
        mean_shift(many[many[:, 0] > 1e9], 2.5)


def test_empty_chunks_have_empty_labels():
    model = MeanShift(bandwidth=2.5).fit(blobs(2, each=10)[0].numpy())
    found = model.predict(in_pieces(np.ones((3, 2)), (0, 3, 0)))
    assert [part.compute().tolist() for part in found.to_delayed()] == [[], model.predict([[1, 1]] * 3).tolist(), []]


def test_chunks_stay_on_their_device():
    """Arrays of the strict fake device, which none of NumPy's functions take, as none take CuPy's on a GPU."""
    lib, x = backends.load("strict"), blobs(2, each=20)[0].numpy()
    there = da.from_array(x, (30, 2)).map_blocks(lib.from_numpy, dtype="float64", meta=np.zeros((0, 2)))
    one = mean_shift(mt.tensor(x), 2.5, method="grid")
    many = mean_shift(there, 2.5)
    parts = [part.compute() for part in many.labels.to_delayed()]
    assert all(isinstance(part, lib.array_type) for part in parts)
    np.testing.assert_array_equal(np.concatenate([lib.to_numpy(part) for part in parts]), one.labels.numpy())
    assert many.centers.backend == "numpy"
    starts = mt.tensor(x[::30])
    np.testing.assert_allclose(mean_shift(there, 2.5, starts=starts).centers.numpy(),
                               mean_shift(mt.tensor(x), 2.5, starts=starts).centers.numpy(), rtol=1e-12)  # fmt: skip


# What is refused.
def test_a_chunk_with_nan_is_named():
    x = np.ones((1_000, 2))
    x[317] = [np.nan, 4.0]
    many = da.from_array(x, (100, 1))
    message = (r"chunk 3 \(rows 300 to 399\): the points hold NaN or infinity in 1 of 100 points, the first is "
               r"points\[17\] = \[nan, 4.0\]; leave them out")  # fmt: skip
    with pytest.raises(InputError, match=r"^mean_shift: the points: " + message):
        mean_shift(many, 1.0)
    with pytest.raises(InputError, match=r"^X: " + message):
        MeanShift(bandwidth=1.0).fit(many)
    labels = MeanShift(bandwidth=1.0).fit(np.ones((3, 2))).predict(many)
    assert labels[400:].compute().tolist() == [0] * 600
    with pytest.raises(InputError, match=message):
        labels.compute()
    with pytest.raises(InputError, match=r"chunk 3: the points hold NaN"):
        mean_shift(many[many[:, 1] > 0], 1.0)


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        (np.ones(3), ShapeError, r"shape \(3,\), not \(points, dimensions\)"),
        (np.ones((3, 2, 1)), ShapeError, r"shape \(3, 2, 1\), not"),
        (np.ones((3, 2), "int64"), DTypeError, "dtype int64, not floats"),
        (np.ones((3, 2), "complex128"), DTypeError, "dtype complex128, not floats"),
        (np.ones((0, 2)), InputError, "holds no points"),
        (np.ones((2, 0)), InputError, "holds no points"),
    ],
)
def test_what_cannot_be_points(array, error, message):
    with pytest.raises(error, match=message):
        mean_shift(da.from_array(array), 1.0)


@pytest.mark.parametrize("own", [{"method": "exact"}, {"method": "cells"}, {"method": "fourier"}, {"kernel": "flat"},
                                 {"error": 0}, {"path": True}, {"method": "grid", "kernel": "flat"}])  # fmt: skip
def test_what_would_compare_all_points_with_all_is_refused_before_any_is_read(own):
    def never(block):
        raise AssertionError("read")

    points = da.zeros((9, 2), chunks=3).map_blocks(never, dtype="float64", meta=np.zeros((0, 2)))
    with pytest.raises(InputError, match="are never all compared with all"):
        mean_shift(points, 1.0, **own)
    if "path" not in own:
        with pytest.raises(InputError, match="are never all compared with all"):
            MeanShift(bandwidth=1.0, **own).fit(points)


def test_more_than_three_dimensions_need_starts():
    with pytest.raises(InputError, match="method='auto' and 4 dimensions will not do for a Dask array"):
        mean_shift(da.zeros((9, 4)), 1.0)
    assert MeanShift(bandwidth=1.0, seeds=np.zeros((1, 4))).fit(da.zeros((9, 4))).labels_.compute().tolist() == [0] * 9


def test_settings_are_checked_as_in_one_process():
    points = da.zeros((9, 2), chunks=3)
    for own in ({"kernel": "round"}, {"max_iter": 0}, {"tol": -1}, {"method": "best"}, {"error": -1}, {"memory": 0}):
        with pytest.raises(InputError, match=f"{next(iter(own))}"):
            mean_shift(points, 1.0, **own)
    with pytest.raises(InputError, match="blurring moves the data themselves"):
        mean_shift(points, 1.0, blurring=True)
    with pytest.raises(InputError, match="bandwidth=0"):
        mean_shift(points, 0)
    with pytest.raises(ShapeError, match="starts of shape"):
        mean_shift(points, 1.0, starts=mt.zeros((1, 3)))
    with pytest.raises(NotFittedError):
        MeanShift().predict(points)
    with pytest.raises(ShapeError, match="X has 3 features, but MeanShift is expecting 2"):
        MeanShift().fit(points).predict(da.zeros((9, 3)))
    with pytest.warns(ConvergenceWarning, match="after max_iter=1 updates"):
        mean_shift(da.from_array(blobs(1, each=20)[0].numpy()), 2.5, max_iter=1)


def test_only_arrays_of_dask_are_in_chunks():
    assert in_chunks(da.zeros((2, 2)))
    for other in (np.zeros((2, 2)), mt.zeros((2, 2)), [[1.0]], None):
        assert not in_chunks(other)
    with pytest.raises(InputError, match=r"is no array; write \.to_dask_array"):
        in_chunks(dask.delayed(1))


# Processes.
def slowed(block):
    time.sleep(0.1)
    return block


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")  # of the processes that are ended here, and of ports that are taken
def test_a_worker_that_is_killed_in_the_middle_changes_nothing():
    """Dask does what it held again, somewhere else."""
    distributed = pytest.importorskip("distributed", reason="Dask's processes are an extra")
    points, _ = blobs(2, each=2_000)
    one = mean_shift(points, 2.5, method="grid")
    many = da.from_array(points.numpy(), (500, 2)).map_blocks(slowed, dtype="float64", meta=np.zeros((0, 2)))
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 10}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):

        def labels():
            return mean_shift(many, 2.5).labels.compute()

        before = set(client.run(os.getpid).values())
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(labels)
            time.sleep(1.5)
            assert not running.done()
            victim = sorted(before)[0]
            os.kill(victim, 9)
            found = running.result(timeout=120)
        assert victim not in client.run(os.getpid).values()
    np.testing.assert_array_equal(found, one.labels.numpy())


def test_chunks_that_are_not_what_dask_was_told_are_named():
    given = da.from_array(np.repeat([0.0, 1.0], 3)[:, None] * np.ones(2), chunks=(3, 2))
    wrong = given.map_blocks(
        lambda block: block[:, :1] if block[0, 0] else block, dtype="float64", meta=np.empty((0, 0))
    )
    with pytest.raises(ValueError, match=r"chunk 1 has shape \(3, 1\), but Dask was told \(points, 2\)"):
        mean_shift(wrong, 1.0)


@pytest.mark.parametrize("estimator", [DBSCAN(), LSHIndex()], ids=repr)
def test_who_needs_all_points_says_so(estimator):
    with pytest.raises(ValueError, match=r"X is held by Dask.*write X\.compute\(\)"):
        estimator.fit(da.zeros((6, 2), chunks=3))
