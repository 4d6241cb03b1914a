"""What kernels can say beyond reading and writing: device functions, atomics, tuples, pointers, wide loads, options."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from minitensor import errors
from minitensor.gpu import cuda, kernel
from minitensor.gpu.written import written


@kernel(device=True)
def clamped(x, low, high):
    if x < low:
        return low
    if x > high:
        return high
    return x


@kernel(device=True)
def both(x, y):
    return x + y, x - y


@kernel
def calls(x, out, n):
    i = cuda.grid(1)
    if i < n:
        total, difference = both(clamped(x[i], np.float32(-1), np.float32(1)), np.float32(2))
        out[i] = total * difference


def test_a_device_function_returns_by_any_way_and_any_number_of_values():
    x, out = np.linspace(-3, 3, 40).astype("float32"), np.zeros(40, "float32")
    launch = calls[2, 32](x, out, 40)
    cut = np.clip(x, -1, 1)
    np.testing.assert_array_equal(out, (cut + 2) * (cut - 2))
    assert launch.counters.flops == 40 * 3


@kernel(device=True)
def half_returned(x):
    if x > 0:
        return x


@kernel
def uses_nothing(x):
    i = cuda.grid(1)
    x[i] = half_returned(x[i])


def test_what_a_device_function_did_not_return_is_no_value():
    with pytest.raises(errors.UnwrittenError, match="thread 1 of block 0 uses what half_returned returns, to which"):
        uses_nothing[1, 2](np.array([1, -1], "float32"))


@kernel(device=True)
def endless(x):
    return endless(x)


@kernel
def calls_itself(x):
    x[0] = endless(x[0])


@kernel
def calls_a_kernel(x):
    calls(x, x, 1)


@kernel
def wrong_count(x):
    x[0] = clamped(x[0])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (calls_itself, "endless calls itself, which a kernel cannot"),
        (calls_a_kernel, "calls is a kernel, which is launched"),
        (wrong_count, r"clamped takes 3 arguments \(x, low, high\)"),
    ],
)
def test_calls_that_no_kernel_makes(wrong, message):
    with pytest.raises(errors.TranslationError, match=message):
        wrong[1, 1](np.zeros(2, "float32"))
    with pytest.raises(errors.LaunchError, match="clamped is a device function; a kernel calls it, and is launched"):
        clamped[1, 1](np.zeros(2, "float32"))
    with pytest.raises(errors.LaunchError, match="clamped is a device function"):
        clamped(1, 2, 3)


@kernel
def atomics(x, out, old, way):
    i = cuda.grid(1)
    found = x[i]
    if way == 0:
        found = cuda.atomic_add(out, 0, x[i])
    elif way == 1:
        found = cuda.atomic_sub(out, 0, x[i])
    elif way == 2:
        found = cuda.atomic_exch(out, 0, x[i])
    elif way == 3:
        found = cuda.atomic_min(out, 0, x[i])
    elif way == 4:
        found = cuda.atomic_max(out, 0, x[i])
    elif way == 5:
        found = cuda.atomic_inc(out, 0, x[i])
    elif way == 6:
        found = cuda.atomic_dec(out, 0, x[i])
    elif way == 7:
        found = cuda.atomic_cas(out, 0, x[i], np.uint32(i))
    elif way == 8:
        found = cuda.atomic_and(out, 0, x[i])
    elif way == 9:
        found = cuda.atomic_or(out, 0, x[i])
    else:
        found = cuda.atomic_xor(out, 0, x[i])
    old[i] = found


def one_after_another(way, held, x):
    """What Python makes of it, and what each thread finds."""
    found = []
    for i, each in enumerate(x.tolist()):
        found.append(held)
        held = [
            held + each, held - each, each, min(held, each), max(held, each), 0 if held >= each else held + 1,
            each if held == 0 or held > each else held - 1, i if held == each else held, held & each, held | each,
            held ^ each,
        ][way] % 2**32  # fmt: skip
    return held, found


@examples(50)
@given(way=st.integers(0, 10), n=st.integers(1, 70), held=st.integers(0, 9), seed=st.integers(0, 999))
def test_every_atomic_does_what_it_says_one_thread_after_another(way, n, held, seed):
    x = np.random.default_rng(seed).integers(0, 10, n).astype("uint32")
    out, old = np.array([held], "uint32"), np.zeros(n, "uint32")
    atomics[n, 1](x, out, old, way)
    assert (int(out[0]), old.tolist()) == one_after_another(way, held, x)


@kernel
def numbered(counter, out):
    out[cuda.grid(1)] = cuda.atomic_add(counter, 0, 1)


@kernel
def summed(x, out):
    cuda.atomic_add(out, 0, x[cuda.grid(1)])


@kernel
def counted(x, out):
    cuda.atomic_add(out, int(x[cuda.grid(1)]), 1)


def test_another_order_shows_what_depends_on_it():
    counter, out = np.zeros(1, "int32"), np.zeros(64, "int32")
    numbered[2, 32](counter, out)
    assert out.tolist() == list(range(64))
    other = np.zeros(64, "int32")
    numbered[2, 32](np.zeros(1, "int32"), other, order=1)
    assert sorted(other.tolist()) == list(range(64))
    assert other.tolist() != list(range(64))
    again = np.zeros(64, "int32")
    numbered[2, 32](np.zeros(1, "int32"), again, order=1)
    assert again.tolist() == other.tolist()
    with pytest.raises(errors.DataRaceError, match=r"numbered: the result depends on the order .*: out\[\d+\] is"):
        numbered[2, 32](np.zeros(1, "int32"), out, order="check")
    x = np.random.default_rng(0).normal(size=256).astype("float32")
    with pytest.raises(errors.DataRaceError, match="sums of floats are rounded in the order in which they are added"):
        summed[8, 32](x, np.zeros(1, "float32"), order="check")
    counts = np.zeros(5, "int32")
    counted[8, 32](abs(x), counts, order="check")
    assert counts.tolist() == np.bincount(abs(x).astype(int), minlength=5).tolist()
    with pytest.raises(errors.LaunchError, match=r'order=1\.5; write a seed, or "check"'):
        counted[8, 32](abs(x), counts, order=1.5)


@kernel
def squares_apart(x, y, out):
    i = cuda.grid(1)
    out[i] = x[i] * x[i] - y[i] * y[i]


def test_a_product_and_a_sum_are_fused_only_if_asked_for():
    x, out = np.float32([1.1, 2.3, 1e-3, 0.7]), np.zeros(4, "float32")
    squares_apart[1, 4](x, x, out)
    assert out.tolist() == [0.0] * 4
    squares_apart[1, 4](x, x, out, fma=True)
    exact = x.astype("float64") ** 2
    lost = exact.astype("float32") - exact
    assert (out != 0).all()
    np.testing.assert_array_equal(abs(out), abs(lost).astype("float32"))


@kernel
def pointers(x, out):
    tile = cuda.shared_memory(np.float32, 64)
    i = cuda.threadIdx.x
    right = tile + 32
    tile[i], right[i] = x[i], -x[i]
    cuda.syncthreads()
    pair = (tile[31 - i], right[31 - i])
    out[i] = pair[0] - pair[1] * 2


def test_shared_memory_has_pointers_and_tuples_are_swapped_at_once():
    x, out = np.arange(32, dtype="float32"), np.zeros(32, "float32")
    pointers[1, 32](x, out)
    np.testing.assert_array_equal(out, 3 * x[::-1])


@kernel
def past_the_end(x):
    tile = cuda.shared_memory(np.float32, 8)
    right = tile + 4
    right[cuda.threadIdx.x] = x[0]


def test_a_pointer_does_not_lead_outside():
    with pytest.raises(errors.OutOfBoundsError, match=r"thread 4 of block 0 writes tile\[8\], but the indices"):
        past_the_end[1, 5](np.zeros(1, "float32"))


@kernel
def rows(x, out):
    i = cuda.grid(1)
    row = x[i]
    total = np.float32(0)
    for col in range(x.shape[1]):
        total += row[col]
    out[i] = total


def test_a_row_of_an_array_is_an_array():
    x, out = np.arange(12, dtype="float32").reshape(3, 4), np.zeros(3, "float32")
    rows[1, 3](x, out)
    assert out.tolist() == x.sum(1).tolist()
    with pytest.raises(errors.OutOfBoundsError, match=r"thread 3 of block 0 touches x\[3\], but the indices of x"):
        rows[1, 4](x, np.zeros(4, "float32"))


@kernel
def past_the_row(x, out):
    row = x[1]
    out[0] = row[2]


def test_a_row_is_called_as_the_line_calls_it():
    with pytest.raises(errors.OutOfBoundsError, match=r"reads row\[2\], but the indices of row go from 0 to 1"):
        past_the_row[1, 1](np.zeros((3, 2), "float32"), np.zeros(1, "float32"))


@kernel
def four(x, out):
    i = cuda.grid(1) * 4
    a, b, c, d = cuda.load4(x, i)
    cuda.store4(out, i, d, c, b, a + np.float32(1))


@kernel
def four_from(x, first):
    a, b, c, d = cuda.load4(x, first)
    x[0] = a + b + c + d


def test_four_neighbours_are_one_access():
    x, out = np.arange(128, dtype="float32"), np.zeros(128, "float32")
    counters = four[1, 32](x, out).counters
    right = x.reshape(-1, 4)[:, ::-1].copy()
    right[:, 3] += 1
    assert out.tolist() == right.reshape(-1).tolist()
    assert (counters.global_requests, counters.load_sectors, counters.global_loads) == (2, 16, 32)
    assert counters.global_shapes == {(4, 4, True): 2}
    with pytest.raises(errors.KernelError, match=r"from x\[2\] on; 16 bytes at once begin at an index"):
        four_from[1, 1](x, 2)
    with pytest.raises(errors.OutOfBoundsError, match=r"reads x\[6\], but .* 0 to 5; 4 neighbours .* first \+ 3 < n"):
        four_from[1, 1](x[:6].copy(), 4)
    with pytest.raises(errors.TranslationError, match=r"takes an array of float32 with one axis; this is int32\[:\]"):
        four_from[1, 1](np.zeros(8, "int32"), 4)


@kernel
def dynamic(x, out):
    tile = cuda.shared_memory(np.float32, None)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncthreads()
    out[i] = tile[cuda.blockDim.x - 1 - i]


def test_shared_memory_may_have_its_size_from_the_launch():
    x, out = np.arange(8, dtype="float32"), np.zeros(8, "float32")
    launch = dynamic[1, 8, 32](x, out)
    assert out.tolist() == x[::-1].tolist()
    assert launch.shared_bytes == 32
    with pytest.raises(errors.OutOfBoundsError, match="its size is given at the launch, in bytes"):
        dynamic[1, 8, 28](x, out)
    with pytest.raises(errors.LaunchError, match="tile brings shared memory to 65,536 bytes"):
        dynamic[1, 8, 65_536](x, out)


@kernel
def within_a_warp(x, out):
    tile = cuda.shared_memory(np.float32, 64)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncwarp()
    out[i] = tile[i ^ 1]


@kernel
def across_warps(x, out):
    tile = cuda.shared_memory(np.float32, 64)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncwarp()
    out[i] = tile[63 - i]


def test_a_warp_barrier_puts_a_warp_in_order_and_no_more():
    x, out = np.arange(64, dtype="float32"), np.zeros(64, "float32")
    within_a_warp[1, 64](x, out)
    assert out.tolist() == x.reshape(-1, 2)[:, ::-1].reshape(-1).tolist()
    with pytest.raises(errors.DataRaceError, match=r"data race on tile\[63\] of shared memory"):
        across_warps[1, 64](x, out)


@kernel
def sum_of_half_a_warp(x, out):
    i = cuda.threadIdx.x
    if i < 16:
        value = x[i]
        step = 8
        while step > 0:
            value += cuda.shfl_down_sync(0xFFFF, value, step)
            step //= 2
        if i == 0:
            out[0] = value


@kernel
def sums_of_warps(x, out):
    i = cuda.threadIdx.x
    value = x[i]
    step = 16
    while step > 0:
        value += cuda.shfl_down_sync(0xFFFFFFFF, value, step)
        step //= 2
    if cuda.laneid() == 0 and i + 32 <= cuda.blockDim.x:
        out[i // 32] = value


def test_what_a_shuffle_left_undefined_may_be_thrown_away_but_not_used():
    x, out = np.arange(64, dtype="float32"), np.zeros(2, "float32")
    sum_of_half_a_warp[1, 32](x, out)
    assert out[0] == sum(range(16))
    sums_of_warps[1, 48](x, out)
    assert out.tolist() == [sum(range(32)), 0]

    @kernel
    def careless(x, out):
        i = cuda.threadIdx.x
        out[i] = cuda.shfl_down_sync(0xFFFFFFFF, x[i], 16)

    with pytest.raises(errors.BarrierError, match=r"thread 32 of block 0 uses what a shuffle .* lane 16 of"):
        careless[1, 48](x, np.zeros(64, "float32"))


@kernel
def swapped(x, y, n):
    for _ in range(n):
        x, y = y, x
    i = cuda.threadIdx.x
    x[i] = y[i] + 1


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_arrays_may_change_their_names(n):
    x, y = np.zeros(4, "float32"), np.full(4, 5, "float32")
    swapped[1, 4](x, y, n)
    assert (x[0], y[0]) == ((6, 5) if n % 2 == 0 else (0, 1))


@kernel
def scattered(x, where, out):
    i = cuda.grid(1)
    out[where[i]] = x[i]


def test_a_scatter_is_fine_as_long_as_no_two_meet():
    where = np.random.default_rng(0).permutation(64).astype("int32")
    x, out = np.arange(64, dtype="float32"), np.zeros(64, "float32")
    scattered[2, 32](x, where, out)
    assert out[where].tolist() == x.tolist()
    where[5] = where[50]
    with pytest.raises(errors.DataRaceError, match=r"data race on out\[\d+\] of global memory"):
        scattered[2, 32](x, where, out)


def test_many_lines_that_touch_arrays_are_told_apart():
    """Two thousand places: a race between the first and the last is found, and none other."""
    lines = ["i = cuda.threadIdx.x", *(f"out[i, {k}] = x[i, {k}]" for k in range(1500))]
    x, out = np.random.default_rng(0).random((32, 1500)), np.zeros((32, 1500))
    written("many", "x, out", lines, "fine")[1, 32](x, out)
    np.testing.assert_array_equal(out, x)
    bad = written("many", "x, out", [*lines, "out[0, 0] = x[0, 0]"], "with a race")
    with pytest.raises(errors.DataRaceError, match=r"race on out\[0, 0\]"):
        bad[1, 32](x, out)


@kernel
def loops(x, out):
    i = cuda.threadIdx.x
    total, k = 0, 0
    while True:
        k += 1
        if k > x[i]:
            break
        if k % 3 == 0:
            continue
        for j in range(k, i + k, 2):
            if j > 20:
                break
            total += j
    out[i] = total


@examples(30)
@given(limits=st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_every_thread_goes_its_own_way_through_loops(limits):
    x, out = np.array(limits, "int32"), np.zeros(len(limits), "int32")
    loops[1, len(limits)](x, out)
    for i, limit in enumerate(limits):
        total = 0
        for k in range(1, limit + 1):
            if k % 3:
                total += sum(j for j in range(k, i + k, 2) if j <= 20)
        assert out[i] == total


@kernel
def sometimes(x, out, n):
    i = cuda.threadIdx.x
    if x[i] > 0:
        value = x[i]
    if i < n:
        out[i] = value


def test_a_variable_has_a_value_where_it_was_given_one():
    x, out = np.array([1, 2, -1], "float32"), np.zeros(3, "float32")
    sometimes[1, 3](x, out, 2)
    assert out.tolist() == [1, 2, 0]
    with pytest.raises(errors.UnwrittenError, match="thread 2 of block 0 uses value, to which it has given no value"):
        sometimes[1, 3](x, out, 3)


@pytest.mark.parametrize("taken", ["double", "new", "exp", "sinf", "min", "M_PI", "__device__", "größe"])
def test_names_that_cpp_keeps_for_itself_are_refused(taken):
    def made(name, parameters, line):
        return written(name, parameters, [line], "a name that is taken")

    called = made(taken, "x", "x[0] = 1.0")
    with pytest.raises(errors.TranslationError, match=f"a kernel is called {taken}"):
        called[1, 1](np.zeros(1, "float32"))
    if taken not in ("exp", "sinf", "min"):  # a variable may be called so
        for wrong in (made("f", f"x, {taken}", "x[0] = 1.0"), made("f", "x, n", f"{taken} = n")):
            with pytest.raises(errors.TranslationError, match=f"is called {taken}"):
                wrong[1, 1](np.zeros(1, "float32"), 1)


@kernel
def half_a_warp_waits(out, mask_all):
    t = cuda.shared_memory(np.float32, 32)
    i = cuda.threadIdx.x
    t[i] = i
    if mask_all:
        cuda.syncwarp()
    elif i < 16:
        cuda.syncwarp(mask=0xFFFF)
    out[i] = t[i ^ 1]


@kernel
def half_a_warp_alone(out):
    t = cuda.shared_memory(np.float32, 32)
    i = cuda.threadIdx.x
    if i < 16:
        t[i] = i
        cuda.syncwarp(mask=0xFFFF)
        out[i] = t[15 - i]


@kernel
def waits_often(out, n):
    t = cuda.shared_memory(np.float32, 32)
    i = cuda.threadIdx.x
    t[i] = i
    for _ in range(n):
        cuda.syncwarp()
    out[i] = t[31 - i]


def test_a_warp_barrier_puts_those_in_order_who_come_to_it():
    out = np.zeros(32, "float32")
    half_a_warp_waits[1, 32](out, True)
    with pytest.raises(errors.DataRaceError, match=r"race on t\[17\]"):
        half_a_warp_waits[1, 32](out, False)
    half_a_warp_alone[1, 32](out)
    assert out[:16].tolist() == list(range(15, -1, -1))
    for n in (1, 1023, 1024, 2048):
        waits_often[1, 32](out, n)
        assert out.tolist() == list(range(31, -1, -1))
    with pytest.raises(errors.StepLimitError, match="has passed 16,384 barriers, and more are not told apart"):
        waits_often[1, 32](out, 20_000)


@kernel
def swaps_tiles(out):
    a = cuda.shared_memory(np.float32, 32)
    b = cuda.shared_memory(np.float32, 32)
    a, b = b, a
    out[0] = 1


@kernel
def two_dynamic(out):
    a = cuda.shared_memory(np.float32, None)
    b = cuda.shared_memory(np.int32, None)
    a[0], b[0] = 1.0, 1
    out[0] = a[0]


@kernel
def divides_in_place(counts):
    counts[0] /= 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (swaps_tiles, "a is one piece of shared memory, and this is another, which CuPy takes for another type"),
        (two_dynamic, "all dynamic shared memory begins at one place, and this would be int32 where there is float32"),
        (divides_in_place, r"counts is int32, and counts\[0\] / 2 is float64; write np.int32\(...\)"),
    ],
)
def test_what_cupy_would_not_translate_or_we_cannot_run_is_refused(wrong, message):
    with pytest.raises(errors.TranslationError, match=message):
        wrong[1, 1](np.zeros(1, "int32" if wrong is divides_in_place else "float32"))


@kernel
def tile_in_an_if(out):
    i = cuda.threadIdx.x
    if i < 2:
        t = cuda.shared_memory(np.float32, 32)
        t[i] = 1.0
        out[i] = t[i]


def test_an_array_that_only_some_threads_know():
    with pytest.raises(errors.KernelError, match="only some threads come here and know t afterwards; give t its array"):
        tile_in_an_if[1, 4](np.zeros(4, "float32"))


@kernel
def unsigned_rounds(bounds, out):
    n = 0
    for _ in range(bounds[0], bounds[1], bounds[2]):
        n += 1
    out[0] = n
    n = 0
    for _again in range(np.uint32(5), np.uint32(0), -1):
        n += 1
    out[1] = n


def test_unsigned_loops_wrap_and_count_down_where_the_step_is_written_so():
    out = np.zeros(2, "int32")
    unsigned_rounds[1, 1](np.array([5, 250, 100], "uint8"), out)
    at, rounds = 5, 0
    while at < 250:
        at, rounds = (at + 100) % 256, rounds + 1
    assert out.tolist() == [rounds, 5]


@kernel
def counts_unsigned(bins):
    cuda.atomic_add(bins, 0, 1)


def test_a_number_written_out_is_added_to_unsigned_bins():
    bins = np.zeros(1, "uint32")
    counts_unsigned[1, 8](bins)
    assert bins[0] == 8


x = 5  # what a kernel that asks for `blockIdx.x` cannot call a variable


@kernel
def takes_a_global_for_its_own(out):
    x = cuda.blockIdx.x
    out[x] = 1


def test_a_name_behind_a_dot_that_is_also_a_global_is_no_variable():
    with pytest.raises(errors.TranslationError, match="x is a name outside of the kernel too, which CuPy takes it for"):
        takes_a_global_for_its_own[1, 1](np.zeros(1, "float32"))
