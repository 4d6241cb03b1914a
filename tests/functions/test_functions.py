import inspect
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    FLOATS,
    INTS,
    arrays,
    as_tensor,
    axis_of,
    broadcastable,
    decimals,
    elements,
    not_broadcastable,
    positions,
    shapes,
)

import minitensor as mt
from minitensor.core.intake import not_a_tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import AxisError, BroadcastError, DeviceError, DTypeError, InputError, ShapeError

numbers = st.sampled_from([*INTS, *FLOATS])
METHODS = ["exp", "log", "sqrt", "abs", "tanh", "sum", "mean", "max", "min", "var", "std", "any", "all", "argmax",
           "argmin", "reshape", "permute_dims", "expand", "squeeze", "expand_dims", "astype"]  # fmt: skip
ARGUMENTS = {"reshape": (4,), "permute_dims": (1, 0), "expand": (3, 2, 2), "expand_dims": (1,), "astype": ("float32",)}


def same(result, expected):
    """`result` is a Tensor with the shape, the dtype and the elements of NumPy's `expected`, none of them NaN."""
    assert type(result) is Tensor
    assert mt.backend.of(result.array).name == mt.get_backend()
    np.testing.assert_array_equal(result.numpy(), np.asarray(expected), strict=True)
    assert not np.isnan(np.asarray(expected).astype("float64")).any()


@pytest.mark.parametrize("name", METHODS)
def test_a_function_is_the_method_of_that_name(backend, name):
    x = mt.tensor([[1.0, 2.5], [3.0, 0.5]])
    x = x[:1] if name == "squeeze" else x
    function, arguments = getattr(mt, name), ARGUMENTS.get(name, ())
    same(function(x, *arguments), getattr(x, name)(*arguments).numpy())
    assert function.__name__ == name
    assert inspect.getdoc(function) == inspect.getdoc(getattr(Tensor, name))


@pytest.mark.parametrize("name", [*METHODS, "clip", "sort", "argsort", "cumsum"])
def test_what_is_no_tensor_is_refused(backend, name):
    for wrong in ([1.0], 1.0, np.ones(2)):
        with pytest.raises(DTypeError) as caught:
            getattr(mt, name)(wrong, *ARGUMENTS.get(name, ()))
        kind = "a numpy.ndarray, not a minitensor.Tensor" if hasattr(wrong, "dtype") else not_a_tensor(wrong)
        assert str(caught.value) == f"{name}: argument 0 is {kind}; write minitensor.tensor(...)"


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@given(data=st.data())
def test_the_larger_and_the_smaller_are_numpys(backend, name, data):
    dtype = data.draw(numbers)
    a, b = (data.draw(arrays(shape, dtype)) for shape in data.draw(broadcastable(2)))
    compute = getattr(np, name)
    same(getattr(mt, name)(as_tensor(a), as_tensor(b)), compute(a, b))
    number = data.draw(elements("int64") if dtype in INTS else decimals)
    same(getattr(mt, name)(as_tensor(a), number), compute(a, number))
    same(getattr(mt, name)(number, as_tensor(a)), compute(number, a))


@given(st.data())
def test_where_is_numpys(backend, data):
    dtype = data.draw(numbers)
    shape, *both = data.draw(broadcastable(3))
    condition = data.draw(arrays(shape, "bool"))
    a, b = (data.draw(arrays(shape, dtype)) for shape in both)
    same(mt.where(as_tensor(condition), as_tensor(a), as_tensor(b)), np.where(condition, a, b))
    number = data.draw(elements("int64"))
    same(mt.where(as_tensor(condition), as_tensor(a), number), np.where(condition, a, np.asarray(number, dtype)))
    same(mt.where(as_tensor(condition), number, as_tensor(b)), np.where(condition, np.asarray(number, dtype), b))


def test_where_takes_no_condition_but_bool(backend):
    with pytest.raises(DTypeError, match=r"^where: the condition is int64, not bool; write condition != 0$"):
        mt.where(mt.tensor([0, 1]), 1, 2)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@given(pair=not_broadcastable())
def test_shapes_that_do_not_fit_are_drawn(backend, name, pair):
    with pytest.raises(BroadcastError) as caught:
        getattr(mt, name)(*map(mt.zeros, pair))
    assert str(caught.value) == f"{name}: the shapes do not fit\n{mt.explain_broadcast(*pair)}"
    with pytest.raises(BroadcastError) as caught:
        mt.where(mt.zeros((), "bool"), *map(mt.zeros, pair))
    assert str(caught.value) == f"where: the shapes do not fit\n{mt.explain_broadcast((), *pair)}"


def test_lists_are_no_operands(backend):
    with pytest.raises(
        DTypeError, match=r"^maximum takes Tensors and numbers, not minitensor.Tensor, list; write minitensor\."
    ):
        mt.maximum(mt.ones(2), [1.0, 2.0])
    with pytest.raises(InputError, match=r"^minimum: there must be at least one tensor$"):
        mt.minimum(1, 2)


@given(st.data())
def test_clip_is_numpys(backend, data):
    dtype = data.draw(numbers)
    a = data.draw(arrays(dtype=dtype))
    bound = st.none() | (elements("int64") if dtype in INTS else decimals)
    low, high = data.draw(bound), data.draw(bound)
    assume(low is not None or high is not None)
    if low is not None and high is not None and low > high:
        with pytest.raises(InputError) as caught:
            mt.clip(as_tensor(a), low, high)
        assert str(caught.value) == f"clip: min={low} is above max={high}; swap them"
    else:
        same(mt.clip(as_tensor(a), low, high), np.clip(a, low, high))


@given(arrays())
def test_clip_without_bounds_changes_nothing(backend, a):
    same(mt.clip(as_tensor(a)), a)


@given(st.data())
def test_concat_is_numpys(backend, data):
    dtype, shape = data.draw(numbers), list(data.draw(shapes(min_dims=1)))
    axis = data.draw(axis_of(len(shape)))
    parts = []
    for _ in range(data.draw(st.integers(1, 3))):
        shape[axis] = data.draw(st.sampled_from([0, 1, 2, 3]))
        parts.append(data.draw(arrays(tuple(shape), dtype)))
    same(mt.concat([as_tensor(part) for part in parts], axis), np.concatenate(parts, axis))


@given(st.data())
def test_stack_is_numpys(backend, data):
    dtype, shape = data.draw(numbers), data.draw(shapes())
    axis = data.draw(axis_of(len(shape) + 1))
    parts = [data.draw(arrays(shape, dtype)) for _ in range(data.draw(st.integers(1, 3)))]
    same(mt.stack([as_tensor(part) for part in parts], axis), np.stack(parts, axis))


@given(shapes(min_dims=1), shapes(), st.data())
def test_tensors_that_do_not_fit_together_are_named(backend, a, b, data):
    assume(a != b)
    with pytest.raises(ShapeError) as caught:
        mt.stack([mt.zeros(a), mt.zeros(a), mt.zeros(b)])
    assert str(caught.value) == f"stack: tensor 2 has shape {b}, tensor 0 has {a}; make them equal"
    axis = data.draw(st.integers(0, len(a) - 1))
    assume(len(a) != len(b) or a[:axis] != b[:axis] or a[axis + 1 :] != b[axis + 1 :])
    with pytest.raises(ShapeError) as caught:
        mt.concat([mt.zeros(a), mt.zeros(b)], axis)
    assert str(caught.value) == (
        f"concat: tensor 1 has shape {b}, tensor 0 has {a}; they may differ on axis {axis} only"
    )


@pytest.mark.parametrize("function", [mt.concat, mt.stack])
def test_nothing_cannot_be_joined(backend, function):
    with pytest.raises(InputError, match=rf"^{function.__name__}: there must be at least one tensor$"):
        function([])
    with pytest.raises(DTypeError, match=rf"^{function.__name__}: argument 1 is a list, not a Tensor"):
        function([mt.ones(1), [1.0]])


@given(st.data())
def test_sort_and_argsort_are_numpys_and_stable(backend, data):
    dtype = data.draw(numbers)
    few_values = st.integers(-2, 2)  # so that many are equal
    a = data.draw(arrays(shapes(min_dims=1), dtype, few_values))
    axis = data.draw(axis_of(a.ndim))
    x = as_tensor(a)
    order = np.argsort(a, axis, kind="stable")
    falling = np.argsort(-a, axis, kind="stable")
    same(mt.argsort(x, axis), order)
    same(mt.argsort(x, axis, descending=True), falling)
    same(mt.sort(x, axis), np.take_along_axis(a, order, axis))
    same(mt.sort(x, axis, descending=True), np.take_along_axis(a, falling, axis))
    same(x, a)


@given(st.data())
def test_cumsum_is_numpys(backend, data):
    a = data.draw(arrays(shapes(min_dims=1), data.draw(numbers)))
    axis = data.draw(axis_of(a.ndim))
    same(mt.cumsum(as_tensor(a), axis), np.cumsum(a, axis))


@given(st.data())
def test_take_is_numpys(backend, data):
    a = data.draw(arrays(shapes(min_dims=1), data.draw(numbers)))
    axis = data.draw(axis_of(a.ndim))
    at = data.draw(positions(a.shape[axis]))
    same(mt.take(as_tensor(a), as_tensor(at), axis), np.take(a, at, axis))


@given(st.data())
def test_take_refuses_places_that_are_not_there(backend, data):
    shape = data.draw(shapes(min_dims=1, min_side=1))  # NumPy looks at no place for a result without elements
    axis = data.draw(st.integers(0, len(shape) - 1))
    at = data.draw(st.sampled_from([shape[axis], -shape[axis] - 1]))
    with pytest.raises(IndexError, match=rf"\(the tensor has shape \({shape[0]},"):
        mt.take(mt.zeros(shape), mt.tensor([at]), axis)


def test_take_refuses_floats_and_masks(backend):
    for wrong in ([0.0], [True, False]):
        x = mt.tensor(wrong)
        with pytest.raises(DTypeError) as caught:
            mt.take(mt.ones(2), x)
        assert str(caught.value) == f"take: the indices are {x.dtype}, not integers; use .astype('int64')"


@pytest.mark.parametrize("name", ["sort", "argsort", "cumsum", "concat", "take"])
def test_an_axis_that_is_not_there_is_named(backend, name):
    x = mt.ones((2, 3))
    arguments = {"concat": ([x],), "take": (x, mt.tensor([0]))}.get(name, (x,))
    with pytest.raises(AxisError) as caught:
        getattr(mt, name)(*arguments, axis=2)
    assert str(caught.value) == f"{name}: there is no axis 2; a tensor of shape (2, 3) has axes -2 to 1"


def test_tensors_on_two_backends_do_not_meet():
    here = mt.as_tensor(np.ones(2))
    there = here.to("strict")
    for call in (lambda: mt.maximum(here, there), lambda: mt.concat([here, there]), lambda: mt.stack([here, there])):
        with pytest.raises(DeviceError) as caught:
            call()
        assert str(caught.value).endswith(
            ": argument 0 is on numpy, argument 1 of shape (2,) is on strict; write .to('numpy')"
        )
    with pytest.raises(DeviceError, match="argument 1 of shape"):
        mt.where(here > 0, there, 0)


@pytest.mark.parametrize("shape", [(2, 3), (), (1, 3)])
def test_searchsorted_wants_a_vector(backend, shape):
    with pytest.raises(ShapeError, match=r"^searchsorted: x1 has shape \(.*\); it must be a vector"):
        mt.searchsorted(mt.ones(shape), mt.ones(2))


@pytest.mark.parametrize("side", ["l", "Right", "middle", None, 1])
def test_searchsorted_knows_two_sides(backend, side):
    with pytest.raises(InputError, match=r"^searchsorted: there is no side .*; choose one of left, right$"):
        mt.searchsorted(mt.ones(3), mt.ones(2), side)


@pytest.mark.parametrize("tensors", [3, None, 2.5])
@pytest.mark.parametrize("name", ["concat", "stack"])
def test_what_is_no_list_is_not_joined(backend, name, tensors):
    message = f"{name}: the tensors are of type {type(tensors).__name__}, not a list; write {name}([a, b])"
    with pytest.raises(DTypeError, match=f"^{re.escape(message)}$"):
        getattr(mt, name)(tensors)
