"""Which array library does the arithmetic: NumPy on the processor, CuPy on an NVIDIA GPU, PyTorch on any other.

Everything above this file calls only functions that the Python Array API standard names, on the namespace of the
array at hand. What the libraries do differently, and what the standard lacks, is in this room and nowhere else:
`standard.py` has the class `Backend`, made of what the standard says; `with_numpy.py`, `with_cupy.py`, `with_torch.py`
and `strict.py` say what each library does differently or faster; `torch_array.py` and `torch_functions.py` make arrays
of the standard of PyTorch's tensors; `numpy_api.py` is what NumPy and CuPy share, `numpy_calls.py`,
`shortcuts.py`, `reductions.py` and `sums.py` are NumPy's faster ways; `moments.py` has mean and variance for the
others; `threads.py` shares work out among threads; `memory.py` knows how much is free; `dtypes.py` what a dtype can
hold, `kinds.py` which kinds functions take; `probe.py` finds out whether CuPy really computes; `names.py` knows what
else people call a backend; `warned.py` points warnings at the user's line; `block.py` ends a block that has a backend
of its own; `loading.py` knows which there are, and whose an array is; this file chooses.

The backend for new tensors is chosen in one of three ways, the later winning over the earlier:

1. the environment variable ``MINITENSOR_BACKEND=numpy|cupy|torch|auto``, read when the first tensor is made;
2. ``set_backend(name)``, for the whole process;
3. ``with use_backend(name):``, for one block, seen by the thread or task that entered it and by tasks made in it.

"torch" is the GPU that PyTorch finds, or else the processor; "torch:mps" is Apple's GPU, and so "torch:xpu",
"torch:cuda" and "torch:cpu". "auto" is CuPy where it computes, else NumPy: it never takes PyTorch.
"""

import os
from typing import Any

from minitensor.backend import loading
from minitensor.backend.block import InBlock, _of_block, outside
from minitensor.backend.loading import NAMES, as_array, load, matmul, of, of_type
from minitensor.backend.names import unknown
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
    "of_device",
    "of_type",
    "set_backend",
    "use_backend",
]

ENVIRONMENT_VARIABLE = "MINITENSOR_BACKEND"
_of_process: Backend | None = None


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


def of_device(device: Any, near: Backend | None = None) -> Backend:
    """The backend of a device, which may be its name, or what `Tensor.device` is; the current one for None.

    near : the backend that is asked first; the current one if not given

    Raises BackendNameError where there is none such.
    """
    if device is None:
        return current()
    if isinstance(device, str) and loading.is_name(device):
        return load(device)
    for lib in (near or current(), load("numpy"), *loading.loaded()):
        if str(device) == str(lib.device):  # "cpu" is PyTorch's as well as NumPy's
            return lib
    raise BackendNameError(unknown(str(device), NAMES))
