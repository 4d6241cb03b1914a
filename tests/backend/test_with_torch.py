"""PyTorch: its devices, what it has not, and a pretended GPU without float64. The suite runs on it elsewhere:
MINITENSOR_TEST_BACKENDS=torch:cpu."""

import copy
import operator
import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import arrays, basic_keys

import minitensor as mt
from minitensor import backend
from minitensor.backend import loading
from minitensor.cluster import DBSCAN, KMeans, LSHIndex, MeanShift
from minitensor.data import blobs
from minitensor.errors import BackendError, BackendNameError, DeviceError, DTypeError, InputError

torch = pytest.importorskip("torch")
pytest.importorskip("array_api_compat")


@pytest.fixture(autouse=True)
def _on_torch():
    with mt.use_backend("torch:cpu"):
        yield


# Devices.
def test_torch_is_the_gpu_that_it_finds_or_the_processor():
    assert backend.load("torch") is backend.load(f"torch:{torch.accelerator.current_accelerator() or 'cpu'}")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="Apple's GPU is here")
def test_a_device_that_does_not_compute_is_no_backend():
    with pytest.raises(BackendError, match=r"^PyTorch does not compute on mps: .*\. Take another device, as by "):
        backend.load("torch:mps")


def test_a_device_of_no_such_name():
    with pytest.raises(BackendNameError, match=r"^PyTorch has no device 'metal'; write torch, torch:cpu, torch:mps"):
        mt.zeros(1).to("torch:metal")


def test_a_wrong_answer_is_not_taken(monkeypatch):
    monkeypatch.setattr(torch, "ones", lambda *shape, **on: torch.zeros(*shape, **on))
    with pytest.raises(BackendError, match=r"^PyTorch computed on cpu and got 0\.0 instead of 12"):
        backend.with_torch.require_working_torch("cpu")


def test_its_names_say_what_computes():
    lib = backend.load("torch:cpu")
    assert (lib.name, lib.device_names(), lib.has_float64) == ("torch:cpu", ["the processor"], True)
    assert lib.free_memory() == pytest.approx(backend.load("numpy").free_memory(), rel=0.5)


# In and out.
def test_tensors_of_pytorch_are_shared_where_it_is_the_backend():
    given = torch.arange(3.0)
    x = mt.as_tensor(given)
    x[0] = 7
    assert (x.backend, given[0].item()) == ("torch:cpu", 7.0)
    torch.from_dlpack(x)[1] = 8
    assert x.tolist() == [7.0, 8.0, 2.0]
    with mt.use_backend("numpy"):
        assert mt.as_tensor(given).backend == "numpy"


@pytest.mark.parametrize(("wrong", "error", "message"), [
    (lambda: torch.ones(2, requires_grad=True), InputError, r"requires a gradient, which ends here; write \.detach"),
    (lambda: torch.eye(2).to_sparse(), InputError, r"is sparse, and every element is needed; write \.to_dense"),
    (lambda: torch.ones(2, dtype=torch.bfloat16), DTypeError, "convert it to float32 first"),
])  # fmt: skip
def test_what_is_not_taken_over_says_why(wrong, error, message):
    with pytest.raises(error, match=message):
        mt.as_tensor(wrong())


def test_a_copy_and_a_pickle():
    x = mt.tensor([[1.0, 2.0], [3.0, 4.0]])[::-1]
    for again in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert (again.tolist(), (again + x).backend) == ([[3.0, 4.0], [1.0, 2.0]], "torch:cpu")


def test_nothing_crosses_unasked():
    with pytest.raises(DeviceError, match="NumPy cannot read a tensor on torch:cpu unasked"):
        np.asarray(mt.zeros(2))
    with pytest.raises(TypeError, match="unasked"):
        np.asarray(mt.zeros(2).array)
    with pytest.raises(DeviceError, match=r"a is on numpy, b is on torch:cpu|is on torch:cpu"):
        mt.zeros(2).to("numpy") + mt.zeros(2)


def test_a_kernel_says_that_it_runs_elsewhere():
    from minitensor.matrix_product.kernels import gpu_naive

    with pytest.raises(DeviceError, match=r"its arrays are on torch:cpu; kernels run on NumPy or CuPy tensors"):
        gpu_naive(mt.ones((2, 2), "float32"), mt.ones((2, 2), "float32"))


# Numbers.
@pytest.mark.parametrize(("dtype", "fix"), [("uint16", "int32 or float32"), ("uint32", "int64"), ("uint64", "int64")])
def test_the_dtypes_that_it_has_not(dtype, fix):
    for make in (lambda: mt.zeros(2, dtype), lambda: mt.tensor(np.ones(2, dtype)), lambda: mt.zeros(2).astype(dtype)):
        with pytest.raises(DTypeError, match=rf"^PyTorch does not compute with {dtype}; take {fix}$"):
            make()


@pytest.mark.parametrize(("symbol", "zero"), [("floordiv", 0), ("mod", 0), ("pow", -1)])
def test_integers_without_a_whole_result_are_refused(symbol, zero):
    x = mt.tensor([3, 4])
    for b in (zero, mt.tensor([1, zero])):
        with pytest.raises((InputError, DTypeError), match=r"of integers by 0|negative integer power"):
            getattr(operator, symbol)(x, b)
    assert np.isinf((x.astype("float64") / 0).tolist()).all()


def test_a_number_that_does_not_fit_is_compared_and_not_added():
    x = mt.tensor([1, 2], "uint8")
    assert [(x < 300).tolist(), (x == -1).tolist()] == [[True, True], [False, False]]
    with pytest.raises(DTypeError, match="uint8 elements cannot hold 300"):
        x + 300


@given(st.data())
def test_a_reversed_view_is_read_and_written_as_numpys(data):
    array = data.draw(arrays())
    key = data.draw(basic_keys(array.shape))
    assume(array[key].ndim)
    x, expected = mt.tensor(array), array.copy()
    view, numpys = x[key], expected[key]
    again = data.draw(basic_keys(numpys.shape))
    np.testing.assert_array_equal(view[again].numpy(), numpys[again], strict=True)
    view[again] = mt.arange(float(numpys[again].size)).reshape(numpys[again].shape)
    numpys[again] = np.arange(float(numpys[again].size)).reshape(numpys[again].shape)
    np.testing.assert_array_equal(x.numpy(), expected)
    np.testing.assert_array_equal(view.numpy(), numpys)


@given(st.sampled_from([((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((2, 0), (0, 3))]),
       st.integers(0, 2**32 - 1))  # fmt: skip
def test_a_product_of_integers_without_a_library(shapes, seed):
    from minitensor.backend.torch_functions import columns_by_rows

    rng = np.random.default_rng(seed)
    a, b = (rng.integers(-(2**40), 2**40, shape) for shape in shapes)
    np.testing.assert_array_equal(columns_by_rows(torch.tensor(a), torch.tensor(b)).numpy(), a @ b)


# A GPU without float64.
@pytest.fixture
def apple(monkeypatch):
    from apple import Apple, forgotten

    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 10**9)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 0)
    monkeypatch.setattr(loading, "_loaded", dict(loading._loaded))
    monkeypatch.setattr(loading, "_by_array_type", dict(loading._by_array_type))
    with forgotten(), Apple(), mt.use_backend("torch:mps"):
        yield


@pytest.mark.parametrize("make", [
    lambda: mt.zeros(2), lambda: mt.tensor([1.0]), lambda: mt.arange(0.5, 3), lambda: mt.linspace(0, 1, 3),
    lambda: mt.full(2, 0.5), lambda: mt.eye(2), lambda: mt.random.normal(mt.random.generator(0), 3),
    lambda: mt.as_tensor(np.ones(2)).to("torch:mps"),
])  # fmt: skip
def test_a_new_tensor_of_float64_is_refused_and_float32_is_named(apple, make):
    with pytest.raises(DTypeError, match=r"^Apple's GPU has no float64; write dtype='float32', or \.astype\('float32'"):
        make()


def test_float64_on_the_way_is_the_processors(apple):
    x = mt.tensor([1, 2, 4], "float32")
    wide = x.astype("float64")
    assert (x.device.type, wide.device.type, (wide > 1).device.type) == ("mps", "cpu", "mps")
    assert ((wide + x).device.type, wide.astype("float32").device.type) == ("cpu", "mps")
    assert [x[wide > 1].tolist(), wide[x > 1].tolist(), mt.take(wide, mt.tensor([2])).tolist()] == [[2, 4], [2, 4], [4]]
    wide[x > 1] = x[1:].astype("float64") * 0.5
    assert [wide.tolist(), mt.tensor([1, 2, 4]).mean().item()] == [[1, 1, 2], pytest.approx(7 / 3)]
    assert (mt.tensor([[1, 2]]) @ mt.tensor([[3], [4]])).tolist() == [[11]]


@pytest.mark.parametrize("estimator", [
    MeanShift(bandwidth=2.0), MeanShift(method="cells"), KMeans(3, random_state=0), DBSCAN(eps=1.0), LSHIndex(),
])  # fmt: skip
def test_estimators_find_what_they_find_on_numpy(apple, estimator):
    points = blobs(3, clusters=3, each=20, dtype="float32")[0]
    found = []
    for x in (points.to("numpy"), points):
        fitted = copy.deepcopy(estimator).fit(x)
        asked = fitted.query(x[:5], 3)[0] if isinstance(fitted, LSHIndex) else fitted.labels_
        found.append(asked.numpy())
        assert asked.backend == x.backend
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


@pytest.mark.filterwarnings("ignore:you are shuffling")
@pytest.mark.parametrize("shuffle", [np.random.default_rng(0).shuffle, np.random.RandomState(0).shuffle])
def test_a_shuffle_in_place_is_refused(shuffle):
    with mt.use_backend("torch:cpu"):
        x = mt.arange(6.0).reshape(3, 2)
        with pytest.raises(InputError, match="is not shuffled in place"):
            shuffle(x)
        assert x.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_nan_is_the_last_in_an_order():
    with mt.use_backend("torch:cpu"):
        ordered = mt.tensor([1.0, 2.0, float("inf"), float("nan"), float("nan")])
        values = mt.tensor([1.5, 2.0, float("inf"), float("nan")])
        assert mt.searchsorted(ordered, values).tolist() == [1, 1, 2, 3]
        assert mt.searchsorted(ordered, values, side="right").tolist() == [1, 2, 3, 5]
