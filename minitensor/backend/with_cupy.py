"""CuPy, on the current CUDA device."""

from typing import Any

import numpy

from minitensor.backend.numpy_api import NumPyAPI
from minitensor.backend.probe import require_working_cupy


class CuPyBackend(NumPyAPI):
    """CuPy: NumPy's functions on a GPU. Raises BackendError where it does not compute on this machine."""

    name = "cupy"
    runs_kernels_on = "gpu"
    chunk = 2**22  # enough to keep every core of the GPU busy

    def __init__(self) -> None:
        cupy = require_working_cupy()
        super().__init__(cupy, cupy.ndarray)

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return self.xp.asnumpy(array)

    def assign(self, array: Any, key: Any, value: Any) -> None:
        # CuPy copies in no particular order, so what is written must not be what is read.
        if type(value) is self.array_type and self.xp.may_share_memory(array, value):
            value = self.xp.copy(value)
        array[key] = value

    def sum(self, array: Any, axes: Any, keepdims: bool = False) -> Any:
        # CuPy's running sums, up to 512 for each result, are exact enough in float64 for what has less.
        wide = {"float16": "float64", "float32": "float64", "complex64": "complex128"}.get(array.dtype.name)
        if wide is None:
            return super().sum(array, axes, keepdims)
        return array.sum(tuple(axes), dtype=wide, keepdims=keepdims).astype(array.dtype)

    def diagonal(self, array: Any) -> Any:
        return self.xp.diagonal(array, axis1=-2, axis2=-1)

    def vecdot(self, a: Any, b: Any) -> Any:
        return (self.xp.conj(a) * b).sum(-1, dtype=self.xp.result_type(a, b))

    def free_memory(self) -> int | None:
        kept = self.xp.get_default_memory_pool().free_bytes()  # what CuPy holds for the next arrays
        return int(self.xp.cuda.runtime.memGetInfo()[0] + kept)

    def exps(self, array: Any, times: int) -> Any:
        # In one kernel, so that exponentials are measured and not the way through memory.
        exp = "__expf" if array.dtype == "float32" else "exp"  # for float32 the hardware's own; it has no other
        loop = f"y = x; for (int time = 0; time < times; time++) y = {exp}(-y);"
        return self.xp.ElementwiseKernel("T x, int32 times", "T y", loop, "minitensor_exps")(array, times)

    def synchronize(self) -> None:
        self.xp.cuda.get_current_stream().synchronize()

    def device_names(self) -> list[str]:
        runtime = self.xp.cuda.runtime
        found = [runtime.getDeviceProperties(number) for number in range(runtime.getDeviceCount())]
        return [
            f"{each['name'].decode()}, {each['totalGlobalMem'] / 2**30:.0f} GiB, sm_{each['major']}{each['minor']}"
            for each in found
        ]

    def device_name(self) -> str:
        return self.device_names()[self.xp.cuda.Device().id]
