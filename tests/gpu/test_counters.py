"""Sectors, banks and groups, against a warp counted by hand, and the counts of small kernels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.gpu import cuda, kernel
from minitensor.gpu.counters import Counters, bank_conflicts, groups, sectors

itemsizes = st.sampled_from([1, 2, 4, 8])
accesses = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 300)), max_size=200)


def together(threads, lanes=32):
    """Which accesses are made together, the slow way: how often each thread was here before."""
    seen, found = {}, []
    for thread in threads:
        found.append((thread // lanes, seen.get(thread, 0)))
        seen[thread] = seen.get(thread, 0) + 1
    return found


def split(made):
    return (np.array([pair[i] for pair in made], np.int64) for i in (0, 1))


@given(made=accesses, lanes=st.sampled_from([16, 32]))
def test_groups_are_the_accesses_that_a_warp_makes_together(made, lanes):
    threads, _ = split(made)
    found, expected = groups(threads, lanes).tolist(), together(threads.tolist(), lanes)
    assert len(set(found)) == len(set(expected)) == len(set(zip(found, expected, strict=True)))


@given(made=accesses, itemsize=itemsizes)
def test_sectors_are_those_that_a_warp_touches(made, itemsize):
    threads, addresses = split(made)
    touched, wanted = {}, {}
    for group, address in zip(together(threads.tolist()), addresses.tolist(), strict=True):
        touched.setdefault(group, set()).add(address * itemsize // 32)
        wanted.setdefault(group, set()).add(address)
    fewest = sum(-(-len(each) * itemsize // 32) for each in wanted.values())
    assert sectors(threads, addresses, itemsize) == (sum(map(len, touched.values())), fewest)


@given(made=accesses, itemsize=itemsizes)
def test_a_bank_gives_one_word_at_a_time(made, itemsize):
    threads, addresses = split(made)
    unit = max(4, itemsize)
    banks, words = 128 // unit, {}
    for group, address in zip(together(threads.tolist(), min(32, banks)), addresses.tolist(), strict=True):
        word = address * itemsize // unit
        words.setdefault(group, {}).setdefault(word % banks, set()).add(word)
    expected = sum(max(map(len, each.values())) - 1 for each in words.values())
    assert bank_conflicts(threads, addresses, itemsize) == expected


@pytest.mark.parametrize(
    ("threads", "addresses", "conflicts"),
    [
        ([0, 1], [0, 16], 1),  # 8 bytes wide, the 16th element after another lies in the same two banks
        ([0, 1], [0, 8], 0),
        ([0, 1, 2], [0, 16, 32], 2),
        ([0, 1], [16, 16], 0),  # the same word
        ([0, 16], [0, 16], 0),  # half a warp at a time
        ([15, 16, 31], [0, 16, 32], 1),
        ([0, 1, 16, 17], [0, 16, 0, 16], 2),
        ([0, 0], [0, 16], 0),  # one after the other
    ],
)
def test_elements_of_8_bytes_are_served_half_a_warp_at_a_time(threads, addresses, conflicts):
    assert bank_conflicts(np.array(threads), np.array(addresses), 8) == conflicts


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
    assert counters == Counters(
        global_loads=32, global_stores=32, load_sectors=touched, store_sectors=8, fewest_sectors=16,
        shared_loads=32, shared_stores=32, bank_conflicts=2 * conflicts,
    )  # fmt: skip


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
    assert counters == Counters(
        global_loads=32, global_stores=32, load_sectors=touched, store_sectors=4, fewest_sectors=8,
        shared_loads=32, shared_stores=32, bank_conflicts=2 * conflicts,
    )  # fmt: skip
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
