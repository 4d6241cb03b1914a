"""Data with the truth beside them."""

import numpy as np
import pytest

from minitensor.data import blobs


@pytest.mark.parametrize("wrong", [{"clusters": 0}, {"each": 0}])
def test_blobs_of_nothing(wrong):
    with pytest.raises(ValueError, match="both must be 1 or more"):
        blobs(0, **wrong)


def test_blobs_are_where_the_truth_says(backend):
    points, truth = blobs(seed=3, clusters=4, each=500)
    for cluster in range(4):
        own = points[truth == cluster]
        assert own.shape == (500, 2)
        np.testing.assert_allclose(own.var(0).numpy(), [5, 5], rtol=0.25)
