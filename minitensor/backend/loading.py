"""Which backends there are, made when they are first asked for, and whose a raw array is."""

import contextlib
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy

from minitensor.backend.names import unknown
from minitensor.backend.probe import driver_version
from minitensor.backend.standard import Backend
from minitensor.errors import BackendError, BackendNameError

NAMES = ("numpy", "cupy", "torch", "auto")

# The module and the class of each; a backend that nobody chooses is not imported.
_CLASSES = {
    "numpy": ("with_numpy", "NumPyBackend"),
    "cupy": ("with_cupy", "CuPyBackend"),
    "torch": ("with_torch", "TorchBackend"),
    "strict": ("strict", "StrictBackend"),
}
SMALL = 64  # elements of a matrix, below which looking for a faster way to multiply costs more than it gains

_numpy_array = numpy.ndarray
_loaded: dict[str, Backend] = {}
_by_array_type: dict[type, Backend] = {}


def load(name: str) -> Backend:
    """The backend called `name`. The first time, it is checked that it can compute.

    Raises BackendNameError for an unknown name and BackendError, with the line that fixes it, where the backend cannot
    compute on this machine.
    """
    if name == "auto":
        # Without a driver there is no need to spend a second on importing CuPy.
        if driver_version() is not None:
            with contextlib.suppress(BackendError):
                return load("cupy")
        return load("numpy")
    if name not in _loaded:
        library, _, device = name.partition(":")
        if library not in _CLASSES or (device and library != "torch"):
            raise BackendNameError(unknown(name, NAMES))
        module, cls = _CLASSES[library]
        lib = getattr(import_module(f"minitensor.backend.{module}"), cls)(*[device] if device else [])
        _loaded[name] = lib = _loaded.setdefault(lib.name, lib)  # "torch" is "torch:mps" where that is the GPU
        _by_array_type[lib.array_type] = lib
    return _loaded[name]


def is_name(name: str) -> bool:
    """Whether a backend may be called so."""
    return name in NAMES or name.partition(":")[0] in _CLASSES


def loaded() -> Iterable[Backend]:
    """Those that have been asked for."""
    return _loaded.values()


def of(array: Any) -> Backend:
    """The backend that a raw array belongs to.

    Raises TypeError for anything that is not an array of a backend that is loaded.
    """
    try:
        return _by_array_type[type(array)]
    except KeyError:
        pass
    library = type(array).__module__.partition(".")[0]
    if isinstance(array, numpy.ndarray):  # a subclass such as numpy.memmap
        return load("numpy")
    if library == "cupy":
        return load("cupy")
    raise TypeError(f"{type(array).__name__} of {library} is not an array of a backend")


def of_type(kind: type) -> Backend:
    """The backend whose arrays are of this type, or are derived from it."""
    found = next((_by_array_type[parent] for parent in kind.__mro__ if parent in _by_array_type), None)
    return found or load(kind.__module__.partition(".")[0])


def as_array(result: Any) -> Any:
    """NumPy turns a result without axes into a scalar of its own; make it an array again, leave others alone."""
    return numpy.asarray(result) if isinstance(result, numpy.generic) else result


def matmul(a: Any, b: Any) -> Any:
    """The matrix product ``a @ b`` of raw arrays of one backend, in that backend's fastest way."""
    # Small arrays of NumPy come first: this is what `NumPyBackend.matmul` would do, without a call of it.
    if type(a) is _numpy_array and type(b) is _numpy_array and 0 < a.ndim < 3 > b.ndim > 0 and a.size < SMALL:
        return a.dot(b)
    lib = _by_array_type.get(type(a)) if type(a) is type(b) else None
    return lib.matmul(a, b) if lib else a @ b


load("numpy")
