import numpy as np
import pytest
from einsum_strategies import problems
from hypothesis import given

import minitensor as mt
from minitensor.einsums.explain import explain_einsum
from minitensor.einsums.parser import fit, parse
from minitensor.errors import DTypeError, EinsumError, InputError


def test_a_plan_prints_its_steps():
    plan = mt.einsum_plan("bmk,kn->bnm", (5, 2, 3), (3, 4))
    assert str(plan) == (
        "bmk,kn->bnm on (5, 2, 3), (3, 4): 240 operations\n"
        "  reshape(0)       -> (bm)k (10, 3)\n"
        "  matmul(0, 1)     -> (bm)n\n"
        "  reshape(0)       -> bmn (5, 2, 4)\n"
        "  permute_dims(0)  -> bnm (0, 2, 1)"
    )
    assert repr(plan) == "einsum_plan('bmk,kn->bnm', (5, 2, 3), (3, 4))"


def test_a_plan_that_ends_in_a_number():
    assert str(mt.einsum_plan("i,i->", (3,), (3,))).splitlines()[1] == "  vecdot(0, 1)     -> a number"


def test_a_plan_knows_its_cost():
    plan = mt.einsum_plan("ab,bc,cd->ad", (1000, 10), (10, 1000), (1000, 10))
    assert plan.largest_intermediate == 100
    assert plan.flops == 400_000
    assert [step.operands for step in plan.steps] == [(1, 2), (0, 1)]


def test_tensors_do_as_shapes(backend):
    a, b = mt.ones((2, 3)), mt.ones((3, 4))
    plan = mt.einsum_plan("ij,jk->ik", a, b)
    assert plan.shapes == ((2, 3), (3, 4))
    assert (plan(a, b) == 3.0).all()


@given(problems())
def test_calling_a_plan_is_einsum(problem):
    rng = np.random.default_rng(0)
    tensors = [mt.tensor(rng.integers(-9, 10, shape)) for shape in problem.shapes]
    plan = mt.einsum_plan(problem.spec, *problem.shapes)
    result = plan(*tensors)
    assert result.tolist() == mt.einsum(problem.spec, *tensors).tolist()
    _, output, sizes = fit(parse(problem.spec), problem.shapes)
    assert result.shape == tuple(sizes[label] for label in output)
    assert str(plan).startswith(problem.spec)


def test_a_plan_names_the_axes_under_dots():
    plan = mt.einsum_plan("...mk,kn->...nm", (5, 2, 3), (3, 4))
    assert [line.split("-> ")[1] for line in str(plan).splitlines()[1:]] == [
        "(0m)k (10, 3)", "(0m)n", "0mn (5, 2, 4)", "0nm (0, 2, 1)"
    ]  # fmt: skip
    many = mt.einsum_plan("...k,k->...", (2,) * 11 + (3,), (3,))
    assert str(many).splitlines()[1].endswith("-> (0 1 2 3 4 5 6 7 8 9 10), k (2048, 3)")


def test_shapes_may_be_numpys_numbers():
    plan = mt.einsum_plan("ab,bc,cd->ad", *[np.array([10**7] * 2)] * 3)
    assert plan.shapes == ((10**7, 10**7),) * 3
    assert plan.flops == 4 * 10**21
    assert all(type(size) is int for shape in plan.shapes for size in shape)


DOORS = [("einsum_plan", mt.einsum_plan), ("explain_einsum", explain_einsum)]


@pytest.mark.parametrize(("wrong", "kind"), [(3, "int"), ("35", "str"), (None, "NoneType"), (np.array(3), "ndarray")])
@pytest.mark.parametrize(("name", "door"), DOORS)
def test_a_plan_is_of_shapes(name, door, wrong, kind):
    with pytest.raises(DTypeError) as caught:
        door("ij,ij", (2, 3), wrong)
    assert str(caught.value) == f"operand 1 of {name} is a {kind}; write a Tensor or a shape such as (2, 3)"


@pytest.mark.parametrize("wrong", [2.5, 2.0, -3, np.int8(-3), np.float64(3), True, np.bool_(True), "3", None, 3j, [3]])
@pytest.mark.parametrize(("name", "door"), DOORS)
def test_a_size_is_a_whole_number(name, door, wrong):
    with pytest.raises(InputError) as caught:
        door("ij,jk", (2, 3), (wrong, 4))
    assert str(caught.value) == f"operand 1 of {name} has size {wrong!r} on axis 0; a size is a whole number, 0 or more"


@pytest.mark.parametrize(("name", "door"), DOORS)
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, int])
def test_numpys_numbers_do_not_wrap(name, door, kind):
    assert door("ab,bc,cd->ad", *[(kind(100), kind(100))] * 3).flops == 4 * 100**3
    assert type(door("ab,bc,cd->ad", *[np.full(2, 100, kind)] * 3).flops) is int


@pytest.mark.parametrize("wrong", [0, -8, 2.5, "8", True])
def test_the_bytes_of_a_number_are_a_whole_number(wrong):
    with pytest.raises(InputError, match="explain_einsum: itemsize="):
        explain_einsum("ij->i", (2, 3), itemsize=wrong)


@pytest.mark.parametrize("limit", [100, np.int64(100), np.uint8(100), 100.0, np.float32(100), np.float64(100)])
def test_the_memory_limit_may_be_numpys_number(limit):
    spec, shapes = "ab,bc,cd->ad", [(10, 1), (1, 10), (10, 1000)]
    assert mt.einsum_plan(spec, *shapes, memory_limit=limit).largest_intermediate == 100
    assert mt.einsum(spec, *map(mt.ones, shapes), memory_limit=limit).shape == (10, 1000)
    with pytest.raises(EinsumError, match="all have at most 10 elements; the best that was found needs one of 18"):
        mt.einsum("ij,jk,kl->il", mt.ones((9, 2)), mt.ones((2, 9)), mt.ones((9, 9)), memory_limit=type(limit)(10))


@pytest.mark.parametrize("wrong", [-1, -0.5, np.nan, -np.inf])
def test_the_memory_limit_is_not_negative(wrong):
    for name, call in (("einsum", mt.einsum), ("einsum_plan", mt.einsum_plan)):
        with pytest.raises(InputError) as caught:
            call("ij,jk,kl->il", *[mt.ones((2, 2))] * 3, memory_limit=wrong)
        assert str(caught.value) == f"{name}: memory_limit={wrong}; it must be a number of elements, 0 or more"


def test_infinity_is_no_limit_and_a_part_of_an_element_does_not_count():
    shapes = [(9, 2), (2, 9), (9, 9)]
    assert mt.einsum_plan("ij,jk,kl->il", *shapes, memory_limit=np.inf).memory_limit is None
    assert mt.einsum("ij,jk,kl->il", *map(mt.ones, shapes), memory_limit=np.inf).shape == (9, 9)
    assert mt.einsum_plan("ij,jk,kl->il", *shapes, memory_limit=18.5).memory_limit == 18
    with pytest.raises(EinsumError, match="at most 17 elements"):
        mt.einsum_plan("ij,jk,kl->il", *shapes, memory_limit=17.9)


@pytest.mark.parametrize("wrong", ["100", [100], True, np.bool_(True), np.array(100), 100j])
def test_the_memory_limit_is_a_number(wrong):
    for name, call in (("einsum", mt.einsum), ("einsum_plan", mt.einsum_plan)):
        with pytest.raises(DTypeError) as caught:
            call("ij,jk,kl->il", *[mt.ones((2, 2))] * 3, memory_limit=wrong)
        assert str(caught.value) == f"{name}: memory_limit is a number of elements, not a {type(wrong).__name__}"


def test_a_plan_is_for_its_shapes():
    plan = mt.einsum_plan("ij,jk->ik", (2, 3), (3, 4))
    with pytest.raises(EinsumError) as caught:
        plan(mt.ones((2, 2)), mt.ones((2, 4)))
    assert str(caught.value) == (
        "this plan of 'ij,jk->ik' is for shapes (2, 3), (3, 4), not (2, 2), (2, 4)\n"
        "fix: minitensor.einsum_plan('ij,jk->ik', ...) with these shapes, or minitensor.einsum"
    )


def test_a_plan_takes_tensors_only():
    with pytest.raises(DTypeError, match=r"operand 1 of einsum is a numpy\.ndarray, not a minitensor\.Tensor"):
        mt.einsum_plan("i,i", (2,), (2,))(mt.ones(2), np.ones(2))


def test_the_spec_comes_first():
    with pytest.raises(TypeError, match="einsum_plan: the spec comes first"):
        mt.einsum_plan((2, 3), "ij")


def test_the_memory_limit_is_respected():
    spec, shapes = "ab,bc,cd->ad", [(10, 1), (1, 10), (10, 1000)]
    free, lean = mt.einsum_plan(spec, *shapes), mt.einsum_plan(spec, *shapes, memory_limit=100)
    assert (free.flops, free.largest_intermediate) == (40_000, 1000)
    assert (lean.flops, lean.largest_intermediate) == (200_200, 100)
    tensors = [mt.ones(shape) for shape in shapes]
    assert (lean(*tensors) == free(*tensors)).all()


def test_an_impossible_limit_is_an_error_for_einsum_too():
    tensors = mt.ones((9, 2)), mt.ones((2, 9)), mt.ones((9, 9))
    with pytest.raises(EinsumError, match="at most 10 elements"):
        mt.einsum("ij,jk,kl->il", *tensors, memory_limit=10)
    assert mt.einsum("ij,jk,kl->il", *tensors, memory_limit=18).shape == (9, 9)
