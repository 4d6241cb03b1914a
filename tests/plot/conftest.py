import matplotlib
import pytest

from minitensor import plot


@pytest.fixture(autouse=True)
def _closed():
    yield
    plot.close_all()


@pytest.fixture(autouse=True)
def _no_global_style():
    """What a picture needs it sets for itself alone."""
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
