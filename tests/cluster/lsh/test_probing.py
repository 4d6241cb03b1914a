"""Which buckets are looked into: the sets of borders by their cost, each once, none that contradicts itself."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsh_cases import KINDS

import minitensor as mt
from minitensor.cluster.lsh.hashing import draw
from minitensor.cluster.lsh.probing import _expected, crossings, probed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bits", [1, 2, 4])
def test_all_sets_come_once_and_the_cheapest_first(kind, bits):
    costs = _expected(kind, bits)
    assert all(a < b for a, b in pairwise(costs))
    ranks = range(len(costs))
    sets = [each for size in range(len(costs) + 1) for each in combinations(ranks, size)]
    if kind == "stable":
        assert len(costs) == 2 * bits
        sets = [each for each in sets if not any(2 * bits - 1 - rank in each for rank in each)]
        assert len(sets) == 3**bits
    found = crossings(kind, bits, 10_000)
    assert sorted(found) == sorted(sets)
    totals = [sum(costs[rank] for rank in ranks) for ranks in found]
    assert all(a <= b + 1e-12 for a, b in pairwise(totals))
    assert crossings(kind, bits, 2) == found[:2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_expected_costs_are_those_of_random_borders(kind):
    rng = np.random.default_rng(0)
    if kind == "stable":
        lower = rng.random((40_000, 6))
        drawn = np.concatenate([lower, 1 - lower], 1)
        slack = 0.005
    else:
        drawn, slack = abs(rng.normal(size=(40_000, 6))), 0.01
    mean = (np.sort(drawn, 1) ** 2).mean(0)
    np.testing.assert_allclose(_expected(kind, 6), mean, atol=slack * mean.max())


@given(kind=st.sampled_from(KINDS), bits=st.integers(1, 6), probes=st.integers(1, 12), seed=st.integers(0, 99))
def test_probes_are_the_buckets_across_the_nearest_borders(backend, kind, bits, probes, seed):
    queries = mt.random.normal(mt.random.generator(seed), (4, 3))
    hashing = draw(mt.random.generator(seed), kind, 3, bits, queries)
    codes, sets = probed(queries, hashing, probes).numpy(), crossings(kind, bits, probes)
    assert codes.shape == (4, 3, len(sets))
    np.testing.assert_array_equal(codes[:, :, 0], hashing.codes(queries).numpy())
    along = hashing.projections(queries).numpy().reshape(4, 3, bits)
    factors = hashing.factors.numpy().sum(1).reshape(3, bits)
    for query in range(4):
        for table in range(3):
            here = along[query, table]
            if kind == "sign":
                borders = sorted((abs(x), bit, 1 if x < 0 else -1) for bit, x in enumerate(here))
            else:
                down = here - np.floor(here)
                borders = sorted(
                    [(x, bit, -1) for bit, x in enumerate(down)] + [(1 - x, bit, 1) for bit, x in enumerate(down)]
                )
            for probe, ranks in enumerate(sets):
                steps = sum(borders[rank][2] * factors[table, borders[rank][1]] for rank in ranks)
                assert codes[query, table, probe] == codes[query, table, 0] + steps


def test_the_bucket_across_a_border_is_that_of_a_place_across_it():
    """On either side of the middle, where slices change their sign."""
    places = mt.tensor([[x / 64] for x in range(-640, 640)])
    hashing = draw(mt.random.generator(0), "stable", 4, 1, places).narrowed(0.25)
    along = hashing.projections(places).numpy()
    codes, near = hashing.codes(places).numpy(), probed(places, hashing, 3).numpy()
    for table in range(4):
        by_slice = dict(zip(np.floor(along[:, table]).tolist(), codes[:, table].tolist(), strict=True))
        for at in range(len(places)):
            here = np.floor(along[at, table])
            beside = {by_slice[each] for each in (here - 1, here, here + 1) if each in by_slice}
            assert beside <= set(near[at, table].tolist())
