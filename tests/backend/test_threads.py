import pytest

import minitensor as mt
from minitensor.backend.threads import in_threads


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
