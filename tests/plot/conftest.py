import matplotlib
import matplotlib.pyplot as plt
import pytest
from pictures import bars_hide_their_scale

from minitensor import plot


@pytest.fixture(autouse=True)
def _closed():
    yield
    drawn = [plt.figure(number) for number in plt.get_fignums()]
    plot.close_all()
    assert [fig for fig in drawn if bars_hide_their_scale(fig)] == []


@pytest.fixture(autouse=True)
def _no_global_style():
    """What a picture needs it sets for itself alone."""
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
