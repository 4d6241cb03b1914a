"""The lines of a picture of memory go where the threads of the simulated launch went."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from pictures import cells, words

from minitensor import plot
from minitensor.errors import InputError
from minitensor.gpu import cuda, kernel
from minitensor.gpu.device import Dim3
from minitensor.gpu.report import Launch
from minitensor.gpu.source import source_of
from minitensor.plot.accesses import PALE
from minitensor.plot.style import BLUE, ORANGE


@kernel
def strided(x, out, stride):
    tile = cuda.shared_memory(np.float32, 1024)
    i = cuda.threadIdx.x
    tile[i * stride] = x[i * stride]
    out[i] = tile[i * stride]


def launch(stride, threads=32, dtype="float32"):
    return strided[1, threads](np.ones(1024, dtype), np.zeros(threads, dtype), stride)


def ends(ax):
    """Where the line of each thread begins and ends."""
    (lines,) = ax.collections
    return np.array(lines.get_segments())


def by_color(ax, color):
    """The left upper corners of the filled cells of this colour."""
    return sorted(corner for corner, patch in cells(ax).items() if to_hex(patch.get_facecolor()) == color)


@pytest.mark.parametrize(
    ("stride", "told"),
    [
        (1, "4 sectors of 32 bytes: 128 bytes moved, 128 of them asked for (100%)"),
        (2, "8 sectors of 32 bytes: 256 bytes moved, 128 of them asked for (50%)"),
        (31, "32 sectors of 32 bytes: 1,024 bytes moved, 128 of them asked for (12.5%)"),
    ],
)
def test_each_line_ends_on_an_element_that_was_asked_for(stride, told):
    fig = plot.memory_access(launch(stride), array="x")
    (ax,) = fig.axes
    assert told in words(fig)
    blue, pale = by_color(ax, BLUE), by_color(ax, PALE)
    assert len(blue) == 32
    assert (len(blue) + len(pale)) % 8 == 0
    lines = ends(ax)
    assert (np.diff(lines[:, 0, 0]) > 0).all()  # thread by thread
    left, width = np.array(blue)[:, 0], cells(ax)[blue[0]].get_width()
    np.testing.assert_allclose(lines[:, 1, 0], left + width / 2, atol=1e-5)


@pytest.mark.parametrize(("stride", "rounds"), [(1, 1), (2, 2), (8, 8), (32, 32), (31, 1)])
def test_shared_memory_is_drawn_by_banks(stride, rounds):
    fig = plot.memory_access(launch(stride), array="tile", kind="store")
    (ax,) = fig.axes
    told = "no two words of one bank: 1 round"
    if rounds > 1:
        told = f"up to {rounds} words of one bank: {rounds} rounds, {rounds - 1} more than without conflicts"
    assert told in words(fig)
    asked = by_color(ax, ORANGE if rounds > 1 else BLUE)
    assert len(asked) == 32
    banks = np.round(ends(ax)[:, 1, 0] / (100 / 32) - 0.5).astype(int)
    assert banks.tolist() == [thread * stride % 32 for thread in range(32)]


def test_launches_are_drawn_one_below_the_other():
    fig = plot.memory_access(launch(1), launch(2, threads=16), array="x")
    first = source_of(strided.function).line
    assert [ax.get_title(loc="left") for ax in fig.axes] == [
        f"strided, load of x on line {first + 4}:  tile[i * stride] = x[i * stride]"
    ] * 2
    assert [len(ends(ax)) for ax in fig.axes] == [32, 16]


def test_a_line_can_be_chosen():
    first = source_of(strided.function).line
    fig = plot.memory_access(launch(1), array="tile", line=first + 5)
    assert "out[i] = tile[i * stride]" in fig.axes[0].get_title(loc="left")


def test_what_was_not_touched_cannot_be_drawn():
    first = source_of(strided.function).line
    with pytest.raises(
        InputError, match=f"strided made no load of 'out'; the simulator saw load of x on line {first + 4}"
    ):
        plot.memory_access(launch(1), array="out")
    with pytest.raises(InputError, match="strided made no load of 'x' on line 1; the simulator saw"):
        plot.memory_access(launch(1), array="x", line=1)
    on_gpu = Launch("strided", Dim3(1), Dim3(1), source_of(strided.function))
    with pytest.raises(InputError, match="strided made no load of 'x'; the simulator saw nothing"):
        plot.memory_access(on_gpu, array="x")
    with pytest.raises(InputError, match="give it at least one launch"):
        plot.memory_access(array="x")
