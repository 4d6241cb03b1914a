"""Every elementwise function of the standard beside the same of array-api-strict, and beside NumPy's beyond it."""

import inspect

import array_api_strict as strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, examples, shapes

import minitensor as mt
from minitensor.backend import kinds
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError
from minitensor.functions import making

KINDS = ["bool", "int8", "int16", "int64", "uint8", "uint64", "float32", "float64", "complex64", "complex128"]
NAMES = sorted({*making.__test__, "abs", "exp", "log", "sqrt", "tanh"})
BINARY = {name for name in NAMES if len(inspect.signature(getattr(strict, name)).parameters) == 2}
FLOATS = [0.0, -0.0, 0.5, 1.0, -1.0, 2.5, -3.0, 7.0, np.inf, -np.inf, np.nan]
# Of an integer: to this power, or over so many, or shifted by so many places.
FEW = {"pow", "bitwise_left_shift", "bitwise_right_shift", "floor_divide", "remainder", "divide"}


def values(dtype):
    kind = np.dtype(dtype).kind
    plain = st.sampled_from([-1.5, -1.0, 0.5, 1.0, 2.0])  # of complex numbers: where no function has a cut or a pole
    return {
        "b": st.booleans(), "i": st.integers(-9, 9), "u": st.integers(0, 9), "f": st.sampled_from(FLOATS),
        "c": st.builds(complex, plain, plain),
    }[kind]  # fmt: skip


def of_the_standard(name, *operands):
    """What the standard says, as a NumPy array; None where it says nothing."""
    try:
        return np.asarray(getattr(strict, name)(*map(strict.asarray, operands)))
    except (TypeError, ValueError):  # array-api-strict looks for negative shifts before it looks at the dtype
        return None


def of_numpy(name, *operands):
    """What NumPy finds; of integers in 64 bits where a function gives floats. None where it refuses too."""
    with_floats = name in kinds.FLOATS or name in kinds.FLOATS_OF_TWO
    if with_floats and all(each.dtype.kind in "biu" for each in operands):
        operands = [each.astype("float64") for each in operands]
    try:
        return np.asarray(getattr(np, name)(*operands))
    except TypeError:
        return None


@pytest.mark.parametrize("dtype", KINDS)
@examples(15)
@given(data=st.data())
def test_every_function_is_that_of_the_standard(backend, dtype, data):
    if backend.startswith("torch") and dtype in ("uint16", "uint32", "uint64"):
        pytest.skip("PyTorch does not compute with it")
    shape = data.draw(shapes(max_dims=3))
    a, b = (data.draw(arrays(shape, dtype, values(dtype))) for _ in range(2))
    for name in NAMES:
        few = np.asarray(np.abs(b) % 2 + 1, dtype) if name in FEW and b.dtype.kind in "iu" else b
        operands = (a, few) if name in BINARY else (a,)
        with np.errstate(all="ignore"):
            wanted = of_the_standard(name, *operands)
            promised = wanted is not None
            wanted = wanted if promised else of_numpy(name, *operands)
            try:
                found = getattr(mt, name)(*map(as_tensor, operands))
            except (DTypeError, InputError):  # PyTorch divides no integer by 0
                assert not promised, f"{name} of {dtype}"
                continue
        if wanted is None and backend.startswith("torch"):
            continue  # PyTorch has more: signs of bools, logarithms of complex sums
        assert wanted is not None, f"{name} of {dtype} gives {found}, but neither the standard nor NumPy does"
        assert type(found) is Tensor, name
        assert found.shape == wanted.shape, name
        if promised or found.dtype.kind in "fc":
            assert found.dtype == wanted.dtype, name
        eps = np.finfo(wanted.dtype).eps if wanted.dtype.kind in "fc" else 0
        np.testing.assert_allclose(found.numpy(), wanted, rtol=8 * eps, atol=0, err_msg=name)


@pytest.mark.parametrize(("dtype", "number"), [("bool", True), ("int64", 2), ("uint8", 3), ("float32", 0.5)])
def test_a_number_may_stand_on_either_side(backend, dtype, number):
    array = np.array([[1, 2], [3, 1]], dtype)
    for name in sorted(BINARY):
        for sides in (lambda x: (x, number), lambda x: (number, x)):
            try:
                wanted = np.asarray(getattr(strict, name)(*sides(strict.asarray(array))))
            except TypeError:
                continue
            found = getattr(mt, name)(*sides(as_tensor(array)))
            assert found.dtype == wanted.dtype, name
            np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6, err_msg=name)
