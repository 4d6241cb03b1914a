"""The kernels are the rungs, in whatever order their threads run, and fetch what their formulas say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsh_cases import KINDS, clusters, fitted
from strategies import examples

import minitensor as mt
from minitensor.cluster.lsh import loops
from minitensor.cluster.lsh.buckets import bucketed, candidates
from minitensor.cluster.lsh.kernels import BLOCK, by_kernels, compacted, gpu, hashed_by_kernel, ones_of
from minitensor.cluster.lsh.probing import probed
from minitensor.cluster.lsh.rungs import GPU_LADDER
from minitensor.errors import DataRaceError, PredictionError
from minitensor.gpu import cuda, kernel


@examples(20)
@given(
    kind=st.sampled_from(KINDS),
    n=st.integers(1, 70),
    d=st.integers(1, 40),
    k=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_the_kernels_are_the_loops(kind, n, d, k, seed):
    points = mt.tensor(clusters(seed, n, d).round(2))
    queries = mt.tensor(clusters(seed + 1, 3, d).round(2))
    hashing = fitted(points, kind, tables=2, bits=4)
    np.testing.assert_array_equal(
        gpu(queries, points, hashing, 3, k).numpy(), loops(queries, points, hashing, 3, k).numpy()
    )


def test_no_queries_and_one_point():
    points = mt.ones((1, 2), "float32")
    hashing = fitted(points)
    assert gpu(points[:0], points, hashing, 3, 2).shape == (0, 2)
    assert gpu(points, points, hashing, 3, 2).tolist() == [[0, -1]]


def marked(n, seed=0, queries=4):
    points = mt.tensor(clusters(seed, n, 6))
    hashing = fitted(points, tables=3, bits=3)
    found = bucketed(hashing.codes(points))
    return found, *found.find(probed(points[:queries], hashing, 4))


@pytest.mark.parametrize("n", [1, 32, 33, pytest.param(BLOCK * 32 + 5, marks=pytest.mark.thorough)])
def test_compaction_is_the_sorted_list_in_every_order(n):
    found, starts, held = marked(n, queries=min(n, 2))
    some, ends = candidates(found.order, n, starts, held)
    # Four orders of blocks, and of threads that meet in an atomic, and their results are the same.
    points, counts, *_ = compacted(found.order, starts, held, n, "check")
    for query, count in enumerate(counts.tolist()):
        assert points[query, :count].tolist() == some[ends[query] : ends[query + 1]].tolist()


@kernel
def first_come(order, starts, held, points, counts, buckets):
    """What `mark` and `compact` do, wrongly: each thread takes the next free place."""
    query = cuda.blockIdx.x
    for bucket in range(cuda.threadIdx.x, buckets, cuda.blockDim.x):
        for at in range(held[query, bucket]):
            points[query, cuda.atomic_add(counts, query, 1)] = order[starts[query, bucket] + at]


def test_a_compaction_by_a_counter_depends_on_the_order():
    found, starts, held = marked(200)
    q, buckets = held.shape
    points, counts = mt.zeros((q, int(held.sum(1).max().item())), "int64"), mt.zeros(q, "int32")
    with pytest.raises(DataRaceError, match="order"):
        first_come[q, 32](found.order, starts, held, points, counts, buckets, order="check")


@kernel
def count_bits(words, ones, n):
    at = cuda.grid(1)
    if at < n:
        ones[at] = ones_of(words[at])


def test_bits_are_counted():
    words = np.random.default_rng(0).integers(0, 2**32, 300, dtype="uint32")
    words[:3] = 0, 2**32 - 1, 2**31
    ones = np.zeros(300, "int32")
    count_bits[3, 128](words, ones, 300)
    assert ones.tolist() == [int(word).bit_count() for word in words]


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_the_formulas(kind):
    n, d, tables, bits = 150, 12, 2, 4
    points = mt.tensor(clusters(1, n, d))
    hashing = fitted(points, kind, tables, bits)
    _, launches = by_kernels(points[:5], points, hashing, 3, 4)
    read = {name: launch.counters for name, launch in launches.items()}
    assert read["hash_points"].global_loads == n * tables * (d * (1 + bits) + 2 * bits)
    assert read["hash_points"].global_stores == n * tables
    found = bucketed(hashing.codes(points))
    starts, held = found.find(probed(points[:5], hashing, 3))
    some, _ = candidates(found.order, n, starts, held)
    every, each = int(held.sum().item()), len(some)
    assert read["mark"].atomics == every
    assert read["mark"].global_loads == 2 * held.size + every  # a bucket's run, and its points
    assert read["compact"].global_loads == 2 * 5 * -(-n // 32)
    assert read["compact"].global_stores == each + 5
    assert read["compare"].global_loads == 5 * BLOCK + each * (32 + 2 * d)  # every lane reads the number
    assert read["compare"].global_stores == each


def test_what_the_model_does_not_hold_for_is_refused():
    points = mt.tensor(clusters(1, 100, 4))
    _, launches = by_kernels(points[:3], points, fitted(points), 3, 4)
    for name, reason in (("hash_points", "float64"), ("mark", "atomics")):
        with pytest.raises(PredictionError, match=reason):
            launches[name].predict("RTX 3090")


def test_a_sample_of_blocks_is_counted_for_all():
    points = mt.tensor(clusters(1, 2_000, 4))
    hashing = fitted(points)
    assert hashed_by_kernel(points, hashing, sample=4)[1].counters.global_loads == 2_000 * 3 * (4 * 7 + 12)


@pytest.mark.parametrize(
    ("queries", "points", "message"),
    [
        (mt.ones((2, 3), "float32"), mt.ones((2, 2), "float32"), "have 3 on axis 1"),
        (mt.ones((2, 2)), mt.ones((2, 2)), "queries are float64, not float32"),
    ],
)
def test_bad_input_is_named(queries, points, message):
    with pytest.raises((ValueError, TypeError), match=f"gpu: .*{message}"):
        gpu(queries, points, fitted(mt.ones((2, 2))), 3, 1)


def test_the_gpu_rung_is_the_last():
    assert GPU_LADDER.rungs[-1] is gpu
    points = mt.tensor(clusters(1, 100, 4))
    assert gpu.memory(points, points, fitted(points), 3, 4) > points.numpy().nbytes
