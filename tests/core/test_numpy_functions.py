"""NumPy's functions on Tensors: on NumPy they give what they give for arrays, as Tensors; elsewhere they refuse."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor import Tensor
from minitensor.core.numpy_functions import REFLECTED
from minitensor.errors import DeviceError, GradientError, InputError

RNG = np.random.default_rng(0)
X, Y, V = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4)), RNG.normal(size=4)
UNARY = [np.exp, np.sin, np.sign, np.isfinite, np.negative, np.floor, np.square, np.signbit, np.frexp, np.modf]
BINARY = [np.add, np.hypot, np.less, np.arctan2, np.divmod, np.fmax, np.copysign, np.multiply, np.power]
FUNCTIONS = """
np.sum(x); np.sum(x, axis=0); np.mean(x, axis=1, keepdims=True); np.max(x); np.min(x, 0); np.var(x, ddof=1); np.prod(x)
np.any(x); np.all(x, axis=0); np.argmax(x); np.cumsum(x); np.cumsum(x, axis=1); np.median(x); np.percentile(x, 30)
np.dot(x, v); np.dot(x, x.T); np.matmul(x, v); np.vdot(v, v); np.inner(x, x); np.outer(v, v); np.tensordot(x, y)
np.einsum("ij,kj->ik", x, y); np.linalg.norm(x); np.linalg.svd(x)[1]; np.linalg.eigvalsh(x @ x.T); np.linalg.pinv(x)
np.concatenate([x, y]); np.stack((x, y), axis=1); np.vstack([x, v]); np.block([[x, y], [y, x]]); np.split(x, 2, axis=1)
np.where(x > 0); np.where(x > 0, x, 0); np.select([x > 0, x < 0], [x, y]); np.clip(x, -1, v); np.sort(x); np.unique(x)
np.transpose(x); np.reshape(x, (4, 3)); np.squeeze(x[:1]); np.ravel(x); np.flip(x); np.roll(x, 1); np.pad(x, 1)
np.zeros_like(x); np.full_like(x, 2); np.real(x); np.trapezoid(v); np.interp(0.5, v, v); np.isin(x, v); np.diff(x)
np.add.reduce(x); np.multiply.accumulate(x, axis=1); np.subtract.outer(v, v); np.histogram(x)[0]; np.fft.fft(v)
np.take(x, np.array([1, 0]), axis=1); np.meshgrid(v, v); np.nan_to_num(x); np.linalg.qr(x); np.cov(x); np.round(x, 1)
"""
USES = [use.strip() for line in FUNCTIONS.strip().splitlines() for use in line.split(";")]


def same(result, expected):
    """Whether the arrays of `expected`, and no others, are Tensors in `result`, with the same numbers and dtypes."""
    if isinstance(expected, (tuple, list)):
        assert type(result) is type(expected)
        for one, other in zip(result, expected, strict=True):
            same(one, other)
    else:
        assert type(result) is Tensor
        assert result.dtype == expected.dtype
        np.testing.assert_array_equal(result.numpy(), expected)


@pytest.mark.parametrize("use", USES)
def test_a_function_of_numpy_gives_tensors(use):
    arrays = {"x": X, "y": Y, "v": V}
    expected = eval(use, arrays | {"np": np})
    same(eval(use, {name: mt.tensor(array) for name, array in arrays.items()} | {"np": np}), expected)


@given(st.data(), st.sampled_from(["float64", "float32", "int64", "bool"]))
def test_every_ufunc_computes_what_it_computes_of_arrays(data, dtype):
    x, y = X.astype(dtype), Y.astype(dtype)
    ufunc = data.draw(st.sampled_from([*UNARY, *BINARY]))
    both = (x, y)[: ufunc.nin]
    try:
        expected = ufunc(*both)
    except (TypeError, ValueError):  # the sign of a bool, 2 ** -1
        with pytest.raises((TypeError, ValueError)):
            ufunc(*map(mt.tensor, both))
        return
    with np.errstate(all="ignore"):
        same(ufunc(*map(mt.tensor, both)), expected)
        if ufunc.nin == 2:
            same(ufunc(mt.tensor(x), y), expected)
            same(ufunc(x, mt.tensor(y)), expected)


@pytest.fixture(autouse=True)
def _quiet():
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("name", sorted(REFLECTED))
def test_an_array_on_the_left_of_an_operator_gives_a_tensor(backend, name):
    """As before; on another backend than NumPy a number of NumPy may stand there, and an array is refused."""
    kind = "int64" if "bit" in name or "shift" in name else "float64"
    a, b = np.array([[5, 2], [1, 3]], kind), mt.tensor([[1, 2], [2, 1]], kind)
    expected = getattr(np, name)(a, b.numpy())
    if backend == "numpy":
        same(getattr(np, name)(a, b), expected)
    else:
        with pytest.raises(DeviceError, match=r"^a \S+ b: "):
            getattr(np, name)(a, b)
    if name != "matmul":
        got = getattr(np, name)(a.dtype.type(3), b)
        assert got.backend == backend
        np.testing.assert_array_equal(got.numpy(), getattr(np, name)(a.dtype.type(3), b.numpy()))


def test_results_are_written_where_out_says():
    x, out = mt.tensor(X), mt.zeros((3, 4))
    assert np.exp(x, out=out) is out
    np.testing.assert_array_equal(out.numpy(), np.exp(X))
    assert np.sum(x, axis=0, out=out[0]).shape == (4,)
    np.testing.assert_array_equal(out[0].numpy(), X.sum(0))
    array = np.zeros((3, 4))
    assert np.multiply(x, 2, out=array) is array
    np.testing.assert_array_equal(array, 2 * X)
    parts = np.zeros((3, 4)), mt.zeros((3, 4))
    assert all(one is other for one, other in zip(np.modf(x, out=parts), parts, strict=True))


def test_an_array_stays_an_array_under_an_operator_in_place():
    kept = array = X.copy()
    for use in ("array += t", "array *= t", "array -= t[0]", "array /= t"):
        scope, expected = {"array": array, "t": mt.tensor(Y)}, {"array": array.copy(), "t": Y}
        exec(use, scope)
        exec(use, expected)
        assert scope["array"] is kept
        np.testing.assert_array_equal(kept, expected["array"])
    square = np.eye(3)
    square @= mt.ones((3, 3))
    np.testing.assert_array_equal(square, np.ones((3, 3)))
    whole = np.ones(3, int)
    with pytest.raises(TypeError, match="same_kind"):
        whole += mt.tensor([0.5] * 3)


@pytest.mark.parametrize(("use", "fix"), [
    ("np.sum(x)", r"write x\.sum\(\.\.\.\), or x\.numpy\(\)"), ("np.add(x, x)", "write it as an operator, or"),
    ("np.concatenate([x, x])", "write minitensor's own function, or"), ("np.sin(x)", "write minitensor's own function"),
    ("np.add(a, a, out=x)", "write it as an operator, or"),
])  # fmt: skip
def test_elsewhere_it_is_refused(use, fix):
    x = mt.tensor(X).to("strict")
    with pytest.raises(DeviceError, match=rf"^numpy\.\w+ computes on NumPy alone, .*\(3, 4\) is on strict; {fix}"):
        eval(use, {"np": np, "x": x, "a": X})
    with pytest.raises(DeviceError, match=r"^numpy\.add computes on NumPy alone"):
        X.copy().__iadd__(x)


def test_what_an_array_is_may_be_asked_anywhere(backend):
    x = mt.tensor(X)
    assert (np.shape(x), np.ndim(x), np.size(x), np.size(x, 1)) == ((3, 4), 2, 12, 4)
    assert (np.iscomplexobj(x), np.isrealobj(x)) == (False, True)


def test_the_tape_sees_what_it_has_a_rule_for():
    x = mt.variable([1.0, 2.0])
    (np.exp(x) * np.add(x, 1.0)).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.exp([1.0, 2.0]) * [3.0, 4.0])
    np.mean(x).backward()
    assert (np.ones(2) * x).sum().item() == 3.0
    for use in (np.sin, lambda x: np.copyto(x, np.zeros(2)), lambda x: np.add(X[0, :2], 1.0, out=x)):
        with pytest.raises(GradientError, match=r"^numpy\.\w+ does not tell a Variable what it computes"):
            use(x)
    assert x.tolist() == [1.0, 2.0]


def test_a_subclass_that_records_nothing_is_a_tensor():
    class Mine(Tensor):
        pass

    mine = Mine()
    mine.array = X
    same(np.exp(mine), np.exp(X))


def test_arrays_of_others_step_back():
    masked = np.ma.array([1.0, 2.0]) + mt.tensor([1.0, 2.0])
    assert type(masked) is Tensor
    assert np.add(mt.tensor([1.0]), np.ma.array([1.0])).tolist() == [2.0]
    with pytest.raises(TypeError):
        np.add(mt.tensor(X), object())


@pytest.mark.thorough  # importing Dask takes seconds
def test_dask_sums_tensors():
    dask, x = pytest.importorskip("dask.array"), mt.tensor(X)
    assert dask.from_array(x, chunks=(1, 4)).sum().compute() == pytest.approx(X.sum())


@pytest.mark.parametrize("shape", [(7,), (7, 2)])
@pytest.mark.filterwarnings("ignore:you are shuffling a 'Tensor'")
def test_a_shuffle_in_place_loses_nothing(shape):
    x = mt.arange(float(np.prod(shape))).reshape(*shape)
    for shuffle in (np.random.default_rng(0).shuffle, np.random.RandomState(0).shuffle, random.Random(0).shuffle):
        with pytest.raises(InputError, match=r"is not shuffled in place: .* write x = x\[minitensor\.random\.permut"):
            shuffle(x)
        assert x.reshape(-1).tolist() == list(range(x.size))
    x[0] = x[1]
    assert x[0].tolist() == x[1].tolist()
    assert sorted(x[mt.random.permutation(np.random.default_rng(0), 7)].reshape(-1).tolist()) == sorted(
        x.reshape(-1).tolist()
    )


def test_matplotlib_and_scipy_take_tensors():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    x = mt.tensor(V)
    axes.set_xlim(x.min(), x.max())
    assert axes.get_xlim() == (V.min(), V.max())
    axes.stem(x, x)
    axes.quiver(x, x, x, x)
    axes.figure.draw_without_rendering()
    special = pytest.importorskip("scipy.special")
    np.testing.assert_allclose(special.expit(x).numpy(), 1 / (1 + np.exp(-V)))


def test_a_number_is_rounded_by_python(backend):
    assert (round(mt.tensor(2.345), 2), round(mt.tensor(2.6))) == (2.35, 3)
