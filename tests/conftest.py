"""Tests that are not about one backend run on all: NumPy, the strict fake device, and a GPU if there is one."""

import os

import hypothesis
import matplotlib
import pytest

import minitensor as mt
from minitensor.backend import load

matplotlib.use("Agg")
hypothesis.settings.register_profile("default", deadline=None, max_examples=4)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, max_examples=300, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def _backends():
    names = ["numpy", "strict"]
    if load("auto").name == "cupy":
        names.append("cupy")
    return names


@pytest.fixture(params=_backends(), scope="module")
def backend(request):
    """The name of the backend on which this test makes its tensors."""
    with mt.use_backend(request.param):
        yield request.param
