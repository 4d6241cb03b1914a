"""Pairs of numbers are where they are, and bins hold what they hold."""

import numpy as np
import pytest

import minitensor as mt
from minitensor import plot
from minitensor.errors import ShapeError


def test_pairs_in_the_corner_and_all_numbers_in_bins(backend):
    numbers = mt.tensor([0.1, 0.4, 0.9, 0.2, 0.3])
    above, other, below, _ = plot.randomness({"a": numbers, "b": numbers * 0.5}, corner=0.45, bins=2).axes
    assert [above.get_title(loc="left"), other.get_title(loc="left")] == ["a", "b"]
    np.testing.assert_allclose(above.collections[0].get_offsets(), [[0.1, 0.4], [0.2, 0.3]])
    assert above.get_xlim() == (0, 0.45)
    assert [bar.get_height() for bar in below.patches] == [4, 1]
    assert below.lines[0].get_ydata() == [2.5, 2.5]


@pytest.mark.parametrize("shape", [(), (1,), (3, 2)])
def test_what_is_no_list_is_named(shape):
    with pytest.raises(ShapeError, match="'a' has shape"):
        plot.randomness({"a": mt.ones(shape)})
