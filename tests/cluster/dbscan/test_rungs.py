"""DBSCAN: four rungs on arrays, one answer."""

import tracemalloc

import numpy as np
import pytest
from cluster_strategies import lattices
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.dbscan import LADDER, gpu_cells, gpu_pairs, grid, halves, loops, tiled
from minitensor.cluster.dbscan.rungs import MEMORY, flops, share, traffic
from minitensor.data import blobs
from minitensor.errors import LadderError


def named(rung):
    return rung.__name__


@pytest.fixture(params=LADDER.rungs, ids=named, scope="module")
def rung(request):
    return request.param


@pytest.mark.parametrize("other", [tiled, halves, grid], ids=named)
@examples(34)
@given(case=lattices(3))
def test_every_rung_is_the_loops(backend, other, case):
    points, eps, least = case
    found = other(points.to(backend), eps, least)
    assert (found.dtype, found.backend) == ("int64", backend)
    assert found.tolist() == loops(points, eps, least).tolist()


@examples(34)
@given(case=lattices(3), memory=st.sampled_from([1, 3_000, 20_000]))
def test_the_tiles_do_not_change_the_answer(case, memory):
    assert tiled(*case, memory=memory).tolist() == tiled(*case).tolist()


def test_by_hand(backend, rung):
    points = mt.tensor([[9.0, 9.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [5.0, 5.0], [1.5, 1.0], [5.0, 6.0]])
    assert rung(points, 1.0, 3).tolist() == [-1, 0, 0, 0, -1, -1, -1]
    assert rung(points, 1.25, 3).tolist() == [-1, 0, 0, 0, -1, 0, -1]
    assert rung(points, 1.0, 2).tolist() == [-1, 0, 0, 0, 1, -1, 1]
    assert rung(points, 1.0, 1).tolist() == [0, 1, 1, 1, 2, 3, 2]


@pytest.mark.parametrize("extra", [gpu_pairs, gpu_cells], ids=named)
def test_nothing_to_cluster(backend, rung, extra):
    assert rung(mt.zeros((0, 2)), 1.0, 3).shape == (0,)
    assert extra(mt.zeros((0, 2), "float32"), 1.0, 3).shape == (0,)


@pytest.mark.parametrize(
    ("points", "eps", "least", "message"),
    [
        (mt.zeros((3, 2)), 0.0, 1, "eps=0.0; it is a distance and must be positive and finite"),
        (mt.zeros((3, 2)), float("nan"), 1, "eps=nan"),
        (mt.zeros((3, 2)), 1.0, 0, "min_samples=0; it must be a whole number, 1 or more"),
        (mt.zeros((3, 2)), 1.0, 2.5, "min_samples=2.5; it must be a whole number"),
        (mt.tensor([[float("nan")]]), 1.0, 1, "the points hold NaN or infinity"),
        (mt.zeros(3), 1.0, 1, r"the points have shape \(3,\)"),
    ],
)
def test_bad_input_is_named(rung, points, eps, least, message):
    with pytest.raises(ValueError, match=f"{rung.__name__}: {message}"):
        rung(points, eps, least)


def test_cells_are_for_few_dimensions():
    with pytest.raises(ValueError, match=r"grid: points of shape \(3, 4\); cells are for 3 dimensions or fewer"):
        grid(mt.zeros((3, 4)), 1.0, 1)


def test_the_ladder_climbs_and_finds_out_what_is_wrong():
    points = blobs(2, each=20)[0]
    ladder = LADDER._replace(traffic=None)  # the roof of this machine takes a second to measure
    climb = ladder.climb(points, 1.0, 5, seconds=0.01)
    assert [row.rung for row in climb.rows if row.seconds] == ["loops", "tiled", "halves", "grid"]

    def sloppy(points, eps, least):
        return tiled(points, eps * 1.01, least)

    sloppy.caption, sloppy.memory = "eps is not eps", lambda *inputs: 0.0
    lattice = mt.tensor(np.random.default_rng(0).integers(0, 30, (200, 2)) * 1.0)
    with pytest.raises(LadderError, match="sloppy differs from loops"):
        ladder._replace(rungs=(loops, sloppy)).climb(lattice, 0.995, 3, seconds=0.01)


def test_memory_is_bounded_by_the_formula():
    points = blobs(2, each=500)[0]
    tracemalloc.start()
    tiled(points, 1.0, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= tiled.memory(points, 1.0, 10) <= MEMORY + 40 * 3_000


def test_work_and_shares():
    points = mt.ones((10, 2))
    assert flops(points, 1.0, 3) == 600
    assert traffic(points, 1.0, 3) == 240
    assert share(0.25, points, 1.0, 3)[0].shape == (5, 2)
    assert share(1.0, points, 1.0, 3)[0].shape == (10, 2)
    assert share(0.0, points, 1.0, 3)[0].shape == (1, 2)
