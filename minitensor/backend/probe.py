"""Does CuPy really compute here? Importing it proves nothing, so a small kernel is run."""

import contextlib
import ctypes
import os
from typing import Any

from minitensor.errors import BackendError
from minitensor.text.hints import install

USE_NUMPY = "or compute on the processor: MINITENSOR_BACKEND=numpy"
KERNEL = """
#include <cuda_fp16.h>
extern "C" __global__ void minitensor_probe(float* out) { out[threadIdx.x] = __half2float(__float2half(2.0f)) + 1.0f; }
"""


def driver_version() -> tuple[int, int] | None:
    """The newest CUDA version that the NVIDIA driver can run, or None where there is no driver."""
    for library in ("libcuda.so.1", "nvcuda.dll"):
        with contextlib.suppress(OSError, AttributeError):
            version = ctypes.c_int()
            if ctypes.CDLL(library).cuDriverGetVersion(ctypes.byref(version)) == 0:
                return version.value // 1000, version.value % 1000 // 10
    return None


def install_line() -> str:
    """The line that installs the CuPy which fits this machine's driver."""
    version = driver_version()
    return install("cupy-cuda12x[ctk]" if version and version < (13, 0) else "cupy-cuda13x[ctk]")


def installed_cupy() -> str:
    """The name under which CuPy was installed: there is one for each CUDA version, and they exclude each other."""
    from importlib.metadata import distributions  # slow to import, and rarely needed

    names = ("cupy-cuda12x", "cupy-cuda13x")
    return next((name for name in names if any(distributions(name=name))), names[-1])


def require_working_cupy() -> Any:
    """Import CuPy and *run* a small kernel: importing alone proves nothing.

    Raises BackendError where CuPy, the driver, a device or the CUDA headers are missing, each with its own fix.
    """
    try:
        import cupy
    except Exception as error:  # built for another NumPy it raises ValueError, not ImportError
        driver = "" if driver_version() else " (this machine has no NVIDIA driver, so it will not compute either)"
        if isinstance(error, ModuleNotFoundError) and error.name == "cupy":
            raise BackendError(f"CuPy is not installed. {install_line()}{driver}, {USE_NUMPY}") from None
        raise BackendError(f"CuPy is installed but does not load: {error}. {install_line()}, {USE_NUMPY}") from error
    try:
        devices = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:
        if "NoDevice" in str(error):
            devices = 0
        elif driver_version() is None:
            raise BackendError(
                "CuPy is installed, but there is no NVIDIA driver (libcuda.so.1 is missing). Install the driver from "
                f"https://www.nvidia.com/drivers, {USE_NUMPY}"
            ) from error
        else:
            major, minor = driver_version() or (0, 0)
            raise BackendError(
                f"the NVIDIA driver runs CUDA {major}.{minor}, which is older than this CuPy needs: {error}. "
                f"Update the driver from https://www.nvidia.com/drivers, "
                f"or pip uninstall the CuPy that is here and {install_line()}, {USE_NUMPY}"
            ) from error
    if devices == 0:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        hint = "nvidia-smi shows what the driver sees" if visible is None else "unset CUDA_VISIBLE_DEVICES"
        raise BackendError(
            f"CuPy and the driver are installed, but there is no GPU (CUDA_VISIBLE_DEVICES={visible!r}). "
            f"{hint}, {USE_NUMPY}"
        )
    try:
        out = cupy.zeros(4, dtype="float32")
        cupy.RawKernel(KERNEL, "minitensor_probe")((1,), (4,), (out,))
        answer = float((out * 2).sum())
    except Exception as error:
        text = str(error)
        if "cannot open source file" in text or "CUDA_PATH" in text or "header" in text.lower():
            raise BackendError(
                "CuPy finds the GPU but not the CUDA headers, without which it compiles no kernel. "
                f"{install(f'{installed_cupy()}[ctk]')}, {USE_NUMPY}"
            ) from error
        raise BackendError(f"CuPy finds the GPU but a small kernel failed on it: {text}. {USE_NUMPY}") from error
    if answer != 24.0:
        raise BackendError(f"CuPy ran a small kernel and got {answer} instead of 24.0. Look at nvidia-smi, {USE_NUMPY}")
    return cupy
