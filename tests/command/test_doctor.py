"""The doctor says what is there, and for what is not the line that mends it."""

import os
import subprocess
import sys
import types

import numpy as np
import pytest

import minitensor as mt
from minitensor import backend
from minitensor.backend import loading
from minitensor.command import doctor
from minitensor.command.line import main
from minitensor.errors import BackendError


def test_the_doctor_says_what_is_here(capsys):
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    for part in ("Python", "NumPy", "BLAS", "cores", "CuPy", "NVIDIA driver", "MINITENSOR_BACKEND", "works."):
        assert part in text


@pytest.mark.parametrize("name", ["cupy", "nonsense"])
def test_the_doctor_fails_where_the_chosen_backend_does(name):
    if name == "cupy" and backend.load("auto").name == "cupy":
        pytest.skip("there is a GPU here, so the cupy backend works")
    code = "import sys; from minitensor.command.line import main; sys.exit(main(['doctor']))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"MINITENSOR_BACKEND": name, "PATH": ""},
        check=False,
    )
    assert ran.returncode == 1
    assert f"The chosen backend does not work: MINITENSOR_BACKEND={name}: " in ran.stdout


def test_the_doctor_names_the_variable_that_sets_the_threads(monkeypatch):
    for name in doctor.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert "as many threads as cores" in doctor._blas()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert "3 threads (OPENBLAS_NUM_THREADS)" in doctor._blas()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    assert "1 thread (OPENBLAS_NUM_THREADS)" in doctor._blas()


@pytest.mark.parametrize(
    ("value", "said"),
    [("banana", "as many"), ("-1", "as many"), ("0", "as many"), ("", "as many"), ("4,2", "4 threads (OMP_NUM")],
)
def test_the_doctor_heeds_no_number_of_threads_that_is_none(value, said, monkeypatch):
    for name in doctor.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert f", {said}" in doctor._blas()


def test_the_doctor_on_a_machine_with_a_driver_but_no_cupy(monkeypatch):
    monkeypatch.setattr(doctor, "driver_version", lambda: (12, 4))
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setattr("minitensor.backend.probe.driver_version", lambda: (12, 4))
    found = dict(doctor._cupy())
    assert found == {"NVIDIA driver": "runs CUDA 12.4", "CuPy": 'not installed: pip install "cupy-cuda12x[ctk]"'}


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [
        ("scipy-openblas", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
        ("mkl-sdl", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    ],
)
def test_a_blas_obeys_its_own_variable_first_and_no_others(monkeypatch, name, own, other):
    found = {"Build Dependencies": {"blas": {"name": name, "version": "1.2"}}}
    monkeypatch.setattr(np, "show_config", lambda mode: found)
    for variable in doctor.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(other, "7")
    assert doctor._blas() == f"{name} 1.2, as many threads as cores, {doctor.cores()}"
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert doctor._blas() == f"{name} 1.2, 5 threads (OMP_NUM_THREADS)"
    monkeypatch.setenv(own, "3")
    assert doctor._blas() == f"{name} 1.2, 3 threads ({own})"


def test_the_cores_are_those_of_this_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 4, 6}, raising=False)
    assert doctor.cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    assert doctor.cores() == (os.cpu_count() or 1)


def test_an_extra_that_is_missing_comes_with_its_line(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name in ("rich", "cupy") else name)
    found = dict(doctor._findings())
    assert found["rich"] == "missing: pip install rich (prints tables)"
    assert found["matplotlib"] == "installed (draws pictures)"


def test_the_doctor_reports_the_variables_as_they_are(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,0")
    monkeypatch.delenv("CUPY_CACHE_DIR", raising=False)
    found = dict(doctor._findings())
    assert found["CUDA_VISIBLE_DEVICES"] == "1,0"
    assert found["CUPY_CACHE_DIR"] == "(not set)"
    assert found["minitensor"] == mt.__version__
    assert found["NumPy"] == np.__version__


@pytest.mark.parametrize(("there", "said"), [
    (False, "not installed: pip install torch array-api-compat (computes on other GPUs, as Apple's)"),
    (True, "installed, but: PyTorch does not compute on mps"),
])  # fmt: skip
def test_the_doctor_computes_on_pytorch_before_it_says_yes(monkeypatch, there, said):
    def load(name):
        raise BackendError("PyTorch does not compute on mps")

    monkeypatch.setattr(doctor, "find_spec", lambda name: name if there else None)
    monkeypatch.setattr(backend, "load", load)
    assert dict(doctor._torch()) == {"PyTorch": said}


def test_the_doctor_says_where_pytorch_computes_and_what_it_lacks(monkeypatch):
    lib = types.SimpleNamespace(
        xp=types.SimpleNamespace(__version__="2.13.0"), name="torch:mps", has_float64=False,
        device_name=lambda: "Apple's GPU",
    )  # fmt: skip
    monkeypatch.setattr(doctor, "find_spec", lambda name: name)
    monkeypatch.setattr(backend, "load", lambda name: lib)
    said = "2.13.0, computes on torch:mps, Apple's GPU, without float64: write dtype='float32'"
    assert dict(doctor._torch()) == {"PyTorch": said}


# CuPy, on machines with a GPU.
@pytest.fixture
def with_cupy(monkeypatch):
    """Makes this machine one on which CuPy is installed, and `probe` says whether it runs."""

    def install(probe):
        monkeypatch.setattr(doctor, "driver_version", lambda: (13, 0))
        monkeypatch.setattr(doctor, "find_spec", lambda name: name)
        monkeypatch.setattr("minitensor.backend.with_cupy.require_working_cupy", probe)
        monkeypatch.setattr(loading, "_loaded", {"numpy": backend.load("numpy")})
        monkeypatch.setattr(loading, "_by_array_type", {np.ndarray: backend.load("numpy")})
        monkeypatch.setattr(backend, "_of_process", None)
        monkeypatch.setenv("MINITENSOR_BACKEND", "cupy")

    token = backend._of_block.set(None)
    yield install
    backend._of_block.reset(token)


def two_gpus():
    """A CuPy that warns, as it does where its headers are missing, and sees two devices."""
    print("UserWarning: CUDA path could not be detected", file=sys.stderr)
    devices = [
        {"name": b"NVIDIA H100 80GB HBM3", "totalGlobalMem": 79 * 2**30 + 5, "major": 9, "minor": 0},
        {"name": b"NVIDIA T4", "totalGlobalMem": 15 * 2**30, "major": 7, "minor": 5},
    ]
    runtime = types.SimpleNamespace(getDeviceCount=lambda: len(devices), getDeviceProperties=devices.__getitem__)
    ndarray = type("ndarray", (), {})
    return types.SimpleNamespace(__version__="14.1.0", ndarray=ndarray, cuda=types.SimpleNamespace(runtime=runtime))


def broken():
    raise BackendError('CuPy finds the GPU but not the CUDA headers. pip install "cupy-cuda13x[ctk]"')


def test_the_doctor_names_each_gpu_and_says_that_kernels_run(with_cupy, capsys):
    with_cupy(two_gpus)
    assert list(doctor._cupy()) == [
        ("NVIDIA driver", "runs CUDA 13.0"),
        ("CuPy", "14.1.0"),
        ("GPU 0", "NVIDIA H100 80GB HBM3, 79 GiB, sm_90"),
        ("GPU 1", "NVIDIA T4, 15 GiB, sm_75"),
        ("kernel", "compiles and runs"),
    ]
    assert main(["doctor"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith("\n\nThe chosen backend, cupy, works.\n")
    assert said.err == "", "what CuPy warns of is not said twice"


def test_the_doctor_on_a_machine_whose_cupy_does_not_run(with_cupy, capsys):
    with_cupy(broken)
    why = 'CuPy finds the GPU but not the CUDA headers. pip install "cupy-cuda13x[ctk]"'
    assert list(doctor._cupy()) == [
        ("NVIDIA driver", "runs CUDA 13.0"),
        ("CuPy", "installed"),
        ("kernel", f"does not run: {why}"),
    ]
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.endswith(f"The chosen backend does not work: MINITENSOR_BACKEND=cupy: {why}\n")


def test_a_cupy_that_does_not_run_is_no_fault_where_numpy_is_chosen(with_cupy, monkeypatch, capsys):
    with_cupy(broken)
    monkeypatch.setenv("MINITENSOR_BACKEND", "auto")
    monkeypatch.setattr(loading, "driver_version", lambda: (13, 0))
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "does not run: CuPy finds the GPU" in said
    assert said.endswith("The chosen backend, numpy, works.\n")


def test_the_doctor_on_a_machine_without_a_driver(monkeypatch):
    monkeypatch.setattr(doctor, "driver_version", lambda: None)
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    found = dict(doctor._cupy())
    assert found == {"NVIDIA driver": "none (NumPy needs none)", "CuPy": "not installed (no use without a driver)"}
