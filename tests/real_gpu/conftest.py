"""Everything in this folder needs a GPU, and says so when it is skipped."""

import pytest

from minitensor.backend import load
from minitensor.errors import BackendError


def why_not():
    """Why CuPy does not compute here, or nothing if it does."""
    try:
        load("cupy")
    except BackendError as error:
        return str(error)
    return ""


WHY_NOT = why_not()


def pytest_runtest_setup(item):
    if WHY_NOT:
        pytest.skip(WHY_NOT)
