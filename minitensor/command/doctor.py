"""What this machine can compute with, and, for anything missing, the line that installs it."""

import contextlib
import io
import os
import platform
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np

from minitensor import __version__, backend
from minitensor.backend.probe import driver_version, install_line
from minitensor.backend.threads import asked_threads, cores
from minitensor.errors import BackendError, BackendNameError
from minitensor.text.hints import install

# Variables that change how this library, or the libraries under it, compute.
VARIABLES = (
    backend.ENVIRONMENT_VARIABLE,
    "CUDA_VISIBLE_DEVICES",
    "CUDA_PATH",
    "CUPY_CACHE_DIR",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)
# Module, the package that brings it, and what it is for.
EXTRAS = (
    ("matplotlib", "matplotlib", "draws pictures"),
    ("PIL", "pillow", "reads photographs"),
    ("rich", "rich", "prints tables"),
    ("sklearn", "scikit-learn", "brings digits and photographs"),
    ("numba", "numba", "compiles the last rung of mean shift"),
)


def doctor() -> bool:
    """Print what is here. Returns whether the chosen backend works."""
    for label, value in _findings():
        print(f"{label:<24}{value}")
    print()
    try:
        name = backend.get_backend()
    except (BackendError, BackendNameError) as error:
        print(f"The chosen backend does not work: {error}")
        return False
    print(f"The chosen backend, {name}, works.")
    return True


def _findings() -> Iterator[tuple[str, str]]:
    yield "minitensor", __version__
    yield "Python", f"{platform.python_version()} on {platform.platform()} ({sys.executable})"
    yield "NumPy", np.__version__
    yield "BLAS", _blas()
    yield "cores", f"{cores()} for this process, {os.cpu_count()} in the machine"
    yield from _cupy()
    yield from _torch()
    for module, package, purpose in EXTRAS:
        here = "installed" if find_spec(module) else f"missing: {install(package)}"
        yield module, f"{here} ({purpose})"
    for name in VARIABLES:
        yield name, os.environ.get(name, "(not set)")


def _blas() -> str:
    """The library that NumPy multiplies matrices with, its version, and how many threads it takes."""
    config = np.show_config(mode="dicts")
    blas = config["Build Dependencies"]["blas"] if isinstance(config, dict) else {}
    name = blas.get("name", "unknown")
    own = "MKL_NUM_THREADS" if "mkl" in name.lower() else "OPENBLAS_NUM_THREADS"
    set_by = next((each for each in (own, "OMP_NUM_THREADS") if asked_threads(each)), None)
    if not set_by:
        return f"{name} {blas.get('version', '')}, as many threads as cores, {cores()}"
    count = asked_threads(set_by)
    return f"{name} {blas.get('version', '')}, {count} {'thread' if count == 1 else 'threads'} ({set_by})"


def _cupy() -> Iterator[tuple[str, str]]:
    driver = driver_version()
    yield "NVIDIA driver", f"runs CUDA {driver[0]}.{driver[1]}" if driver else "none (NumPy needs none)"
    if not find_spec("cupy"):
        yield "CuPy", "not installed" + (f": {install_line()}" if driver else " (no use without a driver)")
        return
    with contextlib.redirect_stderr(io.StringIO()):  # CuPy warns at import of what is said below
        try:
            lib = backend.load("cupy")
        except BackendError as error:
            yield "CuPy", "installed"
            yield "kernel", f"does not run: {error}"
            return
    yield "CuPy", lib.xp.__version__
    for number, name in enumerate(lib.device_names()):
        yield f"GPU {number}", name
    yield "kernel", "compiles and runs"


def _torch() -> Iterator[tuple[str, str]]:
    """Whether PyTorch computes, and where: found out by computing."""
    if not find_spec("torch"):
        yield "PyTorch", f"not installed: {install('torch', 'array-api-compat')} (computes on other GPUs, as Apple's)"
        return
    try:
        lib = backend.load("torch")
    except BackendError as error:
        yield "PyTorch", f"installed, but: {error}"
        return
    lacks = "" if lib.has_float64 else ", without float64: write dtype='float32'"
    yield "PyTorch", f"{lib.xp.__version__}, computes on {lib.name}, {lib.device_name()}{lacks}"
