"""What comes in from elsewhere becomes a plain array of numbers, or is refused with what to write instead."""

import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, arrays

import minitensor as mt
from minitensor.cluster.inputs import read_points
from minitensor.core.intake import array, class_name, read
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="torch is the other library")


@pytest.fixture
def on_numpy():
    with mt.use_backend("numpy"):
        yield


def same(result, expected):
    assert type(result) is Tensor
    np.testing.assert_array_equal(result.numpy(), np.asarray(expected), strict=True)


class Sub(np.ndarray):
    """A subclass whose arithmetic is another."""

    def __mul__(self, other):
        raise AssertionError("a subclass must not compute")


class Table:
    """What NumPy reads by way of a method, as a column of a data frame is."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype or object)


# Subclasses.
@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_a_subclass_becomes_a_plain_array_that_shares_its_memory(a):
    for kind in (Sub, np.ma.MaskedArray):
        x = mt.as_tensor(a.view(kind))
        assert type(x.array) is np.ndarray
        assert x.strides == mt.as_tensor(a).strides
        assert np.shares_memory(x.array, a) or not a.size
        same(x, a)


def test_a_matrix_is_multiplied_element_by_element(backend):
    m = np.array([[1.0, 2.0], [3.0, 4.0]]).view(np.matrix)
    x = mt.tensor(m)
    same(x * x, [[1.0, 4.0], [9.0, 16.0]])
    same(mt.einsum("ij,ij->ij", x, x), [[1.0, 4.0], [9.0, 16.0]])
    same(x[0], [1.0, 2.0])


@pytest.mark.parametrize("compute", [operator.add, operator.mul, operator.sub, operator.pow, operator.lt, operator.eq])
def test_a_subclass_beside_a_tensor_is_a_plain_array(on_numpy, compute):
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 1.0], [2.0, 3.0]])
    for kind in (np.matrix, np.ma.MaskedArray, np.recarray, Sub):
        same(compute(mt.as_tensor(a), b.view(kind)), compute(a, b))
        if compute in (operator.add, operator.sub) or (compute is operator.mul and kind is not Sub):
            same(compute(a.view(kind), mt.as_tensor(b)), compute(a, b))  # NumPy's classes keep the others to themselves
    same(mt.maximum(mt.as_tensor(a), b.view(np.matrix)), np.maximum(a, b))


def test_a_subclass_is_assigned_and_indexes_as_a_plain_array(on_numpy):
    x = mt.as_tensor(np.zeros((2, 2)))
    x[...] = np.arange(4.0).reshape(2, 2).view(np.matrix)
    x += np.ones((2, 2)).view(np.matrix)
    same(x, [[1.0, 2.0], [3.0, 4.0]])
    same(x[np.ma.array([1])], [[3.0, 4.0]])
    same(x[(x.array > 2).view(np.matrix)], [3.0, 4.0])


# Masked arrays.
MASKED = np.ma.array([1.0, -999.0, 3.0], mask=[0, 1, 0])


@pytest.mark.parametrize("use", [
    lambda: mt.tensor(MASKED), lambda: mt.as_tensor(MASKED), lambda: mt.ones(3) + MASKED, lambda: MASKED * mt.ones(3),
    lambda: operator.iadd(mt.ones(3), MASKED), lambda: mt.ones(3).__setitem__(..., MASKED),
    lambda: mt.tensor([MASKED, MASKED]), lambda: mt.ones(9)[MASKED.astype("int64")],
    lambda: mt.maximum(mt.ones(3), MASKED), lambda: read_points(MASKED[:, None]), lambda: mt.tensor(MASKED[1]),
    lambda: mt.tensor([1.0, np.ma.masked]), lambda: mt.tensor(MASKED.astype(object)),
    lambda: mt.ones(2).__setitem__(0, np.ma.masked),
])  # fmt: skip
def test_a_masked_entry_is_never_read(on_numpy, use):
    with pytest.raises(
        InputError,
        match=r"1 of \d entries are masked; write \.filled\(number\) .* or (\.compressed\(\)|leave out the rows)",
    ):
        use()


def test_a_mask_that_masks_nothing_is_dropped(backend):
    whole = np.ma.array([1.0, 2.0], mask=[0, 0])
    same(mt.tensor(whole), [1.0, 2.0])
    same(read_points(whole[:, None]), [[1.0], [2.0]])
    same(mt.tensor(MASKED.filled(0)), [1.0, 0.0, 3.0])
    same(mt.tensor(MASKED.compressed()), [1.0, 3.0])


# Arrays of objects, and lists of what NumPy makes objects of.
@pytest.mark.parametrize(("values", "expected"), [
    ([1, 2.5], [1.0, 2.5]), ([1, 2], [1, 2]), ([True, False], [True, False]), ([1, 2j], [1, 2j]),
    ([2**63, 0], np.array([2**63, 0], "uint64")), ([Fraction(1, 3), Decimal("0.1")], [1 / 3, 0.1]),
    ([np.float32(0.5), 1], [0.5, 1.0]), ([[1], [2]], [[1], [2]]), ([], []), ([float("nan"), 1], [float("nan"), 1]),
])  # fmt: skip
def test_an_array_of_objects_becomes_numbers_where_all_are(backend, values, expected):
    same(mt.tensor(np.array(values, object)), np.asarray(expected))
    same(mt.tensor(Table(values)), np.asarray(expected))
    assert mt.as_tensor(np.array(values, object)).backend == "numpy"


@pytest.mark.parametrize("value", [Fraction(10**400), Decimal("-1e400")])
def test_a_number_beyond_every_float_is_refused(value):
    with pytest.raises(DTypeError, match=r"^tensor: no float holds -?1"):
        mt.tensor([value])
    assert mt.tensor([Decimal("-Infinity"), Fraction(1)]).tolist() == [-float("inf"), 1.0]


def test_objects_beside_a_tensor_become_numbers(on_numpy):
    same(mt.as_tensor(np.ones(2)) + np.array([1, Fraction(1, 2)], object), [2.0, 1.5])


@pytest.mark.parametrize(("values", "message"), [
    ([1.0, None], r"None at index \(1,\); float\(\) argument must be a string or a real number, not 'NoneType'"),
    ([[1.0, "2"]], r"'2' at index \(0, 1\); write float\(\.\.\.\) for a str"),
    ([1, "two"], r"'two' at index \(1,\); could not convert string to float: 'two'"),
    ([{}], r"{} at index \(0,\); float\(\) argument must be"),
    ([object], r"<class 'object'> at index \(0,\); float\(\) argument"),
])  # fmt: skip
def test_an_object_that_is_no_number_is_named_with_its_place(backend, values, message):
    for make in (mt.tensor, mt.as_tensor, read_points):
        with pytest.raises(DTypeError, match=rf": elements of type object are not numbers: {message}"):
            make(np.array(values, object))


@pytest.mark.parametrize(("values", "message"), [
    ([2**64], "18446744073709551616"), ([-1, 2**63], "-1 and 9223372036854775808"), ([2**63, -1], "-1 and 92"),
    ([10**400, 1], "1 and 1000"), ([[2**64 - 1], [-5]], "-5 and 18446744073709551615"),
    ([np.uint64(2**63), np.int64(-1)], "-1 and 9223372036854775808"),
])  # fmt: skip
def test_integers_that_no_dtype_holds_do_not_become_floats(backend, values, message):
    for given_ in (values, np.array(values, object)):
        with pytest.raises(DTypeError, match=rf"^tensor: no integer dtype holds {message}.*; write floats$"):
            mt.tensor(given_)


edges = st.sampled_from([2**63 - 1, 2**63, 2**64 - 1, 2**64, -1, 0, -(2**63), -(2**63) - 1])


@given(st.lists(st.integers(-(2**65), 2**65) | edges, min_size=1, max_size=3))
def test_integers_come_in_unchanged_or_not_at_all(backend, values):
    try:
        x = mt.tensor(values)
    except DTypeError:
        assert not all(-(2**63) <= x < 2**63 for x in values)
        assert not all(0 <= x < 2**64 for x in values)
    else:
        assert x.tolist() == values


# What is no number.
RECORDS = np.zeros(2, [("mass", "f4"), ("name", "U3")])


@pytest.mark.parametrize(("wrong", "fix"), [
    (np.array(["1.5", "b"]), r"elements of type <U3 are not numbers: \['1.5', 'b'\]; write \.astype\('float64'\) if"),
    (np.array([b"a"]), r"type \|S1 are not numbers"), (RECORDS, r"take one field, such as array\['mass'\]"),
    (np.array(["2020-01-01"], "M8[D]"), r"np\.timedelta64\(1, 's'\) for seconds"),
    (np.array([5], "m8[s]"), r"write array / np\.timedelta64\(1, 's'\) for seconds"),
    (np.zeros(2, "V2"), r"type \|V2 are not numbers"),
])  # fmt: skip
def test_what_holds_no_numbers_says_what_to_write(on_numpy, wrong, fix):
    for make in (mt.tensor, mt.as_tensor, read_points, lambda a: mt.tensor(list(a)), lambda a: mt.ones(2) + a,
                 lambda a: mt.ones(2).__setitem__(..., a)):  # fmt: skip
        with pytest.raises(DTypeError, match=fix):
            make(wrong)


@pytest.mark.skipif(np.dtype("longdouble").itemsize == 8, reason="a long double is a double here")
def test_a_long_double_is_refused_everywhere(on_numpy):
    one = np.longdouble(1)
    for use in (mt.tensor, mt.as_tensor, read_points, lambda a: mt.ones(1) + a, lambda a: a * mt.ones(1),
                lambda a: mt.ones(1).__setitem__(..., a), lambda a: mt.tensor([a[0]]), lambda a: mt.full(2, a[0]),
                lambda a: mt.ones(1) + a[0], lambda a: operator.iadd(mt.ones(1), a[0])):  # fmt: skip
        with pytest.raises(DTypeError, match=r"only some machines have elements of type float128; write \.astype"):
            use(np.array([one]))
    with pytest.raises(DTypeError, match=r"of type complex256; write \.astype\('complex128'\)"):
        mt.tensor(np.zeros(1, "clongdouble"))


def test_a_foreign_byte_order_becomes_the_machines_own(backend):
    foreign = np.arange(3.0).astype(">f4")
    for x in (mt.tensor(foreign), mt.tensor([foreign[0], foreign[1], foreign[2]]), mt.as_tensor(foreign)):
        same(x, np.arange(3.0, dtype="float32"))
    same(mt.as_tensor(np.ones(3, "float32")) + foreign, np.arange(1.0, 4.0, dtype="float32"))


@pytest.mark.parametrize("ragged", [[[1, 2], [3]], [1, [2]], [np.ones(2), np.ones(3)]])
def test_ragged_lists_are_refused_wherever_lists_are_read(backend, ragged):
    for use in (mt.tensor, read_points, lambda a: mt.ones(2).__setitem__(..., a)):
        with pytest.raises(ShapeError, match=r": the lists are not a rectangle"):
            use(ragged)


@pytest.mark.parametrize("make", [mt.tensor, mt.as_tensor, read_points])
def test_a_sparse_table_is_refused(make):
    sparse = pytest.importorskip("scipy.sparse", reason="scipy has the sparse tables")
    for table in (sparse.eye(2).tocsr(), sparse.csr_array(np.eye(2))):
        with pytest.raises(InputError, match=r": a scipy\.\w+ is sparse, and every element.*; write \.toarray\(\)$"):
            make(table)


@pytest.mark.parametrize("make", [mt.tensor, mt.as_tensor, read_points])
def test_a_sparse_tensor_is_refused(make, torch):
    with pytest.raises(InputError, match=r": a torch\.Tensor is sparse, and every element.*; write \.to_dense\(\)$"):
        make(torch.eye(2).to_sparse())


# Tensors of another library.
@pytest.mark.parametrize(("make_it", "kind", "message"), [
    (lambda torch: torch.ones(2, requires_grad=True), InputError, r"a torch\.Tensor requires a .*; write \.detach\(\)"),
    (lambda torch: torch.ones(2, dtype=torch.bfloat16), DTypeError, r"a torch\.Tensor .* torch\.bfloat16 .*float32"),
    (lambda torch: torch.ones(2, dtype=torch.complex64).conj(), InputError, r"write \.resolve_conj\(\)"),
])  # fmt: skip
def test_what_another_library_does_not_hand_out_says_why(torch, make_it, kind, message):
    for make in (mt.tensor, mt.as_tensor, read_points, lambda a: mt.tensor([a, a])):
        with pytest.raises(kind, match=message):
            make(make_it(torch))


def test_a_tensor_of_another_library_is_named_fully(backend, torch):
    there = torch.ones((2, 2))
    named = r"a torch\.Tensor, not a minitensor\.Tensor"
    for use in (lambda: mt.ones((2, 2)) + there, lambda: there @ mt.ones((2, 2)),
                lambda: mt.ones((2, 2)).__setitem__(..., there)):  # fmt: skip
        with pytest.raises(DeviceError, match=rf"is {named}; .*write minitensor\.tensor\("):
            use()
    for use in (lambda: mt.einsum("ij->", there), lambda: mt.exp(there), lambda: mt.concat([there])):
        with pytest.raises(DTypeError, match=rf" is {named}; write minitensor\.tensor\(\.\.\.\)"):
            use()
    with pytest.raises(DTypeError, match=r"takes Tensors, not torch\.Tensor; write"):
        mt.norms.mse(there, there)
    assert class_name(mt.ones(1)) == "minitensor.Tensor"


def test_lists_of_tensors_of_another_library_are_read(backend, torch):
    same(mt.tensor([torch.tensor(1.5), torch.tensor(2.0)]), np.array([1.5, 2.0], "float32"))


# Assignment.
def test_a_list_of_tensors_is_assigned(backend):
    x = mt.zeros(2)
    x[:] = [mt.tensor(1.0), mt.tensor(2.5)]
    same(x, [1.0, 2.5])


def test_a_list_of_tensors_elsewhere_is_not_assigned():
    there = mt.as_tensor(np.ones(1)).to("strict")
    x = mt.as_tensor(np.zeros((1, 1)))
    with pytest.raises(DeviceError, match=r"^a\[\.\.\.\] = b: a is on numpy, b lists tensors on strict; write \.to\("):
        x[:] = [[there]]
    assert x.item() == 0.0


def test_an_array_that_is_plain_comes_in_as_it_is():
    a = np.arange(6.0).reshape(2, 3)
    assert array("as_tensor", a) is a
    assert read("tensor", [a, a]).shape == (2, 2, 3)
    with pytest.raises(DTypeError, match=r"^x: a list is not an array of a backend; minitensor\.tensor\("):
        array("x", [1.0])


def test_integers_of_two_dtypes_in_a_list_stay_integers(backend):
    same(mt.tensor([np.array([1, 2]), np.array([3, 4], "uint64")]), [[1, 2], [3, 4]])
    for pair in ([np.array(2**64 - 1, "uint64"), np.array(-1)], [np.array([2**64 - 1], "uint64"), np.array([-1])]):
        with pytest.raises(DTypeError, match=r"^tensor: no integer dtype holds -1 and 18446744073709551615"):
            mt.tensor(pair)


def test_a_list_in_itself_is_refused(backend):
    loop = []
    loop.append(loop)
    for use in (mt.tensor, read_points, lambda a: mt.ones(2).__setitem__(..., a)):
        with pytest.raises(InputError, match=r"lie in each other without end; write a list of numbers$"):
            use(loop)


def test_a_list_of_indices_passes_the_same_door(backend):
    x = mt.arange(3)
    same(x[[2, 0]], [2, 0])
    same(x[[True, False, True]], [0, 2])
    same(x[[]], np.empty(0, "int64"))
    with pytest.raises(InputError, match=r"^an index: 1 of 1 entries are masked"):
        x[[np.ma.masked, 1]]


@pytest.mark.parametrize(("value", "what"), [(range(2), "a range"), ("text", "a str"), (None, "a NoneType")])
def test_what_is_no_number_is_not_assigned(backend, value, what):
    x = mt.ones(2)
    with pytest.raises(DTypeError, match=rf"^float64 elements cannot hold {what}; write a number, a list or "):
        x[:] = value
    same(x, [1.0, 1.0])
