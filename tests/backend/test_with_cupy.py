"""CuPy as it fails on one machine or another, and what differs where it computes; played by a fake."""

import ctypes
import sys
import types

import numpy as np
import pytest

import minitensor as mt
from minitensor import backend as backends
from minitensor.backend import loading, probe, with_cupy
from minitensor.errors import BackendError

USE_NUMPY = "or compute on the processor: MINITENSOR_BACKEND=numpy"
INSUFFICIENT = "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version"


# CuPy, as it fails on one machine or another.
def fake_cupy(monkeypatch, driver=(13, 0), devices=1, answer=3.0):
    """A module called cupy that says `devices`, and whose kernel writes `answer`; an exception is raised instead."""
    cupy = types.ModuleType("cupy")
    for name in ("zeros", "asarray", "take", "conj", "result_type", "diagonal", "min", "max"):
        setattr(cupy, name, getattr(np, name))
    cupy.asnumpy = np.asarray
    cupy.ndarray = type("ndarray", (np.ndarray,), {})

    def count():
        if isinstance(devices, Exception):
            raise devices
        return devices

    def launch(grid, block, arguments):
        if isinstance(answer, Exception):
            raise answer
        arguments[0][...] = answer

    cupy.cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=count))
    cupy.RawKernel = lambda source, name: launch
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    have_driver(monkeypatch, driver)
    return cupy


def have_driver(monkeypatch, version):
    for module in (probe, loading):
        monkeypatch.setattr(module, "driver_version", lambda: version)


def refusal():
    with pytest.raises(BackendError) as caught:
        mt.set_backend("cupy")
    assert isinstance(caught.value, RuntimeError)
    assert mt.get_backend() == "numpy"
    return str(caught.value)


@pytest.mark.parametrize(("version", "cuda"), [((12, 4), 12), ((11, 8), 12), ((13, 0), 13), ((14, 0), 13)])
def test_cupy_not_installed(fresh, monkeypatch, version, cuda):
    monkeypatch.setitem(sys.modules, "cupy", None)
    have_driver(monkeypatch, version)
    assert refusal() == f'CuPy is not installed. pip install "cupy-cuda{cuda}x[ctk]", {USE_NUMPY}'


def test_cupy_not_installed_and_no_driver_either(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    have_driver(monkeypatch, None)
    assert refusal() == (
        'CuPy is not installed. pip install "cupy-cuda13x[ctk]" '
        f"(this machine has no NVIDIA driver, so it will not compute either), {USE_NUMPY}"
    )


@pytest.mark.parametrize("error", [ImportError("libnvrtc.so.13: cannot open"), ValueError("numpy.dtype size changed")])
def test_cupy_installed_but_broken(fresh, monkeypatch, tmp_path, error):
    (tmp_path / "cupy.py").write_text(f"raise {error!r}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    have_driver(monkeypatch, (12, 8))
    assert refusal() == (f'CuPy is installed but does not load: {error}. pip install "cupy-cuda12x[ctk]", {USE_NUMPY}')


def test_no_driver(fresh, monkeypatch):
    fake_cupy(monkeypatch, driver=None, devices=RuntimeError(INSUFFICIENT))
    assert refusal() == (
        "CuPy is installed, but there is no NVIDIA driver (libcuda.so.1 is missing). Install the driver from "
        f"https://www.nvidia.com/drivers, {USE_NUMPY}"
    )


@pytest.mark.parametrize(("version", "cuda"), [((12, 4), 12), ((13, 0), 13)])
def test_a_driver_older_than_cupy_needs(fresh, monkeypatch, version, cuda):
    fake_cupy(monkeypatch, driver=version, devices=RuntimeError(INSUFFICIENT))
    assert refusal() == (
        f"the NVIDIA driver runs CUDA {version[0]}.{version[1]}, which is older than this CuPy needs: {INSUFFICIENT}. "
        f"Update the driver from https://www.nvidia.com/drivers, or pip uninstall the CuPy that is here and "
        f'pip install "cupy-cuda{cuda}x[ctk]", {USE_NUMPY}'
    )


@pytest.mark.parametrize("devices", [0, RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")])
def test_no_device(fresh, monkeypatch, devices):
    fake_cupy(monkeypatch, devices=devices)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert refusal() == (
        "CuPy and the driver are installed, but there is no GPU (CUDA_VISIBLE_DEVICES=None). "
        f"nvidia-smi shows what the driver sees, {USE_NUMPY}"
    )
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert refusal() == (
        "CuPy and the driver are installed, but there is no GPU (CUDA_VISIBLE_DEVICES=''). "
        f"unset CUDA_VISIBLE_DEVICES, {USE_NUMPY}"
    )


@pytest.mark.parametrize("package", ["cupy-cuda12x", "cupy-cuda13x"])
@pytest.mark.parametrize("said", ['cannot open source file "cuda_fp16.h"', "Failed to find CUDA headers",
                                  "please set the CUDA_PATH environment variable"])  # fmt: skip
def test_no_headers(fresh, monkeypatch, said, package):
    # A CuPy for CUDA 12 works on a driver for 13, and must not be given the headers of the other.
    monkeypatch.setattr("importlib.metadata.distributions", lambda name: [name] if name == package else [])
    fake_cupy(monkeypatch, driver=(13, 0), answer=RuntimeError(said))
    assert refusal() == (
        "CuPy finds the GPU but not the CUDA headers, without which it compiles no kernel. "
        f'pip install "{package}[ctk]", {USE_NUMPY}'
    )


def test_a_kernel_that_fails(fresh, monkeypatch):
    fake_cupy(monkeypatch, answer=RuntimeError("CUDA_ERROR_NO_BINARY_FOR_GPU"))
    assert refusal() == (
        f"CuPy finds the GPU but a small kernel failed on it: CUDA_ERROR_NO_BINARY_FOR_GPU. {USE_NUMPY}"
    )


@pytest.mark.parametrize("answer", [0.0, 2.5, float("nan")])
def test_a_kernel_that_gives_a_wrong_answer(fresh, monkeypatch, answer):
    fake_cupy(monkeypatch, answer=answer)
    assert refusal() == f"CuPy ran a small kernel and got {answer * 8} instead of 24.0. Look at nvidia-smi, {USE_NUMPY}"


def test_the_environment_variable_is_named_where_cupy_fails(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    have_driver(monkeypatch, (12, 4))
    monkeypatch.setenv("MINITENSOR_BACKEND", "cupy")
    with pytest.raises(BackendError, match=r"^MINITENSOR_BACKEND=cupy: CuPy is not installed\. pip install"):
        mt.zeros(2)


def test_cupy_is_chosen_where_it_computes(fresh, monkeypatch):
    cupy = fake_cupy(monkeypatch)
    for name in ("cupy", "auto"):
        with mt.use_backend(name):
            assert mt.get_backend() == "cupy"
            assert backends.current().xp is cupy
    assert backends.of(np.zeros(2).view(cupy.ndarray)).name == "cupy"


def test_auto_falls_back_to_numpy(fresh, monkeypatch):
    fake_cupy(monkeypatch, devices=0)
    mt.set_backend("auto")
    assert mt.get_backend() == "numpy"


def test_auto_does_not_import_cupy_without_a_driver(fresh, monkeypatch):
    have_driver(monkeypatch, None)
    monkeypatch.setattr(with_cupy, "require_working_cupy", lambda: pytest.fail("CuPy was tried"))
    mt.set_backend("auto")
    assert mt.get_backend() == "numpy"


def test_an_index_out_of_bounds_does_not_wrap_round_on_cupy(fresh, monkeypatch):
    fake_cupy(monkeypatch)
    cupy = backends.load("cupy")
    for at in (3, -4):
        with pytest.raises(IndexError, match="an index is out of bounds for axis 1 with size 3"):
            cupy.check_bounds(np.array([0, at]), 3, 1)
    cupy.check_bounds(np.array([2, -3]), 3, 1)
    cupy.check_bounds(np.zeros(0, int), 3, 1)


def test_what_is_written_is_not_what_is_read_on_cupy(fresh, monkeypatch):
    copied = []
    module = fake_cupy(monkeypatch)
    module.may_share_memory, module.copy = np.may_share_memory, lambda array: copied.append(array) or array.copy()
    cupy, array = backends.load("cupy"), np.arange(4.0)
    cupy.array_type = np.ndarray
    cupy.assign(array, (slice(1, None),), array[:-1])
    cupy.assign(array, (slice(0, 2),), np.zeros(2))
    assert array.tolist() == [0, 0, 1, 2]
    assert len(copied) == 1


def test_what_cupy_lacks_is_made_of_what_it_has(fresh, monkeypatch):
    fake_cupy(monkeypatch)
    cupy, a = backends.load("cupy"), np.arange(12).reshape(2, 2, 3) * (1 + 2j)
    np.testing.assert_allclose(cupy.vecdot(a, a[::-1] + 1), np.vecdot(a, a[::-1] + 1))
    np.testing.assert_array_equal(cupy.diagonal(a), np.linalg.diagonal(a))


# The driver.
@pytest.mark.parametrize(("number", "version"), [(12040, (12, 4)), (13000, (13, 0)), (11080, (11, 8))])
def test_the_driver_says_its_version(monkeypatch, number, version):
    def ask(reference):
        reference._obj.value = number
        return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace(cuDriverGetVersion=ask))
    assert probe.driver_version() == version


def test_there_may_be_no_driver_or_a_sick_one(monkeypatch):
    def absent(name):
        raise OSError(name)

    for library in (absent, lambda name: object(), lambda name: types.SimpleNamespace(cuDriverGetVersion=lambda _: 3)):
        monkeypatch.setattr(ctypes, "CDLL", library)
        assert probe.driver_version() is None
