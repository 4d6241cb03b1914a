"""Every rung finds the same neighbours of the same candidates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsh_cases import ADVERSARIAL, KINDS, clusters, exact, fitted, recall
from strategies import decimals, examples, tensors

import minitensor as mt
from minitensor.cluster.lsh import LADDER, loops, one_product, sorted_codes, threads
from minitensor.cluster.lsh.hashing import draw
from minitensor.cluster.lsh.rungs import flops, share, traffic

FLOATS = ("float32", "float64")


@pytest.fixture(params=LADDER.rungs[1:], ids=lambda rung: rung.__name__, scope="module")
def rung(request):
    return request.param


@st.composite
def problems(draw_from):
    """Queries, points, a hashing, probes and k: small, in any memory layout, some points twice; sums are exact."""
    d, dtype = draw_from(st.integers(1, 4)), draw_from(st.sampled_from(FLOATS))
    points = draw_from(tensors((draw_from(st.integers(1, 12)), d), dtype, decimals))
    queries = draw_from(st.one_of(st.just(points), tensors((draw_from(st.integers(0, 5)), d), dtype, decimals)))
    tables, bits = draw_from(st.integers(1, 15)), draw_from(st.integers(1, 5))
    kind, seed = draw_from(st.sampled_from(KINDS)), draw_from(st.integers(0, 99))
    hashing = draw(mt.random.generator(seed), kind, tables, bits, points)
    if kind == "stable":
        hashing = hashing.narrowed(draw_from(st.sampled_from([0.3, 2.0, 30.0])))
    return queries, points, hashing, draw_from(st.integers(1, 6)), draw_from(st.integers(1, 15))


@given(problem=st.data())
def test_every_rung_is_the_loops(backend, rung, problem):
    given_ = problem.draw(problems())
    found, expected = rung(*given_), loops(*given_)
    assert (found.shape, found.dtype) == ((len(given_[0]), given_[-1]), "int64")
    np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("case", [name for name in ADVERSARIAL if name != "huge"])
def test_adversarial_data(backend, case, dtype):
    points = mt.tensor(ADVERSARIAL[case](np.random.default_rng(3))[-30:], dtype)
    few = points[: min(4, len(points))]
    for kind in KINDS:
        hashing = draw(mt.random.generator(0), kind, 2, 4, points)
        if kind == "stable":
            hashing = hashing.narrowed(float(points.std(0).max().item()) or 1.0)
        job = (few, points, hashing, 4, 3)
        expected = loops(*job).numpy()
        for each in LADDER.rungs[1:]:
            np.testing.assert_array_equal(each(*job).numpy(), expected)


def test_a_wrong_rung_is_found_out():
    points = mt.tensor(clusters(0, 300, 8, spread=3.0))
    hashing = fitted(points, goal=0.05)
    right = loops(points[:20], points, hashing, 4, 5)
    for wrong in ((hashing, 1, 5), (fitted(points, seed=1, goal=0.05), 4, 5), (hashing.narrowed(1.2), 4, 5)):
        assert (one_product(points[:20], points, *wrong) != right).any()


def test_neighbours_are_those_of_brute_force_where_everything_is_read(backend):
    points = mt.tensor(clusters(1, 60, 5))
    hashing = draw(mt.random.generator(0), "stable", 2, 3, points).narrowed(1e6)
    np.testing.assert_array_equal(
        sorted_codes(points, points, hashing, 9, 7).numpy(), exact(points.numpy(), points.numpy(), 7)[0]
    )


@examples(20)
@given(count=st.integers(1, 3), seed=st.integers(0, 99))
def test_threads_change_nothing(count, seed):
    points = mt.tensor(clusters(seed, 700, 6))
    hashing = fitted(points)
    np.testing.assert_array_equal(
        threads(points, points, hashing, 2, 4, count=count).numpy(), one_product(points, points, hashing, 2, 4).numpy()
    )


def test_more_tables_and_more_probes_find_more():
    points = mt.tensor(clusters(2, 3_000, 12))
    queries, hashing = points[:100], fitted(points, tables=4, bits=8, probes=1, goal=0.02)
    right = exact(queries.numpy(), points.numpy(), 5)[0]
    found = [recall(one_product(queries, points, hashing, probes, 5), right) for probes in (1, 4, 16)]
    assert found[0] < found[1] < found[2]


def test_the_ladder_climbs():
    points = mt.tensor(clusters(3, 100, 6))
    climb = LADDER._replace(traffic=None).climb(points[:50], points, fitted(points), 4, 5, seconds=1e-3)
    assert [row.rung for row in climb.rows if row.seconds] == [each.__name__ for each in LADDER.rungs]
    job = (points[:50], points, fitted(points), 4, 5)
    assert flops(*job) > traffic(*job) / 4 > 0
    assert [len(each) for each in share(0.5, *job)[:2]] == [25, 50]
    assert all(each.memory(*job) > 0 for each in LADDER.rungs)
