"""Axes, and the errors of `ops` on raw arrays; what the primitives compute is tested through Tensor in test_core.py."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import axes_of, shapes

from minitensor import ops
from minitensor.backend import load
from minitensor.core import indexing
from minitensor.errors import AxisError, ShapeError


@given(st.data())
def test_an_axis_is_counted_from_the_front(data):
    shape = data.draw(shapes(min_dims=1))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    assert ops.normalize_axis(axis, shape, "sum") == range(len(shape))[axis]
    assert ops.normalize_axis(np.int64(axis), shape, "sum") == range(len(shape))[axis]


@given(shapes(), st.integers(-9, 9))
def test_an_axis_outside_is_refused(shape, axis):
    assume(not -len(shape) <= axis < len(shape))
    with pytest.raises(AxisError, match=rf"^sum: there is no axis {axis}; a tensor of shape "):
        ops.normalize_axis(axis, shape, "sum")


@given(st.data())
def test_axes_are_those_that_numpy_means(data):
    shape = data.draw(shapes())
    axis = data.draw(axes_of(len(shape)))
    axes = ops.normalize_axes(axis, shape, "sum")
    a = np.zeros(shape)
    assert a.sum(axes, keepdims=True).shape == a.sum(axis, keepdims=True).shape
    assert all(0 <= one < len(shape) for one in axes)


@pytest.mark.parametrize("axis", [0.0, "0", None, (0,)])
def test_one_axis_is_an_int(axis):
    with pytest.raises(AxisError, match=r"^sum: an axis is an int, not "):
        ops.normalize_axis(axis, (2, 3), "sum")


@pytest.mark.parametrize("axes", [(0, 0), (1, -1), [0, -2]])
def test_an_axis_is_named_once(axes):
    with pytest.raises(AxisError, match=r"names an axis twice; each may be named once$"):
        ops.normalize_axes(axes, (2, 3), "sum")


@given(shapes(), st.data())
def test_only_what_repeats_a_number_counts_as_expanded(backend, shape, data):
    lib = load(backend)
    array = lib.from_numpy(np.zeros(shape))
    indexing.refuse_expanded(array)
    more = data.draw(st.sampled_from([1, 2, 3]))
    expanded = lib.xp.broadcast_to(array, (more, *shape))
    if more > 1 and array.size:
        with pytest.raises(ShapeError, match=r"is expanded: its strides \(0"):
            indexing.refuse_expanded(expanded)
    else:
        indexing.refuse_expanded(expanded)
