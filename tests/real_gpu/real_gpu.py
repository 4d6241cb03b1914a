"""Why a test in this folder is skipped."""

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


needs_gpu = pytest.mark.skipif(bool(why_not()), reason=why_not() or "a GPU computes here")
