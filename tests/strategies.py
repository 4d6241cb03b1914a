"""Shapes, arrays in every memory layout, axes and index keys, for the tests of the whole foundation."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitensor as mt
from minitensor import backend

FLOATS = ["float32", "float64"]
INTS = ["int32", "int64"]
DTYPES = ["bool", *INTS, *FLOATS]

sizes = st.sampled_from([0, 1, 1, 2, 3, 5])
# Small, so that no int32 overflows, and eighths, so that sums of floats are exact.
whole_numbers = st.integers(-9, 9)
decimals = st.integers(-64, 64).map(lambda n: n / 8)


def examples(percent):
    """Settings for a test whose examples take long: a share of what the profile asks for, and at least two."""
    return settings(max_examples=max(2, settings.default.max_examples * percent // 100))


def shapes(min_dims=0, max_dims=4, min_side=0):
    """Shapes with empty and size-1 axes."""
    return st.lists(sizes.filter(lambda n: n >= min_side), min_size=min_dims, max_size=max_dims).map(tuple)


def broadcastable(count=2, max_dims=4, min_side=0):
    """Tuples of `count` shapes that broadcast together."""
    return hnp.mutually_broadcastable_shapes(
        num_shapes=count, min_dims=0, max_dims=max_dims, min_side=min_side, max_side=4
    ).map(lambda both: both.input_shapes)


@st.composite
def not_broadcastable(draw, max_dims=4):
    """Pairs of shapes that do not: on one axis at least the sizes differ and neither is 1."""
    a, b = (list(shape) for shape in draw(broadcastable(2, max_dims)))
    a, b = a or [1], b or [1]
    axis = -draw(st.integers(1, min(len(a), len(b))))
    a[axis], b[axis] = draw(st.permutations([0, 2, 3, 5]))[:2]
    return tuple(a), tuple(b)


def elements(dtype):
    kind = np.dtype(dtype).kind
    return {"b": st.booleans(), "i": whole_numbers, "u": st.integers(0, 9), "f": decimals}[kind]


@st.composite
def arrays(draw, shape=None, dtype="float64", values=None):
    """NumPy arrays as they come out of other operations: permuted, every other element of a larger one, flipped.

    shape, dtype : the value or a strategy for it; values : a strategy for the elements
    """
    shape = draw(shapes() if shape is None else shape if isinstance(shape, st.SearchStrategy) else st.just(shape))
    dtype = draw(dtype) if isinstance(dtype, st.SearchStrategy) else dtype
    order = draw(st.permutations(range(len(shape))))
    steps = draw(st.tuples(*(st.sampled_from([1, 1, 2, -1, -2]) for _ in shape)))
    values = elements(dtype) if values is None else values
    # A fill would make most elements equal, and equal elements hide a wrong order.
    array = draw(hnp.arrays(dtype, shape, elements=values, fill=st.nothing()))
    # What lies between the elements in memory is poison: NaN, or the largest integer.
    poison = np.nan if array.dtype.kind in "fc" else True if array.dtype.kind == "b" else np.iinfo(dtype).max
    block = np.full([shape[axis] * abs(steps[axis]) for axis in order], poison, dtype)
    laid_out = block.transpose(np.argsort(order).astype(int))[(*(slice(None, None, step) for step in steps), ...)]
    laid_out[...] = array
    return laid_out


def tensors(shape=None, dtype="float64", values=None):
    """Tensors on the current backend in every memory layout."""
    return arrays(shape, dtype, values).map(as_tensor)


def as_tensor(array):
    """`array` on the current backend, in the same memory layout on NumPy and strict."""
    return mt.as_tensor(backend.current().from_numpy(array))


def axis_of(ndim):
    """One axis, counted from either end."""
    return st.integers(-ndim, ndim - 1)


@st.composite
def axes_of(draw, ndim):
    """What a reduction takes: None, one axis, or a tuple of different axes."""
    if ndim == 0:
        return draw(st.sampled_from([None, ()]))
    chosen = draw(st.lists(st.integers(0, ndim - 1), unique=True, max_size=ndim))
    signed = tuple(draw(st.sampled_from([axis, axis - ndim])) for axis in chosen)
    return draw(st.sampled_from([None, draw(axis_of(ndim)), signed]))


@st.composite
def basic_keys(draw, shape, new_axes=True):
    """Ints, slices within the axis, None and one ``...``, as one key for a tensor of this shape."""
    count = draw(st.integers(0, len(shape)))
    before = draw(st.integers(0, count))
    dots = count < len(shape) and draw(st.booleans())
    axes = [*range(before), *range(len(shape) - count + before, len(shape))] if dots else range(count)
    parts = [draw(_of_axis(shape[axis])) for axis in axes]
    if dots:
        parts.insert(before, ...)
    for _ in range(draw(st.integers(0, 2)) if new_axes else 0):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if len(parts) == 1 and draw(st.booleans()):
        return parts[0]
    return tuple(parts)


@st.composite
def _of_axis(draw, size):
    if size and draw(st.booleans()):
        return draw(st.integers(-size, size - 1))
    step = draw(st.sampled_from([None, 1, 2, -1, -2]))
    # The standard promises nothing for bounds outside the axis.
    start, stop = (draw(st.none() | st.integers(0, max(size - 1, 0))) for _ in range(2))
    return slice(start, stop, step) if size else slice(None)


def positions(size, max_dims=2):
    """Integer arrays, of any shape, that index an axis of this size."""
    if not size:
        return st.just(np.zeros((2, 0), "int64"))
    return arrays(shapes(0, max_dims), "int64", st.integers(-size, size - 1))
