"""Tests that are not about one backend run on all: NumPy, the strict fake device, and a GPU if there is one.

MINITENSOR_TEST_BACKENDS=torch:cpu runs them on PyTorch instead; several names are separated by commas.
"""

import os

if "PYTEST_XDIST_WORKER" in os.environ:  # each worker has a core; before NumPy is imported, as BLAS looks only once
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of PyTorch

import hypothesis
import matplotlib
import pytest

import minitensor as mt
from minitensor.backend import load

matplotlib.use("Agg")
# People wait for the quick profile, a few new examples at every run; `.ci/run` sets MINITENSOR_TESTS=thorough.
PROFILES = {"quick": {"max_examples": 4}, "thorough": {"max_examples": 30, "derandomize": True, "print_blob": True}}
for name, differences in PROFILES.items():
    busy = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}  # as a machine may be
    if not os.access(os.path.dirname(__file__), os.W_OK):
        busy["database"] = None  # there is nowhere to keep examples, and hypothesis would warn
    hypothesis.settings.register_profile(name, hypothesis.settings.get_profile("default"), **busy, **differences)
AT_THE_START = mt.get_backend()
PROFILE = os.environ.get("MINITENSOR_TESTS") or "quick"
hypothesis.settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items):
    """What takes many seconds waits for the thorough profile."""
    if PROFILE != "thorough":
        for item in items:
            on_strict = getattr(item, "callspec", None) and item.callspec.params.get("backend") == "strict"
            if item.get_closest_marker("thorough") or (on_strict and item.get_closest_marker("thorough_on_strict")):
                item.add_marker(pytest.mark.skip(reason="takes long: MINITENSOR_TESTS=thorough runs it"))


def _backends():
    """The names of those that are asked for, or else of those that are here."""
    if asked := os.environ.get("MINITENSOR_TEST_BACKENDS"):
        return asked.split(",")
    names = ["numpy", "strict"]
    if load("auto").name == "cupy":
        names.append("cupy")
    return names


@pytest.fixture(params=_backends(), scope="module")
def backend(request):
    """The name of the backend on which this test makes its tensors."""
    with mt.use_backend(request.param), pytest.MonkeyPatch.context() as patch:
        if request.param.startswith("torch"):
            patch.setattr(type(load(request.param)), "dtype", _or_none(type(load(request.param)).dtype))
        yield request.param


def _or_none(dtype):
    """Examples of a dtype that PyTorch does not compute with are left out."""

    def found(lib, name):
        try:
            return dtype(lib, name)
        except mt.errors.DTypeError as error:
            if "PyTorch" not in str(error):
                raise
            hypothesis.reject() if hypothesis.currently_in_test_context() else pytest.skip(str(error))

    return found


@pytest.fixture(autouse=True)
def _no_backend_left_over(request):
    """A module keeps its backend until its last test; a test that does not ask for it gets the one at the start."""
    if "backend" in request.fixturenames:
        yield
    else:
        with mt.use_backend(AT_THE_START):
            yield
