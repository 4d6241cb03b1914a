"""The shim itself: what a GPU does that a processor does not by itself."""

import numpy as np
import pytest

from minitensor.gpu import cuda, kernel
from minitensor.gpu.device import MATHS
from minitensor.gpu.written import written

SMALL = {"float32": 1e-39, "float64": 1e-310}
FULL = 0xFFFFFFFF


@kernel
def small_numbers(x, out):
    out[0] = x[0]
    out[1] = x[0] + x[0]
    out[2] = x[1] * x[2]
    out[3] = -x[0]
    out[4] = 1.0 if x[0] > 0 else 0.0
    out[5] = x[0] if x[1] > 0 else x[1]
    out[6] = 1.0 if x[0] else 0.0
    out[7] = 1.0 if not x[0] else 0.0
    out[8] = cuda.absolute(x[0])
    out[9] = cuda.copysign(x[0], x[3])
    out[10] = cuda.maximum(x[0], x[1] * 0)
    out[11] = 1.0 / x[0]


@pytest.mark.parametrize("dtype", SMALL)
def test_small_float32_numbers_are_flushed_and_small_float64_numbers_are_not(shim, dtype):
    small = np.dtype(dtype).type(SMALL[dtype])
    root = np.sqrt(np.finfo(dtype).tiny) / np.dtype(dtype).type(16)
    x = np.array([small, root, root, -1], dtype)
    _, out = shim.run(small_numbers, 1, 1, x, np.full(12, np.nan, dtype))
    assert 0 < root * root < np.finfo(dtype).tiny
    if dtype == "float32":
        expected = [small, 0, 0, 0, 0, small, 0, 1, 0, -small, 0, np.inf]
        assert np.signbit(out[3])
    else:
        expected = [small, 2 * small, root * root, -small, 1, small, 1, 0, small, -small, small, np.inf]
    np.testing.assert_array_equal(out, np.array(expected, dtype))


@kernel
def across_types(x, d, out):
    out[0] = np.float64(x[0])
    out[1] = np.float64(np.float32(d[0]))
    out[2] = d[0] + x[1]
    d[1] = d[0]


def test_a_small_number_is_flushed_on_its_way_from_or_to_float32(shim):
    small, less = np.float32(1e-39), 1e-310
    x, d, out = shim.run(across_types, 1, 1, np.array([small, 0], "f4"), np.array([less, 0]), np.ones(3))
    np.testing.assert_array_equal(out, [0, 0, less])
    assert (x[0], d[1]) == (small, less)


@kernel
def to_whole_numbers(x, d, i32, u8, i64, u32):
    at = cuda.threadIdx.x
    i32[at] = np.int32(x[at])
    u8[at] = np.uint8(x[at])
    i64[at] = np.int64(d[at])
    u32[at] = np.uint32(d[at])


def test_floats_become_whole_numbers_as_ptx_converts_them(shim):
    x = np.array([-1.5, 2.9, 1e30, -np.inf, np.nan, 300], "float32")
    made = [np.zeros(6, dtype) for dtype in ("int32", "uint8", "int64", "uint32")]
    _, _, *out = shim.run(to_whole_numbers, 1, 6, x, x.astype("float64"), *made)
    most = 2**31 - 1
    assert out[0].tolist() == [-1, 2, most, -most - 1, 0, 300]
    assert out[1].tolist() == [0, 2, 255, 0, 0, 300 - 256]
    assert out[2].tolist() == [-1, 2, 2**63 - 1, -(2**63), 0, 300]
    assert out[3].tolist() == [0, 2, 2**32 - 1, 0, 0, 300]


@kernel
def whole_numbers(x, y, out):
    out[0] = x[0] * x[0]
    out[1] = x[1] // y[0]
    out[2] = x[1] % y[0]
    out[3] = x[0] // y[1]
    out[4] = x[0] % y[1]


def test_overflow_and_divisions_that_stop_a_processor(shim):
    x, y = np.array([50_000, -(2**31)], "int32"), np.array([-1, 0], "int32")
    *_, out = shim.run(whole_numbers, 1, 1, x, y, np.ones(5, "int32"))
    assert out.tolist() == [50_000**2 - 2**32, -(2**31), 0, 0, 0]


@kernel
def every_atomic(x, u, f, seen):
    seen[0] = cuda.atomic_add(x, 0, 5)
    seen[1] = cuda.atomic_sub(x, 1, 5)
    seen[2] = cuda.atomic_exch(x, 2, 5)
    seen[3] = cuda.atomic_min(x, 3, 5)
    seen[4] = cuda.atomic_max(x, 4, 5)
    seen[5] = cuda.atomic_and(x, 5, 5)
    seen[6] = cuda.atomic_or(x, 6, 5)
    seen[7] = cuda.atomic_xor(x, 7, 5)
    seen[8] = cuda.atomic_cas(x, 8, 12, 5)
    seen[9] = cuda.atomic_cas(x, 9, 11, 5)
    cuda.atomic_inc(u, 0, np.uint32(12))
    cuda.atomic_inc(u, 1, np.uint32(13))
    cuda.atomic_dec(u, 2, np.uint32(13))
    cuda.atomic_dec(u, 3, np.uint32(11))
    cuda.atomic_add(f, 0, 0.5)
    cuda.atomic_exch(f, 1, 0.5)


def test_atomics(shim):
    twelve = [np.full(10, 12, "int32"), np.full(4, 12, "uint32"), np.full(2, 12, "float32")]
    x, u, f, seen = shim.run(every_atomic, 1, 1, *twelve, np.zeros(10, "int32"))
    assert x.tolist() == [17, 7, 5, 5, 12, 4, 13, 9, 5, 12]
    assert u.tolist() == [0, 13, 11, 11]
    assert f.tolist() == [12.5, 0.5]
    assert seen.tolist() == [12] * 10


@kernel
def swap_uint16(x):
    cuda.atomic_cas(x, 0, np.uint16(3), np.uint16(60_000))


def test_atomic_cas_of_uint16_needs_no_gpu_to_be_translated(shim):
    assert shim.run(swap_uint16, 1, 1, np.array([3, 3], "uint16"))[0].tolist() == [60_000, 3]


@kernel
def small_sums(x, out):
    tile = cuda.shared_memory(np.float32, 1)
    tile[0] = x[0]
    cuda.atomic_add(tile, 0, x[1])
    cuda.atomic_add(x, 0, x[1])
    out[0] = tile[0]


def test_atomics_flush_in_global_memory_and_not_in_shared_memory(shim):
    small = np.float32(1e-39)
    x, out = shim.run(small_sums, 1, 1, np.array([small, small], "float32"), np.ones(1, "float32"))
    assert x[0] == 0
    assert out[0] == small + small


@kernel
def counts(seen, x, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(seen, x[i], 1)


@pytest.mark.thorough
def test_threads_of_the_operating_system_count_the_same(shim):
    x = np.random.default_rng(0).integers(0, 5, 100).astype("int32")
    call = shim.Call(shim.translated(counts, ["int32[:]", "int32[:]", "int32"]), 2, 64, (np.zeros(5, "i4"), x, 100))
    said, [[seen, _]] = shim.sanitized([call], "thread")
    assert said == ""
    np.testing.assert_array_equal(seen, np.bincount(x))
    np.testing.assert_array_equal(shim.run_all([call])[0][0], seen)


@kernel
def shuffles(x, out):
    i = cuda.threadIdx.x
    out[0, i] = cuda.shfl_sync(FULL, x[i], 33)
    out[1, i] = cuda.shfl_sync(FULL, x[i], 3, width=8)
    out[2, i] = cuda.shfl_up_sync(FULL, x[i], 3, width=8)
    out[3, i] = cuda.shfl_down_sync(FULL, x[i], 3, width=8)
    out[4, i] = cuda.shfl_xor_sync(FULL, x[i], 5)
    out[5, i] = cuda.shfl_xor_sync(FULL, x[i], 12, width=8)
    if cuda.laneid() < 16:
        out[6, i] = cuda.shfl_down_sync(0xFFFF, x[i], 1)
    else:
        out[6, i] = cuda.shfl_up_sync(0xFFFF0000, x[i], 1)
    cuda.syncwarp()
    cuda.syncwarp(mask=0xFFFFFFFF)


def test_shuffles_with_masks_and_widths(shim):
    i = np.arange(64)
    out = shim.run(shuffles, 1, 64, i.astype("int32"), np.full((7, 64), -7, "int32"))[1]
    lane, first, half = i % 8, i // 8 * 8, i % 32
    np.testing.assert_array_equal(out[0], i // 32 * 32 + 1)
    np.testing.assert_array_equal(out[1], first + 3)
    np.testing.assert_array_equal(out[2], np.where(lane < 3, i, i - 3))
    np.testing.assert_array_equal(out[3], np.where(lane + 3 < 8, i + 3, i))
    np.testing.assert_array_equal(out[4], i ^ 5)
    # PTX: a lane beyond its own group of `width` is not read, one in a group before it is.
    np.testing.assert_array_equal(out[5], np.where((i ^ 12) // 8 > i // 8, i, i ^ 12))
    known = (half < 15) | (half > 16)  # the two in the middle ask a lane that is not in the mask
    np.testing.assert_array_equal(out[6][known], np.where(half < 16, i + 1, i - 1)[known])


@kernel
def turned(x, out, n):
    tile = cuda.shared_memory(np.float32, None)
    i = cuda.grid(1)
    if i < n:
        tile[cuda.threadIdx.x] = x[i]
    cuda.syncthreads()
    out[i] = tile[cuda.blockDim.x - 1 - cuda.threadIdx.x]


def test_dynamic_shared_memory_is_rubbish_at_first(shim):
    x = np.arange(16, dtype="float32")
    _, out = shim.run(turned, 2, 8, x, np.zeros(16, "float32"), 14, shared_bytes=32)
    expected = x.reshape(2, 8)[:, ::-1].copy()
    expected[1, :2] = np.nan
    np.testing.assert_array_equal(out, expected.reshape(-1))


@kernel
def unwritten(out, n):
    tile = cuda.shared_memory(np.float32, 4)
    if n < 0:
        tile[0] = out[0]
    cuda.syncthreads()
    out[cuda.threadIdx.x] = tile[cuda.threadIdx.x]


def test_shared_memory_is_rubbish_at_first(shim):
    assert np.isnan(shim.run(unwritten, 1, 4, np.zeros(4, "float32"), 1)[0]).all()


@kernel
def beyond(x, n):
    x[n] = 1.0


def test_a_write_beyond_an_array_is_seen(shim):
    for at in (4, -1):
        with pytest.raises(AssertionError, match="the array was written"):
            shim.run(beyond, 1, 1, np.zeros(4, "float32"), at)


@kernel
def for_ever(x):
    if cuda.threadIdx.x == 0:
        x[0] = cuda.shfl_sync(FULL, x[0], 1)
    else:
        cuda.syncthreads()


def test_threads_that_wait_for_each_other_are_seen(shim):
    with pytest.raises(shim.Deadlock):
        shim.run(for_ever, 1, 32, np.zeros(1, "float32"))


@kernel
def four_at_once(x, out, n):
    tile = cuda.shared_memory(np.float32, 128)
    i = 4 * cuda.threadIdx.x
    a, b, c, d = cuda.load4(x, i)
    cuda.store4(tile, i, d, c, b, a)
    cuda.syncthreads()
    four = cuda.load4(tile, (i + 4) % n)
    cuda.store4(out, i, four[0], four[1] * 2, 7, four[3])


def test_four_numbers_in_one_access(shim):
    x = np.arange(128, dtype="float32")
    _, out = shim.run(four_at_once, 1, 32, x, np.zeros(128, "float32"), 128)
    expected = np.roll(x.reshape(32, 4)[:, ::-1], -1, axis=0) * np.array([1, 2, 1, 1], "float32")
    expected[:, 2] = 7
    np.testing.assert_array_equal(out, expected.reshape(-1))
    for types in (["float64[:]", "float32[:]", "int32"], ["float32[:, :]", "float32[:]", "int32"]):
        with pytest.raises(shim.Refused, match=r"cuda.load4 takes a float32 array with one axis"):
            shim.translated(four_at_once, types)


@kernel(device=True)
def squared(x):
    return x * x


@kernel(device=True)
def length(x, y):
    return cuda.sqrt(squared(x) + squared(y))


@kernel
def lengths(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = length(x[i, 0], x[i, 1])


def test_device_functions_come_along(shim):
    x = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    _, out = shim.run(lengths, 2, 16, x, np.zeros(20, "float32"), 20)
    np.testing.assert_array_equal(out, np.sqrt(x[:, 0] * x[:, 0] + x[:, 1] * x[:, 1]))
    assert shim.translated(lengths, ["float32[:, :]", "float32[:]", "int32"]).count("__device__") == 2


@kernel(device=True)
def endless(x):
    return endless(x) if x > 0 else x


@kernel
def never(x):
    x[0] = endless(x[0])


def test_a_device_function_that_calls_itself_is_refused(shim):
    with pytest.raises(shim.Refused, match="Recursive function is not supported"):
        shim.translated(never, ["float32[:]"])


@kernel
def least(x, out, n):
    best, worst, wide = np.inf, -np.inf, np.float64(np.inf)
    for i in range(n):
        best = min(best, x[i])
        worst = max(worst, x[i])
    out[0] = best
    out[1] = worst
    out[2] = np.float32(wide)
    out[3] = np.nan


def test_infinity(shim):
    x = np.random.default_rng(0).normal(size=9).astype("float32")
    _, out = shim.run(least, 1, 1, x, np.zeros(4, "float32"), 9)
    np.testing.assert_array_equal(out, np.array([x.min(), x.max(), np.inf, np.nan], "float32"))


@kernel
def unrolled(x):
    for i in cuda.range(0, 4, unroll=True):
        x[i] += 1.0
    for i in cuda.range(4, unroll=2):
        x[i] += 1.0


def test_loops_that_are_unrolled(shim):
    assert "#pragma unroll(2)" in shim.translated(unrolled, ["float32[:]"])
    assert shim.run(unrolled, 1, 1, np.zeros(4, "float32"))[0].tolist() == [2.0] * 4


# What CuPy's JIT does not translate for a kind of number.
NOT_FOR = {"gcd": "f", "ldexp": "f", "sign": "f"}
DTYPES = ("uint8", "int16", "int32", "uint32", "int64", "float32", "float64")
ONE, TWO = "float32[:]", "float32[:, :]"
WITH_TYPES = [
    (every_atomic, ["int32[:]", "uint32[:]", ONE, "int32[:]"]), (swap_uint16, ["uint16[:]"]),
    (four_at_once, [ONE, ONE, "int32"]), (lengths, [TWO, ONE, "int32"]), (least, [ONE, ONE, "int32"]),
    (turned, [ONE, ONE, "int32"]), (shuffles, ["int32[:]", "int32[:, :]"]), (unrolled, [ONE]),
]  # fmt: skip


def test_all_that_cuda_has_compiles_for_a_gpu(shim, nvrtc):
    """With NVRTC, every function for every dtype; and CuPy's JIT refuses where it is said to."""
    sources = [shim.translated(*each) for each in WITH_TYPES]
    for name in sorted(MATHS):
        for dtype in DTYPES:
            two = getattr(np, name).nin == 2
            body = [f"y = cuda.{name}(x[0]{', x[1]' * two})", "x[0] = x[1] if y > 0 else x[0]"]
            made = written(f"{name}_{dtype}", "x", body, "every function")
            if np.dtype(dtype).kind in NOT_FOR.get(name, ""):
                with pytest.raises(shim.Refused):
                    shim.translated(made, [f"{dtype}[:]"])
            else:
                sources.append(shim.translated(made, [f"{dtype}[:]"]))
    made = shim.cubin(sources, "sm_75")
    assert len(made.kernels) == len(sources)
