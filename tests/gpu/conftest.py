"""What needs CuPy's compiler, g++ or NVRTC asks for them here, and says what is missing when it skips."""

import gpu_shim
import pytest

from minitensor.errors import MissingExtraError
from minitensor.gpu import compiler


@pytest.fixture(scope="session")
def shim():
    """The CUDA C++ that CuPy makes of kernels, run on this machine's processor."""
    if reason := gpu_shim.why_not():
        pytest.skip(reason)
    return gpu_shim


@pytest.fixture(scope="session")
def nvrtc():
    """NVIDIA's compiler, which needs no GPU."""
    try:
        compiler._nvrtc()
    except MissingExtraError as error:
        pytest.skip(str(error))
    return compiler
