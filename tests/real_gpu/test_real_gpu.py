"""What only a GPU can show. The rest of the suite runs on CuPy too, by itself, where a GPU is."""

import numpy as np
import pytest

import minitensor as mt
from minitensor.cluster import DBSCAN, CellIndex, LSHIndex, mean_shift
from minitensor.cluster.meanshift import LADDER
from minitensor.data import blobs
from minitensor.errors import DeviceError, IndexingError
from minitensor.matrix_product import rungs as matmul


@pytest.fixture(autouse=True)
def _on_the_gpu():
    with mt.use_backend("cupy"):
        yield


def test_numbers_go_there_and_back():
    x = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.backend == "cupy"
    assert (x @ x).to("numpy").tolist() == [[7.0, 10.0], [15.0, 22.0]]
    with pytest.raises(DeviceError, match=r"write b\.to"):
        x + x.to("numpy")


def test_both_ladders_agree_on_the_gpu():
    rng = mt.random.generator(0)
    a, b = (mt.random.normal(rng, shape, dtype="float32") for shape in ((65, 33), (33, 17)))
    points, _ = blobs(2, each=40, dtype="float32")
    for climb in (matmul.LADDER.climb(a, b), LADDER.climb(points, points, 2.5)):
        assert all(row.seconds or row.note for row in climb.rows)


def test_mean_shift_finds_the_same_clusters_as_on_the_processor():
    points, _ = blobs(2, each=40)
    there, here = mean_shift(points, 2.5), mean_shift(points.to("numpy"), 2.5)
    np.testing.assert_array_equal(there.labels.numpy(), here.labels.numpy())


@pytest.mark.parametrize("method", ["cells", "leaves"])
def test_dbscan_finds_the_same_clusters_as_on_the_processor(method):
    points, _ = blobs(2, each=400)
    for eps in (0.1, 0.6, 3.0):
        there, here = DBSCAN(eps, method=method).fit(points), DBSCAN(eps, method=method).fit(points.to("numpy"))
        np.testing.assert_array_equal(there.labels_.numpy(), here.labels_.numpy())


@pytest.mark.parametrize("make", [LSHIndex, lambda: LSHIndex(hash="sign"), CellIndex])
def test_an_index_finds_the_same_neighbours_as_on_the_processor(make):
    points = mt.random.normal(mt.random.generator(0), (3_000, 16))
    there, here = make().fit(points), make().fit(points.to("numpy"))
    for a, b in zip(there.query(points[:50]), here.query(points[:50].to("numpy")), strict=True):
        assert a.backend == "cupy"
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


def test_an_index_out_of_bounds_is_refused_and_does_not_wrap_round():
    x, at = mt.zeros((2, 3)), mt.tensor([5])
    for use in (lambda: x[at], lambda: x[at, at], lambda: x.__setitem__(at, 1.0)):
        with pytest.raises(IndexingError, match="out of bounds"):
            use()
    assert not x.any()


def test_a_tensor_may_be_moved_along_itself():
    x = mt.arange(100_000.0)
    x[1:] = x[:-1]
    np.testing.assert_array_equal(x.numpy(), np.concatenate([[0.0], np.arange(99_999.0)]))
