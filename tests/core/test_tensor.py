import builtins
import operator

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    DTYPES,
    FLOATS,
    INTS,
    arrays,
    as_tensor,
    axes_of,
    axis_of,
    basic_keys,
    broadcastable,
    positions,
    shapes,
    whole_numbers,
)

import minitensor as mt
from minitensor.core.tensor import Tensor
from minitensor.errors import (
    AxisError,
    BackendNameError,
    BroadcastError,
    DeviceError,
    DTypeError,
    ExportError,
    IndexingError,
    InputError,
    ShapeError,
)


def same(result, expected):
    """`result` is a Tensor with the shape, the dtype and the elements of NumPy's `expected`."""
    assert type(result) is Tensor
    assert mt.backend.of(result.array).name == mt.get_backend()
    np.testing.assert_array_equal(result.numpy(), np.asarray(expected), strict=True)
    assert not np.isnan(np.asarray(expected).astype("complex128")).any()


def shares(view, base):
    """Whether a change of `view` shows in `base`."""
    return np.shares_memory(memory(view), memory(base))


def memory(x):
    return x.array.base.numpy() if x.backend == "torch:cpu" else getattr(x.array, "_array", x.array)


# What it is.
@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_a_tensor_knows_what_its_array_is(backend, a):
    x = as_tensor(a)
    assert (x.shape, x.ndim, x.size, x.dtype) == (a.shape, a.ndim, a.size, a.dtype)
    assert x.dtype == a.dtype.name
    assert x.backend == backend
    assert x.device == x.array.device


@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_strides_count_elements(backend, a):
    if backend in ("numpy", "strict"):  # others lay a copy out anew
        assert as_tensor(a).strides == tuple(stride // a.itemsize for stride in a.strides)


def test_strides_lead_to_the_element(backend):
    flat = mt.arange(24)
    x = flat.reshape(2, 3, 4).permute_dims(2, 0, 1)
    assert x.strides == (1, 12, 4)
    for at in np.ndindex(x.shape):
        assert flat[sum(map(operator.mul, at, x.strides))].item() == x[at].item()


@given(arrays(shapes(min_dims=1)))
def test_length_and_iteration_go_along_the_first_axis(backend, a):
    x = as_tensor(a)
    assert len(x) == len(a)
    parts = list(x)
    assert len(parts) == len(a)
    for part, expected in zip(parts, a, strict=True):
        same(part, expected)


def test_no_axes_have_no_length(backend):
    with pytest.raises(DTypeError, match=r"^a tensor without axes has no length; \.item\(\) is its one number$"):
        len(mt.tensor(1.0))
    with pytest.raises(TypeError):
        iter(mt.tensor(1.0))


@pytest.mark.parametrize("wrong", [[1.0], 1.0, np.float64(1), None, "text"])
def test_only_an_array_is_wrapped(wrong):
    with pytest.raises(DTypeError, match=r"is not an array of a backend; minitensor\.tensor\(\.\.\.\) makes"):
        mt.as_tensor(wrong)


def test_a_tensor_is_not_wrapped_again(backend):
    x = mt.ones(2)
    assert mt.as_tensor(x) is x


@pytest.mark.parametrize("wrong", [np.array([None]), np.array(["a"])])
def test_an_array_of_no_numbers_is_not_wrapped(wrong):
    for make in (mt.as_tensor, mt.tensor):
        with pytest.raises(DTypeError, match=r"elements of type .* are not numbers: "):
            make(wrong)


def test_wrapping_copies_nothing():
    array = np.arange(3.0)
    mt.as_tensor(array)[0] = 7
    assert array[0] == 7


# Shape.
@given(arrays(dtype=st.sampled_from(DTYPES)), st.data())
def test_reshape_keeps_the_order_of_the_elements(backend, a, data):
    shape = data.draw(st.permutations(a.shape))
    wanted = [*shape[:1], *(1,) * data.draw(st.integers(0, 2)), *shape[1:]]
    same(as_tensor(a).reshape(*wanted), a.reshape(wanted))
    same(as_tensor(a).reshape(tuple(wanted)), a.reshape(wanted))
    same(as_tensor(a).reshape(-1) if a.size else as_tensor(a), a.reshape(-1) if a.size else a)


@given(arrays(), shapes())
def test_a_shape_of_another_size_is_refused(backend, a, shape):
    assume(np.prod(shape) != a.size)
    with pytest.raises(ShapeError) as caught:
        as_tensor(a).reshape(shape)
    assert str(caught.value) == (
        f"reshape: {a.size} elements of shape {a.shape} do not fill shape {shape}; "
        "the products of the sizes must be equal (one size may be -1)"
    )


@given(arrays(dtype=st.sampled_from(DTYPES)), st.data())
def test_permute_dims_moves_the_axes_without_a_copy(backend, a, data):
    order = data.draw(st.permutations(range(a.ndim)))
    signed = [data.draw(st.sampled_from([axis, axis - a.ndim])) for axis in order]
    x = as_tensor(a)
    y = x.permute_dims(*signed)
    same(y, a.transpose(order))
    same(x.permute_dims(signed), a.transpose(order))
    assert y.strides == tuple(x.strides[axis] for axis in order)


@given(arrays())
def test_T_reverses_the_axes_and_undoes_itself(backend, a):
    x = as_tensor(a)
    same(x.T, a.T)
    same(x.T.T, a)


@given(arrays(shapes(min_dims=2)))
def test_mT_swaps_the_last_two_axes(backend, a):
    same(as_tensor(a).mT, np.swapaxes(a, -1, -2))


def test_what_cannot_be_permuted_is_named(backend):
    x = mt.ones((2, 3, 4))
    with pytest.raises(ShapeError, match=r"^permute_dims: \(0, 1\) names 2 axes; shape \(2, 3, 4\) has 3$"):
        x.permute_dims(0, 1)
    with pytest.raises(AxisError, match=r"names an axis twice"):
        x.permute_dims(0, 0, 1)
    with pytest.raises(AxisError, match=r"^permute_dims: there is no axis 3; a tensor of shape \(2, 3, 4\) has axes -3 to 2$"):  # fmt: skip # noqa: E501
        x.permute_dims(0, 1, 3)
    with pytest.raises(ShapeError, match=r"^mT needs two axes; shape \(2,\) has 1$"):
        _ = mt.ones(2).mT


@given(broadcastable(2), st.data())
def test_expand_repeats_with_stride_0_what_numpy_broadcasts(backend, pair, data):
    target = np.broadcast_shapes(*pair)
    a = data.draw(arrays(pair[0]))
    x = as_tensor(a)
    y = x.expand(*target)
    same(y, np.broadcast_to(a, target))
    same(x.expand(target), np.broadcast_to(a, target))
    own = (1,) * (len(target) - a.ndim) + a.shape
    for stride, old, new in zip(y.strides, own, target, strict=True):
        assert stride == 0 or old == new or new == 0
    if x.size:
        assert shares(y, x) or not y.size


@given(shapes(), shapes())
def test_expand_refuses_what_is_no_repetition(backend, shape, target):
    own = (1,) * (len(target) - len(shape)) + shape
    assume(len(own) != len(target) or builtins.any(o not in (1, t) for o, t in zip(own, target, strict=True)))
    with pytest.raises(ShapeError) as caught:
        mt.zeros(shape).expand(target)
    assert str(caught.value) == (
        f"expand: shape {shape} cannot become {target}; counted from the last axis, each size must stay, or be 1 before"
    )


def test_expand_refuses_a_negative_size(backend):
    with pytest.raises(ShapeError, match=r"cannot become \(-1,\)"):
        mt.ones(1).expand(-1)


@given(arrays())
def test_squeeze_drops_all_axes_of_size_1(backend, a):
    same(as_tensor(a).squeeze(), a.squeeze())


@given(arrays(), st.data())
def test_squeeze_drops_the_axes_named_and_refuses_longer_ones(backend, a, data):
    axes = data.draw(axes_of(a.ndim).filter(lambda axis: axis is not None))
    try:
        expected = a.squeeze(axes)
    except ValueError:
        with pytest.raises(ShapeError, match=r"^squeeze: axis \d of shape \(.*\) has size \d, not 1$"):
            as_tensor(a).squeeze(axes)
    else:
        same(as_tensor(a).squeeze(axes), expected)


@given(arrays(), st.data())
def test_expand_dims_puts_an_axis_in(backend, a, data):
    axis = data.draw(axis_of(a.ndim + 1))
    same(as_tensor(a).expand_dims(axis), np.expand_dims(a, axis))


@pytest.mark.parametrize("name", ["sum", "mean", "max", "any", "argmax", "expand_dims"])
def test_an_axis_that_is_not_there_is_named(backend, name):
    for axis in (7, -4):
        with pytest.raises(AxisError) as caught:
            getattr(mt.ones((2, 3)), name)(axis=axis)
        if name == "expand_dims":
            message = f"there is no place {axis} for a new axis; a tensor of shape (2, 3) has the places -3 to 2"
        else:
            message = f"there is no axis {axis}; a tensor of shape (2, 3) has axes -2 to 1"
        assert str(caught.value) == f"{name}: {message}"


@pytest.mark.parametrize("spec", [".2f", "+.1e", ""])
def test_one_number_is_formatted_as_python_does(backend, spec):
    x = mt.tensor([1.25])
    assert f"{x:{spec}}" == (format(1.25, spec) if spec else str(x))
    with pytest.raises(ShapeError, match="item: shape"):
        f"{mt.ones(2):.2f}"


def test_in_asks_the_elements(backend):
    x = mt.tensor([[1, 2], [3, 4]])
    assert 3 in x
    assert 5 not in x


def test_a_numpy_integer_is_an_index(backend):
    x = mt.tensor([[1, 2, 3], [4, 5, 6]])
    assert x[np.int64(1)].tolist() == [4, 5, 6]
    assert x[0, np.int8(2)].item() == 3
    assert x[np.int64(0), :, None].shape == (3, 1)


def test_a_mask_may_cover_the_first_axes_only(backend):
    a = np.arange(24.0).reshape(2, 3, 4)
    mask = np.array([[True, False, True], [False, True, False]])
    np.testing.assert_array_equal(as_tensor(a)[mt.tensor(mask)].numpy(), a[mask])


@pytest.mark.parametrize("correction", [0, 1])
def test_a_long_float16_has_a_variance(correction):
    numbers = np.random.default_rng(0).normal(size=70_000).astype("float16")
    with mt.use_backend("numpy"):
        assert mt.tensor(numbers).var(correction=correction).item() == pytest.approx(1, rel=0.02)


def test_wrong_axes_are_explained(backend):
    with pytest.raises(AxisError, match=r"^sum: \(0, -2\) names an axis twice; each may be named once$"):
        mt.ones((2, 3)).sum(axis=(0, -2))
    with pytest.raises(AxisError, match=r"^sum: an axis is an int, not 0\.5$"):
        mt.ones((2, 3)).sum(axis=0.5)
    with pytest.raises(AxisError, match=r"^sum: there is no axis 0; a tensor of shape \(\) has no axes$"):
        mt.tensor(1.0).sum(axis=0)
    with pytest.raises(IndexError):
        mt.ones(2).sum(axis=1)


# Indexing.
@given(st.data())
def test_basic_indexing_is_numpys_and_gives_views(backend, data):
    a = data.draw(arrays(dtype=st.sampled_from(DTYPES)))
    key = data.draw(basic_keys(a.shape))
    x = as_tensor(a)
    y = x[key]
    same(y, a[key])
    if y.size:
        assert shares(y, x)


@given(st.data())
def test_an_index_past_the_end_is_refused_with_the_shape(backend, data):
    shape = data.draw(shapes(min_dims=1))
    axis = data.draw(st.integers(0, len(shape) - 1))
    at = data.draw(st.sampled_from([shape[axis], -shape[axis] - 1]))
    with pytest.raises(IndexingError) as caught:
        mt.zeros(shape)[(slice(None),) * axis + (at,)]
    assert str(caught.value).endswith(f"(the tensor has shape {shape})")


@given(st.data())
def test_a_mask_chooses_what_numpy_chooses(backend, data):
    a = data.draw(arrays(dtype=st.sampled_from(DTYPES)))
    before = data.draw(st.integers(0, a.ndim - 1)) if a.ndim else 0
    mask = data.draw(arrays(a.shape[before : before + 1], "bool"))
    key = (*(slice(None),) * before, mask)
    same(as_tensor(a)[(*key[:-1], as_tensor(mask))], a[key])


@given(st.data())
def test_a_mask_of_all_axes_chooses_what_numpy_chooses(backend, data):
    a = data.draw(arrays())
    mask = data.draw(arrays(a.shape, "bool"))
    same(as_tensor(a)[as_tensor(mask)], a[mask])


@given(st.data())
def test_one_integer_tensor_takes_the_place_of_its_axis(backend, data):
    a = data.draw(arrays(shapes(min_dims=1), dtype=st.sampled_from(DTYPES)))
    axis = data.draw(st.integers(0, a.ndim - 1))
    at = data.draw(positions(a.shape[axis]))
    same(as_tensor(a)[(*(slice(None),) * axis, as_tensor(at))], np.take(a, at, axis))
    same(as_tensor(a)[(..., as_tensor(at), *(slice(None),) * (a.ndim - axis - 1))], np.take(a, at, axis))


@st.composite
def mixed_keys(draw, shape):
    """Keys of ints, slices, None and one integer array or mask."""
    at = draw(st.integers(0, len(shape) - 1))
    indices = draw(positions(shape[at]) | arrays(shape[at : at + 1], "bool"))
    before, after = (spelled_out(draw(basic_keys(part)), len(part)) for part in (shape[:at], shape[at + 1 :]))
    before += (slice(None),) * (at - sum(part is not None for part in before))
    return (*before, indices, *after)


def spelled_out(key, ndim):
    """The key as a tuple, with slices instead of ``...``."""
    key = key if isinstance(key, tuple) else (key,)
    missing = ndim - sum(part is not None and part is not ... for part in key)
    at = next((i for i, part in enumerate(key) if part is ...), None)
    return key if at is None else (*key[:at], *[slice(None)] * missing, *key[at + 1 :])


@given(st.data())
def test_an_integer_tensor_beside_ints_and_slices_stays_where_its_axis_was(backend, data):
    a = data.draw(arrays(shapes(min_dims=1, max_dims=3)))
    key = data.draw(mixed_keys(a.shape))
    place = next(i for i, part in enumerate(key) if isinstance(part, np.ndarray))
    rest = a[(*key[:place], slice(None), *key[place + 1 :])]
    axis = sum(not isinstance(part, int) for part in key[:place])
    indices = np.nonzero(key[place])[0] if key[place].dtype == bool else key[place]
    same(as_tensor(a)[tuple(to_key(key))], np.take(rest, indices, axis))


def to_key(key):
    return [as_tensor(part) if isinstance(part, np.ndarray) else part for part in key]


@given(st.data())
def test_writing_to_a_key_changes_what_reading_it_gives_and_nothing_else(backend, data):
    a = data.draw(arrays(shapes(min_dims=1, max_dims=3)))
    key = data.draw(mixed_keys(a.shape))
    numbered = np.arange(a.size).reshape(a.shape)
    chosen = mt.as_tensor(mt.backend.current().from_numpy(numbered))[tuple(to_key(key))].numpy()
    # A position that is named twice gets the same value twice: which of two would win is not promised.
    new = np.asarray(chosen + 100.0)
    expected, x = a.copy(), as_tensor(a)
    expected.reshape(-1)[chosen.reshape(-1)] = new.reshape(-1)
    x[tuple(to_key(key))] = as_tensor(new)
    same(x, expected)


@given(st.data())
def test_several_integer_tensors_index_every_axis_together(backend, data):
    a = data.draw(arrays(shapes(min_dims=2, max_dims=3, min_side=1)))
    shape = data.draw(shapes(max_dims=2))
    each = [data.draw(arrays(shape, "int64", st.integers(-size, size - 1))) for size in a.shape]
    same(as_tensor(a)[tuple(map(as_tensor, each))], a[tuple(each)])
    same(as_tensor(a)[(0, *map(as_tensor, each[1:]))], a[(0, *each[1:])])


@given(st.data())
def test_a_list_is_an_integer_tensor(backend, data):
    a = data.draw(arrays(shapes(min_dims=1)))
    at = data.draw(st.lists(st.integers(0, len(a) - 1), max_size=4)) if len(a) else []
    same(as_tensor(a)[at], a[np.array(at, dtype=int)])


def test_an_integer_tensor_without_axes_is_an_int(backend):
    x = mt.tensor([[1, 2, 3], [4, 5, 6]])
    same(x[mt.tensor(1)], [4, 5, 6])
    same(x[:, mt.tensor(-1)], [3, 6])
    same(x[np.int64(1), np.int32(0)], 4)


def test_a_copy_comes_out_of_masks_and_integer_tensors(backend):
    x = mt.tensor([1.0, 2.0, 3.0])
    for key in (mt.tensor([0, 1]), x > 0, [0, 1]):
        assert not shares(x[key], x)


@pytest.mark.parametrize(("key", "message"), [
    ("a", "'a' is not an index"), (1.5, "1.5 is not an index"),
    (True, "True is not an index; a mask is a tensor of bool"),
    (([0], ..., ...), "an index may hold only one '...'"), (([0],) * 3, "3 axes are indexed, but there are 2"),
    ([0.5], "an index tensor is int or bool, not float64; use .astype('int64')"),
    ([True, False, True], "a mask of shape (3,) does not fit (2,)"),
    (([0], [1], None), "several integer tensors must together index every axis; index in two steps instead"),
])  # fmt: skip
def test_what_is_no_index_says_why(backend, key, message):
    x = mt.ones((2, 3))
    # Several integer tensors that leave an axis may be written through: a number has no axes to lay out.
    for use in (lambda: x[key], *([] if "several" in message else [lambda: x.__setitem__(key, 7)])):
        with pytest.raises(IndexingError) as caught:
            use()
        assert str(caught.value) == f"{message} (the tensor has shape (2, 3))"
    assert bool((x == 1).all())


def test_a_mask_of_several_axes_beside_slices_is_refused(backend):
    x, mask = mt.zeros((2, 3, 4)), mt.ones((3, 4), "bool")
    for key in ((slice(None), mask), (mask.reshape(4, 3).T, slice(None))):
        with pytest.raises(IndexingError, match=r"a mask of several axes stands first|a mask of shape"):
            x[key]
    assert mt.zeros((3, 4, 2))[mask, :].shape == (12, 2)


def test_a_mask_without_axes_is_refused_beside_others(backend):
    with pytest.raises(IndexingError, match=r"^a mask without axes masks nothing"):
        mt.ones(2)[mt.tensor(True), 0]


def test_an_index_on_another_backend_is_refused():
    here = mt.as_tensor(np.ones((2, 3)))
    there = here.to("strict")
    with pytest.raises(DeviceError) as caught:
        there[here > 0]
    assert str(caught.value) == (
        "the index of shape (2, 3) belongs to numpy, the tensor of shape (2, 3) is on strict; write .to('strict')"
    )
    with pytest.raises(DeviceError, match="belongs to array_api_strict"):
        here[there > 0] = 1


# Assignment.
@given(st.data())
def test_basic_assignment_is_numpys(backend, data):
    a = data.draw(arrays(dtype=st.sampled_from(FLOATS)))
    key = data.draw(basic_keys(a.shape, new_axes=False))  # the standard has none on the left
    value = data.draw(arrays(st.sampled_from([a[key].shape, a[key].shape[1:], ()]), str(a.dtype)) | whole_numbers)
    expected, x = a.copy(), as_tensor(a)
    expected[key] = value
    x[key] = as_tensor(value) if isinstance(value, np.ndarray) else value
    same(x, expected)


@given(st.data())
def test_a_mask_is_written_through(backend, data):
    a = data.draw(arrays())
    mask = data.draw(arrays(a.shape, "bool"))
    new = data.draw(arrays((int(mask.sum()),)))
    expected, x = a.copy(), as_tensor(a)
    expected[mask] = new
    x[as_tensor(mask)] = as_tensor(new)
    same(x, expected)
    x[as_tensor(mask)] = 7
    same(x, np.where(mask, 7, expected))


@given(st.data())
def test_several_integer_tensors_are_written_through(backend, data):
    a = data.draw(arrays(shapes(min_dims=2, max_dims=3, min_side=1)))
    shape = data.draw(shapes(max_dims=2))
    each = [data.draw(arrays(shape, "int64", st.integers(-size, size - 1))) for size in a.shape]
    new = np.arange(a.size).reshape(a.shape)[tuple(each)] + 100.0  # of each position its own
    expected, x = a.copy(), as_tensor(a)
    expected[tuple(each)] = new
    x[tuple(map(as_tensor, each))] = as_tensor(np.asarray(new))
    same(x, expected)


def test_the_last_value_wins_where_an_index_names_a_position_twice(backend):
    x = mt.zeros(3)
    x[[0, 2, 0]] = mt.tensor([1.0, 2.0, 3.0])
    assert x.tolist() == [3.0, 0.0, 2.0]


def test_an_index_that_names_a_position_twice_adds_once(backend):
    x = mt.zeros(2)
    x[[0, 0]] += 1
    assert x.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("value", [[7.0, 8.0], (7.0, 8.0), np.float64(7), np.float32(7), np.int64(7), 7, 7.5, True])
def test_lists_and_numbers_are_written(backend, value):
    if backend == "strict" and (value is True or getattr(value, "dtype", "float64") != "float64"):
        pytest.skip("the standard does not promise assignment between dtypes")
    x = mt.ones((3, 2))
    x[1] = value
    expected = np.ones((3, 2))
    expected[1] = value
    same(x, expected)


def test_a_change_of_a_view_shows_in_the_whole(backend):
    x = mt.zeros((2, 3))
    x.T[1:, 0] = 5
    x[1][0] = 7
    assert x.tolist() == [[0.0, 5.0, 5.0], [7.0, 0.0, 0.0]]


@pytest.mark.parametrize(("dtype", "value", "kind"), [
    ("int64", 1.5, "float values"), ("bool", 2, "2"), ("float64", 1j, "complex values"),
    ("int64", [1.0, 2.0], "float64 values"),
    ("uint8", [-1, 2], "int64 values"), ("int8", [300, 2], "int64 values"), ("bool", [1, 2], "int64 values"),
    ("float64", 10**400, "100000000000000000000000000000"), ("float32", 1e39, "1e+39"), ("uint8", 256, "256"),
    ("float32", [1e39, 0.0], "float64 values"),
])  # fmt: skip
def test_what_would_be_cut_to_fit_is_not_written(backend, dtype, value, kind):
    x = mt.ones((3, 2), dtype)
    with pytest.raises(DTypeError) as caught:
        x[0] = value
    assert str(caught.value) == f"{dtype} elements cannot hold {kind} unchanged; cast one of them with .astype(...)"
    assert bool((x == mt.ones((3, 2), dtype)).all())


@given(st.data())
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_written(backend, data):
    a = data.draw(arrays(shapes(min_dims=1)))
    key = data.draw(basic_keys(a.shape, new_axes=False))  # the standard has none on the left
    shape = data.draw(shapes(max_dims=2))
    try:
        np.broadcast_to(np.empty(shape), a[key].shape)
    except ValueError:
        pass
    else:
        assume(False)
    # NumPy takes values with more axes if those in front have size 1.
    assume(shape[:1] != (1,))
    x = as_tensor(a.copy())
    with pytest.raises(BroadcastError, match=r"^the value does not fit what the index selects: "):
        x[key] = mt.zeros(shape)
    same(x, a)


@pytest.mark.parametrize("x", [(3, 2), (3, 1, 2)])
def test_an_expanded_tensor_is_not_written_to(backend, x):
    row = mt.tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"is expanded: its strides \(0, .*1\) have a 0"):
        row.expand(x)[0] = 7
    with pytest.raises(ShapeError, match=r"\nfix: write to its \.copy\(\)$"):
        row.expand(x)[0, ...] = 7
    assert row.tolist() == [1.0, 2.0]


def test_part_of_an_expanded_tensor_is_not_blamed_on_the_shape_of_the_value(backend):
    part = mt.tensor([1.0, 2.0]).expand(3, 2)[:1]
    for write in (lambda: part.__setitem__(0, 7), lambda: operator.iadd(part, 1)):
        if backend not in ("numpy", "strict"):
            continue  # other arrays do not remember what they were part of
        with pytest.raises(
            ShapeError, match=r"^this tensor of shape \(1, 2\) is read-only: .*\nfix: write to its \.copy\(\)$"
        ):
            write()


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0,), (3, 0, 2)])
def test_an_empty_tensor_may_be_written_to(backend, shape):
    x = mt.zeros(shape)
    x[...] = 1
    x += 1
    assert x.shape == shape


def test_a_value_on_another_backend_is_refused():
    x = mt.as_tensor(np.zeros((2, 3)))
    for value in (x[0].to("strict"), x[0].to("strict").array):
        with pytest.raises(DeviceError) as caught:
            x[0] = value
        assert str(caught.value) == ("a[...] = b: a is on numpy, b of shape (3,) is on strict; write b.to('numpy')")


# Reductions.
def tolerance(dtype, count):
    """Twice the bound for sums in any order: each of `count` additions rounds once."""
    return 2 * max(count, 1) * np.finfo(dtype).eps


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std"])
@given(data=st.data())
def test_sums_and_means_are_numpys_in_float64(backend, name, data):
    dtype = data.draw(st.sampled_from(FLOATS))
    any_number = st.integers(-(10**6), 10**6).map(lambda n: n / 9999)
    a = data.draw(arrays(shapes(min_side=0 if name == "sum" else 1), dtype, any_number))
    axis, keepdims = data.draw(axes_of(a.ndim)), data.draw(st.booleans())
    wide = a.astype("float64")
    expected = np.asarray(getattr(np, name)(wide, axis=axis, keepdims=keepdims))
    result = getattr(as_tensor(a), name)(axis=axis, keepdims=keepdims)
    assert type(result) is Tensor
    assert result.dtype == dtype
    assert result.shape == expected.shape
    # Errors grow with the numbers that were added, not with their sum.
    scale = np.abs(wide).sum(axis=axis, keepdims=keepdims) if name == "sum" else np.abs(wide).max(initial=0)
    scale = scale**2 if name == "var" else scale
    allowed = tolerance(dtype, a.size) * scale
    error = np.abs(result.numpy() - expected)
    if name == "std":  # a root makes an error of ε at 0 one of √ε
        error, allowed = np.abs(result.numpy().astype("float64") ** 2 - expected**2), allowed * scale
    assert (error <= allowed).all()  # NaN is not


@pytest.mark.parametrize("name", ["max", "min", "any", "all", "sum"])
@given(data=st.data())
def test_reductions_without_rounding_are_numpys(backend, name, data):
    numbers = [*INTS, *FLOATS] if name in ("max", "min") else DTYPES
    least = 1 if name in ("max", "min") else 0
    a = data.draw(arrays(shapes(min_side=least), data.draw(st.sampled_from(numbers))))
    axis, keepdims = data.draw(axes_of(a.ndim)), data.draw(st.booleans())
    same(getattr(as_tensor(a), name)(axis=axis, keepdims=keepdims), getattr(np, name)(a, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@given(data=st.data())
def test_arg_reductions_give_the_first_place_that_numpy_gives(backend, name, data):
    a = data.draw(arrays(shapes(min_side=1), data.draw(st.sampled_from([*INTS, *FLOATS]))))
    axis = data.draw(st.none() | axis_of(a.ndim)) if a.ndim else None
    keepdims = data.draw(st.booleans())
    same(getattr(as_tensor(a), name)(axis=axis, keepdims=keepdims), getattr(np, name)(a, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize(("name", "dtype", "result"), [
    ("sum", "bool", "int64"), ("sum", "int32", "int64"), ("sum", "uint8", "uint64"), ("sum", "float32", "float32"),
    ("mean", "bool", "float64"), ("mean", "int32", "float64"), ("mean", "float32", "float32"),
    ("std", "int64", "float64"), ("var", "float32", "float32"), ("max", "int32", "int32"), ("any", "float32", "bool"),
    ("all", "int64", "bool"), ("argmax", "float32", "int64"), ("argmin", "int32", "int64"),
])  # fmt: skip
def test_each_reduction_has_its_dtype(backend, name, dtype, result):
    x = mt.tensor([[1, 0, 1], [1, 1, 1]], dtype)
    result = mt.backend.current().unsigned if result == "uint64" else result
    assert getattr(x, name)().dtype == getattr(x, name)(axis=1).dtype == result


@given(arrays(shapes(min_side=2), "float64"), st.integers(0, 1))
def test_the_correction_is_taken_from_the_count(backend, a, correction):
    if a.size <= correction:
        with pytest.raises(InputError, match=r"^var: 1 elements are too few for correction=1; it divides by their"):
            as_tensor(a).var(correction=correction)
    else:
        result = as_tensor(a).var(correction=correction).item()
        assert result == pytest.approx(np.var(a, ddof=correction), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["mean", "var", "std", "max", "min"])
def test_there_is_no_mean_and_no_largest_of_nothing(backend, name):
    x = mt.zeros((0, 3))
    with pytest.raises(ShapeError) as caught:
        getattr(x, name)()
    assert str(caught.value) == f"{name} over axes (0, 1) of shape (0, 3): there is no element to reduce"
    with pytest.raises(ShapeError, match=rf"^{name} over axis 0 of shape \(0, 3\): "):
        getattr(x, name)(axis=-2)
    assert getattr(x, name)(axis=1).shape == (0,)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_there_is_no_place_of_the_largest_of_nothing(backend, name):
    with pytest.raises(ShapeError) as caught:
        getattr(mt.zeros((0, 3)), name)(axis=0)
    assert str(caught.value) == f"{name} of shape (0, 3): there is no element to choose"
    assert getattr(mt.zeros((0, 3)), name)(axis=1).shape == (0,)


@pytest.mark.parametrize(("name", "value"), [("sum", 0.0), ("any", False), ("all", True)])
def test_nothing_has_a_sum_and_all_of_it_is_true(backend, name, value):
    assert getattr(mt.zeros((0, 3)), name)(axis=0).tolist() == [value] * 3


# Out of it.
@given(arrays(dtype=st.sampled_from(DTYPES)), st.sampled_from([*INTS, *FLOATS]))
def test_astype_is_numpys_and_a_copy(backend, a, dtype):
    x = as_tensor(a)
    same(x.astype(dtype), a.astype(dtype))
    assert not shares(x.astype(dtype), x)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")])
def test_a_dtype_has_many_spellings(backend, dtype):
    assert mt.ones(2).astype(dtype).dtype == mt.ones(2, dtype).dtype == "float32"


@pytest.mark.parametrize("dtype", ["number", "datetime64[s]", object, str])
def test_a_dtype_that_is_none_of_numbers_is_refused(backend, dtype):
    with pytest.raises(DTypeError, match=r"is not a dtype of numbers; write one such as 'float32', 'int64' or 'bool'$"):
        mt.ones(2).astype(dtype)


@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_a_copy_is_equal_and_shares_nothing(backend, a):
    x = as_tensor(a)
    same(x.copy(), a)
    assert not shares(x.copy(), x)


@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_to_and_back_changes_nothing(backend, a):
    x = as_tensor(a)
    assert x.to(backend) is x
    other = "strict" if backend == "numpy" else "numpy"
    assert x.to(other).backend == other
    same(x.to(other).to(backend), a)
    with pytest.raises(BackendNameError, match="there is no backend 'nowhere'"):
        x.to("nowhere")


@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_numbers_come_out(backend, a):
    x = as_tensor(a)
    assert type(x.numpy()) is np.ndarray
    np.testing.assert_array_equal(x.numpy(), a, strict=True)
    assert x.tolist() == a.tolist()
    if a.size == 1:
        assert x.item() == a.item()
        assert type(x.item()) is type(a.item())
    else:
        with pytest.raises(ShapeError) as caught:
            x.item()
        assert str(caught.value) == (f"item: shape {a.shape} holds {a.size} elements, not one; index one, or .tolist()")


def test_numpy_shares_on_numpy():
    x = mt.as_tensor(np.zeros(2))
    x.numpy()[0] = 7
    assert x.tolist() == [7.0, 0.0]


def test_one_element_is_a_python_number(backend):
    x = mt.tensor([[2.5]])
    assert (float(x), int(x), complex(x), bool(x)) == (2.5, 2, 2.5 + 0j, True)
    assert bool(mt.tensor([0])) is False
    for convert in (float, int, complex):
        with pytest.raises(ShapeError, match=r"^item: shape \(2,\) holds 2 elements, not one"):
            convert(mt.ones(2))


@pytest.mark.parametrize("shape", [(2,), (0,), (1, 2)])
def test_several_elements_are_neither_true_nor_false(backend, shape):
    with pytest.raises(ShapeError) as caught:
        bool(mt.ones(shape))
    assert str(caught.value) == (
        f"a tensor of shape {shape} is neither true nor false; ask .any() or .all() of its elements"
    )


def test_an_integer_tensor_without_axes_counts(backend):
    assert [10, 20, 30][mt.tensor(1)] == 20
    assert list(range(mt.tensor(3))) == [0, 1, 2]
    for x in (mt.tensor([1]), mt.tensor(1.0), mt.tensor(True)):
        with pytest.raises(DTypeError) as caught:
            operator.index(x)
        assert str(caught.value) == (
            f"only an integer tensor without axes is an index, not {x.dtype} of shape {x.shape}"
        )


def test_numpy_reads_a_tensor_on_numpy():
    x = mt.as_tensor(np.arange(6.0).reshape(2, 3))
    assert np.shares_memory(np.asarray(x), x.array)
    assert not np.shares_memory(np.array(x), x.array)
    assert np.asarray(x, dtype="float32").dtype == "float32"
    with pytest.raises(ValueError, match="copy"):
        np.array(x, dtype="float32", copy=False)


def test_numpy_reads_no_tensor_elsewhere_unasked():
    x = mt.as_tensor(np.ones(2)).to("strict")
    for read in (np.asarray, np.array):
        with pytest.raises(DeviceError, match=r"^NumPy cannot read a tensor on strict unasked; write \.numpy\(\)$"):
            read(x)


@given(arrays(dtype=st.sampled_from([*INTS, *FLOATS])))
def test_dlpack_goes_to_numpy_and_back_and_shares(a):
    x = mt.as_tensor(a)
    with mt.use_backend("numpy"):
        assert np.shares_memory(np.from_dlpack(x), a) or not a.size or min(a.strides, default=1) < 0
        np.testing.assert_array_equal(np.from_dlpack(x), a)
        same(mt.tensor(np.from_dlpack(x)), a)


def test_dlpack_goes_to_torch_and_back():
    torch = pytest.importorskip("torch", reason="torch is the other side of the exchange")
    x = mt.as_tensor(np.arange(6.0).reshape(2, 3)).T
    there = torch.from_dlpack(x)
    there[0, 1] = 70
    assert x[0, 1].item() == 70.0
    with mt.use_backend("numpy"):
        back = mt.tensor(there)
        same(back, x.array)
        assert not shares(back, x)
        same(mt.tensor(there, "float32"), x.array.astype("float32"))


# To other libraries.
@pytest.mark.parametrize("view", [
    lambda x: x[::-1], lambda x: x[:, ::-1], lambda x: x[0].expand(3, 4), lambda x: x[:, :1].expand(3, 4)[1:],
])  # fmt: skip
def test_what_another_library_could_not_use_is_exported_as_a_copy(view):
    torch = pytest.importorskip("torch", reason="torch ends the process at a negative stride")
    with mt.use_backend("numpy"):
        x = mt.arange(12.0).reshape(3, 4)
        part, before = view(x), x.tolist()
        there = torch.from_dlpack(part)
        assert there.tolist() == part.tolist()
        there[...] = -1.0
        assert np.from_dlpack(part).tolist() == part.tolist()
        assert x.tolist() == before
        with pytest.raises(ExportError, match="expanded, reversed or read-only is exported as a copy"):
            part.__dlpack__(copy=False)
        with pytest.raises(BufferError):
            np.from_dlpack(part, copy=False)


def test_read_only_memory_is_exported_as_a_copy():
    torch = pytest.importorskip("torch", reason="torch writes to read-only memory")
    a = np.zeros(3)
    a.setflags(write=False)
    torch.from_dlpack(mt.as_tensor(a))[0] = 5.0
    assert a.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("view", [lambda x: x, lambda x: x.T, lambda x: x[::2, 1:], lambda x: x[:0], lambda x: x[1:2]])
def test_all_else_is_shared_with_another_library(view):
    part = view(mt.as_tensor(np.arange(12.0).reshape(3, 4)))
    assert np.shares_memory(np.from_dlpack(part), part.array) or not part.size
    part.__dlpack__(copy=False)


def test_a_read_only_array_is_not_called_expanded(backend):
    with mt.use_backend("numpy"):
        a = np.zeros(2)
        a.setflags(write=False)
        x = mt.as_tensor(a)
        with pytest.raises(ShapeError, match=r"^this tensor of shape \(2,\) is read-only: it shares memory"):
            x[0] = 5.0
        with pytest.raises(ShapeError, match=r" is read-only: .* or an array that was read-only elsewhere"):
            x += 1.0
    assert a.tolist() == [0.0, 0.0]


# Indices where there is nothing to choose from.
@pytest.mark.parametrize(("shape", "key"), [
    ((3, 0), 0), ((0, 3), (slice(None), 0)), ((3, 0, 2), 0), ((0, 3), (..., 0)),
    ((2, 0, 3), (slice(None), slice(None), 0)),
])  # fmt: skip
@pytest.mark.parametrize("index", [3, 5, -4])
def test_an_index_out_of_range_is_refused_on_an_empty_selection(backend, shape, key, index):
    x = mt.zeros(shape)
    at = mt.tensor([0, index])
    key = at if key == 0 else (*key[:-1], at)
    axis = 0 if key is at else len(shape) - 1
    with pytest.raises(IndexingError, match=r"out of bounds for axis \d with size [23]"):
        x[key]
    with pytest.raises(IndexingError, match=r"out of bounds for axis \d with size [23]"):
        x[key] = 1.0
    with pytest.raises(IndexingError, match=r"out of bounds for axis \d with size [23]"):
        mt.take(x, at, axis)
    assert mt.take(x, mt.tensor([0, -1]), axis).size == 0


# Masks after dots.
@given(st.data())
def test_a_mask_after_dots_or_slices_chooses_what_numpy_chooses(backend, data):
    a = data.draw(arrays(st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5))))
    at = data.draw(st.integers(1, 2))
    mask = data.draw(arrays((a.shape[at],), "bool"))
    dots = [((slice(None),), (slice(None),)), ((...,), ())][data.draw(st.integers(0, 1)) if at == 2 else 0]
    key = (*dots[0], mask) if dots[0] == (...,) else ((slice(None),) * at + (mask,))
    wrapped = tuple(as_tensor(part) if part is mask else part for part in key)
    same(as_tensor(a)[wrapped], a[key])
    x, expected = as_tensor(a).copy(), a.copy()
    x[wrapped], expected[key] = 7.0, 7.0
    same(x, expected)


# A value that does not fit.
@pytest.mark.parametrize("value", [[1.0, 2.0], [[1.0, 2.0, 3.0]] * 2, [], [[1.0], [2.0], [3.0]]])
def test_a_value_of_a_wrong_shape_for_a_mask_is_refused_and_nothing_is_written(backend, value):
    x = mt.zeros((2, 3))
    mask = mt.tensor([[True, False, True], [True, False, False]])
    with pytest.raises((BroadcastError, IndexingError)):
        x[mask] = mt.tensor(value)
    assert x.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("value", [None, "x", object(), {}, b"1"])
def test_what_is_no_number_is_in_no_tensor(backend, value):
    assert value not in mt.ones(1)
    assert value not in mt.zeros((0,))


@pytest.mark.parametrize("text", ["x", b"x"])
def test_text_is_not_repeated_by_a_tensor(backend, text):
    for x in (mt.ones(2), mt.tensor(3)):
        for use in (lambda x=x: x * text, lambda x=x: text * x, lambda x=x: x.__imul__(text)):
            with pytest.raises(DTypeError, match=r"^a \*=? b: [ab] is a (str|bytes), not a Tensor; write minitensor\."):
                use()


def test_an_axis_may_be_an_integer_of_numpy(backend):
    x = mt.ones((2, 3)).expand_dims(np.int64(0))
    assert x.shape == (1, 2, 3)
    assert {type(size) for size in x.shape} == {int}
    assert mt.ones((2, 3)).sum(np.int64(1)).shape == (2,)


def test_a_subclass_changes_nothing_for_tensors_made_before(backend):
    old = mt.ones(2)

    class Mine(Tensor):
        pass

    assert type(old + old) is type(mt.ones(1)) is Tensor
    assert Mine is not Tensor


def test_a_backend_without_the_dtype_says_so():
    with pytest.raises(DTypeError, match=r"^the strict backend has no float16; take a wider dtype"):
        mt.as_tensor(np.zeros(2, "float16")).to("strict")
