"""What the index promises a user: neighbours, their distances, the share that was read, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsh_cases import ADVERSARIAL, KINDS, clusters, exact, recall
from strategies import examples

import minitensor as mt
from minitensor.cluster import CellIndex, LSHIndex
from minitensor.errors import DeviceError, InputError, NotFittedError, ShapeError

INDICES = {
    "sign": lambda **options: LSHIndex(hash="sign", **options),
    "stable": LSHIndex,
    "learned": CellIndex,
}


@pytest.fixture(params=INDICES, scope="module")
def make(request):
    return INDICES[request.param]


def unit(x):
    return x / np.linalg.norm(x.astype("float64"), axis=1, keepdims=True)


def distances(name, queries, points):
    q, x = (np.asarray(each, "float64") for each in (queries, points))
    if name == "sign":
        q, x = unit(q), unit(x)
    squared = ((q[:, None] - x) ** 2).sum(2)
    return squared / 2 if name == "sign" else np.sqrt(squared)


@pytest.mark.parametrize("name", INDICES)
@examples(50)
@given(
    n=st.integers(1, 150), d=st.integers(1, 20), k=st.integers(1, 12), seed=st.integers(0, 99),
    dtype=st.sampled_from(["float32", "float64"]),
)  # fmt: skip
def test_what_comes_back_is_a_point_at_its_distance_and_in_order(backend, name, n, d, k, seed, dtype):
    points = clusters(seed, n, d, dtype=dtype)
    queries = np.concatenate([points[:3], clusters(seed + 1, 2, d, dtype=dtype)])
    index = INDICES[name](random_state=seed).fit(mt.tensor(points))
    numbers, found = index.query(mt.tensor(queries), k)
    assert (numbers.shape, numbers.dtype, found.dtype) == ((len(queries), k), "int64", dtype)
    numbers, found = numbers.numpy(), found.numpy()
    right, there = distances(name, queries, points), numbers >= 0
    assert (np.isinf(found) == ~there).all()
    at = np.take_along_axis(right, np.maximum(numbers, 0), 1)
    np.testing.assert_allclose(found[there], at[there], rtol=1e-5, atol=2e-6)
    assert (np.diff(np.where(there, found, 1e9)) >= 0).all()
    for row in numbers:
        assert len(set(row[row >= 0])) == (row >= 0).sum()
    assert 0 <= index.read_ <= 1
    own = min(n, 3)
    assert (numbers[:own, 0] >= 0).all()  # a point is in the bucket of itself
    np.testing.assert_allclose(found[:own, 0], 0, atol=2e-6)


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("case", ADVERSARIAL)
@pytest.mark.parametrize("name", INDICES)
def test_adversarial_data(backend, name, case, dtype):
    points = ADVERSARIAL[case](np.random.default_rng(1)).astype(dtype)
    # On the strict device a width is given, since the search for one takes long there.
    wide = {"stable": {"width": float(np.std(points, axis=0, dtype="float64").max()) or 1.0}, "sign": {"bits": 4}}
    index = INDICES[name](**(wide.get(name, {}) if backend == "strict" else {})).fit(mt.tensor(points))
    numbers, found = (each.numpy() for each in index.query(mt.tensor(points), 3))
    scale = 1.0 if name == "sign" else float(abs(points - points[0]).max().astype("float64")) or 1.0
    assert (found[:, 0] <= 1e-6 * scale).all()
    assert (numbers[:, 0] >= 0).all()
    enough = min(3, len(points))
    if case in ("all equal", "duplicates", "one point"):
        assert (numbers[:, :enough] >= 0).all()
        assert (found[:, :enough] <= 1e-6 * scale).all()
    assert (numbers[:, enough:] == -1).all()


def test_duplicates_come_in_the_order_of_their_numbers(backend, make):
    points = mt.tensor(np.repeat([[1.0, 2.0], [-3.0, 1.0]], 5, 0))
    numbers, found = make().fit(points).query(points[:1], 4)
    assert (numbers.tolist(), found.tolist()) == ([[0, 1, 2, 3]], [[0.0] * 4])


def test_few_points_are_all_read_and_none_is_missed(backend):
    """64 + √n is more than there are."""
    points = clusters(0, 60, 8)
    index = LSHIndex().fit(mt.tensor(points))
    np.testing.assert_array_equal(index.query(mt.tensor(points), 60)[0].numpy(), exact(points, points, 60)[0])
    assert index.read_ == 1


@pytest.mark.parametrize("tables", [1, 40])
def test_more_tables_than_points_and_k_beyond_n(backend, tables):
    points = mt.tensor(clusters(0, 5, 3))
    numbers, found = LSHIndex(tables=tables).fit(points).query(points, 9)
    assert sorted(numbers[0].tolist()) == [-1] * 4 + [0, 1, 2, 3, 4]
    assert np.isinf(found[:, 5:].numpy()).all()


@pytest.mark.parametrize("name", INDICES)
def test_most_neighbours_are_found_where_few_points_are_read(name):
    points = clusters(3, 3_000, 32)
    queries = points[:60] + np.float32(0.01)
    index = INDICES[name]().fit(points)
    numbers, _ = index.query(queries, 10)
    places = (unit(queries), unit(points)) if name == "sign" else (queries, points)
    assert recall(numbers, exact(*places, 10)[0]) > 0.6
    assert index.read_ < 0.12


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
def test_the_goals_on_digits(seed):
    """100,000 noisy digits, 1,000 queries, with the defaults: recall 0.95 from 0.5% of the points; 0.99 learned."""
    from minitensor.data import digits

    rng, images = np.random.default_rng(seed), digits()[0].numpy().astype("float32")
    points = images[np.arange(100_000) % len(images)] + rng.normal(size=(100_000, 64)).astype("float32")
    queries = images[rng.integers(len(images), size=1_000)] + rng.normal(size=(1_000, 64)).astype("float32")
    half = (points**2).sum(1) / 2
    parts = [queries[at : at + 50] for at in range(0, 1_000, 50)]
    right = np.concatenate([np.argpartition(half - part @ points.T, 9, axis=1)[:, :10] for part in parts])
    index = LSHIndex(random_state=seed).fit(points)
    assert recall(index.query(queries, 10)[0], right) >= 0.95
    assert index.read_ <= 0.005
    assert recall(CellIndex(random_state=seed).fit(points).query(queries, 10)[0], right) >= 0.99


def test_moving_and_scaling_changes_no_neighbour():
    """By what float32 holds exactly."""
    points = np.random.default_rng(0).integers(-64, 64, (500, 12)).astype("float32") / 8
    plain = LSHIndex().fit(points)
    for moved, factor in ((points + 4096, 1), (points * 2**20, 2**20), (points / 1024, 1 / 1024)):
        index = LSHIndex().fit(moved)
        for a, b in zip(plain.query(points[:50], 5), index.query(moved[:50], 5), strict=True):
            np.testing.assert_allclose(a * (factor if a.dtype.kind == "f" else 1), b, rtol=1e-6)
        assert index.width_ == pytest.approx(plain.width_ * factor)


def test_lengths_change_no_cosine():
    points = clusters(0, 500, 6)
    longer = points * np.random.default_rng(0).uniform(0.1, 1e4, (500, 1)).astype("float32")
    one, other = (LSHIndex(hash="sign").fit(each).query(each[:20], 5) for each in (points, longer))
    np.testing.assert_allclose(one[1], other[1], atol=1e-6)


def test_the_same_seed_the_same_index_and_answers_in_the_kind_of_the_question(make):
    points = clusters(0, 400, 6)
    a, b = (make(random_state=4).fit(points) for _ in range(2))
    np.testing.assert_array_equal(a.query(points[:9])[0], b.query(points[:9])[0])
    assert type(a.query(points[:9].tolist())[1]) is np.ndarray
    assert type(a.query(mt.tensor(points[:9]))[0]) is mt.Tensor
    assert a.query(points[:9].astype("float64"))[1].dtype == "float32"
    assert make().set_params(probes=2).get_params()["probes"] == 2
    assert repr(make(probes=5)).endswith("probes=5)")


def test_threads_of_the_index_change_nothing(monkeypatch):
    points = clusters(0, 600, 8)
    index = LSHIndex().fit(points)
    alone = index.query(points)
    monkeypatch.setattr(type(mt.backend.load("numpy")), "threads", lambda self: 3)
    np.testing.assert_array_equal(alone[0], index.query(points)[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hash": "md5"}, "no hash 'md5'; choose one of sign, stable"),
        ({"tables": 0}, "tables=0"),
        ({"tables": 257}, "from 1 to 256"),
        ({"bits": 49}, "bits=49; .* from 1 to 48"),
        ({"bits": 0}, "bits=0"),
        ({"probes": 0}, "probes=0"),
        ({"probes": 1.5}, "probes=1.5"),
        ({"width": -1.0}, "width=-1.0"),
        ({"width": 1.0, "hash": "sign"}, 'width=1 means nothing with hash="sign"'),
        ({"random_state": -1}, "random_state=-1"),
    ],
)
def test_settings_that_mean_nothing(options, message):
    with pytest.raises(InputError, match=message):
        LSHIndex(**options).fit([[1.0, 2.0]])


def test_what_is_no_set_of_points(make):
    for wrong in (np.zeros((0, 2)), [[1.0, np.nan]], [1.0, 2.0]):
        with pytest.raises((InputError, ShapeError)):
            make().fit(wrong)
    with pytest.raises(NotFittedError, match="has no points yet; call fit"):
        make().query([[1.0]])
    index = make().fit([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(ShapeError, match="Q has 1 features, but the points have 2"):
        index.query([[1.0]])
    with pytest.raises(InputError, match="NaN"):
        index.query([[1.0, np.inf]])
    with pytest.raises(InputError, match="k=0"):
        index.query([[1.0, 2.0]], 0)
    with pytest.raises(InputError):
        make(probes=0).fit([[1.0, 2.0]])
    with mt.use_backend("strict"):
        elsewhere = mt.ones((1, 2))
    with pytest.raises(DeviceError, match=r"on strict, but the points are on numpy; write Q\.to\('numpy'\)"):
        index.query(elsewhere)


def test_a_place_without_a_direction_has_no_cosine():
    with pytest.raises(InputError, match=r"X\[1\] is 0, which has no direction"):
        LSHIndex(hash="sign").fit([[1.0, 2.0], [0.0, 0.0]])
    with pytest.raises(InputError, match=r"Q\[0\] is 0"):
        LSHIndex(hash="sign").fit([[1.0, 2.0]]).query([[0.0, 0.0]])


def test_a_query_from_far_away_finds_nothing_or_something_but_not_nonsense(make):
    index = make().fit(clusters(0, 300, 4))
    numbers, found = index.query([[1e15, -1e15, 1e15, 1e15]], 2)
    assert ((numbers >= 0) == np.isfinite(found)).all()


def test_given_bits_and_width_are_taken():
    index = LSHIndex(bits=5, width=2.5).fit(clusters(0, 50, 3))
    assert (index.bits_, index.width_, index.n_features_in_) == (5, pytest.approx(2.5), 3)
    assert LSHIndex(hash="sign", bits=7).fit(clusters(0, 50, 3)).bits_ == 7


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_read(kind):
    """Of one table and one probe: the points that share a bucket with the query."""
    points = mt.tensor(clusters(0, 500, 4))
    index = LSHIndex(hash=kind, tables=1, probes=1, bits=3).fit(points)
    there = index.inside(points)[2]
    codes = there.hashing.codes(there.points).numpy()
    index.query(points, 1)
    assert index.read_ == pytest.approx((codes == codes.T).mean())


def test_more_cells_than_points_and_cells_that_stay_empty(backend):
    points = mt.tensor([[1.0, 1.0]] * 4 + [[2.0, 2.0]])
    index = CellIndex(cells=50, probes=60).fit(points)
    assert index.cells_ == 2
    assert index.query(points, 5)[0][0].tolist() == [0, 1, 2, 3, 4]
    assert index.read_ == 1


def test_many_queries_are_looked_up_a_part_at_a_time(monkeypatch):
    points = clusters(0, 900, 5)
    whole = CellIndex().fit(points).query(points, 4)
    monkeypatch.setattr("minitensor.cluster.lsh.learned.SCORES", 2_000)
    for a, b in zip(whole, CellIndex().fit(points).query(points, 4), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("index", [LSHIndex(), CellIndex()], ids=repr)
def test_a_query_too_far_away_to_tell_is_refused(backend, index):
    index.fit(mt.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]]))
    with pytest.raises(InputError, match=r"Q holds \[1e\+30, 0.0\] in row 1, more than 10.* leave it out"):
        index.query(mt.tensor([[1.0, 1.0], [1e30, 0.0]]), 1)


@pytest.mark.parametrize(
    ("setting", "message"), [({"probes": 10**9}, "probes=1000000000"), ({"width": 1e-19}, "wider one")]
)
def test_settings_that_no_query_could_end_with_are_refused(setting, message):
    with pytest.raises(InputError, match=message):
        LSHIndex(**setting).fit([[0.0], [1.0]])
