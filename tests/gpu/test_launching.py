"""What a launch refuses before anything runs, and what it hands the kernel."""

import linecache

import numpy as np
import pytest

import minitensor as mt
from minitensor.errors import DeviceError, DTypeError, KernelError, LaunchError, MinitensorError
from minitensor.gpu import cuda, kernel


@kernel
def copy(x, out, n):
    """Copies."""
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i]


def zeros(*shape, dtype="float32"):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 1025), "block has 1,025 along x; it must be from 1 to 1,024"),
        ((1, (64, 32)), r"a block of \(64, 32, 1\) has 2,048 threads; 1,024 is the most, so take smaller blocks"),
        ((1, (1, 1, 65)), "block has 65 along z; it must be from 1 to 64"),
        ((1, 0), "block has 0 along x"),
        ((0, 8), "grid has 0 along x"),
        (((1, 2, 0), 8), "grid has 0 along z"),
        (((1, 65536), 8), "grid has 65,536 along y; it must be from 1 to 65,535"),
        ((-1, 8), "grid has -1 along x"),
        ((2.0, 8), "grid is 2.0; write a whole number or a tuple of up to three"),
        ((1, (1, 1, 1, 1)), r"block is \(1, 1, 1, 1\)"),
        (((), 1), r"grid is \(\)"),
        (3, r"copy\[3\]: write copy\[grid, block\]"),
        ((1, 2, 3, 4), r"copy\[\(1, 2, 3, 4\)\]: write"),
        ((1, 2, -1), "copy: -1 bytes of shared memory"),
        ((1, 2, 8.0), "copy: 8.0 bytes of shared memory"),
    ],
)
def test_a_grid_that_no_gpu_has(shape, message):
    with pytest.raises(LaunchError, match=message):
        copy[shape]


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((zeros(4), zeros(4)), LaunchError, r"copy takes 3 arguments \(x, out, n\), 2 were given"),
        ((zeros(4), zeros(4), 4, 5), LaunchError, "copy takes 3 arguments .*, 4 were given"),
        ((zeros(4), [0.0] * 4, 4), LaunchError, "copy: out is a list; a kernel takes tensors, arrays and numbers"),
        ((zeros(4), zeros(4), "4"), LaunchError, "copy: n is a str;"),
        ((zeros(4), zeros(4), None), LaunchError, "copy: n is a NoneType;"),
        ((zeros(4), zeros(4), 1j), LaunchError, "copy: n is a complex;"),
        ((zeros(4), zeros(4), np.array(4)), LaunchError, r"copy: n has no axes; hand over its number with .item\(\)"),
        ((zeros(4), zeros(4, dtype="float16"), 4), DTypeError, "copy: out is float16; a kernel takes bool, int8"),
        ((zeros(4, dtype="complex64"), zeros(4), 4), DTypeError, "copy: x is complex64"),
        ((zeros(4, dtype=object), zeros(4), 4), DTypeError, "copy: x is object"),
        ((zeros(8)[::2], zeros(4), 4), LaunchError, r"the elements of x, of shape \(4,\), are not in order in memory"),
        ((mt.zeros((4,)).expand(2, 4), zeros(4), 4), LaunchError, r"the elements of x, of shape \(2, 4\)"),
    ],
)
def test_arguments_that_no_kernel_takes(arguments, kind, message):
    with pytest.raises(kind, match=message) as caught:
        copy[1, 4](*arguments)
    assert isinstance(caught.value, MinitensorError)


def test_arrays_of_two_backends_do_not_meet():
    with mt.use_backend("strict"):
        elsewhere = mt.zeros((4,), "float32")
    with pytest.raises(DeviceError, match=r"copy: x on numpy, out on strict; bring them together"):
        copy[1, 4](zeros(4), elsewhere, 4)
    with pytest.raises(DeviceError, match="copy: its arrays are on strict; kernels run on NumPy or CuPy tensors"):
        copy[1, 4](elsewhere, elsewhere, 4)


def test_what_is_written_may_not_be_read_only_or_overlap():
    shared = zeros(8)
    with pytest.raises(LaunchError, match="copy writes to out, which shares memory with x; hand it a copy"):
        copy[1, 4](shared[:4], shared[2:6], 4)
    fixed = zeros(4)
    fixed.flags.writeable = False
    with pytest.raises(LaunchError, match="copy writes to out, which is read-only"):
        copy[1, 4](zeros(4), fixed, 4)
    copy[1, 4](fixed, shared[:4], 4)
    copy[1, 4](shared[:4], shared[:4], 4)  # the same array twice is one array


def test_one_array_under_two_names_is_still_one_array():
    @kernel
    def shift(x, out):
        i = cuda.grid(1)
        out[i] = x[i + 1]

    both = zeros(5)
    with pytest.raises(KernelError, match=r"data race on x\[1\]"):
        shift[1, 4](both, both)


def test_tensors_arrays_and_numbers_of_every_kind_arrive():
    x, out = mt.arange(6.0).astype("float32"), mt.zeros((6,), "float32")
    for n in (6, np.int64(6), np.uint8(6), 6.0, np.float32(6)):
        out[:] = 0.0
        copy[3, 2](x, out, n)
        assert out.tolist() == x.tolist()
    copy[1, 2](x, out.numpy(), True)
    for dtype in ("bool", "int8", "uint16", "int64", "uint64", "float64"):
        x, out = np.array([0, 1, 1]).astype(dtype), np.zeros(3, dtype)
        copy[1, 3](x, out, 3)
        np.testing.assert_array_equal(out, x)


def test_a_python_float_arrives_as_float32_and_numpys_as_it_is():
    @kernel
    def fill(out, value):
        out[cuda.grid(1)] = value

    out = zeros(1, dtype="float64")
    fill[1, 1](out, 0.1)
    assert out[0] == np.float32(0.1)
    fill[1, 1](out, np.float64(0.1))
    assert out[0] == 0.1


def test_one_kernel_serves_arrays_of_any_number_of_axes():
    @kernel
    def corner(x):
        x[1, 2, 3] = x[0, 1, 2] + 1

    x = np.arange(24.0).reshape(2, 3, 4)
    corner[1, 1](x)
    assert x[1, 2, 3] == 7
    with pytest.raises(KernelError, match="x has 2 axes; write x\\[row, col\\]"):
        corner[1, 1](zeros(2, 2))
    with pytest.raises(IndexError, match=r"touches x\[1, 2, 3\], but the indices on axis 2 of x, of shape \(2, 3, 3\)"):
        corner[1, 1](zeros(2, 3, 3))


def test_an_array_without_elements():
    copy[1, 4](zeros(0), zeros(0), 0)
    with pytest.raises(IndexError, match=r"reads x\[0\], but x has no elements"):
        copy[1, 4](zeros(0), zeros(0), 1)


def test_shapes_and_sizes_can_be_asked_in_a_kernel():
    @kernel
    def ask(x, out):
        out[0] = len(x)
        out[1] = x.shape[1]
        out[2] = x.size
        out[3] = x.ndim

    out = zeros(4, dtype="int64")
    ask[1, 1](zeros(3, 5), out)
    assert out.tolist() == [3, 5, 15, 2]


def test_what_kernels_cannot_say_is_named_before_anything_runs():
    @kernel
    def two_at_once(x):
        x[0] = x[1] = 1.0

    @kernel
    def by_slice(x):
        x[0:2] = 1.0

    @kernel
    def with_else(x):
        for _ in range(3):
            pass
        else:
            x[0] = 1.0

    @kernel
    def atomic_elsewhere(x):
        cuda.atomic_add(x.shape, 0, 1)

    @kernel
    def grown(x):
        tile = cuda.shared_memory(np.float32, len(x))
        tile[0] = 1.0

    messages = {
        two_at_once: r"give one name a value at a time: x\[0\] = ..., then x\[1\] = ...",
        by_slice: "a thread reads and writes single elements; give an index, not a slice",
        with_else: "a loop in a kernel has no else",
        grown: "the size of shared memory must be known before the kernel runs; write a number",
        shared_square: r"shared memory has one axis and a size fixed beforehand, not \(2, 2\)",
        atomic_elsewhere: r"write cuda.atomic_add\(array, index, value\)",
    }
    for each, message in messages.items():
        with pytest.raises(KernelError, match=rf"test_launching.py:\d+: .*\n.*{message}"):
            each[1, 1](zeros(4))


@kernel
def shared_square(x):
    tile = cuda.shared_memory(np.float32, (2, 2))
    tile[0] = x[0]


def test_a_kernel_is_launched_not_called_and_keeps_its_name():
    with pytest.raises(LaunchError, match=r"copy is a kernel; launch it over a grid of blocks: copy\[grid, block\]"):
        copy(zeros(4), zeros(4), 4)
    assert repr(copy) == "<kernel copy(x, out, n)>"
    assert copy.__doc__ == "Copies."
    assert repr(copy[(6, 1), 4](zeros(24), zeros(24), 24)) == "copy[(6, 1, 1), (4, 1, 1)]"


def typed_in(file):
    """A function whose text was in no file."""
    names = {"cuda": cuda}
    exec(compile("def typed_in(x):\n    x[0] = 1", file, "exec"), names)
    return names["typed_in"]


def test_a_kernel_without_source_is_refused():
    with pytest.raises(KernelError, match="typed_in: its source cannot be read; write kernels in a file or a notebook"):
        kernel(typed_in("<string>"))[1, 1](zeros(1))


def test_the_source_of_something_else_is_not_taken_for_a_kernels(monkeypatch):
    """Under `python -c` Python may keep that program's text under the name that typed-in code has too."""
    lines = ["print('something else')\n"]
    monkeypatch.setitem(linecache.cache, "<string>", (len(lines[0]), None, lines, "<string>"))
    with pytest.raises(KernelError, match="typed_in: its source cannot be read"):
        kernel(typed_in("<string>"))[1, 1](zeros(1))


def test_a_kernel_shows_its_text():
    assert copy.text.splitlines()[:2] == ["@kernel", "def copy(x, out, n):"]
    assert kernel(copy.function).text == copy.text
