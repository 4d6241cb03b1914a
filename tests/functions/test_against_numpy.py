"""Functions of shapes, choices, sets and sums: the same call on Tensors and, in NumPy's namespace, on arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, axes_of, axis_of, broadcastable, examples, shapes

import minitensor as mt
from minitensor import errors
from minitensor.core.tensor import Tensor

KINDS = ["bool", "int8", "int64", "uint8", "uint64", "float32", "float64"]

# Of an array of any dtype with at least one axis, one of its axes, and a whole number from -3 to 3.
OF_ONE = {
    "flip": lambda xp, x, axis, n: xp.flip(x, axis=axis),
    "flip all": lambda xp, x, axis, n: xp.flip(x),
    "roll": lambda xp, x, axis, n: xp.roll(x, n, axis=axis),
    "roll all": lambda xp, x, axis, n: xp.roll(x, n),
    "roll twice": lambda xp, x, axis, n: xp.roll(x, (n, 1), axis=(axis, axis)),
    "repeat": lambda xp, x, axis, n: xp.repeat(x, abs(n), axis=axis),
    "repeat all": lambda xp, x, axis, n: xp.repeat(x, abs(n)),
    "tile": lambda xp, x, axis, n: xp.tile(x, (2, abs(n))),
    "unstack": lambda xp, x, axis, n: xp.unstack(x, axis=axis),
    "moveaxis": lambda xp, x, axis, n: xp.moveaxis(x, axis, 0),
    "moveaxis of two": lambda xp, x, axis, n: xp.moveaxis(x, (axis, 0) if axis % x.ndim else (axis,),
                                                          (0, -1) if axis % x.ndim else (-1,)),
    "broadcast_to": lambda xp, x, axis, n: xp.broadcast_to(x, (abs(n), *x.shape)),
    "count_nonzero": lambda xp, x, axis, n: xp.count_nonzero(x, axis=axis, keepdims=n > 0),
    "count_nonzero of all": lambda xp, x, axis, n: xp.count_nonzero(x),
    "nonzero": lambda xp, x, axis, n: xp.nonzero(x),
    "unique_values": lambda xp, x, axis, n: xp.sort(xp.unique_values(x)),
    "unique_counts": lambda xp, x, axis, n: xp.unique_counts(x),
    "unique_inverse": lambda xp, x, axis, n: xp.unique_inverse(x),
    "unique_all": lambda xp, x, axis, n: xp.unique_all(x),
    "zeros_like": lambda xp, x, axis, n: xp.zeros_like(x),
    "ones_like": lambda xp, x, axis, n: xp.ones_like(x, dtype=xp.float32),
    "full_like": lambda xp, x, axis, n: xp.full_like(x, True, dtype=xp.int64),
    "concat of one row": lambda xp, x, axis, n: xp.concat([x, x], axis=None),
    "diff of none": lambda xp, x, axis, n: xp.diff(x, axis=axis, n=0),
}  # fmt: skip
OF_NUMBERS = {  # of no booleans
    "diff": lambda xp, x, axis, n: xp.diff(x, axis=axis, n=abs(n)),
    "diff with more": lambda xp, x, axis, n: xp.diff(x, axis=axis, prepend=x, append=x),
    "cumulative_sum": lambda xp, x, axis, n: xp.cumulative_sum(x, axis=axis, include_initial=n > 0),
    "prod": lambda xp, x, axis, n: xp.prod(x, axis=axis, keepdims=n > 0),
    "cumulative_prod": lambda xp, x, axis, n: xp.cumulative_prod(x, axis=axis, include_initial=n > 0),
}
OF_INTEGERS = {"isin": lambda xp, x, axis, n: xp.isin(x, xp.unique_values(x) * abs(n), invert=n > 0)}  # by the standard
OF_MATRICES = {
    "matrix_transpose": lambda xp, x, axis, n: xp.matrix_transpose(x),
    "tril": lambda xp, x, axis, n: xp.tril(x, k=n),
    "triu": lambda xp, x, axis, n: xp.triu(x, k=n),
    "diagonal": lambda xp, x, axis, n: xp.linalg.diagonal(x, offset=n),
    "trace": lambda xp, x, axis, n: xp.linalg.trace(x, offset=n),
}


def same(found, wanted, name):
    """Tensors, or tuples of them, with the shapes, dtypes and elements of NumPy's arrays; NaN where they have it."""
    assert isinstance(found, tuple) == isinstance(wanted, tuple), name
    if not isinstance(found, tuple):
        found, wanted = (found,), (wanted,)
    assert len(found) == len(wanted), name
    for one, other in zip(found, wanted, strict=True):
        assert type(one) is Tensor, name
        assert mt.backend.of(one.array).name == mt.get_backend(), name
        wanted_here = np.asarray(other)
        if wanted_here.dtype == "uint64" and one.backend.startswith("torch"):
            wanted_here = wanted_here.astype("int64")  # PyTorch adds no uint64
        np.testing.assert_array_equal(one.numpy(), wanted_here, err_msg=name, strict=True)


@examples(60)
@given(data=st.data(), dtype=st.sampled_from(KINDS), n=st.integers(-3, 3))
def test_functions_of_one_array_are_numpys(backend, data, dtype, n):
    """Empty and size-1 axes, every memory layout."""
    few = st.integers(0, 2) if dtype != "bool" else st.booleans()  # so that many are equal, and no product overflows
    array = data.draw(arrays(shapes(min_dims=1, max_dims=3), dtype, few))
    axis = data.draw(axis_of(array.ndim))
    calls = OF_ONE | (OF_NUMBERS if dtype != "bool" else {}) | (OF_INTEGERS if "int" in dtype else {})
    calls |= OF_MATRICES if array.ndim > 1 else {}
    for name, call in calls.items():
        same(call(mt, as_tensor(array), axis, n), call(np, array, axis, n), name)


@examples(20)
@given(data=st.data(), dtype=st.sampled_from(["float32", "float64"]))
def test_what_is_not_a_number_is_distinct_from_itself(backend, data, dtype):
    numbers = st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1.0])
    array = data.draw(arrays(shapes(max_dims=2), dtype, numbers))
    wanted = np.unique(array, equal_nan=False, return_counts=True)
    same(tuple(mt.unique_counts(as_tensor(array))), wanted, "unique_counts")


@examples(30)
@given(data=st.data(), dtype=st.sampled_from(KINDS))
def test_functions_of_several_arrays_are_numpys(backend, data, dtype):
    whole = st.integers(0, 2) if dtype != "bool" else st.booleans()
    one, other = (data.draw(arrays(shape, dtype, whole)) for shape in data.draw(broadcastable(2, max_dims=3)))
    same(mt.broadcast_arrays(*map(as_tensor, (one, other))), tuple(np.broadcast_arrays(one, other)), "broadcast_arrays")
    rows = [data.draw(arrays((data.draw(st.sampled_from([0, 1, 3])),), dtype, whole)) for _ in range(3)]
    for indexing in ("xy", "ij"):
        for count in range(4):
            found = mt.meshgrid(*map(as_tensor, rows[:count]), indexing=indexing)
            same(found, tuple(np.meshgrid(*rows[:count], indexing=indexing)), "meshgrid")
    ordered, shape = np.sort(rows[0]), data.draw(shapes(max_dims=2))
    values = data.draw(arrays(shape, dtype, whole))
    for side in ("left", "right") if dtype != "bool" else ():
        same(mt.searchsorted(as_tensor(ordered), as_tensor(values), side=side), np.searchsorted(ordered, values, side),
             "searchsorted")  # fmt: skip


@examples(30)
@given(data=st.data(), dtype=st.sampled_from(KINDS))
def test_take_along_axis_is_numpys(backend, data, dtype):
    array = data.draw(arrays(shapes(min_dims=1, max_dims=3), dtype))
    axis = data.draw(axis_of(array.ndim))
    size = array.shape[axis]
    shape = list(array.shape)
    shape[axis] = data.draw(st.sampled_from([0, 1, 2])) if size else 0
    at = data.draw(arrays(tuple(shape), "int64", st.integers(-size, max(size - 1, 0))))
    same(mt.take_along_axis(as_tensor(array), as_tensor(at), axis=axis), np.take_along_axis(array, at, axis), "")


@examples(30)
@given(data=st.data(), dtype=st.sampled_from(KINDS))
def test_products_over_any_axes_are_numpys(backend, data, dtype):
    array = data.draw(arrays(shapes(max_dims=3), dtype, st.integers(0, 2) if dtype != "bool" else st.booleans()))
    axes = data.draw(axes_of(array.ndim))
    for keepdims in (False, True):
        same(mt.prod(as_tensor(array), axes, keepdims=keepdims), np.prod(array, axes, keepdims=keepdims), "prod")
    same(mt.prod(as_tensor(array), axes, dtype="float32"), np.prod(array, axes, dtype="float32"), "prod: dtype")


@examples(30)
@given(data=st.data(), size=st.sampled_from([0, 1, 3]))
def test_repeats_of_each_are_numpys(backend, data, size):
    array = data.draw(arrays((2, size, 2), "float64"))
    times = data.draw(arrays((size,), "int64", st.integers(0, 3)))
    same(mt.repeat(as_tensor(array), as_tensor(times), axis=1), np.repeat(array, times, axis=1), "repeat")


@examples(30)
@given(data=st.data(), dtype=st.sampled_from(["int64", "float32", "float64", "complex128"]))
def test_products_of_tensors_are_numpys(backend, data, dtype):
    numbers = st.integers(-3, 3)
    shape = data.draw(shapes(min_dims=1, max_dims=3))
    one, other = (data.draw(arrays(shape, dtype, numbers)) for _ in range(2))
    a, b = as_tensor(one), as_tensor(other)
    axis = data.draw(st.integers(-len(shape), -1))
    same(mt.vecdot(a, b, axis=axis), np.vecdot(one, other, axis=axis), "vecdot")
    chosen = data.draw(st.lists(st.integers(0, len(shape) - 1), unique=True))
    turned = [axis - len(shape) for axis in chosen]
    same(mt.tensordot(a, b, axes=(chosen, turned)), np.tensordot(one, other, (chosen, turned)), "tensordot")
    same(mt.tensordot(a, b, axes=0), np.tensordot(one, other, 0), "tensordot")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: mt.roll(x, (1, 2), axis=0), errors.AxisError, "roll: 2 shifts for 1 axes"),
        (lambda x: mt.roll(x, 0.5), ValueError, "roll: shift"),
        (lambda x: mt.repeat(x, -1), ValueError, "repeat: repeats=-1"),
        (lambda x: mt.repeat(x, mt.tensor([1, 2]), axis=1), errors.ShapeError, "axis 1 of x has 3 slices"),
        (lambda x: mt.repeat(x, mt.tensor([1, -2]), axis=0), errors.InputError, "repeats holds -2"),
        (lambda x: mt.tile(x, (2, -1)), ValueError, "tile: repetitions=-1"),
        (lambda x: mt.moveaxis(x, (0, 1), 0), errors.AxisError, "name as many"),
        (lambda x: mt.flip(x, axis=2), errors.AxisError, "flip: there is no axis 2"),
        (lambda x: mt.unstack(x, axis=-3), errors.AxisError, "unstack: there is no axis -3"),
        (lambda x: mt.diff(x, n=-1), ValueError, "diff: n=-1"),
        (lambda x: mt.cumulative_sum(x), errors.ShapeError, "name one of its axes"),
        (lambda x: mt.cumulative_prod(x[0, 0]), errors.ShapeError, "cumulative_prod"),
        (lambda x: mt.nonzero(x[0, 0]), errors.ShapeError, "nonzero: one number has no places"),
        (lambda x: mt.take_along_axis(x, mt.tensor([0])), errors.ShapeError, "must have as many axes"),
        (lambda x: mt.take_along_axis(x, x), errors.DTypeError, "not integers"),
        (lambda x: mt.take_along_axis(x, mt.tensor([[3]])), IndexError, "3"),
        (lambda x: mt.meshgrid(x), errors.ShapeError, "coordinates are vectors"),
        (lambda x: mt.meshgrid(indexing="yx"), errors.InputError, "meshgrid: there is no indexing"),
        (lambda x: mt.tril(x[0]), errors.ShapeError, "tril: x has shape"),
        (lambda x: mt.vecdot(x, x[:, :2]), errors.ShapeError, "axis -1 of x1 has size 3, of x2 2"),
        (lambda x: mt.tensordot(x, x, axes=1), errors.ShapeError, "axis 1 of x1 has size 3, axis 0 of x2 has 2"),
        (lambda x: mt.tensordot(x, x, axes=3), errors.AxisError, "name fewer"),
        (lambda x: mt.broadcast_arrays(x, x[:, :2]), errors.BroadcastError, "disagree"),
        (lambda x: mt.isdtype("int8", "whole"), errors.InputError, "'whole' is no kind"),
        (lambda x: mt.finfo("int8"), errors.DTypeError, "iinfo"),
        (lambda x: mt.result_type(1, 2.0), errors.InputError, "at least one tensor or dtype"),
        (lambda x: mt.asarray([1], copy=False), errors.InputError, "leave out copy"),
        (lambda x: mt.from_dlpack([1]), errors.DeviceError, "no __dlpack__"),
        (lambda x: mt.full_like([1], 2), errors.DTypeError, "full_like: x is a list"),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_refused(backend, call, error, message):
    with pytest.raises(error, match=message):
        call(mt.ones((2, 3)))
