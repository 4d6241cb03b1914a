"""One step of Lloyd's algorithm: five rungs, one answer."""

import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tensors

import minitensor as mt
from minitensor.cluster.kmeans import LADDER, broadcasting, gemm, loops, partial_sums, threads, tiled
from minitensor.cluster.kmeans.rungs import flops, share, tolerance, traffic
from minitensor.data import blobs
from minitensor.errors import GradientError, InputError, ShapeError


@pytest.fixture(params=LADDER.rungs, ids=lambda rung: rung.__name__, scope="module")
def rung(request, backend):
    return request.param


@st.composite
def problems(draw, dtypes=("float32", "float64")):
    """Points and centres; any number of dimensions, any memory layout."""
    d, dtype = draw(st.sampled_from([1, 2, 3, 9])), draw(st.sampled_from(dtypes))
    place = st.floats(-8, 8, width=32).map(lambda x: round(x, 3))
    points = draw(tensors((draw(st.integers(0, 14)), d), dtype, place))
    return points, draw(tensors((draw(st.integers(1, 9)), d), dtype, place))


def check(rung, points, centers):
    found, expected = rung(points, centers), loops(points, centers)
    assert found.shape == centers.shape
    assert found.dtype == centers.dtype
    assert (abs(found - expected) <= tolerance(points, centers)).all()


@given(problem=st.data())
def test_every_rung_is_the_loops(backend, rung, problem):
    check(rung, *problem.draw(problems()))


def test_by_hand(backend, rung):
    points = mt.tensor([[0.0, 0.0], [2.0, 0.0], [9.0, 9.0]])
    moved = rung(points, mt.tensor([[1.0, 1.0], [8.0, 8.0], [50.0, 0.0]]))
    # The last has no points, and stays.
    np.testing.assert_allclose(moved.numpy(), [[1.0, 0.0], [9.0, 9.0], [50.0, 0.0]], rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_far_from_the_origin_too(backend, rung, dtype):
    rng = np.random.default_rng(0)
    near, places = rng.integers(-40, 40, (300, 2)) / 8, rng.integers(-40, 40, (5, 2)) / 8
    here = loops(mt.tensor(near), mt.tensor(places)).numpy()
    away = np.array([1e6, 4e5])
    there = rung(mt.tensor(near + away, dtype), mt.tensor(places + away, dtype)).numpy()
    assert abs(there - away - here).max() <= 1e6 * float(np.finfo(dtype).eps)


CASES = {
    "duplicates": lambda rng: np.repeat(rng.normal(size=(3, 2)), 9, 0),
    "one point": lambda rng: rng.normal(size=(1, 3)),
    "all equal": lambda rng: np.full((20, 2), 3.25),
    "collinear": lambda rng: rng.normal(size=(25, 1)) * [1.0, -2.0, 0.5] + 3,
    "a far outlier": lambda rng: np.concatenate([rng.normal(size=(20, 2)), [[1e4, -3e4]]]),
    "constant features": lambda rng: np.stack([rng.normal(size=30), np.full(30, 7.0), np.zeros(30)], 1),
    "d = 1": lambda rng: rng.normal(size=(33, 1)),
    "d = 64": lambda rng: rng.normal(size=(20, 64)) / 4,
    "far from the origin": lambda rng: rng.normal(size=(40, 2)) + 1e4,
}


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("case", CASES)
def test_adversarial_data(backend, rung, case, dtype):
    points = mt.tensor(CASES[case](np.random.default_rng(3)), dtype)
    k = min(len(points), 6)
    check(rung, points, mt.concat([points[:k], points[:k] * 0.75]))


def test_the_tiles_of_the_plain_rungs_do_not_change_the_answer(backend, rung, monkeypatch):
    points = blobs(0, each=8, dtype="float32")[0]
    monkeypatch.setattr(sys.modules[gemm.__module__], "PAIRS", 30)
    check(rung, points, points[::9].copy() + 0.1)


def no_half(points, centers):
    """Forgets |c|²/2: the centre with the largest product is not the nearest."""
    label = (points @ centers.T).argmax(1)
    return mt.stack([points[label == number].sum(0) / max(1, int((label == number).astype("int64").sum().item()))
                     for number in range(len(centers))])  # fmt: skip


def in_place(points, centers):
    """Moves a centre before the next is asked: online k-means."""
    moved = centers.copy()
    for point in points:
        number = int(((moved - point) ** 2).sum(1).argmin().item())
        moved[number] = moved[number] * 0.5 + point * 0.5
    return moved


@pytest.mark.parametrize("wrong", [no_half, in_place])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_tolerance_rejects_wrong_steps(wrong, dtype):
    points = blobs(2, each=20, dtype=dtype)[0]
    centers = points[::20].copy() + 0.5
    gap = abs(wrong(points, centers) - gemm(points, centers))
    assert not (gap <= 10 * tolerance(points, centers)).all()


def test_partial_sums_make_the_same_step(backend):
    points = blobs(1, each=40)[0]
    centers = points[::40].copy()
    part = partial_sums(points, centers)
    assert (abs(part.sums / part.counts[:, None] - loops(points, centers)) <= tolerance(points, centers)).all()


@pytest.mark.parametrize("rung", [broadcasting, gemm, tiled, threads], ids=lambda rung: rung.__name__)
def test_memory_is_what_the_formula_says(rung):
    points = blobs(2, each=10_000, dtype="float32")[0]
    centers = points[::1_000].copy()
    tracemalloc.start()
    rung(points, centers)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.6 * rung.memory(points, centers) + 2e6  # the plain rungs centre a tile, and sort nothing out


def test_no_points_move_nothing(backend, rung):
    centers = mt.ones((3, 2))
    assert (rung(mt.zeros((0, 2)), centers) == centers).all()


@pytest.mark.parametrize("rung", [broadcasting, gemm, tiled, threads], ids=lambda rung: rung.__name__)
def test_what_does_not_fit_is_refused(backend, rung):
    with pytest.raises(ShapeError, match="2 on axis 1"):
        rung(mt.ones((3, 2)), mt.ones((3, 4)))
    with pytest.raises(InputError, match="0 centers"):
        rung(mt.ones((3, 2)), mt.ones((0, 2)))
    with pytest.raises(GradientError):
        rung(mt.variable(mt.ones((3, 2))), mt.ones((1, 2)))


def test_share_flops_and_traffic(backend):
    points, centers = mt.ones((10, 2)), mt.ones((3, 2))
    assert flops(points, centers) == 10 * (3 * 3 * 2 + 2)
    assert traffic(points, centers) == 8 * (20 + 12)
    assert [each.shape for each in share(0.3, points, centers)] == [(3, 2), (3, 2)]


def test_the_ladder_is_climbed():
    points = blobs(0, each=5)[0]
    climb = LADDER.climb(points, points[::5].copy(), seconds=0.001)
    assert [row.rung for row in climb.rows if row.seconds] == [rung.__name__ for rung in LADDER.rungs]
