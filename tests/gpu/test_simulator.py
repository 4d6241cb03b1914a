"""What the simulator does right, and every crime that it finds, with the whole message."""

import subprocess
import sys

import crimes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor import errors
from minitensor.gpu import cuda, kernel, simulator, uninitialised
from minitensor.gpu.source import source_of


def zeros(*shape, dtype="float32"):
    return np.zeros(shape, dtype)


def place(crime, line):
    """``crimes.py:12: the line``, for the line of a kernel that has this text; "2|text" for the second such line."""
    which, _, text = line.rpartition("|")
    source = source_of(crime.function)
    found = [number for number, each in enumerate(source.lines, source.line) if each.strip() == text]
    return source.at(found[int(which or 1) - 1])


OUT, BARRIER, RACE = errors.OutOfBoundsError, errors.BarrierError, errors.DataRaceError
CRIMES = [
    (
        crimes.no_guard, (2, 4), (zeros(6), 6), OUT,
        "{x[i] = 1.0}\nthread 2 of block 1 writes x[6], but the indices of x go from 0 to 5; threads without an "
        "element "
        "of their own must be kept out: if i < n: ...",
    ),
    (
        crimes.before_the_start, (2, 4), (zeros(6), 6), OUT,
        "{x[i] = x[i - 1]}\nthread 0 of block 0 reads x[-1], but the indices of x go from 0 to 5; on a GPU a negative "
        "index does not count from the end, it lies before the array; keep it out: if i - 1 >= 0: ...",
    ),
    (
        crimes.swapped, (1, (4, 4)), (zeros(3, 2), 3, 2), OUT,
        "{x[col, row] = 1.0}\nthread (0, 2) of block 0 touches x[0, 2], but the indices on axis 1 of x, of shape (3, "
        "2), "
        "go from 0 to 1; the other way round it would fit: are row and column swapped?",
    ),
    (
        crimes.swapped, (1, (4, 4)), (zeros(3, 3), 4, 3), OUT,
        "{x[col, row] = 1.0}\nthread (0, 3) of block 0 touches x[0, 3], but the indices on axis 1 of x, of shape (3, "
        "3), "
        "go from 0 to 2; the guard `row < m` lets it through: it must be the size of x that is compared with",
    ),
    (
        crimes.divergent, ((1, 2), 4), (zeros(6), 3), BARRIER,
        "{cuda.syncthreads()}\nthread 0 of block (0, 0) waits at this barrier, but thread 3 has ended, and what a GPU "
        "then does is undefined: it may go on without it, or wait for ever; every thread of a block must come to the "
        "same barrier: move cuda.syncthreads() out of the if, and guard reads and writes instead of returning early",
    ),
    (
        crimes.two_barriers, (1, 4), (zeros(6), 3), BARRIER,
        "{cuda.syncthreads()}\nthread 0 of block 0 waits at this barrier, but thread 3 waits at "
        "{2|cuda.syncthreads()}, and what a GPU then does is undefined[...]",
    ),
    (
        crimes.no_first_barrier, (1, 8), (zeros(8), zeros(8)), RACE,
        "data race on tile[7] of shared memory:\n  thread 7 of block 0 writes it: {tile[i] = x[i]}\n"
        "  thread 0 of block 0 reads it: {out[i] = tile[SIZE - 1 - i]}\nnothing says which comes first; put "
        "cuda.syncthreads() between the two, also where the second is in the next round of a loop",
    ),
    (
        crimes.no_second_barrier, (1, 8), (zeros(3, 8), zeros(8), 3), RACE,
        "data race on tile[7] of shared memory:\n  thread 7 of block 0 writes it: {tile[i] = x[start, i]}\n"
        "  thread 0 of block 0 reads it: {total += tile[SIZE - 1 - i]}\nnothing says which comes first; put "
        "cuda.syncthreads() between the two, also where the second is in the next round of a loop",
    ),
    (
        crimes.all_write_one, (1, (4, 2)), (zeros(1),), RACE,
        "data race on x[0] of global memory:\n  thread (3, 1) of block 0 writes it: {x[0] = cuda.threadIdx.x}\n"
        "  thread (0, 0) of block 0 writes it: {x[0] = cuda.threadIdx.x}\nnothing says which comes first; give each "
        "element to one thread",
    ),
    (
        crimes.all_write_one, ((1, 2), 1), (zeros(1),), RACE,
        "data race on x[0] of global memory:\n  thread 0 of block (0, 0) writes it: {x[0] = cuda.threadIdx.x}\n"
        "  thread 0 of block (0, 1) writes it: {x[0] = cuda.threadIdx.x}\nnothing says which comes first; blocks run "
        "in any order and never wait for each other: give each element to one thread of one block",
    ),
    (
        crimes.neighbours_in_place, (2, 4), (zeros(8), 8), RACE,
        "data race on x[1] of global memory:\n  thread 1 of block 0 writes it: {x[i] = x[i + 1]}\n"
        "  thread 0 of block 0 reads it: {x[i] = x[i + 1]}\nnothing says which comes first; write to a second array, "
        "which no thread of this launch reads",
    ),
    (
        crimes.neighbours_in_place, (8, 1), (zeros(8), 8), RACE,
        "data race on x[1] of global memory:\n  thread 0 of block 0 reads it: {x[i] = x[i + 1]}\n"
        "  thread 0 of block 1 writes it: {x[i] = x[i + 1]}\n[...]",
    ),
    (
        crimes.half_atomic, (1, 8), (zeros(2),), RACE,
        "data race on x[0] of global memory:\n  thread 3 of block 0 writes it: {x[0] = x[1]}\n"
        "  thread 0 of block 0 adds to it: {cuda.atomic_add(x, 0, 1.0)}\nnothing says which comes first; put "
        "cuda.syncthreads() between the two, also where the second is in the next round of a loop; that is enough as "
        "long as the grid is one block",
    ),
    (
        crimes.never_ends, (1, 8), (zeros(8), 3), errors.StepLimitError,
        "{while i < n:}\nthread 0 of block 0 has gone round this loop 1,000 times and not left it; is its condition "
        "ever "
        "false, and does it change inside the loop?",
    ),
    (
        crimes.adds_to_nothing, (1, 8), (uninitialised((4,)), 4), errors.UnwrittenError,
        "{out[i] += 1.0}\nthread 0 of block 0 reads out[0] of global memory, which nobody has written; write it first, "
        "or hand the kernel an array that is filled, such as zeros(...)",
    ),
    (
        crimes.lonely_shuffle, (1, 8), (zeros(8),), BARRIER,
        "{x[i] = cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1)}\nthread 0 of block 0 waits at this shuffle, but thread 4 "
        "went another way at {if i < 4:}, and what a GPU then does is undefined: it may go on without it, or wait for "
        "ever; every thread that the mask names must come to the same shuffle: move it out of the if, or let the mask "
        "name those that come, 0xf",
    ),
    (
        crimes.shuffle_past_the_block, (1, 8), (zeros(8),), BARRIER,
        "{x[i] = cuda.shfl_xor_sync(0xFFFFFFFF, x[i], 16)}\nthread 0 of block 0 uses what a shuffle gave it; it asked "
        "for it here, and asks lane 16 of its warp, which does not exist, so the value is undefined; launch blocks of "
        "32 threads, or a multiple, or give the width, or do not use the value",
    ),
    (
        crimes.float_into_int, (1, 8), (zeros(8, dtype="int32"),), errors.TranslationError,
        "{x[cuda.threadIdx.x] = 0.5}\nx is int32, and 0.5 is float32; write np.int32(...)[...]",
    ),
    (
        crimes.float_as_index, (1, 8), (zeros(8),), errors.TranslationError,
        "{x[cuda.threadIdx.x / 2] = 1.0}\nan index is a whole number; here it is float64: write int(...), or // for /",
    ),
    (
        crimes.too_much_shared, (1, 8), (zeros(8),), errors.LaunchError,
        "{tile = cuda.shared_memory(np.float32, 16_384)}\ntile brings shared memory to 65,536 bytes; a block has "
        "49,152, so take a smaller tile",
    ),
    (
        crimes.a_row_at_a_time, (1, 8), (zeros(8, 8),), errors.TranslationError,
        "{x[cuda.threadIdx.x] = 0.0}\n[...]",
    ),
    (
        crimes.writes_before_the_start, (1, 8), (zeros(8),), OUT,
        "{x[cuda.threadIdx.x - 1] = 1.0}\nthread 0 of block 0 writes x[-1], but[...]",
    ),
    (
        crimes.left_of_the_row, (1, 2), (zeros(2, 2),), OUT,
        "{x[row, 0] = x[row, row - 1]}\nthread 0 of block 0 touches x[0, -1], but the indices on axis 1 of x, of shape "
        "(2, 2), go from 0 to 1; on a GPU a negative index[...]",
    ),
    (
        crimes.reads_what_another_block_wrote, (2, 1), (zeros(1), zeros(1)), RACE,
        "data race on x[0] of global memory:\n  thread 0 of block 0 writes it: {x[0] = 1.0}\n"
        "  thread 0 of block 1 reads it: {out[0] = x[0]}\n[...]",
    ),
    (
        crimes.another_name, (1, 8), (zeros(8),), RACE,
        "data race on x[0] of global memory:\n  thread 7 of block 0 writes it: {y[0] = y[1]}\n"
        "  thread 0 of block 0 writes it: {y[0] = y[1]}\n[...]",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("crime", "shape", "arguments", "kind", "message"), CRIMES, ids=lambda each: getattr(each, "name", "")
)
def test_a_crime_is_named_with_thread_block_array_index_line_and_fix(
    monkeypatch, crime, shape, arguments, kind, message
):
    monkeypatch.setattr(simulator, "ROUNDS", 1000)
    parts = message.replace("}", "{").split("{")
    parts[1::2] = [place(crime, line) for line in parts[1::2]]
    before = [np.array(x) for x in arguments]
    with pytest.raises(kind) as caught:
        crime[shape](*arguments)
    whole = "".join(parts)
    told = str(caught.value)
    assert told.startswith(whole.removesuffix("[...]")) if whole.endswith("[...]") else told == whole
    assert isinstance(caught.value, errors.KernelError)
    for x, y in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(x, y)  # nothing was changed


def test_a_whole_number_divided_by_0_is_0_as_cupy_has_it():
    x = zeros(5)
    crimes.divides_integers[1, 5](x)
    assert x.tolist() == [-1, -1, 0, 1, 0]


def test_a_kernel_that_failed_can_be_launched_again():
    x = zeros(8)
    with pytest.raises(errors.OutOfBoundsError):
        crimes.no_guard[2, 5](x, 8)
    crimes.no_guard[2, 4](x, 8)
    assert x.tolist() == [1.0] * 8


@kernel
def who_am_i(out):
    x, y, z = cuda.grid(3)
    across, down, _ = cuda.gridsize(3)
    me = (z * down + y) * across + x
    out[me, 0] = cuda.threadIdx.x + cuda.blockDim.x * (cuda.threadIdx.y + cuda.blockDim.y * cuda.threadIdx.z)
    out[me, 1] = cuda.blockIdx.x + cuda.gridDim.x * (cuda.blockIdx.y + cuda.gridDim.y * cuda.blockIdx.z)
    out[me, 2] = cuda.laneid()


sides = st.tuples(*[st.integers(1, 3)] * 3)


@given(grid=sides, block=sides)
def test_every_thread_of_every_block_runs_once_and_knows_where_it_is(grid, block):
    blocks, threads = np.prod(grid), np.prod(block)
    out = np.full((blocks * threads, 3), -1)
    who_am_i[grid, block](out)
    pairs = sorted(map(tuple, out[:, :2].tolist()))
    assert pairs == sorted((t, b) for t in range(threads) for b in range(blocks))
    np.testing.assert_array_equal(out[:, 2], out[:, 0] % 32)
    # The thread of highest number sits at the far corner of the block, and the last block at that of the grid.
    corners = out.reshape(*(g * b for g, b in zip(grid[::-1], block[::-1], strict=True)), 3)
    assert corners[-1, -1, -1].tolist() == [threads - 1, blocks - 1, (threads - 1) % 32]
    assert corners[0, 0, min(1, block[0] - 1)].tolist()[0] == min(1, block[0] - 1)


@kernel
def reversed_by_block(x, out, n):
    tile = cuda.shared_memory(np.float32, 8)
    i, at = cuda.grid(1), cuda.threadIdx.x
    tile[at] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = tile[cuda.blockDim.x - 1 - at]


def test_shared_memory_is_the_blocks_own():
    x, out = np.arange(16, dtype="float32"), zeros(16)
    launch = reversed_by_block[2, 8](x, out, 16)
    np.testing.assert_array_equal(out, x.reshape(2, 8)[:, ::-1].reshape(-1))
    assert launch.counters.barriers == 2


@kernel
def warp_sums(x, out):
    value = x[cuda.grid(1)]
    step = 16
    while step > 0:
        value += cuda.shfl_down_sync(0xFFFFFFFF, value, step)
        step //= 2
    if cuda.laneid() == 0:
        out[cuda.grid(1) // 32] = value


@kernel
def shuffled(x, out, way):
    i = cuda.threadIdx.x
    value = x[i]
    if way == 0:
        value = cuda.shfl_down_sync(0xFFFFFFFF, value, 3, width=8)
    elif way == 1:
        value = cuda.shfl_up_sync(0xFFFFFFFF, value, 3, width=8)
    elif way == 2:
        value = cuda.shfl_xor_sync(0xFFFFFFFF, value, 5)
    else:
        value = cuda.shfl_sync(0xFFFFFFFF, value, 5, width=8)
    out[i] = value


def test_shuffles_move_values_between_lanes():
    x = np.arange(64, dtype="int64")
    lane, group = x % 8, x // 8 * 8
    expected = [np.where(lane + 3 < 8, x + 3, x), np.where(lane >= 3, x - 3, x), x ^ 5, group + 5]
    for way, right in enumerate(expected):
        out = np.zeros_like(x)
        shuffled[1, 64](x, out, way)
        np.testing.assert_array_equal(out, right)


def test_a_warp_adds_up_by_shuffles():
    x, out = np.arange(64, dtype="float32"), zeros(2)
    warp_sums[1, 64](x, out)
    assert out.tolist() == [sum(range(32)), sum(range(32, 64))]


@kernel
def count_up(x, out):
    old = cuda.atomic_add(out, x[cuda.grid(1)], 2)
    x[cuda.grid(1)] = old


def test_atomic_add_is_no_race_and_returns_what_was_there():
    x, out = np.array([0, 1, 0, 0, 1, 1], "int32"), np.array([10, 20], "int32")
    launch = count_up[2, 3](x, out)
    assert out.tolist() == [16, 26]
    assert x.tolist() == [10, 20, 12, 14, 22, 24]
    assert launch.counters.atomics == 6


@kernel
def third(x, y):
    i = cuda.grid(1)
    y[i] = x[i] / 3 + cuda.exp(x[i]) * 0.1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_keep_their_dtype_and_numbers_written_out_take_it(dtype):
    x = np.linspace(-2, 2, 16).astype(dtype)
    y = np.zeros_like(x)
    third[1, 16](x, y)
    exp = np.exp(x.astype("float64")).astype(dtype)  # rounded once
    np.testing.assert_array_equal(y, x / 3 + exp * x.dtype.type(0.1))
    assert y.dtype == dtype


@kernel
def doubled(x):
    x[cuda.grid(1)] += x[cuda.grid(1)]


def test_small_integers_overflow_and_floats_do_not_warn():
    x, y = np.array([100, 60], "int8"), np.array([3e38, 1], "float32")
    doubled[1, 2](x)
    doubled[1, 2](y)
    assert x.tolist() == [-56, 120]
    assert y.tolist() == [np.inf, 2]


def test_uninitialised_survives_copies_and_views_and_may_stay_partly_unwritten():
    x = uninitialised((2, 3), "float64").copy()
    assert np.isnan(x.numpy()).all()
    with pytest.raises(errors.UnwrittenError, match=r"reads out\[4\] of"):
        crimes.adds_to_nothing[1, 8](mt.as_tensor(np.concatenate([np.zeros(4), x.reshape(6).numpy()])), 10)
    y = uninitialised((6,))
    crimes.no_guard[1, 4](y, 4)
    assert y.numpy()[:4].tolist() == [1.0] * 4
    with pytest.raises(errors.UnwrittenError, match=r"reads out\[4\] of"):
        crimes.adds_to_nothing[1, 8](y, 6)


def test_uninitialised_is_like_another_tensor(backend):
    like = mt.ones((1,), "float64")
    with mt.use_backend("numpy"):
        made = uninitialised((2, 3), like=like)
        assert (made.backend, made.dtype, made.shape) == (backend, "float64", (2, 3))
        assert uninitialised((2,), "float32", like=like).dtype == uninitialised((2,)).dtype == "float32"
    assert np.isnan(made.to("numpy").numpy()).all()


def test_uninitialised_needs_a_float():
    with pytest.raises(errors.DTypeError, match="int64 has no NaN to be marked with; use float32 or float64, or zeros"):
        uninitialised((2,), "int64")


def test_cuda_means_nothing_outside_of_a_kernel():
    with pytest.raises(errors.KernelError, match=r"cuda.threadIdx has no meaning outside of a kernel"):
        _ = cuda.threadIdx
    with pytest.raises(AttributeError, match=r"cuda has no 'syncthread'; it has absolute, arccos"):
        cuda.syncthread()


def test_the_simulator_needs_numpy_alone():
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['greenlet', 'cupy', 'numba', 'rich', 'matplotlib', 'sklearn']))\n"
        "import numpy as np\n"
        "from minitensor.matrix_product.kernels import matmul_tiled\n"
        "x = np.ones((16, 16), 'float32')\n"
        "matmul_tiled[1, (16, 16)](x, x, x.copy(), 16, 16, 16)\n"
        "print('ran')\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert told.stdout == "ran\n", told.stderr
