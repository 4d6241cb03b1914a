import numpy as np
import pytest

from minitensor import backend as backends
from minitensor.backend import loading


@pytest.fixture
def fresh(monkeypatch):
    """As in a process that has just begun: no backend chosen, none but NumPy loaded."""
    token = backends._of_block.set(None)
    monkeypatch.setattr(backends, "_of_process", None)
    monkeypatch.setattr(loading, "_loaded", {"numpy": backends.load("numpy")})
    monkeypatch.setattr(loading, "_by_array_type", {np.ndarray: backends.load("numpy")})
    monkeypatch.delenv("MINITENSOR_BACKEND", raising=False)
    yield
    backends._of_block.reset(token)
