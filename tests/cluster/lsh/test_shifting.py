"""Mean shift over the neighbours that are found: exact where all are, and near where most are."""

import numpy as np
import pytest
from cluster_strategies import exact_means
from lsh_cases import ADVERSARIAL, clusters

import minitensor as mt
from minitensor.cluster import CellIndex, LSHIndex
from minitensor.cluster.lsh import shift_by_neighbours
from minitensor.cluster.meanshift import gemm_tiled
from minitensor.errors import InputError, NotFittedError


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("case", [name for name in ADVERSARIAL if name not in ("tiny", "huge", "duplicates")])
def test_it_is_exact_where_everything_is_read(backend, case, dtype):
    points = mt.tensor(ADVERSARIAL[case](np.random.default_rng(0))[:60], dtype)
    index = LSHIndex().fit(points)
    moved, right = shift_by_neighbours(points, index, 2.0), exact_means(points, points, 2.0)[0]
    scale = float(abs(points).max().item()) + 1
    if index.read_ == 1:
        np.testing.assert_allclose(moved.numpy(), right.numpy(), atol=40 * np.finfo(dtype).eps * scale)
    assert moved.dtype == dtype
    assert index.read_ > 0.3


def test_the_error_is_small_in_many_dimensions():
    """On average it is a tenth of the step, from 5% of the points."""
    points = mt.tensor(clusters(0, 2_500, 32))
    index = LSHIndex().fit(points)
    moved, right = shift_by_neighbours(points[:100], index, 1.0), gemm_tiled(points[:100], points, 1.0)
    error = np.linalg.norm((moved - right).numpy(), axis=1)
    assert index.read_ < 0.06
    assert error.mean() < 0.2 * np.linalg.norm((points[:100] - right).numpy(), axis=1).mean()


def test_a_query_that_finds_nothing_stays():
    points = mt.tensor(clusters(0, 300, 3))
    far = mt.tensor([[1e5, 2e5, -1e5]], "float32")
    np.testing.assert_allclose(shift_by_neighbours(far, LSHIndex().fit(points), 0.5).numpy(), far.numpy(), rtol=1e-6)


def test_what_is_refused():
    points = mt.tensor(clusters(0, 30, 3))
    with pytest.raises(InputError, match='the index has hash="sign"'):
        shift_by_neighbours(points, LSHIndex(hash="sign").fit(points), 1.0)
    with pytest.raises(InputError, match="bandwidth=0"):
        shift_by_neighbours(points, LSHIndex().fit(points), 0)
    with pytest.raises(NotFittedError):
        shift_by_neighbours(points, LSHIndex(), 1.0)
    with pytest.raises(TypeError, match=r"write minitensor\.tensor"):
        shift_by_neighbours([[1.0]], LSHIndex().fit(points), 1.0)


def test_what_would_be_cut_or_is_no_index_of_hashes_is_refused():
    points = mt.tensor([[0.0, 0.0], [2.0, 3.0]])
    with pytest.raises(TypeError, match="the queries are int64, not floats"):
        shift_by_neighbours(mt.tensor([[0, 0]]), LSHIndex().fit(points), 1.0)
    with pytest.raises(ValueError, match="index is of class CellIndex; give a fitted LSHIndex"):
        shift_by_neighbours(points, CellIndex().fit(points), 1.0)
