import pytest

from minitensor import plot


@pytest.fixture(autouse=True)
def _closed():
    yield
    plot.close_all()
