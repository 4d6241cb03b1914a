import tracemalloc

import numpy as np
import pytest
from einsum_strategies import LETTERS, Problem, numbers, problems
from hypothesis import assume, given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.backend import load
from minitensor.core.intake import not_a_tensor
from minitensor.einsums import einsum, executor, front, planner
from minitensor.einsums.executor import compiled, einsum_arrays
from minitensor.einsums.network import Cost, Order
from minitensor.einsums.parser import parse
from minitensor.einsums.planner import plan, tidied
from minitensor.errors import DeviceError, DTypeError, EinsumError, ShapeError

DTYPES = ["bool", "int64", "float32", "float64", "complex128"]
WIDE = {"b": "bool", "i": "int64", "f": "float64", "c": "complex128"}


def rounding(spec, arrays, terms, dtype):
    """Each product and each sum rounds once, by eps of what has been summed so far; 4 is for complex numbers."""
    size = np.einsum(spec, *(np.abs(array).astype(float) for array in arrays))
    return 4 * (terms + len(arrays)) * np.finfo(dtype).eps * size


def check(backend, problem, arrays):
    """einsum agrees with NumPy's, computed wide, and leaves its operands alone."""
    lib, before = load(backend), [array.copy() for array in arrays]
    result = lib.to_numpy(einsum_arrays(problem.spec, *(lib.from_numpy(array) for array in arrays)))
    dtype = np.result_type(*arrays)
    expected = np.asarray(np.einsum(problem.spec, *(array.astype(WIDE[dtype.kind]) for array in arrays)))
    assert isinstance(result, np.ndarray)
    assert result.dtype == dtype
    assert result.shape == expected.shape
    if dtype.kind in "bi":
        np.testing.assert_array_equal(result, expected)
    else:
        assert (np.abs(result - expected) <= rounding(problem.spec, arrays, problem.terms, dtype)).all()
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(st.data(), problems(6), st.sampled_from(DTYPES))
def test_agrees_with_numpy(backend, data, problem, dtype):
    check(backend, problem, [data.draw(numbers(shape, dtype)) for shape in problem.shapes])


def test_an_axis_of_size_1_under_dots_shrinks_to_an_empty_one(backend):
    shapes = ((1, 2), (3,), (0,))
    check(backend, Problem("...i,j,...->...ij", shapes, terms=1), [np.ones(shape) for shape in shapes])


def test_more_than_ten_axes_under_dots(backend):
    shape = (300, 300, 1, 1, 1, 1, 1, 1, 1, 1, 2)
    array = np.random.default_rng(0).random(shape)
    check(backend, Problem("...,...->...", (shape, shape), terms=1), [array, array])


@given(st.data(), st.integers(9, 14))
def test_any_number_of_axes_under_dots(backend, data, count):
    sizes = [data.draw(st.sampled_from([1, 1, 2])) for _ in range(count)]
    shapes = tuple(
        (*(data.draw(st.sampled_from([1, n])) for n in sizes[data.draw(st.integers(0, 3)) :]), 3) for _ in range(3)
    )
    spec = data.draw(st.sampled_from(["...i,...i,...i->...", "i...,...i,i...->...i", "...i,...j,...j"]))
    shapes = tuple(
        (shape[-1], *shape[:-1]) if term[0] == "i" else shape
        for shape, term in zip(shapes, spec.split("->")[0].split(","), strict=True)
    )
    check(backend, Problem(spec, shapes, terms=3), [data.draw(numbers(shape, "float64")) for shape in shapes])


@given(st.data(), problems(3))
def test_dtypes_promote_as_in_numpy(data, problem):
    check("numpy", problem, [data.draw(numbers(shape, data.draw(st.sampled_from(DTYPES)))) for shape in problem.shapes])


@given(st.data(), problems(3), st.sampled_from(["int8", "uint8", "int32"]))
def test_small_integers_wrap_as_in_numpy(data, problem, dtype):
    arrays = [data.draw(numbers(shape, dtype)) for shape in problem.shapes]
    result = einsum_arrays(problem.spec, *arrays)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.einsum(problem.spec, *arrays))


def forget():
    compiled.clear()
    tidied.cache_clear()


@given(st.data(), problems())
def test_any_order_of_pairs_gives_the_same(data, problem):
    def any_order(terms, output, sizes, memory_limit):
        left, pairs = list(range(len(terms))), []
        while len(left) > 1:
            b = left.pop(data.draw(st.integers(1, len(left) - 1)))
            pairs.append((data.draw(st.sampled_from([number for number in left if number < b])), b))
        return Order(tuple(pairs), Cost(0, 0, 0))

    arrays = [data.draw(numbers(shape, "int64")) for shape in problem.shapes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "best_order", any_order)
        forget()
        try:
            check("numpy", problem, arrays)
        finally:
            forget()


@given(st.data(), problems(6), st.sampled_from(["int64", "float32", "complex128"]))
def test_neither_order_nor_names_nor_layout_matter(backend, data, problem, dtype):
    """The operands in another order, other letters, the axes of each operand permuted with its letters."""
    lib, (_, operands, output) = load(backend), parse(problem.spec)
    new = dict(zip(LETTERS, data.draw(st.permutations(LETTERS)), strict=True)) | {"...": "..."}
    arrays = [data.draw(numbers(shape, dtype)) for shape in problem.shapes]
    others = []
    for number in data.draw(st.permutations(range(len(operands)))):
        letters, array = [new[letter] for letter in operands[number].letters], arrays[number]
        if "..." not in letters:
            axes = data.draw(st.permutations(range(len(letters))))
            letters, array = [letters[axis] for axis in axes], array.transpose(axes)
        others.append(("".join(letters), np.asarray(array, order=data.draw(st.sampled_from("CFK")))))
    spec = ",".join("".join(term.letters) for term in operands) + "->" + "".join(output)
    permuted = ",".join(term for term, _ in others) + "->" + "".join(new[letter] for letter in output)
    one = lib.to_numpy(einsum_arrays(spec, *map(lib.from_numpy, arrays)))
    other = lib.to_numpy(einsum_arrays(permuted, *(lib.from_numpy(array) for _, array in others)))
    if dtype == "int64":
        np.testing.assert_array_equal(one, other)
    else:
        assert one.shape == other.shape
        assert (np.abs(one - other) <= 2 * rounding(spec, arrays, problem.terms, dtype)).all()


@given(st.data(), problems(1))
def test_is_a_view_only_where_that_of_numpy_is(data, problem):
    assume(problem.shapes[0])  # of one without axes NumPy makes a number
    array = data.draw(numbers(problem.shapes[0], "float64"))
    ours, theirs = (np.shares_memory(einsum(problem.spec, array), array) for einsum in (einsum_arrays, np.einsum))
    assert theirs or not ours


@pytest.mark.parametrize("spec", ["ij->ji", "ii->i", "...ii->i...", "ij"])
def test_without_a_sum_one_operand_is_not_copied(spec):
    array = np.ones((3, 3))
    assert np.shares_memory(einsum_arrays(spec, array), array)


@pytest.mark.parametrize("spec", ["ij,ij->ij", "ij,->ij", "ij,jk->ik", "ij,ij->", "i,ik->k", "ij->i"])
def test_float16_stays(spec):
    shapes = {"": (), "i": (5,), "ij": (5, 3), "jk": (3, 4), "ik": (5, 4)}
    arrays = [np.random.default_rng(0).random(shapes[term]) for term in spec.split("->")[0].split(",")]
    result = einsum_arrays(spec, *(array.astype("float16") for array in arrays))
    assert result.dtype == "float16"
    np.testing.assert_allclose(result, np.einsum(spec, *arrays), rtol=20 * np.finfo("float16").eps)


@pytest.mark.parametrize("spec", ["i,j->ij", "i,j->ji", "ij,j->ij", "ij,i->ij"])
@pytest.mark.parametrize("dtype", ["int64", "float16", "float32", "float64", "complex128"])
def test_products_without_a_sum_are_those_of_numpy(spec, dtype):
    rng, sizes = np.random.default_rng(0), {"i": 70, "j": 90}
    shapes = [tuple(sizes[letter] for letter in term) for term in spec.split("->")[0].split(",")]
    arrays = [rng.integers(-99, 99, shape).astype(dtype) / 7 for shape in shapes]
    if dtype == "int64":
        arrays = [array.astype(dtype) for array in arrays]
    np.testing.assert_array_equal(einsum_arrays(spec, *arrays), np.einsum(spec, *arrays))


@pytest.mark.parametrize("spec", ["i->", "i,i->", "ji,i->j", "i,->"])
def test_bool_counts_do_not_wrap(backend, spec):
    lib = load(backend)
    shapes = {"": (), "i": (256,), "ji": (2, 256)}
    arrays = [lib.from_numpy(np.ones(shapes[term], bool)) for term in spec.split("->")[0].split(",")]
    assert lib.to_numpy(einsum_arrays(spec, *arrays)).all()


# --- how it is computed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "shapes", "calls"),
    [
        ("mk,kn->mn", [(2, 3), (3, 4)], "matmul"),
        ("mk,nk->mn", [(2, 3), (4, 3)], "permute_dims matmul"),
        ("mk,k->m", [(2, 3), (3,)], "matmul"),
        ("k,kn->n", [(3,), (3, 4)], "matmul"),
        ("bmk,bkn->bmn", [(5, 2, 3), (5, 3, 4)], "matmul"),
        ("bhqd,bhkd->bhqk", [(5, 6, 2, 3), (5, 6, 4, 3)], "permute_dims matmul"),
        ("bmk,kn,np->bmp", [(2, 1, 3), (3, 4), (4, 6)], "reshape matmul matmul reshape"),
        ("bmk,kn,np->bmp", [(5, 2, 3), (3, 4), (4, 6)], "matmul reshape matmul reshape"),
        ("qnd,qnd->qn", [(2, 3, 4), (2, 3, 4)], "vecdot"),
        ("bak,abk->ab", [(2, 3, 4), (3, 2, 4)], "permute_dims vecdot"),
        ("k,k", [(3,), (3,)], "vecdot"),
        ("...,...", [(2, 1), (3,)], "squeeze reshape multiply"),
        ("i,ij->ij", [(2,), (2, 3)], "reshape multiply"),
        ("ij,j->ij", [(2, 3), (3,)], "multiply"),
        ("i,j->ji", [(2,), (3,)], "reshape multiply"),
        ("ii", [(3, 3)], "trace"),
        ("ij->", [(2, 3)], "sum"),
        ("ij,jk->k", [(2, 3), (3, 4)], "sum matmul"),
        ("i", [(3,)], ""),
    ],
)
def test_the_plan_has_no_needless_step(spec, shapes, calls):
    assert " ".join(step.call for step in plan(tidied(spec, tuple(shapes)))) == calls


def test_the_second_plan_is_a_look_up():
    shapes = ((2, 3), (3, 4))
    assert tidied("ab,bc->ac", shapes) is tidied("ab,bc->ac", shapes)


@pytest.mark.parametrize(
    ("spec", "shapes", "limit"),
    [
        ("qnd,qnd->qn", [(50, 60, 70)] * 2, 50 * 60 * 3),  # a table of products would be 50 × 60 × 70
        ("dqn,dqn->qn", [(70, 50, 60)] * 2, 50 * 60 * 3),
        ("mk,nk->mn", [(100, 300), (110, 300)], 100 * 110 * 2),
        ("ab,bc,cd,de,ef->af", [(150, 150)] * 5, 150 * 150 * 5 // 2),  # two intermediate results, not four
        # What has been copied to merge two of its axes is gone once it has been used: one such copy, not three.
        ("aij,jib,bkl,lkc,cmn,nmd->ad", [(150, 20, 20), (20, 20, 150)] * 3, 150 * 20 * 20 * 3),
    ],
)
def test_memory(spec, shapes, limit):
    arrays = [np.ones(shape) for shape in shapes]
    einsum_arrays(spec, *arrays)
    tracemalloc.start()
    einsum_arrays(spec, *arrays)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < limit * 8


# --- on Tensors --------------------------------------------------------------------------------------------------


def test_einsum_of_tensors(backend):
    a, b = np.random.default_rng(0).random((2, 2, 3))
    result = einsum("mk,nk->mn", mt.tensor(a), mt.tensor(b))
    assert isinstance(result, mt.Tensor)
    assert result.backend == backend
    np.testing.assert_allclose(result.numpy(), a @ b.T)


@pytest.mark.parametrize("other", [[[1.0]], 2.0, np.ones((2, 2))])
def test_only_tensors_are_operands(other):
    message = f"operand 1 of einsum is {not_a_tensor(other)}; write minitensor.tensor(...) round it"
    with pytest.raises(DTypeError) as caught:
        einsum("ij,jk", mt.ones((2, 2)), other)
    assert str(caught.value) == message


def test_the_spec_comes_first():
    with pytest.raises(TypeError) as caught:
        einsum(mt.ones((2, 2)), "ij->ji")
    assert str(caught.value) == "einsum: the spec comes first, such as 'ij,jk->ik', not a Tensor"


def test_backends_do_not_mix():
    with mt.use_backend("numpy"):
        a = mt.ones((2, 2))
    with mt.use_backend("strict"):
        b = mt.ones((2, 2))
    with pytest.raises(DeviceError) as caught:
        einsum("ij,jk", a, b)
    assert str(caught.value) == (
        "einsum: operand 0 is on numpy, operand 1 is on strict; bring them together with .to('numpy') or .to('strict')"
    )


def test_without_operands():
    with pytest.raises(EinsumError, match="the spec has 1 term, but 0 operands came with it"):
        einsum("ij")


# --- compiled once -----------------------------------------------------------------------------------------------


def test_the_second_call_is_a_look_up(backend, monkeypatch):
    a, b = mt.ones((2, 3)), mt.ones((3, 4))
    first = einsum("pq,qr->pr", a, b)
    monkeypatch.setattr(front, "prepare", None)  # whoever asks for it now fails
    assert (einsum("pq,qr->pr", a, b) == first).all()


@pytest.mark.parametrize(
    ("spec", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("ij,jk->ik", [(100, 90), (90, 80)]),
        ("bsi,io->bso", [(4, 50, 60), (60, 80)]),
        ("ij,ij->", [(90, 90)] * 2),
        ("ab,bc,cd->ad", [(80, 80)] * 3),
    ],
)
def test_one_plan_is_made_for_what_is_compiled(backend, spec, shapes, monkeypatch):
    made = []
    monkeypatch.setattr(executor, "plan", lambda *given: made.append(given) or plan(*given))
    forget()
    tensors = [mt.ones(shape) for shape in shapes]
    for _ in range(3):
        einsum(spec, *tensors)
    assert len(made) == 1


def test_another_layout_has_a_plan_of_its_own(monkeypatch):
    made = []
    monkeypatch.setattr(executor, "plan", lambda *given: made.append(given[2]) or plan(*given))
    forget()
    a, b = np.ones((4, 50, 60)), np.ones((60, 80))
    for _ in range(2):
        einsum_arrays("bsi,io->bso", a, b)
        einsum_arrays("bsi,io->bso", np.asfortranarray(a), b)
    assert made == [((0, 1, 2), (0, 1)), ((2, 1, 0), (0, 1))]


def test_what_is_compiled_is_for_one_dtype_and_one_shape():
    for dtype in ("float32", "int64", "bool", "complex128"):
        for n in (2, 3):
            a = mt.ones((n, n), dtype=dtype)
            assert einsum("uv,vw->uw", a, a).dtype == a.dtype
            assert einsum("uv,vw->uw", a, a).shape == (n, n)


def test_the_table_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(executor, "KEPT", 3)
    for n in range(2, 9):
        assert einsum("i->i", mt.ones(n)).shape == (n,)
        assert len(compiled) <= 3


@given(st.data(), st.sampled_from(["bmk,kn->bnm", "mkb,knb->mnb", "abk,kab->a", "km,kn->mn", "bmk,bnk->bmn"]))
def test_large_operands_in_any_order_of_memory(backend, data, spec):
    sizes = dict(zip("abmnk", (30, 20, 17, 3, 40), strict=True))
    left, right = (tuple(sizes[letter] for letter in term) for term in spec.split("->")[0].split(","))
    arrays = [data.draw(numbers(shape, "float64")) for shape in (left, right)]
    check(backend, Problem(spec, (left, right), terms=40 * 20), arrays)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
@pytest.mark.parametrize("top", [1, 100, 2**31, 2**62])
def test_large_integer_products_are_exact_and_wrap_as_in_numpy(dtype, top):
    limits, rng = np.iinfo(dtype), np.random.default_rng(top)
    low, high = max(limits.min, -top), min(limits.max, top)
    a = rng.integers(low, high, (33, 40), dtype=dtype, endpoint=True)
    b = rng.integers(low, high, (40, 35), dtype=dtype, endpoint=True)
    a[0, 0], b[0, 0] = low, high
    np.testing.assert_array_equal(einsum_arrays("ij,jk->ik", a, b), a @ b)
    np.testing.assert_array_equal(einsum_arrays("ji,kj->ik", a.T.copy(), b.T.copy()), a @ b)
    stack = np.stack([a, a + np.ones_like(a)])
    np.testing.assert_array_equal(einsum_arrays("bij,jk->bik", stack, b), stack @ b)


def test_integers_at_the_edge_of_float64():
    a = np.full((20, 20), 2**25, "int64")
    b = np.full((20, 20), 2**23, "int64")
    a[0, 0] += 1  # 20 × 2⁴⁸ is below 2⁵³; one more bit would not be
    for scale in (1, 2, 4, 2**10):
        np.testing.assert_array_equal(einsum_arrays("ij,jk->ik", a, b * scale + 1), a @ (b * scale + 1))


def test_float16_is_summed_in_float32():
    ones = np.ones(4096, "float16")
    tenth = np.full((2, 4096), 0.1, "float16")
    square = np.zeros((4096, 4096), "float16")
    np.fill_diagonal(square, 1)
    assert einsum_arrays("ii->", square) == 4096
    assert einsum_arrays("i->", ones) == 4096  # in float16 the sum would stay at 2048
    assert einsum_arrays("i,i->", ones, ones) == 4096
    np.testing.assert_array_equal(
        einsum_arrays("ji,i->j", tenth, ones), tenth.astype("float32").sum(1).astype("float16")
    )
    assert einsum_arrays("ji,i->ji", tenth, ones).dtype == "float16"


def test_a_product_is_written_over_an_intermediate_result_but_never_over_an_operand(backend):
    rng = np.random.default_rng(0)
    arrays = [rng.random((30, 40)) for _ in range(3)]
    check(backend, Problem("ij,ij,ij->ij", ((30, 40),) * 3, terms=1), arrays)
    check(backend, Problem("ij,j,ij->ij", ((30, 40), (40,), (30, 40)), terms=1), [arrays[0], arrays[1][0], arrays[2]])
    check(
        backend,
        Problem("ik,kj,ij->ij", ((30, 40), (40, 30), (30, 30)), 40),
        [arrays[0], arrays[1].T, arrays[2][:, :30]],
    )


def test_an_intermediate_result_is_reused():
    arrays = [np.ones((1000, 1000)) for _ in range(5)]
    einsum_arrays("ij,ij,ij,ij,ij->ij", *arrays)
    tracemalloc.start()
    einsum_arrays("ij,ij,ij,ij,ij->ij", *arrays)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.1 * arrays[0].nbytes


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "int64"])
@pytest.mark.parametrize("shape", [(50, 2), (90, 3), (3, 41, 8), (5000, 7), (301, 27, 5), (100, 9), (1, 300, 1)])
def test_short_rows_of_many_points(backend, shape, dtype):
    rng = np.random.default_rng(len(shape))
    a, b = (
        (rng.random(shape) * 9 - 3 + (1j * rng.random(shape) if dtype[0] == "c" else 0)).astype(dtype) for _ in "ab"
    )
    letters = "xyz"[: len(shape)]
    for left, right in ((a, b), (a[::-1], b), (a, np.ones_like(b[:1]) + np.zeros_like(b))):
        check(backend, Problem(f"{letters},{letters}->{letters[:-1]}", (shape, shape), shape[-1]), [left, right])


@pytest.mark.parametrize("spec", ["ii->i", "ij->ji", "iij->ij", "...ii->...i"])
def test_what_is_a_view_can_be_written_to(backend, spec):
    """As NumPy's einsum gives it; and not where the operand cannot be written to."""
    operand = mt.zeros((3,) * len(spec.split("->")[0].replace("...", "d")))
    einsum(spec, operand)[...] = 1.0
    expected = np.zeros(operand.shape)
    np.einsum(spec, expected)[...] = 1
    np.testing.assert_array_equal(operand.numpy(), expected)
    with pytest.raises(ShapeError, match="is expanded"):
        einsum(spec, mt.zeros(1).expand(operand.shape))[...] = 1.0
