import numpy as np
import pytest
from einsum_strategies import problems
from hypothesis import given

import minitensor as mt
from minitensor.einsums.parser import fit, parse
from minitensor.errors import DTypeError, EinsumError


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


def test_a_plan_is_for_its_shapes():
    plan = mt.einsum_plan("ij,jk->ik", (2, 3), (3, 4))
    with pytest.raises(EinsumError) as caught:
        plan(mt.ones((2, 2)), mt.ones((2, 4)))
    assert str(caught.value) == (
        "this plan of 'ij,jk->ik' is for shapes (2, 3), (3, 4), not (2, 2), (2, 4)\n"
        "fix: minitensor.einsum_plan('ij,jk->ik', ...) with these shapes, or minitensor.einsum"
    )


def test_a_plan_takes_tensors_only():
    with pytest.raises(DTypeError, match="operand 1 of einsum is a ndarray, not a Tensor"):
        mt.einsum_plan("i,i", (2,), (2,))(mt.ones(2), np.ones(2))


def test_the_spec_comes_first():
    with pytest.raises(TypeError, match="einsum_plan takes first a spec"):
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
