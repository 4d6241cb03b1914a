"""What an estimator takes, and in what kind it answers."""

import numpy as np
import pytest
from cluster_strategies import Table

import minitensor as mt
from minitensor.cluster import MeanShift
from minitensor.cluster.inputs import column_names, generator_of, in_kind_of, read_points, read_weights
from minitensor.errors import DeviceError, InputError


class Sparse:
    def toarray(self):
        raise AssertionError("nobody asked for it")


NUMBERS = [[1, 2], [3, 4]]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "uint8", "bool", "object"])
def test_float32_stays_and_all_else_becomes_float64(dtype):
    points = read_points(np.array(NUMBERS, dtype=dtype))
    assert points.dtype == ("float32" if dtype == "float32" else "float64")
    np.testing.assert_array_equal(points.numpy(), np.array(NUMBERS, dtype=dtype).astype("float64"))


def test_points_stay_on_their_backend_and_share_memory(backend):
    points = mt.tensor([[1.0, 2.0]])
    assert read_points(points).array is points.array
    raw = points.array
    assert read_points(raw).array is raw
    assert read_points(mt.tensor(NUMBERS)).backend == backend


def test_what_has_no_home_goes_where_it_is_sent(backend):
    for given in (NUMBERS, Table(NUMBERS, None)):
        points = read_points(given, place=backend)
        assert points.backend == backend
        assert points.tolist() == NUMBERS


def test_answers_come_in_the_kind_of_the_question(backend):
    answer = mt.tensor([1, 0, 2])
    assert in_kind_of(mt.tensor([1.0]), answer) is answer
    raw = in_kind_of(mt.tensor([1.0]).array, answer)
    assert raw is answer.array


@pytest.mark.parametrize("given", [NUMBERS, Table(NUMBERS, None), np.array(NUMBERS, dtype=object)])
def test_lists_and_tables_get_numpy_arrays(backend, given):
    assert type(in_kind_of(given, mt.tensor([1, 0]))) is np.ndarray


def test_torch_gets_torch():
    torch = pytest.importorskip("torch", reason="PyTorch is one of those with DLPack; none is needed")
    given = torch.tensor([[1.0, 2.0]])
    answer = in_kind_of(given, read_points(given))
    assert isinstance(answer, torch.Tensor)
    assert answer.data_ptr() == given.data_ptr()  # nothing was copied on the way


def test_a_library_of_which_only_the_namespace_is_known():
    class Array:
        def __init__(self, array):
            self.__dlpack__, self.__dlpack_device__ = array.__dlpack__, array.__dlpack_device__

        def __array_namespace__(self):
            return Space

    class Space:
        @staticmethod
        def from_dlpack(array):
            return "theirs", np.from_dlpack(array).tolist()

    given = Array(np.array([[1.0]]))
    assert read_points(given).tolist() == [[1.0]]
    assert in_kind_of(given, mt.tensor([3])) == ("theirs", [3])


@pytest.mark.parametrize(
    ("columns", "wanted"), [(["x", "y"], ["x", "y"]), ([0, 1], None), (["x", 1], None), ([], None)]
)
def test_columns_have_names_if_all_are_words(columns, wanted):
    names = column_names(Table(NUMBERS, columns))
    assert (names is None) == (wanted is None)
    if wanted:
        assert names.dtype == object
        assert names.tolist() == wanted


def test_arrays_and_lists_have_no_column_names():
    assert column_names(NUMBERS) is column_names(np.array(NUMBERS)) is None


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (np.ones(3), ValueError, r"X has shape \(3,\), not \(points, .* Reshape your data: X.reshape\(-1, 1\)"),
        (np.ones((2, 2, 2)), ValueError, r"X has shape \(2, 2, 2\), .*X.reshape\(-1, X.shape\[-1\]\)"),
        ([1.0, 2.0], ValueError, r"X has shape \(2,\), .*: \[\[x\] for x in X\] for points on a line"),
        (3.0, ValueError, r"X has shape \(\)"),
        (np.ones((0, 3)), ValueError, r"X has 0 sample\(s\) \(shape=\(0, 3\)\) while a minimum of 1 is required"),
        (np.ones((3, 0)), ValueError, r"X has 0 feature\(s\) \(shape=\(3, 0\)\)"),
        ([[1.0, np.nan], [1.0, 2.0]], ValueError, r"X holds NaN or infinity in 1 of 2 points, the first is X\[0\]"),
        ([[1.0, 2.0], [np.inf, 2.0]], ValueError, r"the first is X\[1\] = \[inf, 2.0\]; leave them out"),
        (np.ones((2, 2)) * 1j, ValueError, "Complex data not supported: X is complex128"),
        ([[1.0], [2.0, 3.0]], ValueError, "X: the lists are not a rectangle"),
        ([["one", 2]], TypeError, r"X: elements of type <U21 are not numbers: \[\['one', '2'\]\]; write .astype"),
        (np.array([[{}]]), TypeError, r"X: elements of type object are not numbers: {} at .*not 'dict'"),
        (Sparse(), ValueError, r"X: a .*Sparse is sparse, .* write .toarray\(\)"),
        (np.ma.array([[1.0, -999.0]], mask=[[0, 1]]), ValueError, r"X: 1 of 2 entries are masked; write .filled\("),
    ],
)  # fmt: skip
def test_what_are_no_points_is_named(given, kind, message):
    with pytest.raises(kind, match=message):
        read_points(given)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_that_float64_does_not_hold_are_refused(backend, dtype):
    with pytest.raises(InputError, match=r"X holds .*int64 beyond 2.*53 .*, such as 9007199254740993; subtract"):
        read_points(mt.tensor([[2**53], [2**53 + 1]], dtype))
    ends = [[np.iinfo(dtype).max - 2**11 + 1], [2**53 + 2], [0]]
    assert read_points(mt.tensor(ends, dtype)).tolist() == ends


@pytest.mark.parametrize("seed", [-1, True, 1.5, "a", np.random.SeedSequence(0)])
def test_seeds_that_are_none(seed):
    with pytest.raises(InputError, match="MeanShift: random_state"):
        MeanShift(bandwidth=1.0, random_state=seed).fit([[0.0]])


def test_generators_are_seeds():
    for each in (np.random.RandomState(0), np.random.default_rng(0), None, np.int64(3)):
        assert len(MeanShift(random_state=each).fit(np.random.default_rng(0).normal(size=(200, 2))).labels_) == 200
        assert 0 <= generator_of(each).random() < 1


def test_weights_are_moved_beside_the_points(backend):
    points = mt.ones((2, 1))
    assert read_weights(np.ones(2), points).backend == backend
    assert read_weights(2, points).tolist() == [2.0, 2.0]
    with pytest.raises(InputError, match=r"sample_weight\[1\] is inf"):
        read_weights([1.0, np.inf], points)


def test_another_device_is_named():
    with pytest.raises(DeviceError, match=r"init is on numpy, but X on strict; write minitensor.as_tensor\(init\)"):
        read_points(np.ones((1, 1)), "init", place="strict", beside="X")


def test_a_view_of_memory_is_read():
    assert read_points(memoryview(np.ones((3, 2)))).shape == (3, 2)
