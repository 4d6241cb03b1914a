"""Which array library does the arithmetic: NumPy on the processor, CuPy on an NVIDIA GPU, PyTorch on any other.

Everything above this file calls only functions that the Python Array API standard names, on the namespace of the
array at hand. What the libraries do differently, and what the standard lacks, is in this room and nowhere else:
`standard.py` has the class `Backend`, made of what the standard says; `with_numpy.py`, `with_cupy.py`, `with_torch.py`
and `strict.py` say what each library does differently or faster; `torch_array.py` and `torch_functions.py` make arrays
of the standard of PyTorch's tensors; `numpy_api.py` is what NumPy and CuPy share, `numpy_calls.py`,
`shortcuts.py`, `reductions.py` and `sums.py` are NumPy's faster ways; `moments.py` has mean and variance for the
others; `threads.py` shares work out among threads; `memory.py` knows how much is free; `dtypes.py` what a dtype can
hold; `probe.py` finds out whether CuPy really computes; `block.py` ends a block that has a backend of its own; this
file chooses.

The backend for new tensors is chosen in one of three ways, the later winning over the earlier:

1. the environment variable ``MINITENSOR_BACKEND=numpy|cupy|torch|auto``, read when the first tensor is made;
2. ``set_backend(name)``, for the whole process;
3. ``with use_backend(name):``, for one block, seen by the thread or task that entered it and by tasks made in it.

"torch" is the GPU that PyTorch finds, or else the processor; "torch:mps" is Apple's GPU, and so "torch:xpu",
"torch:cuda" and "torch:cpu". "auto" is CuPy where it computes, else NumPy: it never takes PyTorch.
"""

import contextlib
import os
from importlib import import_module
from typing import Any

import numpy

from minitensor.backend.block import InBlock, _of_block, outside
from minitensor.backend.probe import driver_version
from minitensor.backend.standard import Backend
from minitensor.errors import BackendError, BackendNameError

__all__ = [
    "Backend",
    "as_array",
    "current",
    "get_backend",
    "load",
    "matmul",
    "of",
    "of_type",
    "set_backend",
    "use_backend",
]

ENVIRONMENT_VARIABLE = "MINITENSOR_BACKEND"
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
_of_process: Backend | None = None


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
            raise BackendNameError(f"there is no backend {name!r}; choose one of {', '.join(NAMES)}")
        module, cls = _CLASSES[library]
        lib = getattr(import_module(f"minitensor.backend.{module}"), cls)(*[device] if device else [])
        _loaded[name] = lib = _loaded.setdefault(lib.name, lib)  # "torch" is "torch:mps" where that is the GPU
        _by_array_type[lib.array_type] = lib
    return _loaded[name]


def current() -> Backend:
    """The backend on which new tensors are made."""
    global _of_process
    block = _of_block.get()
    lib = _of_process if block is None else block.lib or (outside(block) or _of_process)
    if lib is None:
        name = os.environ.get(ENVIRONMENT_VARIABLE, "").strip().lower() or "numpy"
        try:
            lib = _of_process = load(name)
        except (BackendError, BackendNameError) as error:
            raise type(error)(f"{ENVIRONMENT_VARIABLE}={name}: {error}") from None
    return lib


def get_backend() -> str:
    """The name of the backend on which new tensors are made.

    >>> get_backend()
    'numpy'
    """
    return current().name


def set_backend(name: str) -> None:
    """Make new tensors on backend `name` from now on, in the whole process.

    Inside a ``with use_backend(...):`` block the block still wins until it ends. Tensors that exist stay where they
    are. Raises BackendNameError or BackendError, and then changes nothing.
    """
    global _of_process
    _of_process = load(name)


class use_backend(InBlock):
    """Make new tensors on backend `name` inside this block; other threads and tasks do not notice.

    >>> with use_backend("numpy"):
    ...     get_backend()
    'numpy'

    It is seen by the thread or task that entered it, and by tasks made there, until it ends, in whatever order and
    thread blocks are closed. While a generator waits at a `yield` inside, the code that it yielded to is inside too.
    It decorates functions and ``async def``. Raises BackendNameError or BackendError where it begins, and InputError
    as the decorator of a generator: write the block inside, between the yields.
    """

    def __init__(self, name: str) -> None:
        super().__init__(lambda: load(name))


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
