"""The kernels for tiles of any size are the matrix product at every size, and say which sizes they cannot take."""

import numpy as np
import pytest
from gpu_reference import product as reference
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from minitensor.errors import InputError, ShapeError
from minitensor.matrix_product import tiling

SMALL = {
    "shared": tiling.tiled(5),
    "tiling_1d": tiling.tiling_1d(8, 2, 4),
    "tiling_2d": tiling.tiling_2d(16, 3, 4),
}
# Four numbers at a time; k and n are multiples of 4.
FOURS = {
    "vectorised": tiling.vectorised(16, 4, 4),
    "patches of 8": tiling.vectorised(32, 4, 8),
    "spread": tiling.vectorised(32, 4, 8, spread=True),
    "warp_tiling": tiling.warp_tiling(64, 4),
}


def check(design, m, k, n, seed=0):
    rng = np.random.default_rng(seed)
    a, b = (rng.normal(size=shape).astype("float32") for shape in ((m, k), (k, n)))
    c = np.full((m, n), np.nan, "float32")
    design.launch(a, b, c, m, k, n)
    exact, bound = reference(a, b)
    assert (abs(c - exact) <= bound).all()


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (13, 9, 17), (16, 8, 32), (5, 20, 7), (33, 3, 19)])
def test_sizes_round_a_tile(name, m, k, n):
    check(SMALL[name], m, k, n)


@pytest.mark.parametrize("name", SMALL)
@examples(10)
@given(sizes=st.tuples(*[st.integers(1, 21)] * 3), seed=st.integers(0, 99))
def test_every_kernel_is_the_matrix_product(name, sizes, seed):
    check(SMALL[name], *sizes, seed)


@pytest.mark.parametrize("name", FOURS)
@pytest.mark.parametrize(("m", "k", "n"), [(1, 4, 4), (13, 12, 20), (16, 8, 32), (65, 4, 68)])
def test_four_numbers_at_a_time(name, m, k, n):
    check(FOURS[name], m, k, n)


@pytest.mark.parametrize("name", FOURS)
def test_what_is_no_multiple_of_four_is_refused(name):
    a, b, c = np.ones((4, 6), "float32"), np.ones((6, 4), "float32"), np.ones((4, 4), "float32")
    with pytest.raises(ShapeError, match=r"loads four numbers at once: k and n are multiples of 4, but k is 6"):
        FOURS[name].launch(a, b, c, 4, 6, 4)
    with pytest.raises(ShapeError, match="counts in int32"):
        FOURS[name].launch(a, b, c, 2**16, 2**15, 4)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tiling.tiling_1d(64, 8, 16),
        lambda: tiling.tiling_2d(128, 8, 7),
        lambda: tiling.tiling_2d(16, 3, 2),
        lambda: tiling.vectorised(128, 8, 6),
        lambda: tiling.warp_tiling(96),
        lambda: tiling.warp_tiling(64, 6),
    ],
)
def test_tiles_that_do_not_fit_are_refused(wrong):
    with pytest.raises(InputError):
        wrong()
