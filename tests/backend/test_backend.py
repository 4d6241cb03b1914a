"""Choosing a backend, and finding the one that an array belongs to."""

import asyncio
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import minitensor as mt
from minitensor import backend as backends
from minitensor.backend import NAMES
from minitensor.backend.names import MEANT, unknown
from minitensor.errors import BackendNameError


def run_python(code, **environment):
    """A new process that runs `code`; every warning in it is an error."""
    clean = {name: value for name, value in os.environ.items() if name != "MINITENSOR_BACKEND"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=clean | environment, capture_output=True, text=True, timeout=60
    )


# Choosing.
def test_numpy_works_where_nothing_is_said(fresh):
    assert mt.get_backend() == "numpy"
    assert mt.zeros(2).backend == "numpy"


@pytest.mark.parametrize("name", ["numpy", "strict"])
def test_the_environment_variable_chooses(fresh, monkeypatch, name):
    monkeypatch.setenv("MINITENSOR_BACKEND", name)
    assert mt.get_backend() == mt.zeros(2).backend == name


def test_the_environment_variable_is_read_when_the_first_tensor_is_made(fresh, monkeypatch):
    monkeypatch.setenv("MINITENSOR_BACKEND", "strict")
    mt.zeros(1)
    monkeypatch.setenv("MINITENSOR_BACKEND", "numpy")
    assert mt.get_backend() == "strict"


def test_an_empty_environment_variable_says_nothing(fresh, monkeypatch):
    monkeypatch.setenv("MINITENSOR_BACKEND", "")
    assert mt.get_backend() == "numpy"


def test_set_backend_wins_over_the_environment_variable(fresh, monkeypatch):
    monkeypatch.setenv("MINITENSOR_BACKEND", "numpy")
    mt.set_backend("strict")
    assert mt.get_backend() == mt.tensor([1.0]).backend == "strict"


def test_a_block_wins_over_set_backend_until_it_ends(fresh):
    with mt.use_backend("strict"):
        mt.set_backend("numpy")
        assert mt.get_backend() == "strict"
    assert mt.get_backend() == "numpy"


def test_blocks_nest(fresh):
    with mt.use_backend("strict"):
        with mt.use_backend("numpy"):
            assert mt.get_backend() == "numpy"
            with mt.use_backend("strict"):
                assert mt.get_backend() == "strict"
            assert mt.get_backend() == "numpy"
        assert mt.get_backend() == "strict"
    assert mt.get_backend() == "numpy"


def test_an_exception_ends_the_block(fresh):
    with pytest.raises(KeyError), mt.use_backend("strict"):
        raise KeyError
    assert mt.get_backend() == "numpy"


def test_use_backend_decorates_a_function_that_is_called_often(fresh):
    @mt.use_backend("strict")
    def make(n):
        return mt.get_backend() if n == 0 else make(n - 1)

    assert [make(0), make(2), mt.get_backend()] == ["strict", "strict", "numpy"]


def test_other_threads_do_not_notice_a_block(fresh):
    seen = {}

    def work(name):
        seen[name, "before"] = mt.get_backend()
        with mt.use_backend(name):
            barrier.wait(10)
            seen[name, "inside"] = mt.get_backend()
            barrier.wait(10)

    barrier = threading.Barrier(2)
    with mt.use_backend("strict"):
        threads = [threading.Thread(target=work, args=(name,)) for name in ("numpy", "strict")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert mt.get_backend() == "strict"
    assert seen == {(name, at): name if at == "inside" else "numpy" for name in ("numpy", "strict")
                    for at in ("before", "inside")}  # fmt: skip


def test_other_tasks_do_not_notice_a_block(fresh):
    async def work(name):
        with mt.use_backend(name):
            await asyncio.sleep(0)
            inside = mt.get_backend()
            await asyncio.sleep(0)
        return inside, mt.get_backend()

    async def both():
        return await asyncio.gather(work("strict"), work("numpy"), work("strict"))

    assert asyncio.run(both()) == [("strict", "numpy"), ("numpy", "numpy"), ("strict", "numpy")]


# Wrong names.
@pytest.mark.parametrize("name", ["kitchen", "", "qqq", "cellar:0"])
def test_a_wrong_name_lists_the_right_ones_and_changes_nothing(fresh, name):
    for choose in (mt.set_backend, lambda name: mt.use_backend(name).__enter__(), mt.zeros(1).to):
        with pytest.raises(BackendNameError) as caught:
            choose(name)
        assert str(caught.value) == f"there is no backend {name!r}; choose one of {', '.join(NAMES)}"
    assert isinstance(caught.value, ValueError)
    assert mt.get_backend() == "numpy"


def test_a_wrong_name_in_the_environment_variable_is_named_with_it():
    result = run_python("import minitensor as mt; print('imported'); mt.zeros(2)", MINITENSOR_BACKEND="nunpy")
    assert result.stdout == "imported\n"
    assert result.stderr.splitlines()[-1] == (
        "minitensor.errors.BackendNameError: MINITENSOR_BACKEND=nunpy: there is no backend 'nunpy'; "
        f"do you mean numpy? Choose one of {', '.join(NAMES)}"
    )
    assert result.returncode == 1


@pytest.mark.parametrize(("name", "meant"), [
    ("cuda", "cupy"), ("cuda:0", "cupy"), ("CuPy", "cupy"), ("gpu", "auto"), ("cpu", "numpy"), ("np", "numpy"),
    ("nunpy", "numpy"),
])  # fmt: skip
def test_a_likely_name_is_asked_about(fresh, name, meant):
    with pytest.raises(BackendNameError, match=rf"^there is no backend '{name}'; do you mean {meant}\? Choose one of"):
        mt.set_backend(name)


def test_what_is_meant_is_a_backend():
    assert {meant.partition(":")[0] for meant in MEANT.values()} <= {*NAMES, "torch"}
    assert unknown("mps", ["numpy", "torch"]) == (
        "there is no backend 'mps'; do you mean torch:mps? Choose one of numpy, torch"
    )
    assert "do you mean" not in unknown("mps", ["numpy"])


def test_the_environment_variable_chooses_in_a_new_process():
    result = run_python("import minitensor as mt; print(mt.zeros(2))", MINITENSOR_BACKEND="strict")
    assert (result.stdout, result.stderr) == ("tensor([0., 0.], shape (2,), float64, strict)\n", "")


@pytest.mark.parametrize("wrong", [[1.0], 1.0, np.float64(1), None])
def test_what_is_no_array_belongs_to_no_backend(wrong):
    with pytest.raises(TypeError, match=r"is not an array of a backend$"):
        backends.of(wrong)


def test_a_mapped_file_belongs_to_numpy(tmp_path):
    mapped = np.memmap(tmp_path / "numbers", dtype="float64", mode="w+", shape=(3,))
    assert backends.of(mapped).name == "numpy"
    assert mt.as_tensor(mapped).sum().item() == 0.0
