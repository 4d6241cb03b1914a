"""PyTorch, on any device that it computes on: Apple's, Intel's, AMD's and NVIDIA's GPUs, or the processor.

It was tried on the processor and on no other device. The rungs of array code, the estimators and the lessons run on it
as they are. Kernels do not: they are CUDA C++, which CuPy compiles and the simulator runs.
"""

import math
import re
from typing import Any

import numpy

from minitensor.backend import memory
from minitensor.backend.dtypes import checked_dtype
from minitensor.backend.probe import USE_NUMPY
from minitensor.backend.standard import Backend
from minitensor.errors import BackendError, BackendNameError, DTypeError
from minitensor.text.hints import install

USE_TORCH = "Take another device, as by MINITENSOR_BACKEND=torch:cpu"
PACKAGES = {"torch": "PyTorch", "array_api_compat": "array-api-compat"}  # by the names of their modules
INSTALL = install("torch", "array-api-compat")
NARROW = {"float64": "float32", "complex128": "complex64"}
FIX = {"uint16": "int32 or float32", "uint32": "int64", "uint64": "int64"}  # what to write instead


class TorchBackend(Backend):
    """PyTorch by way of array-api-compat. Raises BackendError where it does not compute on this machine.

    device : "cpu", "mps", "xpu", "cuda" or "cuda:1"; if none, the GPU that PyTorch finds, or else the processor

    There are no uint16, uint32 and uint64; sums of uint8 are int64. Apple's GPUs have no float64 and no complex128: a
    new tensor of these is refused, write ``dtype="float32"``. What is made in float64 on the way, as the sums of
    k-means and whatever ``.astype("float64")`` gives, lies in the processor's memory and is computed there. Where
    PyTorch lacks a function on Apple's GPUs, ``PYTORCH_ENABLE_MPS_FALLBACK=1`` lets it compute that there too.
    """

    short, unsigned = "int32", "int64"
    chunk = 2**20

    def __init__(self, device: str = "") -> None:
        torch = require_working_torch(device)
        from minitensor.backend import torch_array, torch_functions

        self.torch, self.functions = torch, torch_functions
        place = found_device(torch, device)
        self.name = f"torch:{place}"
        kind = torch_array.array_type(place)
        super().__init__(kind.xp, kind, device=place)
        self.has_float64 = computes(torch, place, torch.float64)
        kind.narrow = not self.has_float64

    # --- dtypes ----------------------------------------------------------------------------------------------------

    def dtype(self, name: Any) -> Any:
        own = checked_dtype(name)
        if own not in self.functions.TORCH:
            raise DTypeError(f"PyTorch does not compute with {own}; take {FIX[own.name]}")
        return self.functions.TORCH[own]

    def numpy_dtype(self, array: Any) -> numpy.dtype:
        return self.functions.NUMPY[array.dtype]

    def refuse_new(self, own: numpy.dtype) -> None:
        if not self.has_float64 and own.name in NARROW:
            narrow = NARROW[own.name]
            raise DTypeError(f"{self.device_name()} has no {own}; write dtype={narrow!r}, or .astype({narrow!r}) first")

    # --- to NumPy and back -----------------------------------------------------------------------------------------

    def from_numpy(self, array: numpy.ndarray) -> Any:
        place = self.functions.home(self.array_type, self.dtype(array.dtype))
        return self.array_type(self.functions.from_numpy(array).to(place))

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return array.tensor.resolve_conj().resolve_neg().to("cpu", copy=True).numpy()

    # --- memory ----------------------------------------------------------------------------------------------------

    def strides(self, array: Any) -> tuple[int, ...]:
        steps = array.base.stride()
        return tuple(-step if axis in array.turned else step for axis, step in enumerate(steps))

    def shares_memory(self, array: Any, other: Any) -> bool:
        one, two = (each.base.untyped_storage().data_ptr() for each in (array, other))
        return bool(one == two)

    def contiguous(self, array: Any) -> Any:
        return array if self.is_contiguous(array) else self.array_type(array.tensor.contiguous())

    def is_contiguous(self, array: Any) -> bool:
        return not array.turned and array.base.is_contiguous()

    def free_memory(self) -> int | None:
        place, torch = self.on["device"], self.torch
        if place.type == "cpu":
            return memory.free_memory()
        if place.type == "mps":
            return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
        return int(getattr(torch, place.type).mem_get_info(place)[0])

    # --- arithmetic, written over what is there --------------------------------------------------------------------

    def exp_in_place(self, array: Any, floor: Any = None, base: float = math.e) -> Any:
        table = self._at_least(array, floor)
        (table.exp2_ if base == 2 else table.exp_)()
        return array

    def square_in_place(self, array: Any, times: int, floor: Any = None) -> Any:
        table = self._at_least(array, floor)
        for _ in range(times):
            table.mul_(table)
        return array

    def _at_least(self, array: Any, floor: Any) -> Any:
        if floor is None:
            return array.base
        return array.base.clamp_(min=floor.tensor.to(array.device) if type(floor) is type(array) else floor)

    # --- the device ------------------------------------------------------------------------------------------------

    def synchronize(self) -> None:
        if (kind := self.on["device"].type) != "cpu":
            getattr(self.torch, kind).synchronize()

    def device_names(self) -> list[str]:
        return [self.device_name()]

    def device_name(self) -> str:
        place = self.on["device"]
        if place.type == "mps":
            return "Apple's GPU"
        if place.type == "cpu":
            return "the processor"
        return str(getattr(self.torch, place.type).get_device_name(place))


def require_working_torch(device: str) -> Any:
    """Import PyTorch and array-api-compat, and *compute* on the device: importing alone proves nothing.

    Raises BackendError where one is missing or the device does not compute, BackendNameError for no device.
    """
    try:
        import array_api_compat.torch  # noqa: F401
        import torch
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name in PACKAGES:
            raise BackendError(f"{PACKAGES[error.name]} is not installed. {INSTALL}, {USE_NUMPY}") from None
        raise BackendError(f"PyTorch is installed but does not load: {error}. {INSTALL}, {USE_NUMPY}") from error
    place = found_device(torch, device)
    try:
        ones = torch.ones((2, 3), dtype=torch.float32, device=place)
        answer = float((ones @ ones.T).sum())
    except Exception as error:
        why = re.split(r"\. |\n", str(error))[0].rstrip(".")
        raise BackendError(f"PyTorch does not compute on {place}: {why}. {USE_TORCH}, {USE_NUMPY}") from error
    if answer != 12.0:
        raise BackendError(f"PyTorch computed on {place} and got {answer} instead of 12. {USE_TORCH}, {USE_NUMPY}")
    return torch


def found_device(torch: Any, device: str) -> Any:
    """The device of that name; of none, the GPU that PyTorch finds, or else the processor."""
    if not device:
        found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
        return found or torch.device("cpu")
    try:
        return torch.device(device)
    except RuntimeError:
        raise BackendNameError(
            f"PyTorch has no device {device!r}; write torch, torch:cpu, torch:mps, torch:xpu or torch:cuda"
        ) from None


def computes(torch: Any, place: Any, dtype: Any) -> bool:
    """Whether the device has this dtype."""
    try:
        return bool((torch.ones(2, dtype=dtype, device=place) * 2).sum() == 4)
    except (TypeError, RuntimeError):
        return False
