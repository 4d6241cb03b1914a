import subprocess
import sys

import pytest

import minitensor as mt
from minitensor.backend import threads
from minitensor.backend.threads import blas_limited, in_threads, threads_of_blas


@pytest.mark.parametrize("count", [1, 3])
def test_threads_of_a_block_see_it(fresh, count):
    def work(name, pause):
        before = mt.get_backend()
        with mt.use_backend(name):
            return before, mt.get_backend()

    names = ["numpy", "strict"] * 10
    for block in ("strict", "numpy"):
        with mt.use_backend(block), in_threads(count) as each:
            assert list(each(work, names, range(100))) == [(block, name) for name in names]
    with in_threads(count) as each:
        assert mt.get_backend() == "numpy"
        with mt.use_backend("strict"):  # what counts is the block of the call, not that of the pool
            assert set(each(lambda _: mt.get_backend(), range(20))) == {"strict"}


@pytest.fixture
def anew():
    threads._libraries.cache_clear()
    yield
    threads._libraries.cache_clear()


def test_blas_says_how_many_threads_it_takes(anew, monkeypatch):
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="an extra")
    monkeypatch.setattr(threads, "cores", lambda: 64)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")  # too late: BLAS has been loaded
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        assert threads_of_blas() == 1
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        assert threads_of_blas() == 2


def test_blas_takes_one_thread_in_a_block_and_then_as_many_as_before(anew):
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="an extra")
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = threads_of_blas()
        with blas_limited(1):
            assert threads_of_blas() == 1
        assert threads_of_blas() == before
        with pytest.raises(KeyError), blas_limited(1):
            raise KeyError
        assert threads_of_blas() == before


def test_without_threadpoolctl_a_block_of_one_thread_does_nothing(anew, monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    before = threads_of_blas()
    with blas_limited(1):
        assert threads_of_blas() == before


def test_without_threadpoolctl_the_environment_says_it(anew, monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    monkeypatch.setattr(threads, "cores", lambda: 4)
    for name in threads.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert threads_of_blas() == 4
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads_of_blas() == 3
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "9")
    assert threads_of_blas() == 4


def test_threadpoolctl_is_not_imported_with_the_package():
    code = "import sys, minitensor; raise SystemExit('threadpoolctl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
