"""Sectors, lines and banks against a warp counted by hand, and the counts of small kernels."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.gpu import cuda, kernel
from minitensor.gpu.counters import Counters, shapes

itemsizes = st.sampled_from([1, 2, 4, 8])


@st.composite
def requests(draw):
    """What the warps of a site ask for: addresses, and which threads ask; often all in one pattern."""
    rng, rows = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), draw(st.integers(1, 6))
    addresses = rng.integers(0, draw(st.sampled_from([2, 40, 300])), (rows, 32))
    if draw(st.booleans()):
        addresses = addresses[:1] + rng.integers(0, 99, (rows, 1))
    active = rng.random((rows, 32)) < draw(st.sampled_from([0.1, 0.5, 1.0]))
    if draw(st.booleans()):
        active[:] = active[0]
    active[~active.any(1), draw(st.integers(0, 31))] = True
    return addresses, None if active.all() else active


def by_hand(addresses, active, itemsize, wide):
    """The slow way: sets."""
    found = Counter()
    for row, asks in zip(addresses.tolist(), np.ones_like(addresses) if active is None else active, strict=True):
        asked = [address if on else None for address, on in zip(row, asks, strict=True)]
        wanted = {each for each in asked if each is not None}
        unit = max(4, itemsize * wide)
        together = min(32, 128 // unit)
        rounds = 0
        for first in range(0, 32, together):
            words = {each * itemsize // unit for each in asked[first : first + together] if each is not None}
            rounds += max(Counter(word % (128 // unit) for word in words).values(), default=0)
        found[
            len({each * itemsize // 32 for each in wanted}),
            -(-len(wanted) * itemsize * wide // 32),
            len({each * itemsize // 128 for each in wanted}),
            rounds,
        ] += 1
    return found


@given(made=requests(), itemsize=itemsizes)
def test_how_requests_share_what_they_ask_for(made, itemsize):
    found = Counter()
    for many, shape in shapes(*made, itemsize):
        found[shape] += many
    assert found == by_hand(*made, itemsize, 1)


@given(made=requests())
def test_so_do_those_of_16_bytes(made):
    addresses, active = made
    found = Counter()
    for many, shape in shapes(addresses * 4, active, 4, 4):
        found[shape] += many
    assert found == by_hand(addresses * 4, active, 4, 4)


@pytest.mark.parametrize(
    ("addresses", "rounds"),
    [
        ({0: 0, 1: 16}, 2),  # 8 bytes wide, the 16th element after another lies in the same two banks
        ({0: 0, 1: 8}, 1),
        ({0: 0, 1: 16, 2: 32}, 3),
        ({0: 16, 1: 16}, 1),  # the same word
        ({0: 0, 16: 16}, 2),  # half a warp at a time
        ({15: 0, 16: 16, 31: 32}, 3),
        ({0: 0, 1: 16, 16: 0, 17: 16}, 4),
    ],
)
def test_elements_of_8_bytes_are_served_half_a_warp_at_a_time(addresses, rounds):
    row, active = np.zeros((1, 32), np.int64), np.zeros((1, 32), bool)
    for lane, address in addresses.items():
        row[0, lane], active[0, lane] = address, True
    [(many, shape)] = shapes(row, active, 8)
    assert (many, shape.rounds) == (1, rounds)


def counts(counters):
    """What was counted, without what is estimated."""
    estimated = ("instructions", "fp32", "fp64", "special")
    return {name: each for name, each in vars(counters).items() if type(each) is int and name not in estimated}


@kernel
def strided_wide(x, out, stride):
    tile = cuda.shared_memory(np.float64, 1024)
    i = cuda.threadIdx.x
    tile[i * stride] = x[i * stride]
    out[i] = tile[i * stride]


@pytest.mark.parametrize(("stride", "touched", "conflicts"), [(1, 8, 0), (2, 16, 2), (8, 32, 14), (16, 32, 30),
                                                              (17, 32, 0), (32, 32, 30)])  # fmt: skip
def test_a_stride_in_float64(stride, touched, conflicts):
    x, out = np.arange(1024, dtype="float64"), np.zeros(32, "float64")
    counters = strided_wide[1, 32](x, out, stride).counters
    assert counts(counters) == counts(Counters()) | {
        "global_loads": 32, "global_stores": 32, "load_sectors": touched, "store_sectors": 8, "fewest_sectors": 16,
        "fewest_store_sectors": 8,
        "shared_loads": 32, "shared_stores": 32, "bank_conflicts": 2 * conflicts,
        "global_requests": 2, "shared_requests": 2,
    }  # fmt: skip


@kernel
def strided(x, out, stride):
    tile = cuda.shared_memory(np.float32, 1024)
    i = cuda.threadIdx.x
    tile[i * stride] = x[i * stride]
    out[i] = tile[i * stride]


@pytest.mark.parametrize(
    ("stride", "touched", "conflicts"), [(1, 4, 0), (2, 8, 1), (8, 32, 7), (32, 32, 31), (31, 32, 0)]
)
def test_a_stride_costs_sectors_and_conflicts(stride, touched, conflicts):
    x, out = np.arange(1024, dtype="float32"), np.zeros(32, "float32")
    counters = strided[1, 32](x, out, stride).counters
    np.testing.assert_array_equal(out, x[: 32 * stride : stride])
    assert counts(counters) == counts(Counters()) | {
        "global_loads": 32, "global_stores": 32, "load_sectors": touched, "store_sectors": 4, "fewest_sectors": 8,
        "fewest_store_sectors": 4,
        "shared_loads": 32, "shared_stores": 32, "bank_conflicts": 2 * conflicts,
        "global_requests": 2, "shared_requests": 2,
    }  # fmt: skip
    assert counters.coalescing == 8 / (touched + 4)
    assert counters.bytes_moved == 32 * (touched + 4)


@kernel
def arithmetic(x, out, n, way):
    i = cuda.grid(1)
    index = (i * 3 + 4 - 1) // 3 - 1  # whole numbers are no FLOPs
    y = x[index] * 2 + 1
    for round_ in range(n):
        if round_ == 3:
            continue
        y += y * x[index]
        if round_ == 5:
            break
        y = -y
    z = y / 2 if way > 0 else cuda.exp(y) - y * y
    if way > 1 and y * y > 0 and z > 1:
        return
    while z * z < 0:
        z = z + 1
    cuda.atomic_add(out, i, z)
    out[i] -= min(z, y * 3)


@pytest.mark.parametrize("way", [0, 1, 2])
@pytest.mark.parametrize("n", [0, 3, 4, 9])
def test_flops_are_counted_where_they_are_done(n, way):
    x, out = np.full(5, 2.0, "float32"), np.zeros(5, "float32")
    counters = arithmetic[1, 5](x, out, n, way).counters
    rounds = len([round_ for round_ in range(n) if round_ != 3 and round_ <= 5])
    expected = 2 + 2 * rounds + (1 if way > 0 else 3) + (1 if way > 1 else 0)
    y = 5.0
    for round_ in range(n):
        if round_ != 3 and round_ <= 5:
            y = 3 * y * (-1 if round_ != 5 else 1)
    returned = way > 1 and y / 2 > 1
    assert counters.flops == 5 * (expected + (0 if returned else 1 + 1 + 2))


def test_intensity_is_flops_for_each_byte():
    assert Counters(flops=64, load_sectors=1, store_sectors=1).intensity == 1.0
    assert Counters(flops=3).intensity == float("inf")
    assert Counters().intensity == 0.0
    assert Counters().coalescing == 1.0


@kernel
def one_at_a_time(x, out):
    """Every thread reads in a round of its own."""
    i = cuda.threadIdx.x
    for round_ in range(32):
        if round_ == i:
            out[i] = x[i]


def test_a_request_is_what_a_warp_asks_for_at_once():
    """Not the first access of each thread, then the second: these are 32 requests, of a sector each."""
    counters = one_at_a_time[1, 32](np.ones(32, "float32"), np.zeros(32, "float32")).counters
    assert (counters.global_requests, counters.load_sectors, counters.store_sectors) == (64, 32, 32)


@kernel
def histogram(x, counts, n):
    bins = cuda.shared_memory(np.int32, 8)
    i, at = cuda.grid(1), cuda.threadIdx.x
    if at < 8:
        bins[at] = 0
    cuda.syncthreads()
    if i < n:
        cuda.atomic_add(bins, x[i], 1)
    cuda.syncthreads()
    if at < 8:
        cuda.atomic_add(counts, at, bins[at])


def test_atomics_on_shared_and_on_global_memory_are_told_apart_move_bytes_and_contend():
    x, counts_ = np.arange(64, dtype="int32") % 8, np.zeros(8, "int32")
    counters = histogram[2, 32](x, counts_, 64).counters
    assert counts_.tolist() == [8] * 8
    assert (counters.shared_atomics, counters.global_atomics, counters.atomics) == (64, 16, 80)
    assert counters.atomic_requests == 2 + 2
    assert counters.atomic_rounds == 2 * (32 - 8) + 8  # of threads that waited for another
    assert (counters.load_sectors, counters.store_sectors) == (8 + 2, 2)


@kernel
def kinds(x, y, n):
    i = cuda.grid(1)
    y[i] = y[i] * 2 + cuda.sqrt(x[i]) ** 2 + n


def test_float64_and_special_functions_are_counted_apart():
    x, y = np.ones(32, "float32"), np.ones(32, "float64")
    counters = kinds[1, 32](x, y, 3).counters
    assert (counters.flops, counters.flops64) == (32 * 5, 32 * 3)
    assert (counters.special, counters.fp64) == (1 + 2, 2)  # the root and powf; the product goes into the first sum


def test_a_square_is_powf_and_a_product_is_not():
    @kernel
    def powers(x):
        x[cuda.grid(1)] = x[cuda.grid(1)] ** 2

    @kernel
    def products(x):
        x[cuda.grid(1)] = x[cuda.grid(1)] * x[cuda.grid(1)]

    one, other = (each[1, 32](np.ones(32, "float32")).counters for each in (powers, products))
    assert one.instructions > 5 * other.instructions


@kernel
def doubled(x):
    x[cuda.grid(1)] *= 2


def test_a_sample_counts_for_the_whole():
    x = np.arange(64 * 32, dtype="float32")
    whole, part = doubled[64, 32](x.copy()), doubled.sample(3)[64, 32](x)
    assert (whole.blocks_counted, part.blocks_counted) == (64, 3)
    assert part.counters == whole.counters
    assert part.distinct_sectors == whole.distinct_sectors == 4
    run = (x == 2 * np.arange(64 * 32)).reshape(64, 32)
    assert run[1:].all(1).tolist() == [block in (62, 63) for block in range(1, 64)]


@kernel
def guarded(x, out, m, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = x[row, col] * 2


@pytest.mark.parametrize(("m", "n"), [(64, 64), (65, 64), (64, 65), (129, 97), (1, 200)])
def test_a_sample_of_four_blocks_weighs_the_edges_rightly(m, n):
    x = np.ones((m, n), "float32")
    shape = ((-(-n // 16), -(-m // 16)), (16, 16))
    whole, part = (each[shape](x, np.zeros_like(x), m, n).counters for each in (guarded, guarded.sample(4)))
    assert (part.global_loads, part.flops) == (whole.global_loads, whole.flops)
    assert part.global_requests == whole.global_requests
