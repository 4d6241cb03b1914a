"""What every backend does, as the standard has it and as each library does it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, FLOATS, arrays, axis_of, shapes

from minitensor import backend as backends
from minitensor.backend.dtypes import checked_dtype, holds_number
from minitensor.backend.standard import Backend
from minitensor.errors import DTypeError


@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_numbers_survive_the_way_there_and_back(backend, a):
    lib = backends.load(backend)
    there = lib.from_numpy(a)
    np.testing.assert_array_equal(lib.to_numpy(there), a, strict=True)
    assert lib.numpy_dtype(there) == a.dtype
    assert lib.dtype(a.dtype) == there.dtype
    assert backends.of(there) is lib
    assert isinstance(there, lib.array_type)


@given(st.data())
def test_what_the_standard_lacks_is_numpys(backend, data):
    a = data.draw(arrays(shapes(min_dims=1)))
    axis = data.draw(axis_of(a.ndim))
    lib = backends.load(backend)
    there = lib.from_numpy(a)
    for result, expected in (
        (lib.argsort(there, axis), np.argsort(a, axis, kind="stable")),
        (lib.cumulative_sum(there, axis), np.cumsum(a, axis)),
        (lib.vecdot(there, there), (a * a).sum(-1)),
        (lib.astype(there, lib.dtype("float32")), a.astype("float32")),
    ):
        np.testing.assert_array_equal(lib.to_numpy(result), expected, strict=True)


@given(arrays(shapes(min_dims=2)))
def test_the_diagonal_is_that_of_the_last_two_axes(backend, a):
    lib = backends.load(backend)
    np.testing.assert_array_equal(lib.to_numpy(lib.diagonal(lib.from_numpy(a))), np.linalg.diagonal(a), strict=True)


@given(arrays(dtype=st.sampled_from(FLOATS), values=st.integers(-9, 9)))
def test_exp_in_place_writes_over_its_argument(backend, a):
    lib, expected = backends.load(backend), np.exp(a)
    there = lib.from_numpy(a)
    result = lib.exp_in_place(there)
    # How NumPy computes the last bit depends on how the elements lie in memory.
    np.testing.assert_allclose(lib.to_numpy(result), expected, 4 * np.finfo(a.dtype).eps, strict=True)
    np.testing.assert_array_equal(lib.to_numpy(there), lib.to_numpy(result), strict=True)
    lib.synchronize()


@given(arrays(dtype=st.sampled_from(FLOATS), values=st.integers(-9, 9)))
def test_powers_of_the_base_that_is_chosen(backend, a):
    lib = backends.load(backend)
    base = lib.base(a.dtype)
    found = lib.to_numpy(lib.exp_in_place(lib.from_numpy(a.copy()), None, base))
    np.testing.assert_allclose(found, base ** a.astype("float64"), 8 * np.finfo(a.dtype).eps)


class Plain(Backend):
    """array-api-strict on its first device, with every method as the standard has it."""

    name = "plain"

    def __init__(self):
        import array_api_strict

        super().__init__(array_api_strict, type(array_api_strict.asarray(0)))


@given(st.data())
def test_the_standard_is_enough(data):
    lib, n = Plain(), data.draw(st.integers(0, 6))
    values = data.draw(arrays((n, 4), dtype=st.sampled_from(FLOATS), values=st.integers(-9, 9)))
    there, eps = lib.from_numpy(values), 8 * np.finfo(values.dtype).eps
    assert lib.numpy_dtype(there) == values.dtype
    np.testing.assert_array_equal(lib.to_numpy(there), values, strict=True)
    assert (lib.strides(there), lib.axes_in_memory(there)) == ((4, 1), (0, 1))
    assert lib.layout(there) == lib.layout(lib.contiguous(there))
    floor, base = data.draw(st.sampled_from([None, -2.0])), data.draw(st.sampled_from([2.0, math.e]))
    expected = base ** np.maximum(values, -np.inf if floor is None else floor).astype("float64")
    np.testing.assert_allclose(lib.to_numpy(lib.exp_in_place(lib.contiguous(there), floor, base)), expected, eps)
    np.testing.assert_allclose(lib.to_numpy(lib.exps(there, 2)), np.exp(values), eps)
    square = there @ there.mT
    np.testing.assert_array_equal(lib.to_numpy(lib.matmul_into(there, there.mT, square + 1)), lib.to_numpy(square))
    np.testing.assert_array_equal(lib.to_numpy(lib.diagonal(square)), lib.to_numpy(lib.vecdot(there, there)))
    for wrong in (n, -n - 1):
        with pytest.raises(IndexError, match=f"an index is out of bounds for axis 0 with size {n}"):
            lib.check_bounds(lib.asarray([0, wrong]), n, 0)
    lib.check_bounds(lib.asarray([n - 1, -n] if n else [], "int64"), n, 0)
    assert lib.device_name() in lib.device_names()
    assert lib.free_memory() is None
    assert (lib.threads(), lib.on_processor, lib.runs_kernels_on) == (1, False, None)


def test_strides_are_those_of_rows_where_the_standard_hides_them():
    lib = Plain()
    for shape in ((), (3,), (2, 3, 4), (0, 5)):
        expected = np.empty(shape, "int8").strides if 0 not in shape else (5, 1)
        assert lib.strides(lib.from_numpy(np.ones(shape))) == expected


def test_a_dtype_that_a_library_lacks_is_refused():
    with pytest.raises(DTypeError, match="the strict backend has no float16; take a wider dtype"):
        backends.load("strict").dtype("float16")


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@given(
    st.data(),
    st.sampled_from(["bool", *INTEGERS]),
    st.sampled_from(["bool", *INTEGERS]),
    st.sampled_from([1, 2, 7, 20]),
    st.sampled_from([0, 1, 5, 30]),
    st.sampled_from([1, 2, 6, 19]),
    st.integers(0, 2**32 - 1),
)
def test_products_of_integers_are_numpys_and_wrap(backend, data, left, right, m, k, n, seed):
    rng, lib = np.random.default_rng(seed), backends.load(backend)

    def drawn(dtype, shape):
        if dtype == "bool":
            return rng.random(shape) > 0.5
        limits, top = np.iinfo(dtype), 2 ** data.draw(st.integers(0, 64))
        return rng.integers(max(limits.min, -top), min(limits.max, top), shape, dtype=dtype, endpoint=True)

    rows = data.draw(st.sampled_from([(m,), (3, m), ()]))
    a, b = drawn(left, (*rows, k)), drawn(right, data.draw(st.sampled_from([(k, n), (k,), (3, k, n)])))
    if backend != "numpy" and (("bool" in (left, right)) or np.result_type(a, b).kind == "f"):
        return  # the standard has no such product
    x, y = lib.from_numpy(a), lib.from_numpy(b)
    for found in (lib.matmul(x, y), backends.matmul(x, y)):
        np.testing.assert_array_equal(lib.to_numpy(lib.as_array(found)), a @ b, strict=True)


@given(st.data(), st.sampled_from(["float32", "float64"]), st.integers(0, 2**32 - 1))
def test_products_of_floats_are_numpys(backend, data, dtype, seed):
    rng, lib = np.random.default_rng(seed), backends.load(backend)
    m, k, n = (data.draw(st.sampled_from([0, 1, 3, 12])) for _ in range(3))

    def drawn(*shapes):
        array = rng.integers(-9, 10, data.draw(st.sampled_from(shapes))).astype(dtype)
        return np.asarray(array, order=data.draw(st.sampled_from("CF")))

    a, b = drawn((m, k), (k,), (2, m, k)), drawn((k, n), (k,), (2, k, n))
    found = backends.matmul(lib.from_numpy(a), lib.from_numpy(b))
    np.testing.assert_array_equal(lib.to_numpy(lib.as_array(found)), a @ b)


@pytest.mark.parametrize(("left", "right"), [((2, 3), (2, 3)), ((20, 30), (20, 30)), ((), (3,)), ((3,), ())])
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_products_that_do_not_fit_raise_what_numpy_raises(left, right, dtype):
    with pytest.raises(ValueError, match=r"shape|dimension"):
        backends.matmul(np.ones(left, dtype), np.ones(right, dtype))


@pytest.mark.parametrize("call", ["matmul", "vecdot", "multiply", "multiply_into"])
@pytest.mark.parametrize("dtype", ["bool", "int64", "float32", "complex128"])
def test_calls_give_arrays_also_without_axes(backend, call, dtype):
    if backend != "numpy" and call == "vecdot" and dtype == "int64":
        dtype = "int32"
    lib = backends.load(backend)
    a = lib.from_numpy(np.ones((2,) if call in ("matmul", "vecdot") else (), dtype))
    assert isinstance(lib.call_of_two(call, dtype, (a.ndim, a.ndim))(a, a), lib.array_type)
    square = lib.from_numpy(np.ones((2, 2), dtype))
    assert isinstance(lib.call_of_one("sum", (0, 1), dtype, 0)(square), lib.array_type)
    assert isinstance(lib.call_of_one("trace", (), dtype, 0)(square), lib.array_type)


@given(st.integers(0, 30), st.integers(1, 9), st.sampled_from(FLOATS), st.integers(0, 2**32 - 1))
def test_scatter_add_sums_what_goes_to_one_place_in_float64(backend, n, size, dtype, seed):
    rng, lib = np.random.default_rng(seed), backends.current()
    places, values = rng.integers(0, size, n), rng.normal(size=n).astype(dtype)
    expected = np.zeros(size)
    np.add.at(expected, places, values.astype("float64"))
    found = lib.to_numpy(lib.scatter_add(lib.from_numpy(places), lib.from_numpy(values), size))
    assert found.dtype == "float64"
    np.testing.assert_allclose(found, expected, atol=1e-13)
    assert (found[~np.isin(np.arange(size), places)] == 0).all()


@given(st.lists(st.integers(0, 4), max_size=9))
def test_each_element_so_many_times(backend, times):
    lib = backends.load(backend)
    numbers, counts = np.arange(10.0, 10.0 + len(times)), np.array(times, "int64")
    found = lib.to_numpy(lib.repeat(lib.from_numpy(numbers), lib.from_numpy(counts)))
    np.testing.assert_array_equal(found, np.repeat(numbers, counts), strict=True)


@given(arrays(shapes(min_dims=1, max_dims=2, min_side=1), st.sampled_from(FLOATS)), st.data())
def test_what_is_at_a_rank_along_the_last_axis(backend, a, data):
    lib, rank = backends.load(backend), data.draw(st.integers(0, a.shape[-1] - 1))
    found = lib.at_rank(lib.from_numpy(a), rank)
    assert isinstance(found, lib.array_type)
    np.testing.assert_array_equal(lib.to_numpy(found), np.sort(a)[..., rank], strict=True)


def test_scatter_add_counts_further_than_float32_can(backend):
    lib, many = backends.current(), 2**18
    values = lib.from_numpy(np.full(many, 64.25, "float32"))
    places = lib.from_numpy(np.zeros(many, "int64"))
    assert lib.to_numpy(lib.scatter_add(places, values, 2)).tolist() == [64.25 * many, 0.0]


@pytest.mark.parametrize(("own", "value", "holds"), [
    ("float32", np.zeros(1, "float64"), True), ("float64", np.zeros(1, "int64"), True), ("float32", 1, True),
    ("int64", np.zeros(1, "float32"), False), ("int64", np.zeros(0), True), ("int64", 1.0, False),
    ("int64", True, True), ("bool", 1, True), ("bool", 2, False), ("bool", np.array([0, 1]), True),
    ("bool", np.array([0, 2]), False), ("float64", 1j, False), ("complex64", 1j, True), ("float64", "text", False),
    ("uint8", np.zeros(1, "int64"), True), ("uint8", np.array([0, -1]), False), ("int8", np.array([127, 128]), False),
    ("int8", np.zeros(0, "int64"), True), ("uint64", np.array([-1]), False),
    ("int64", np.array([2**63], "uint64"), False), ("float32", 1e39, False), ("float32", np.array([1e39]), False),
    ("float32", math.inf, True), ("float16", np.array([65519, np.inf, np.nan]), True),
    ("float16", np.array([65520]), False), ("float16", np.array([65520.0]), False), ("float64", 10**400, False),
    ("complex64", complex(0, 1e39), False), ("complex64", np.array([1e39j]), False),
])  # fmt: skip
def test_what_an_array_can_hold(own, value, holds):
    dtype = np.dtype(own)
    fits = (
        backends.load("numpy").fitted(value, dtype) is not None
        if hasattr(value, "dtype")
        else holds_number(dtype, value)
    )
    assert fits is holds


@pytest.mark.parametrize("name", ["float", "float32", np.float32, float, int, bool, "i4", np.dtype("complex64")])
def test_a_dtype_is_any_name_of_numbers(name):
    assert checked_dtype(name) == np.dtype(name)


@pytest.mark.parametrize("name", ["flaot32", object, str, "datetime64[s]", 5, ["float32"]])
def test_a_dtype_is_none_that_is_not_of_numbers(name):
    with pytest.raises(DTypeError) as caught:
        checked_dtype(name)
    assert str(caught.value) == f"{name!r} is not a dtype of numbers; write one such as 'float32', 'int64' or 'bool'"


def test_only_a_numpy_scalar_is_made_an_array():
    array = np.zeros(2)
    assert backends.as_array(array) is array
    assert isinstance(backends.as_array(np.float32(2)), np.ndarray)
    assert backends.as_array(np.float32(2)).dtype == "float32"


@given(st.integers(0, 40), st.integers(1, 4), st.integers(1, 30), st.sampled_from(FLOATS), st.integers(0, 2**32 - 1))
def test_sums_of_rows_are_a_product_with_ones_and_zeros(backend, n, d, size, dtype, seed):
    rng, lib = np.random.default_rng(seed), backends.current()
    rows, places = rng.normal(size=(n, d)).astype(dtype), rng.integers(0, size, n)
    found = lib.to_numpy(lib.sums_of_rows(lib.from_numpy(rows), lib.from_numpy(places), size))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, (np.arange(size)[:, None] == places) @ rows.astype("float64"), atol=1e-5)
