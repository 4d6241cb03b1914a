import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import DTYPES, FLOATS, arrays, as_tensor, axes_of, axis_of, shapes

import minitensor as mt
from minitensor import norms
from minitensor.core.tensor import Tensor
from minitensor.errors import AxisError, DeviceError, DTypeError, InputError, ShapeError

MEASURES = [norms.mse, norms.rmse, norms.mae]
powers = st.sampled_from([1, 1.5, 2, 2.0, 3, 7.3, 50, math.inf]) | st.floats(1, 20)
not_empty = shapes(min_side=1)


def rounding(dtype, n):
    """How far a norm of n elements may be from the exact one, relatively: a power and a root of each, and a sum."""
    return (n + 60) * float(np.finfo(dtype).eps)


def check(result, expected, n):
    assert type(result) is Tensor
    assert result.backend == mt.get_backend()
    expected = np.asarray(expected)
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result.numpy(), expected, rtol=rounding(expected.dtype, n), strict=True)
    assert not np.isnan(expected).any()


@st.composite
def complex_arrays(draw):
    shape = draw(not_empty)
    return np.asarray(draw(arrays(shape)) + 1j * draw(arrays(shape)))


@given(data=st.data(), p=powers)
def test_of_a_vector_as_numpy(backend, data, p):
    x = data.draw(arrays(shapes(min_dims=1, min_side=1), st.sampled_from(FLOATS)))
    axis, keepdims = data.draw(axis_of(x.ndim)), data.draw(st.booleans())
    # In float64, for NumPy does not scale: it says that the 50-norm of 0.125 in float32 is 0.
    expected = np.linalg.norm(x.astype("float64"), p, axis=axis, keepdims=keepdims)
    check(norms.norm(as_tensor(x), p, axis, keepdims), expected.astype(x.dtype), x.shape[axis])


@given(data=st.data(), p=powers)
def test_over_any_axes_as_the_formula(backend, data, p):
    x = data.draw(arrays(not_empty, st.sampled_from(DTYPES)) | complex_arrays())
    axis, keepdims = data.draw(axes_of(x.ndim)), data.draw(st.booleans())
    real = {"c": "float64", "f": x.dtype}.get(x.dtype.kind, "float64")
    size = np.abs(x.astype("complex128"))
    if p == math.inf:
        expected = size.max(axis=axis, keepdims=keepdims)
    else:
        expected = (size**p).sum(axis=axis, keepdims=keepdims) ** (1 / p)
    check(norms.norm(as_tensor(x), p, axis, keepdims), np.asarray(expected).astype(real), x.size)


@given(arrays(shapes(min_dims=2, max_dims=4, min_side=1), st.sampled_from(FLOATS)) | complex_arrays())
def test_frobenius_as_numpy(backend, x):
    assume(x.ndim >= 2)
    real = x.dtype if x.dtype.kind == "f" else np.dtype("float64")
    check(norms.frobenius(as_tensor(x)), np.linalg.norm(x, "fro", axis=(-2, -1)).astype(real), x.size)


@given(data=st.data(), p=powers)
def test_a_detour_is_no_shorter(backend, data, p):
    shape = data.draw(not_empty)
    x, y = (as_tensor(data.draw(arrays(shape))) for _ in range(2))
    direct, detour = norms.norm(x + y, p).item(), norms.norm(x, p).item() + norms.norm(y, p).item()
    assert direct <= detour * (1 + rounding("float64", x.size))


@given(x=arrays(not_empty), p=powers, factor=st.floats(-1e100, 1e100).filter(lambda c: c == 0 or abs(c) > 1e-100))
def test_is_absolutely_homogeneous(backend, x, p, factor):
    scaled, whole = norms.norm(as_tensor(x) * factor, p).item(), abs(factor) * norms.norm(as_tensor(x), p).item()
    assert scaled == pytest.approx(whole, rel=rounding("float64", x.size), abs=0)


@given(x=arrays(not_empty), p=powers)
def test_is_zero_for_zero_alone(backend, x, p):
    assert (norms.norm(as_tensor(x), p).item() == 0) == (not x.any())


@given(x=arrays(not_empty), p=powers, q=powers)
def test_never_grows_with_p(backend, x, p, q):
    p, q = sorted((p, q))
    assert norms.norm(as_tensor(x), q).item() <= norms.norm(as_tensor(x), p).item() * (1 + rounding("float64", x.size))


@given(x=arrays(not_empty), p=st.floats(100, 1e300))
@example(x=np.array([1.0, -1.0, 1.0]), p=1e300)
def test_comes_close_to_the_largest_as_p_grows(backend, x, p):
    """The largest ≤ ‖x‖ₚ ≤ n^(1/p)·the largest."""
    largest = norms.norm(as_tensor(x), math.inf).item()
    slack = 1 + rounding("float64", x.size)
    assert largest / slack <= norms.norm(as_tensor(x), p).item() <= x.size ** (1 / p) * largest * slack


@pytest.mark.parametrize(
    ("dtype", "scale"), [("float64", 1e200), ("float64", 1e-200), ("float32", 1e30), ("float32", 1e-30)]
)
@pytest.mark.parametrize("p", [1, 2, 3, 50, math.inf])
def test_neither_overflows_nor_vanishes(backend, dtype, scale, p):
    """Squares of these do: the checker would see ∞ or 0."""
    plain = np.array([3.0, -4.0, 0.0])
    result = norms.norm(mt.tensor(plain * scale, dtype), p)
    assert result.item() == pytest.approx(np.linalg.norm(plain, p) * scale, rel=1e-6 if dtype == "float32" else 1e-14)
    with np.errstate(over="ignore", under="ignore"):
        assert p in (1, math.inf) or not np.isfinite(x := np.dtype(dtype).type(scale) ** p) or x < np.finfo(dtype).tiny


def test_takes_the_modulus_of_complex_numbers(backend):
    assert norms.norm(mt.tensor([3e200 + 4e200j])).item() == pytest.approx(5e200)


@pytest.mark.parametrize("p", [1, 2, 3, math.inf])
def test_nan_gives_nan_and_infinity_infinity(backend, p):
    rows = mt.tensor([[math.nan, 1.0], [math.inf, math.nan], [-math.inf, 1.0], [0.0, 0.0]])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(norms.norm(rows, p, axis=1).numpy(), [math.nan, math.nan, math.inf, 0.0])


@given(data=st.data())
def test_the_three_relations(backend, data):
    shape = data.draw(not_empty)
    a, b = (as_tensor(data.draw(arrays(shape, data.draw(st.sampled_from(DTYPES))))) for _ in range(2))
    n, v = a.size, a.astype("float64") - b.astype("float64")
    rel = rounding("float32", n)
    assert norms.rmse(a, b).item() == pytest.approx(norms.norm(v).item() / math.sqrt(n), rel=rel, abs=0)
    assert norms.mse(a, b).item() == pytest.approx(norms.norm(v).item() ** 2 / n, rel=rel, abs=0)
    assert norms.mae(a, b).item() == pytest.approx(norms.norm(v, 1).item() / n, rel=rel, abs=0)


@given(data=st.data())
def test_measures_as_numpy(backend, data):
    shape, dtype = data.draw(not_empty), data.draw(st.sampled_from(FLOATS))
    a, b = (data.draw(arrays(shape, dtype)) for _ in range(2))
    v = a - b
    expected = [np.mean(v**2), np.sqrt(np.mean(v**2)), np.mean(np.abs(v))]
    for measure, value in zip(MEASURES, expected, strict=True):
        check(measure(as_tensor(a), as_tensor(b)), value.astype(dtype), v.size)


def test_small_integers_do_not_wrap_round(backend):
    a, b = mt.tensor([0, 255], "uint8"), mt.tensor([1, 0], "uint8")
    assert norms.mae(a, b).item() == 128.0
    assert norms.mse(a, b).item() == (1 + 255**2) / 2


@pytest.mark.parametrize("measure", MEASURES)
def test_measures_pass_nan_on(backend, measure):
    assert math.isnan(measure(mt.tensor([0.0, math.nan]), mt.zeros(2)).item())


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_a_column_against_a_row_is_refused(backend, measure):
    with pytest.raises(ShapeError, match=r"(?s)\(5,\).*\(5, 1\).*broadcasting would compare 25 pairs.*\.reshape\(5\)"):
        measure(mt.ones(5), mt.ones((5, 1)))
    with pytest.raises(ShapeError, match="broadcasting would compare 10 pairs"):
        measure(mt.ones((2, 5)), mt.ones(5))
    with pytest.raises(ShapeError, match="make the shapes equal"):
        measure(mt.ones(2), mt.ones(3))


@pytest.mark.parametrize("measure", MEASURES)
def test_measures_refuse_what_is_empty_or_no_tensor(backend, measure):
    with pytest.raises(ShapeError, match="no element"):
        measure(mt.ones((2, 0)), mt.ones((2, 0)))
    with pytest.raises(DTypeError, match="takes Tensors, not float"):
        measure(mt.ones(()), 1.0)
    with pytest.raises(DTypeError, match="takes Tensors, not list"):
        measure([1.0], mt.ones(1))


def test_measures_refuse_two_backends():
    with mt.use_backend("numpy"):
        here = mt.ones(3)
    for measure in MEASURES:
        with pytest.raises(DeviceError):
            measure(here, here.to("strict"))


@pytest.mark.parametrize(("p", "why"), [(0, "count"), (0.5, "detour"), (-1, "1 or more"), (math.nan, "1 or more")])
def test_p_below_1_is_refused_with_the_reason(backend, p, why):
    with pytest.raises(InputError, match=why):
        norms.norm(mt.ones(3), p)


def test_norms_refuse(backend):
    with pytest.raises(DTypeError, match="not a number"):
        norms.norm(mt.ones(3), "fro")
    with pytest.raises(DTypeError, match="takes Tensors"):
        norms.norm([1.0])
    with pytest.raises(AxisError, match="norm"):
        norms.norm(mt.ones(3), axis=1)
    with pytest.raises(ShapeError, match="no element"):
        norms.norm(mt.ones((2, 0)), axis=1)
    with pytest.raises(ShapeError, match="not a matrix"):
        norms.frobenius(mt.ones(3))
    assert norms.norm(mt.ones((0, 2)), axis=1).shape == (0,)


def test_below_p_1_the_triangle_inequality_does_fail():
    """Why p below 1 is refused: for p = 1/2 the two sides of a unit square are shorter than its diagonal is long."""
    assert (1**0.5 + 1**0.5) ** 2 > 1 + 1
