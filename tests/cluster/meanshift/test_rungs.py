"""One update of mean shift: nine rungs, one answer."""

import math
import subprocess
import sys
import tracemalloc
from functools import cache

import numpy as np
import pytest
from cluster_strategies import exact_means
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import examples, tensors

import minitensor as mt
from minitensor import backend as backends
from minitensor.cluster.meanshift import (
    LADDER,
    batched,
    columns,
    compiled,
    einsum,
    gemm,
    gemm_tiled,
    loops,
    threads,
    update,
)
from minitensor.cluster.meanshift.attention import MEMORY, exp_in_place
from minitensor.cluster.meanshift.rungs import flops, share, tolerance
from minitensor.cluster.meanshift.update import KERNELS, weighted_means
from minitensor.data import blobs

TILED = (batched, columns, einsum, gemm)
STRIPS = (gemm_tiled, threads)


def named(rung):
    return rung.__name__


@pytest.fixture(params=LADDER.rungs, ids=named, scope="module")
def rung(request, backend):
    """Every rung that can run here."""
    if request.param is compiled:
        pytest.importorskip("numba", reason="compiled loops need Numba, an extra")
        if backend != "numpy":
            pytest.skip("compiled loops run on the processor")
    return request.param


@st.composite
def problems(draw, dtypes=("float32", "float64")):
    """Queries, points and a bandwidth; any number of dimensions, any memory layout."""
    d, dtype = draw(st.integers(1, 4)), draw(st.sampled_from(dtypes))
    place = st.floats(-8, 8, width=32).map(lambda x: round(x, 3))
    points = draw(tensors((draw(st.integers(1, 12)), d), dtype, place))
    queries = draw(st.one_of(st.just(points), tensors((draw(st.integers(0, 9)), d), dtype, place)))
    return queries, points, draw(st.floats(0.5, 20))


@examples(50)
@given(problem=st.data())
def test_every_rung_is_the_loops(backend, rung, problem):
    queries, points, bandwidth = problem.draw(problems())
    found, expected = rung(queries, points, bandwidth), loops(queries, points, bandwidth)
    assert found.shape == queries.shape
    assert found.dtype == points.dtype
    # Far from all points the weights of float32 underflow where those of Python's float64 do not.
    reached = weighted_means(queries, points, bandwidth)[1].numpy() > 1e-30
    gap = np.where(reached, abs(found.numpy() - expected.numpy()), 0)
    assert (gap <= tolerance(queries, points, bandwidth)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_far_from_the_origin_too(backend, rung, dtype):
    """The same points, 1e6 away from it: what their dtype holds of them moves by as much."""
    rng = np.random.default_rng(0)
    points = mt.tensor(rng.integers(-40, 40, (150, 2)) / 8 + [1e6, 4e5], dtype=dtype)
    exact, _ = exact_means(points, points, 1.0)
    wrong = abs(rung(points, points, 1.0).numpy() - exact.numpy()).max()
    assert wrong <= 1e6 * float(np.finfo(dtype).eps)
    assert wrong <= tolerance(points, points, 1.0) <= 9e6 * float(np.finfo(dtype).eps)


@examples(50)
@given(problem=st.data())
def test_an_update_never_leaves_the_bounding_box(backend, rung, problem):
    _, points, bandwidth = problem.draw(problems())
    moved = rung(points, points, bandwidth).numpy()
    slack = tolerance(points, points, bandwidth)
    low, high = points.numpy().min(0), points.numpy().max(0)
    assert (moved >= low - slack).all()
    assert (moved <= high + slack).all()


@pytest.mark.parametrize("rung", TILED + STRIPS, ids=named)
@given(problem=st.data(), memory=st.sampled_from([1, 100, 500, 3_000]))
def test_the_tiles_do_not_change_the_answer(backend, rung, problem, memory):
    queries, points, bandwidth = problem.draw(problems())
    gap = abs(rung(queries, points, bandwidth, memory=memory) - rung(queries, points, bandwidth))
    assert (gap <= tolerance(queries, points, bandwidth)).all()


def test_a_query_that_no_point_reaches_stays(backend, rung):
    far = mt.tensor([[1e6, 0.0], [0.5, 0.0]])
    moved = rung(far, mt.tensor([[0.0, 0.0], [1.0, 0.0]]), 1.0)
    np.testing.assert_allclose(moved.numpy(), far.numpy(), rtol=1e-9)


def test_two_points_by_hand(backend, rung):
    weight = np.exp(-0.5 * 2.0**2 / 3.0**2)
    moved = rung(mt.tensor([[0.0]]), mt.tensor([[0.0], [2.0]]), 3.0)
    assert moved.item() == pytest.approx(2 * weight / (1 + weight), rel=1e-12)


def wrong_scale(queries, points, bandwidth):
    return gemm(queries, points, bandwidth * 2**0.5)  # forgets the 2 in 2h²


def flat(queries, points, bandwidth):
    return weighted_means(queries, points, bandwidth, "flat")[0]


def in_place(queries, points, bandwidth):
    moved = points.copy()
    for i in range(len(moved)):
        moved[i : i + 1] = gemm(moved[i : i + 1], moved, bandwidth)
    return moved


@pytest.mark.parametrize("wrong", [wrong_scale, flat, in_place], ids=named)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_tolerance_rejects_wrong_updates(wrong, dtype):
    points, _ = blobs(2, each=20, dtype=dtype)
    gap = abs(wrong(points, points, 2.5) - gemm(points, points, 2.5)).max().item()
    assert gap > 10 * tolerance(points, points, 2.5)


@pytest.mark.parametrize("rung", TILED, ids=named)
def test_memory_is_bounded_whatever_the_number_of_points(rung):
    points, _ = blobs(2, each=4_000)
    queries = points[:300]
    tracemalloc.start()
    rung(queries, points, 2.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    copies = 6 * points.numpy().nbytes  # centred and scaled data, results
    assert 0.5 * MEMORY <= rung.memory(queries, points, 2.5) <= MEMORY
    assert peak <= 1.3 * MEMORY + copies


@pytest.mark.parametrize("rung", STRIPS, ids=named)
@pytest.mark.parametrize(("q", "n"), [(1_500, 60_000), (60_000, 1_500)])
def test_next_to_nothing_is_held_beside_input_and_output(rung, q, n):
    points = mt.random.normal(mt.random.generator(0), (max(q, n), 2), dtype="float32")
    tracemalloc.start()
    moved = rung(points[:q], points[:n], 0.5)
    peak = tracemalloc.get_traced_memory()[1] - moved.numpy().nbytes - 4 * q  # and the sums of weights
    tracemalloc.stop()
    assert peak <= rung.memory(points[:q], points[:n], 0.5) + 1e5 < 4e6


CASES = {
    "duplicates": lambda rng: np.repeat(rng.normal(size=(3, 2)), 9, 0),
    "one point": lambda rng: rng.normal(size=(1, 3)),
    "collinear": lambda rng: rng.normal(size=(25, 1)) * [1.0, -2.0, 0.5] + 3,
    "a far outlier": lambda rng: np.concatenate([rng.normal(size=(20, 2)), [[1e4, -3e4]]]),
    "clusters 1e6 apart": lambda rng: rng.normal(size=(24, 2)) + np.repeat([[0, 0], [1e6, 0], [0, -1e6]], 8, 0),
    "constant features": lambda rng: np.stack([rng.normal(size=30), np.full(30, 7.0), np.zeros(30)], 1),
    "d = 1": lambda rng: rng.normal(size=(33, 1)),
    "d = 64": lambda rng: rng.normal(size=(20, 64)) / 4,
    "far from the origin": lambda rng: rng.normal(size=(40, 2)) + 1e4,
}


@cache
def adversarial(backend, case, dtype):
    """Queries, points, and what the loops make of them, which are slow."""
    points = mt.tensor(CASES[case](np.random.default_rng(3)), dtype)
    queries = mt.concat([points, points[: min(5, len(points))] * 0.75])
    return queries, points, loops(queries, points, 1.5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_adversarial_data(backend, rung, case, dtype):
    queries, points, expected = adversarial(backend, case, dtype)
    gap = abs(rung(queries, points, 1.5) - expected)
    assert (gap <= tolerance(queries, points, 1.5)).all()


@pytest.mark.parametrize(("q", "n"), [(0, 5), (4, 0), (0, 0)])
def test_nothing_to_move_or_nothing_to_move_to(backend, rung, q, n):
    queries, points = mt.ones((q, 2)) * 3.0, mt.ones((n, 2))
    moved = rung(queries, points, 1e-3)
    np.testing.assert_array_equal(moved.numpy(), queries.numpy())


@pytest.mark.parametrize("kernel", KERNELS)
@given(problem=problems(), memory=st.sampled_from([1, 200, 5_000]), count=st.integers(1, 5), seed=st.integers(0, 999))
def test_neither_tiles_nor_threads_nor_the_order_of_points_matter(backend, kernel, problem, memory, count, seed):
    queries, points, bandwidth = problem
    order = mt.random.permutation(mt.random.generator(seed), len(points))
    plain = weighted_means(queries, points, bandwidth, kernel)
    other = weighted_means(queries, points[order], bandwidth, kernel, memory, count)
    eps = float(np.finfo(points.dtype).eps)
    np.testing.assert_allclose(other[1].numpy(), plain[1].numpy(), rtol=1e4 * eps, atol=30 * eps**0.5)
    told = plain[1].numpy() > (1e-30 if kernel == "gaussian" else 30 * eps**0.25)
    slack = tolerance(queries, points, bandwidth) if kernel == "gaussian" else 20 * eps**0.25
    assert (np.where(told, abs(other[0] - plain[0]).numpy(), 0) <= slack).all()


def test_a_query_that_only_tiny_weights_reach_is_not_led_astray(backend, rung):
    # The weights are 2e-37, which float32 holds, and 4e-71, which must not count as the smallest number there is.
    points, query = mt.tensor([[0.0], [-5.0]], "float32"), mt.tensor([[13.0]], "float32")
    assert abs(rung(query, points, 1.0).item()) < 1e-4


def test_float16_has_room_for_no_floor():
    points = blobs(2, each=50)[0].astype("float16")
    exact = loops(points.astype("float64"), points.astype("float64"), 2.5)
    assert abs(gemm_tiled(points, points, 2.5).astype("float64") - exact).max().item() < 0.1


def test_wide_data_in_float32_are_done_by_differences(backend):
    points = mt.random.uniform(mt.random.generator(0), (200, 2), 0, 500, dtype="float32")
    assert update.lost(points, update.spread(points, points)) > update.LOST
    exact = loops(points.astype("float64"), points.astype("float64"), 1.0)
    assert abs(gemm_tiled(points, points, 1.0).astype("float64") - exact).max().item() < 1e-3


@pytest.mark.parametrize("floor", [None, -3.0, "table"])
def test_exponentials_in_place(backend, floor):
    numbers = np.array([-700.0, -4.0, -3.0, 0.5])
    least = {None: -np.inf, -3.0: -3.0, "table": np.array([-9.0, -5.0, -1.0, 0.0])}[floor]
    for base in {math.e, backends.load(backend).base("float64")}:
        x = mt.tensor(numbers)
        result = exp_in_place(x, mt.tensor(least) if floor == "table" else floor, base)
        np.testing.assert_allclose(result.numpy(), base ** np.maximum(numbers, least))
        np.testing.assert_array_equal(x.numpy(), result.numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("base", [2.0, math.e])
def test_powers_of_either_base_give_the_same_update(base, dtype, monkeypatch):
    monkeypatch.setattr(type(backends.load("numpy")), "base", lambda self, dtype: base)
    points = blobs(2, each=40, dtype=dtype)[0]
    gap = abs(gemm_tiled(points, points, 2.5) - loops(points, points, 2.5))
    assert (gap <= tolerance(points, points, 2.5)).all()


def test_centring_saves_float32_far_from_the_origin():
    points = blobs(2)[0] + 1e4
    single = points.astype("float32")
    exact = gemm(single.astype("float64"), single.astype("float64"), 2.5)
    assert abs(gemm(single, single, 2.5).astype("float64") - exact).max().item() < 2e-3


@given(problem=problems(("float64",)), kernel=st.sampled_from(["flat", "triangular"]))
def test_the_other_kernels_are_their_definitions(problem, kernel):
    queries, points, bandwidth = problem
    distance = np.sqrt(((queries.numpy()[:, None] - points.numpy()) ** 2).sum(2)) / bandwidth
    assume(not (abs(distance - 1) < 1e-6).any())  # rounding decides on the rim
    weight = (distance <= 1) * 1.0 if kernel == "flat" else np.maximum(1 - distance, 0)
    assume((weight.sum(1) > 1e-6).all())
    found, total = weighted_means(queries, points, bandwidth, kernel)
    # sqrt near 0 turns a rounding of eps into one of sqrt(eps)
    np.testing.assert_allclose(total.numpy()[:, 0], weight.sum(1), atol=1e-5)
    np.testing.assert_allclose(found.numpy(), weight @ points.numpy() / weight.sum(1)[:, None], atol=1e-3)


def test_share_and_flops(backend):
    points = mt.ones((10, 2))
    assert flops(points, points, 1.0) == 100 * (3 * 2 + 2 + 2 * 2 + 1)
    queries, data, bandwidth = share(0.3, points, points, 1.0)
    assert (queries.shape, data.shape, bandwidth) == ((3, 2), (10, 2), 1.0)


# The compiled rung.
@pytest.mark.parametrize(("dtype", "bound"), [("float32", 1.6e-7), ("float64", 6.2e-18)])
def test_the_polynomial_is_as_near_as_it_says(dtype, bound):
    f = np.linspace(0, 1, 100_001, dtype=np.longdouble)
    value = sum(np.longdouble(c) * f**k for k, c in enumerate(compiled_module().POLYNOMIALS[dtype]))
    error = abs(value * np.exp2(f) - 1).max()
    # The coefficients are rounded to float64, and a long double is no longer than that on some machines.
    assert error <= bound + 4 * np.finfo("float64").eps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_compiled_power_of_two(dtype):
    pytest.importorskip("numba", reason="compiled loops need Numba, an extra")
    power, kind = compiled_module()._power(dtype), np.finfo(dtype)
    u = np.abs(np.random.default_rng(0).normal(size=3_000) * 30).astype(dtype)
    u[:4] = 0, 1, 1 - kind.eps, 7.5
    found, exact = np.array([power(x) for x in u], dtype), np.exp2(-u.astype("longdouble"))
    sure = u < -kind.minexp - 2
    assert (abs(found / exact - 1)[sure] <= 1.6e-7 * (dtype == "float32") + 3 * kind.eps).all()
    for huge in (-kind.minexp + 1, 1e10, np.inf):
        assert power(u.dtype.type(huge)) == 0


def compiled_module():
    return sys.modules[compiled.__module__]


def test_without_numba_the_rung_says_how_to_get_it_and_the_ladder_that_it_skipped_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    points = mt.ones((3, 2))
    with pytest.raises(ImportError, match="pip install numba"):
        compiled(points, points, 1.0)
    climb = LADDER.climb(points, points, 1.0, seconds=0.01)
    assert climb.rows[-1].note == "skipped: compiled loops need Numba: pip install numba"
    assert [row.rung for row in climb.rows if row.seconds is None] == ["compiled"]


def test_importing_the_ladder_does_not_import_numba():
    code = "import sys, minitensor.cluster.meanshift; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_compiled_loops_do_not_fetch_points_from_another_device():
    with mt.use_backend("strict"):
        points = mt.ones((3, 2))
    with pytest.raises(TypeError, match=r"the points are on strict; write .to\('numpy'\)"):
        compiled(points, points, 1.0)
