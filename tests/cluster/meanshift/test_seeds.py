"""Seeds: the cells of a grid that hold enough points, and the seeds that points can pull at."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster import MeanShift
from minitensor.cluster.meanshift.seeds import bin_seeds, within_reach


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 3), least=st.integers(1, 3))
def test_the_cells_are_those_that_hold_enough(backend, seed, d, least):
    points = np.random.default_rng(seed).normal(size=(30, d))
    count = Counter(map(tuple, np.round(points / 1.5)))
    wanted = sorted(cell for cell, number in count.items() if number >= least)
    if not wanted:
        with pytest.raises(ValueError, match=f"no cell holds {least} points, the fullest"):
            bin_seeds(mt.tensor(points), 1.5, least)
    else:
        np.testing.assert_array_equal(bin_seeds(mt.tensor(points), 1.5, least).numpy(), np.array(wanted) * 1.5)


def test_points_with_a_cell_each_are_their_own_seeds(backend):
    points = mt.tensor([[0.0, 3.0], [0.1, 0.2]])
    assert bin_seeds(points, 0.01) is points


@pytest.mark.parametrize("unit", [1.0, 5.0, 1e-100])
@pytest.mark.parametrize(("kernel", "kept"), [("flat", [0.0, 1.0]), ("gaussian", [0.0, 1.0, 3.0])])
def test_seeds_that_nothing_pulls_at_are_left_out(backend, kernel, kept, unit):
    starts = mt.tensor([[0.0], [1.0], [3.0], [500.0]]) * unit
    found = within_reach(starts, mt.tensor([[0.0], [0.5]]) * unit, unit, kernel)
    assert found[:, 0].tolist() == [each * unit for each in kept]


def test_no_seed_near_a_point(backend):
    assert within_reach(mt.tensor([[9.0], [8.0]]), mt.tensor([[0.0]]), 0.1, "flat").shape == (0, 1)
    with pytest.raises(ValueError, match=r"No point was within bandwidth=0.1 of any seed; seed"):
        MeanShift(bandwidth=0.1, seeds=[[9.0], [8.0]]).fit([[0.0]])
