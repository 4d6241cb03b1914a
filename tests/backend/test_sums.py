"""Sums of floats are as exact as pairwise ones, along any axes of any layout, on every backend."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import as_tensor, axes_of

import minitensor as mt
from minitensor.backend import sums

BOUND = 4  # eps of the sum of the absolute values
KINDS = ["offset", "uniform", "normal", "equal", "wide"]


def numbers(rng, shape, kind):
    """Random numbers of which the running sums are hard: far from 0, all equal, of many sizes."""
    if kind == "offset":
        return rng.random(shape) + 100
    if kind == "uniform":
        return rng.random(shape)
    if kind == "normal":
        return rng.standard_normal(shape)
    if kind == "equal":
        return np.full(shape, rng.uniform(0.1, 300))
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 7, shape)


@st.composite
def tables(draw, most=40_000, dtypes=("float32", "float64")):
    """Arrays of up to `most` numbers: axes long and short, permuted, backwards, with gaps, expanded, unaligned."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ndim = draw(st.integers(1, 4))
    size = math.exp(rng.uniform(0, math.log(most)))
    shape = [max(1, int(size**share)) for share in rng.dirichlet(np.full(ndim, 0.5))]
    steps = [draw(st.sampled_from([1, 1, 1, 2, -1, -2])) for _ in shape]
    order = draw(st.permutations(range(ndim)))
    block = numbers(rng, [shape[axis] * abs(steps[axis]) for axis in order], draw(st.sampled_from(KINDS)))
    block = block.astype(draw(st.sampled_from(dtypes)))
    if draw(st.booleans()):  # at an address that is no multiple of its size
        memory = np.zeros(block.nbytes + 1, "uint8")[1:]
        memory[:] = block.reshape(-1).view("uint8")
        block = memory.view(block.dtype).reshape(block.shape)
    table = block.transpose(np.argsort(order))[tuple(slice(None, None, step) for step in steps)]
    if draw(st.booleans()):
        table = np.broadcast_to(np.expand_dims(table, 0), (draw(st.integers(1, 40)), *table.shape))
    return table


def rows_of(table, axis):
    """One row of Python floats for each sum, and the shape of the sums."""
    axes = (
        range(table.ndim) if axis is None else [one % table.ndim for one in (axis if type(axis) is tuple else (axis,))]
    )
    kept = [one for one in range(table.ndim) if one not in axes]
    shape = [table.shape[one] for one in kept]
    return table.transpose([*kept, *axes]).reshape(math.prod(shape), -1).tolist(), shape


def assert_exact(found, table, axis, of=lambda row: row):
    """Whether sums are within the bound of what `math.fsum` makes."""
    rows, shape = rows_of(table, axis)
    eps = float(np.finfo(found.dtype).eps)
    assert list(found.shape) == shape
    for number, row in zip(found.reshape(-1).tolist(), rows, strict=True):
        terms = of(row)
        assert abs(number - math.fsum(terms)) <= BOUND * eps * math.fsum(map(abs, terms)) + eps * abs(number)


@given(st.data())
def test_a_sum_is_within_the_bound(backend, data):
    table = data.draw(tables())
    axis = data.draw(axes_of(table.ndim))
    x = as_tensor(table)
    found = x.sum(axis)
    assert found.dtype == table.dtype
    assert_exact(found.numpy(), table, axis)
    keep = x.sum(axis, keepdims=True)
    assert keep.ndim == table.ndim
    np.testing.assert_array_equal(keep.numpy().reshape(found.shape), found.numpy())


@given(st.data())
def test_a_mean_is_within_the_bound(backend, data):
    table = data.draw(tables())
    axis = data.draw(axes_of(table.ndim))
    found = as_tensor(table).mean(axis).numpy()
    count = table.size // max(found.size, 1)
    assert_exact(found, table, axis, lambda row: [number / count for number in row])


@given(st.data())
def test_a_variance_is_that_of_the_exact_mean(backend, data):
    table = data.draw(tables(most=5_000))
    axis = data.draw(axes_of(table.ndim))
    x, eps = as_tensor(table), float(np.finfo(table.dtype).eps)
    var, std = x.var(axis).numpy(), x.std(axis).numpy()
    assert var.dtype == table.dtype
    rows, _ = rows_of(table, axis)
    for found, root, row in zip(var.reshape(-1).tolist(), std.reshape(-1).tolist(), rows, strict=True):
        mean = math.fsum(row) / len(row)
        exact = math.fsum((number - mean) ** 2 for number in row) / len(row)
        # Each difference is rounded, and the mean that was subtracted: relative to the numbers that is eps.
        slack = 12 * eps * exact + (2 * eps * max(map(abs, row))) ** 2
        assert abs(found - exact) <= slack
        assert abs(root**2 - exact) <= slack + 4 * eps * exact


@given(st.data())
def test_sums_do_not_depend_on_the_order(backend, data):
    """Permuted along the summed axis, transposed, or reversed, they stay within the bound of each other."""
    table = data.draw(tables(most=10_000))
    axis = data.draw(st.integers(0, table.ndim - 1))
    rng = np.random.default_rng(0)
    shuffled = table.take(rng.permutation(table.shape[axis]), axis)
    sizes = 2 * BOUND * float(np.finfo(table.dtype).eps) * np.abs(table).sum(axis, dtype="float64")
    first = as_tensor(table).sum(axis).numpy().astype("float64")
    for other in (
        as_tensor(shuffled).sum(axis).numpy(),
        as_tensor(np.flip(table)).sum(axis).numpy()[(slice(None, None, -1),) * (table.ndim - 1)],
        as_tensor(table.T).sum(table.ndim - 1 - axis).numpy().T,
    ):
        assert (np.abs(other - first) <= sizes).all()


@given(tables(dtypes=["complex64", "complex128"]), st.data())
def test_complex_numbers_are_summed_as_pairs(backend, table, data):
    table = table * np.asarray(1 - 0.3j, table.dtype)
    axis = data.draw(axes_of(table.ndim))
    found = as_tensor(table).sum(axis).numpy()
    assert found.dtype == table.dtype
    for part in ("real", "imag"):
        assert_exact(getattr(found, part), getattr(table, part), axis)
    np.testing.assert_allclose(as_tensor(table).var(axis).numpy(), table.astype("complex128").var(axis), 1e-4, 1e-4)


LONG = [
    ((2**18 + 77, 3), 0), ((3, 2**18 + 77), 1), ((2**19 + 5,), None), ((700, 301), 0), ((300, 700), 1),
    ((9, 513, 61), 1), ((2**17, 1), 0), ((2**17, 2, 1), (0, 2)), ((40, 33, 129), (0, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "axis"), LONG)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", KINDS)
def test_long_sums_are_within_the_bound(backend, shape, axis, dtype, kind):
    table = numbers(np.random.default_rng(1), shape, kind).astype(dtype)
    assert_exact(as_tensor(table).sum(axis).numpy(), table, axis)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("shape", [(40_000, 3), (3, 40_000), (200, 300), (70, 5, 100)])
def test_infinity_and_nan_stay_in_their_sums(backend, shape, value):
    table = np.ones(shape, "float32")
    table.reshape(-1)[[1, -2]] = value
    for axis in (*range(table.ndim), None):
        np.testing.assert_array_equal(as_tensor(table).sum(axis).numpy(), table.astype("float64").sum(axis))


def test_infinities_of_both_signs_make_nan(backend):
    table = np.zeros((5000, 4))
    table[7], table[4000, :2] = math.inf, -math.inf
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(as_tensor(table).sum(0).numpy(), [math.nan, math.nan, math.inf, math.inf])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0,), (2, 0, 4)])
def test_the_sum_of_nothing_is_zero(backend, shape):
    for axis in (*range(len(shape)), None):
        found = mt.zeros(shape, "float32").sum(axis).numpy()
        np.testing.assert_array_equal(found, np.zeros(shape, "float32").sum(axis), strict=True)


@pytest.mark.parametrize("shape", [(3, 1), (1, 500), (70, 1, 40), (1, 200_000), (500, 400, 1), (30_000, 9)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
def test_nothing_is_changed_and_nothing_is_shared(backend, shape, dtype):
    before = np.arange(math.prod(shape), dtype=dtype).reshape(shape)
    x = as_tensor(before.copy())
    for axis in (*range(len(shape)), None, ()):
        for name in ("sum", "mean", "var", "std"):
            out = getattr(x, name)(axis)
            out += 1
        np.testing.assert_array_equal(x.numpy(), before)


def test_numbers_that_no_float32_can_count(backend):
    ones = mt.ones((2**24 + 2**10, 2), "float32")
    assert ones.sum(0).tolist() == [2.0**24 + 2**10] * 2
    assert ones.mean(0).tolist() == [1.0, 1.0]
    assert mt.einsum("nd->d", ones).tolist() == [2.0**24 + 2**10] * 2


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("n", [7, 10_000, 107_694])
def test_equal_numbers_have_no_spread_below_0(backend, dtype, n):
    for number in (0.18557979048288287, 0.1 + 0.7j, 1 / 3 + 1j / 7):
        x = mt.full((1, n), number if dtype.startswith("c") else abs(number), dtype)
        for table, axis in ((x, None), (x, 1), (x.T, 0), (x, (0, 1))):
            assert np.all(table.var(axis).numpy() >= 0)
            assert np.all(table.std(axis).numpy() <= (1e-6 if dtype in ("float32", "complex64") else 1e-15))


@pytest.mark.parametrize("shape", [(4, 33, 3, 0), (2, 0, 3), (0, 300), (2, 3, 0)])
def test_sums_of_nothing_in_float16(shape):
    x = mt.as_tensor(np.zeros(shape, "float16"))
    for axis in range(len(shape)):
        expected = np.zeros(shape, "float16").sum(axis)
        assert x.sum(axis).tolist() == expected.tolist()
        assert x.sum(axis).shape == expected.shape
        if shape[axis]:
            assert x.mean(axis).shape == x.var(axis).shape == x.std(axis).shape == expected.shape


def test_variance_of_numbers_that_are_large_and_close(backend):
    assert mt.tensor([1e8, 1e8 + 8, 1e8 + 16], "float32").var().item() == np.float32(128 / 3)
    assert mt.tensor([[1e8], [1e8 + 8], [1e8 + 16]], "float32").var(0).tolist() == [np.float32(128 / 3)]
    x = (np.random.default_rng(0).random((10**5, 3)) + 100).astype("float32")
    np.testing.assert_allclose(as_tensor(x).var(0).numpy(), x.astype("float64").var(0), 2e-6)
    np.testing.assert_allclose(as_tensor(x).mean(0).numpy(), x.astype("float64").mean(0), 3e-7)


@pytest.mark.parametrize(
    ("dtype", "scale"), [("float64", 1e200), ("float64", 1e-200), ("float32", 1e30), ("float32", 1e-30)]
)
@pytest.mark.parametrize("n", [3, 3000])
def test_spread_neither_overflows_nor_vanishes(backend, dtype, scale, n):
    plain = np.resize([1.0, 2.0, 4.0], n)
    x, rel = as_tensor((plain * scale).astype(dtype)), 1e-6 if dtype == "float32" else 1e-14
    with np.errstate(over="ignore", under="ignore"):
        assert x.std().item() == pytest.approx(plain.std() * scale, rel=rel)
        assert x.reshape(n, 1).std(0).item() == pytest.approx(plain.std() * scale, rel=rel)
        assert x.expand(2, n).std(1).tolist() == pytest.approx([plain.std() * scale] * 2, rel=rel)
        assert x.var().item() == pytest.approx(0.0 if scale < 1 else math.inf, abs=0)


def test_the_mean_of_the_largest_numbers_is_no_infinity(backend):
    largest = float(np.finfo("float64").max)
    with np.errstate(over="ignore"):
        assert mt.full(4, largest).mean().item() == largest
        assert mt.full((5000, 3), largest).std().item() == 0.0
        for shape, axis in (((3, 2), 0), ((2, 3), 1), ((2, 3, 2), (0, 2)), ((400, 300), 0), ((3, 60_000), 1)):
            assert set(mt.full(shape, largest).mean(axis).tolist()) == {largest}
            assert set(mt.full(shape, largest).mean(axis, keepdims=True).reshape(-1).tolist()) == {largest}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(7, 1997), (1997, 7), (5, 3), (300, 200), (20_001,)])
def test_a_variance_is_never_negative(backend, dtype, shape):
    for value in (125.653435, 0.1, -1e9 / 3):
        x = mt.full(shape, value, dtype)
        for axis in (*range(x.ndim), None):
            for table in (x, x.T):
                assert mt.all(table.var(axis) >= 0).item()
                assert mt.all(table.std(axis) <= 1e-6 * abs(value)).item()


def test_float16_is_summed_in_float32():
    with mt.use_backend("numpy"):
        x = mt.tensor([300.0] + [0.0] * 999, "float16")
        assert x.var().item() == np.float16(300**2 * 0.999 / 1000)
        assert x.std().dtype == "float16"
        assert mt.ones((3, 60_000), "float16").sum(1).tolist() == [60_000.0] * 3
        assert mt.ones((70_000, 2), "float16").mean(0).tolist() == [1.0, 1.0]
        assert mt.cumsum(mt.ones(5000, "float16"))[-1].item() == 5000.0
        two, three = mt.full((4096, 3), 2.0, "float16"), mt.full((3,), 3.0, "float16")
        assert mt.einsum("nd,nd,d->", two / 64, two / 64, three).item() == 4096 * 3 * 3 / 1024


@given(
    st.integers(0, 2**32 - 1), st.sampled_from([(20_000,), (300, 70), (70, 300), (20, 255, 4), (1, 9000)]), st.data()
)
def test_truth_values_are_counted(seed, shape, data):
    mask = np.random.default_rng(seed).random(shape) < 0.7
    mask = mask[..., ::-1] if data.draw(st.booleans()) else mask.T
    axis, keepdims = data.draw(axes_of(mask.ndim)), data.draw(st.booleans())
    with mt.use_backend("numpy"):
        found = mt.as_tensor(mask).sum(axis, keepdims).numpy()
    np.testing.assert_array_equal(found, mask.sum(axis, keepdims=keepdims), strict=True)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint32", "int32", "int64", "uint64"])
def test_the_mean_of_integers_does_not_wrap(backend, dtype):
    most = np.iinfo(dtype).max
    x = mt.full((3000, 2), int(most), dtype)
    assert x.mean(0).tolist() == [float(most)] * 2
    assert x.mean().item() == float(most)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["float32", "float64"]))
@example(0, "float32")
def test_running_sums_keep_their_digits(seed, dtype):
    rng = np.random.default_rng(seed)
    shape, axis = [((70_001,), 0), ((2500, 31), 0), ((3, 30_011), 1), ((2, 12_345, 3), 1)][rng.integers(4)]
    x = (rng.random(shape) + 100).astype(dtype)
    exact = x.astype("longdouble").cumsum(axis)
    with mt.use_backend("numpy"):
        found = mt.cumsum(mt.as_tensor(x), axis).numpy()
    assert found.dtype == dtype
    assert (np.abs(found - exact) <= 16 * np.finfo(dtype).eps * exact).all()


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_running_sums_with_infinities_are_numpys(value):
    x = np.ones(70_001)
    x[777] = value
    with mt.use_backend("numpy"), np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(mt.cumsum(mt.as_tensor(x)).numpy(), x.cumsum())


@given(st.integers(0, 2**32 - 1))
def test_a_large_mask_chooses_in_order(seed):
    rng = np.random.default_rng(seed)
    x, mask = rng.random((150, 101)), rng.random((150, 101)) < rng.random()
    with mt.use_backend("numpy"):
        for values, chosen in ((x, mask), (x.T, mask.T), (x[:, ::-1], mask), (x, mask[::-1])):
            np.testing.assert_array_equal(
                mt.as_tensor(values)[mt.as_tensor(chosen)].numpy(), values[chosen], strict=True
            )


def test_zeros_keep_their_sign(backend):
    assert np.signbit(mt.full(3, -0.0).numpy()).all()
    assert not np.signbit(mt.full(3, 0.0).numpy()).any()


def test_blocks_are_summed_two_by_two():
    parts = [np.array([float(number)]) for number in range(11)]
    assert sums._pairwise(iter(parts)).tolist() == [55.0]
