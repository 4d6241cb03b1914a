"""A block with a backend of its own: who sees it, and that nobody does once it has ended."""

import asyncio
import functools
import gc
import itertools
import threading

import pytest

import minitensor as mt
from minitensor.errors import InputError


def holding(name, log=None):
    """A generator that waits inside a block."""
    with mt.use_backend(name):
        yield mt.get_backend()
    if log is not None:
        log.append(mt.get_backend())


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_blocks_in_generators_may_end_in_any_order(fresh, order):
    generators = [holding(name) for name in ("strict", "numpy", "strict")]
    assert [next(each) for each in generators] == ["strict", "numpy", "strict"]
    names, left = ["strict", "numpy", "strict"], [0, 1, 2]
    for which in order:
        generators[which].close()
        left.remove(which)
        assert mt.get_backend() == (names[left[-1]] if left else "numpy")


def test_a_block_that_ends_inside_another_does_not_end_it(fresh):
    mt.set_backend("strict")
    waiting = holding("strict")
    next(waiting)
    with mt.use_backend("numpy"):
        waiting.close()
        assert mt.get_backend() == "numpy"
    assert mt.get_backend() == "strict"
    mt.set_backend("numpy")
    assert mt.get_backend() == "numpy"


def test_a_generator_closed_in_another_thread_leaves_nothing_behind(fresh):
    waiting = holding("strict")
    next(waiting)
    thread = threading.Thread(target=waiting.close)
    thread.start()
    thread.join()
    assert mt.get_backend() == "numpy"
    with mt.use_backend("strict"):
        assert mt.get_backend() == "strict"
    assert mt.get_backend() == "numpy"


def test_an_async_generator_that_is_left_ends_its_block(fresh):
    async def steps():
        with mt.use_backend("strict"):
            yield mt.get_backend()
            yield mt.get_backend()

    async def main():
        async for name in steps():
            assert name == "strict"
            break
        gc.collect()
        await asyncio.sleep(0.01)  # the loop closes it in a task of its own
        return mt.get_backend()

    assert asyncio.run(main()) == "numpy"
    assert mt.get_backend() == "numpy"


def test_a_task_sees_the_block_in_which_it_was_made_until_that_ends(fresh):
    async def task(began, ended):
        inside = mt.get_backend()
        began.set()
        await ended.wait()
        return inside, mt.get_backend()

    async def main():
        began, ended = asyncio.Event(), asyncio.Event()
        with mt.use_backend("strict"):
            first = asyncio.create_task(task(began, ended))
            await began.wait()
            late = asyncio.create_task(task(began, ended))
        ended.set()
        return await first, await late, mt.get_backend()

    assert asyncio.run(main()) == (("strict", "numpy"), ("numpy", "numpy"), "numpy")


def test_other_tasks_and_threads_see_no_block(fresh):
    async def other():
        return mt.get_backend()

    async def main():
        task = asyncio.create_task(other())
        with mt.use_backend("strict"):
            return await task, await asyncio.to_thread(mt.get_backend)

    # A thread that asyncio starts runs in the context of the task that asked for it.
    assert asyncio.run(main()) == ("numpy", "strict")
    seen = []
    with mt.use_backend("strict"):
        thread = threading.Thread(target=lambda: seen.append(mt.get_backend()))
        thread.start()
        thread.join()
    assert seen == ["numpy"]


def test_one_object_serves_many_blocks_and_threads(fresh):
    strict, barrier, seen = mt.use_backend("strict"), threading.Barrier(2), []

    def work(first):
        with strict:
            barrier.wait(10)
            with strict:
                pass
            seen.append(mt.get_backend())
            if first:
                barrier.wait(10)
        if not first:
            seen.append(mt.get_backend())
            barrier.wait(10)

    threads = [threading.Thread(target=work, args=(first,)) for first in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == ["numpy", "strict", "strict"]
    assert mt.get_backend() == "numpy"


# As a decorator.
def test_an_async_def_runs_in_the_block(fresh):
    @mt.use_backend("strict")
    async def task(n):
        """Waits."""
        await asyncio.sleep(0)
        return [mt.get_backend(), *(await task(n - 1) if n else [])]

    async def main():
        names = await asyncio.gather(task(0), task(1))
        return names, mt.get_backend()

    assert asyncio.run(main()) == ([["strict"], ["strict", "strict"]], "numpy")
    assert (task.__name__, task.__doc__) == ("task", "Waits.")
    assert asyncio.iscoroutinefunction(task)


def test_a_method_and_a_partial_function_are_decorated(fresh):
    class Holder:
        @mt.use_backend("strict")
        def ask(self, *, more=0):
            return mt.get_backend(), more

    assert Holder().ask(more=2) == ("strict", 2)
    assert mt.use_backend("strict")(functools.partial(Holder().ask, more=3))() == ("strict", 3)
    assert mt.get_backend() == "numpy"


def test_an_error_in_a_decorated_function_ends_the_block(fresh):
    @mt.use_backend("strict")
    def fail():
        raise KeyError(mt.get_backend())

    with pytest.raises(KeyError, match="strict"):
        fail()
    assert mt.get_backend() == "numpy"


def test_the_backend_is_looked_for_when_the_block_begins(fresh):
    decorated = mt.use_backend("nunpy")(lambda: None)
    with pytest.raises(mt.errors.BackendNameError, match="there is no backend 'nunpy'"):
        decorated()
    assert mt.get_backend() == "numpy"


def test_a_generator_is_not_decorated(fresh):
    async def async_steps():
        yield 1

    for steps in (holding, async_steps):
        with pytest.raises(InputError, match=rf"^use_backend decorates no generator, such as {steps.__name__}: "):
            mt.use_backend("strict")(steps)


@pytest.mark.parametrize("what", [3, None, staticmethod(len), property(len)])
def test_it_decorates_functions_alone(what):
    with pytest.raises(InputError, match=r"^use_backend decorates a function; move it below the \w+$"):
        mt.use_backend("numpy")(what)
