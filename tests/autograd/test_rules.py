"""Every rule against central differences, on every backend, and against PyTorch where that is installed."""

import ast
import math
import tracemalloc

import numpy as np
import pytest
from core.test_door import CASES, operands
from gradient_strategies import NUMBERS, apart, numbers
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, axes_of, axis_of, basic_keys, broadcastable, examples, positions, shapes

import minitensor as mt
from minitensor import groups, matrix_product, models
from minitensor.autograd import Variable, check_gradient
from minitensor.autograd.places import put
from minitensor.autograd.rules import CONSTANT, IN_PLACE, RULES
from minitensor.cluster import dbscan, lsh, meanshift
from minitensor.cluster.lsh.hashing import draw

small = examples(50)


def weighted(f):
    """f with a sum whose parts all count differently, so that the gradient that goes back is not all ones."""

    def loss(*tensors):
        out = f(*tensors)
        count = mt.arange(out.size, like=out, dtype="float64").reshape(out.shape)
        return (out * (mt.sqrt(count + 2.0) - 1.9)).sum()

    return loss


def check(f, *given, argnums=None):
    tensors = [as_tensor(each) if isinstance(each, np.ndarray) else each for each in given]
    places = tuple(range(len(given))) if argnums is None else argnums
    check_gradient(weighted(f), *tensors, argnums=places, tolerance=3e-7)


def every_other(shape, like):
    return (mt.arange(math.prod(shape), like=like, dtype="int64") % 2 == 0).reshape(shape)


PAIRS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "pow": lambda a, b: a.abs() ** b,
    "maximum": mt.maximum,
    "minimum": mt.minimum,
    "atan2": mt.atan2,
    "hypot": mt.hypot,
    "logaddexp": mt.logaddexp,
    "copysign": mt.copysign,
    "nextafter": mt.nextafter,
    "where": lambda a, b: mt.where(every_other((a + b).shape, a), a * a, 3.0 * b),
}


@small
@given(data=st.data())
@pytest.mark.parametrize("name", PAIRS)
def test_pairs_that_broadcast(backend, name, data):
    shape, other = data.draw(broadcastable(2, max_dims=3))
    check(PAIRS[name], data.draw(numbers(shape, signed=True)), data.draw(numbers(other, signed=True)))


@small
@given(data=st.data())
def test_a_remainder(backend, data):
    shape, other = data.draw(broadcastable(2, max_dims=3))
    a, b = apart(data.draw(arrays(shape)), 1, 2.1, 2.9), apart(data.draw(arrays(other)), 2, 0.71, 0.95)
    check(lambda a, b: a % b, a, b)


@small
@given(data=st.data())
@pytest.mark.parametrize("name", NUMBERS)
def test_one_tensor_and_numbers(backend, name, data):
    check(NUMBERS[name], data.draw(numbers(data.draw(shapes(max_dims=3)), signed=True)))


OVER_AXES = ["sum", "prod", "mean", "max", "min", "var", "std", "norm 2", "norm 1", "norm inf", "norm 3"]


@small
@given(data=st.data(), keepdims=st.booleans())
@pytest.mark.parametrize("name", OVER_AXES)
def test_over_axes(backend, name, data, keepdims):
    least = 0 if name in ("sum", "prod") else 1
    x = data.draw(numbers(data.draw(shapes(max_dims=3, min_side=least)), signed=True))
    axis = data.draw(axes_of(x.ndim))
    if name.startswith("norm"):
        p = float(name[5:])
        check(lambda x: mt.norms.norm(x, p, axis, keepdims), x)
    elif name in ("var", "std"):
        if name == "std" and (x.size < 2 or axis == () or x.size == np.sum(x, axis).size):
            return  # of single numbers: a corner, for which there is a test of its own
        check(lambda x: getattr(x, name)(axis=axis, keepdims=keepdims), x)
    else:
        check(lambda x: getattr(mt, name)(x, axis, keepdims), x)


@small
@given(data=st.data(), descending=st.booleans())
def test_in_order_along_an_axis(backend, data, descending):
    x = data.draw(numbers(data.draw(shapes(min_dims=1, max_dims=3)), signed=True))
    axis = data.draw(axis_of(x.ndim))
    check(lambda x: mt.sort(x, axis=axis, descending=descending), x)
    check(lambda x: mt.cumsum(x, axis=axis), x)


@small
@given(data=st.data())
def test_other_shapes(backend, data):
    shape = data.draw(shapes(max_dims=3))
    x, wide = data.draw(numbers(shape, signed=True)), (2, *shape)
    order = data.draw(st.permutations(range(len(shape))))
    check(lambda x: x.permute_dims(*order), x)
    check(lambda x: x.permute_dims(order), x)
    check(lambda x: x.expand(*wide), x)
    check(lambda x: x.squeeze(), x)
    check(lambda x: x.reshape(math.prod(shape), 1), x)
    if len(shape) > 1:
        check(lambda x: x.mT, x)


@small
@given(data=st.data())
def test_parts_and_places(backend, data):
    shape = data.draw(shapes(min_dims=1, max_dims=3))
    x = data.draw(numbers(shape, signed=True))
    key = data.draw(basic_keys(shape))
    check(lambda x: x[key], x)
    axis = data.draw(axis_of(len(shape)))
    at = as_tensor(data.draw(positions(shape[axis])))
    check(lambda x: mt.take(x, at, axis=axis), x)
    check(lambda x: x[(slice(None),) * (axis % len(shape)) + (at,)], x)
    check(lambda x: x[x.plain() > 0], x)
    check(lambda g: put(g, (slice(None),) * (axis % len(shape)) + (at,), shape), mt.take(as_tensor(x), at, axis=axis))


@small
@given(data=st.data())
def test_sums_by_label(backend, data):
    labels = data.draw(arrays((5,), "int64", st.integers(0, 2)))
    check(lambda x: groups.sums(x, as_tensor(labels), 3), data.draw(numbers((5, 2), signed=True)))


@small
@given(data=st.data())
def test_several_indices_that_meet(backend, data):
    shape = data.draw(shapes(min_dims=2, max_dims=2, min_side=1))
    rows, columns = (data.draw(arrays((4,), "int64", st.integers(-size, size - 1))) for size in shape)
    check(lambda x: x[as_tensor(rows), as_tensor(columns)], data.draw(numbers(shape)))


@small
@given(data=st.data(), count=st.integers(1, 3))
def test_put_together(backend, data, count):
    shape = data.draw(shapes(min_dims=1, max_dims=3))
    axis = data.draw(axis_of(len(shape)))
    parts = [data.draw(numbers(shape, signed=True)) for _ in range(count)]
    longer = [*shape]
    longer[axis] += 2
    check(lambda *x: mt.concat(x, axis=axis), *parts, data.draw(numbers(tuple(longer))))
    check(lambda *x: mt.stack(list(x), axis=axis), *parts)
    check(lambda x: mt.stack([x, mt.ones(shape, like=x), x]), parts[0])


@small
@given(data=st.data())
def test_products_of_matrices(backend, data):
    m, k, n = (data.draw(st.sampled_from([0, 1, 2, 3])) for _ in range(3))
    first, second = data.draw(broadcastable(2, max_dims=2))
    a = (k,) if data.draw(st.booleans()) else (*first, m, k)
    b = (k,) if data.draw(st.booleans()) else (*second, k, n)
    check(mt.matmul, data.draw(numbers(a, signed=True)), data.draw(numbers(b, signed=True)))


SPECS = [
    "ij->ij", "ij->ji", "ij->", "ij->j", "ii->", "ii->i", "iij->j", "iii->i", "i,j->ij", "ij,jk->ik", "ij,kj->",
    "ij,k->", "ii,i->i", "iji,jk->k", "bij,bjk->bik", "ij,jk,kl->il", "ij,ij,ij->i", "...i,i->...", "...i,...i->...",
    "...->...", "i...,i->...", "ij,...->i...", "i,i", "ba",
]  # fmt: skip


@small
@given(data=st.data())
@pytest.mark.parametrize("spec", SPECS)
def test_einsum(backend, spec, data):
    sizes = {letter: data.draw(st.sampled_from([0, 1, 2, 3])) for letter in "bijkla"}
    terms = spec.split("->")[0].split(",")
    dots = data.draw(broadcastable(len(terms), max_dims=2))
    given = []
    for term, under in zip(terms, dots, strict=True):
        before, _, after = term.partition("...")
        shape = [*(sizes[x] for x in before), *(under if "..." in term else ()), *(sizes[x] for x in after)]
        given.append(data.draw(numbers(tuple(shape), signed=True)))
    check(lambda *x: mt.einsum(spec, *x), *given)


def test_every_rule_is_checked_above(backend):
    names = {*PAIRS, *OVER_AXES} | {name for name in RULES if name in NUMBERS}
    names |= {"remainder", "negative", "positive", "norm", "cumsum", "sort", "reshape", "squeeze", "expand", "getitem"}
    names |= {"permute_dims", "transpose", "matrix_transpose", "put", "take", "concat", "stack"}
    names |= {"matmul", "einsum", "to", "scatter_add"}
    assert set(RULES) - names == set()


# --- corners -------------------------------------------------------------------------------------------------------


def gradient(f, *given):
    return mt.grad(lambda *x: f(*x).sum(), tuple(range(len(given))))(*map(mt.tensor, given))


def test_equals_share_evenly(backend):
    of_a, of_b = gradient(mt.maximum, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert (of_a.tolist(), of_b.tolist()) == ([0.0, 0.5, 1.0], [1.0, 0.5, 0.0])
    of_a, of_b = gradient(mt.minimum, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert (of_a.tolist(), of_b.tolist()) == ([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    table = [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]
    assert gradient(lambda x: x.max(), table)[0].tolist() == [[0, 0.5, 0.5], [0, 0, 0]]
    assert gradient(lambda x: x.min(1), table)[0].tolist() == [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]
    assert gradient(lambda x: mt.norms.norm(x, math.inf), [-2.0, 2.0])[0].tolist() == [-0.5, 0.5]


def test_clip_passes_at_its_bounds(backend):
    assert gradient(lambda x: mt.clip(x, 0.0, 1.0), [-1.0, 0.0, 0.5, 1.0, 2.0])[0].tolist() == [0, 1, 1, 1, 0]


def test_what_is_not_a_number_keeps_its_gradient(backend):
    nan = [math.nan, -1.0]
    assert gradient(lambda x: mt.maximum(x, 0.0), nan)[0].tolist() == [1, 0]
    assert gradient(lambda x: mt.minimum(0.0, x), nan)[0].tolist() == [1, 1]
    assert gradient(lambda x: mt.clip(x, 0.0, 1.0), nan)[0].tolist() == [1, 0]


def test_at_zero(backend):
    assert gradient(mt.abs, [-1.0, 0.0, 2.0])[0].tolist() == [-1, 0, 1]
    assert gradient(mt.norms.norm, [0.0, 0.0])[0].tolist() == [0, 0]
    assert gradient(lambda x: x.std(), [2.0, 2.0])[0].tolist() == [0, 0]
    assert gradient(lambda x: x**0, [0.0])[0].tolist() == [0]
    assert gradient(lambda x: x**1, [0.0])[0].tolist() == [1]
    assert gradient(lambda x: x**2, [0.0])[0].tolist() == [0]
    of_a, of_b = gradient(lambda a, b: a**b, [0.0, 0.0], [2.0, 1.0])
    assert (of_a.tolist(), of_b.tolist()) == ([0, 1], [0, 0])
    assert gradient(lambda b: 0.0**b, [2.0])[0].tolist() == [0]


def test_parts_that_overlap_are_added_up(backend):
    x = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    found = gradient(
        lambda x: x[0].sum() + (x[:, 1] * 10.0).sum() + (x * 100.0).sum() + x[..., ::2].sum() + x[-1][2], x
    )
    assert found[0].tolist() == [[102, 111, 102], [101, 110, 102]]
    assert gradient(lambda x: sum(2.0 * row for row in x), x)[0].tolist() == [[2.0] * 3] * 2


def test_rows_one_by_one_are_no_thousand_tables():
    with mt.use_backend("numpy"):
        x = mt.ones((3_000, 50))
        tracemalloc.start()
        slope = mt.grad(lambda x: mt.stack([row.sum() for row in x]).sum())(x)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert slope.sum().item() == 150_000
    assert peak < 20 * x.array.nbytes


def test_an_element_taken_several_times_is_given_several_shares(backend):
    assert gradient(lambda x: x[mt.tensor([2, 0, 2, -1])], [1.0, 2.0, 3.0])[0].tolist() == [1, 0, 3]
    assert gradient(lambda x: mt.take(x, mt.tensor([[1, 1], [1, 0]])) ** 2, [1.0, 2.0])[0].tolist() == [2, 12]
    assert gradient(lambda x: x[[1, 1]], [1.0, 2.0])[0].tolist() == [0, 2]


def test_float32_stays_float32_and_float64_beside_it_changes_nothing(backend):
    a, b = mt.tensor([1.0, 2.0], dtype="float32"), mt.tensor([[0.1, 0.2]])
    of_a, of_b = mt.grad(lambda a, b: (a * b).sum(), (0, 1))(a, b)
    assert (of_a.dtype, of_b.dtype) == ("float32", "float64")
    assert of_a.shape == (2,)
    assert of_b.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("use", [use for _, recorded, use in CASES if recorded not in IN_PLACE])
def test_gradients_share_no_memory_and_can_be_written_to(use):
    with mt.use_backend("numpy"):
        _check_memory(use)


def _check_memory(use):
    scope = {name: x for name, x in operands().items() if x.dtype == "float64"}
    leaves = {name: mt.variable(x) for name, x in scope.items()}
    out = eval(use, operands() | leaves | {"mt": mt})
    if not isinstance(out, Variable):
        return
    out.backward(mt.ones(out.shape))
    found = [leaf.grad for leaf in leaves.values() if leaf.grad is not None]
    held = [leaf.array for leaf in leaves.values()] + [each.array for each in found]
    for gradient in found:
        gradient[...] = 1.0
        assert sum(np.shares_memory(gradient.array, other) for other in held) == 1


@pytest.mark.parametrize(("public", "recorded", "use"), CASES, ids=[use for _, _, use in CASES])
def test_a_public_operation_has_a_rule_or_no_gradient_or_says_so(backend, public, recorded, use):
    """With variables for all floats it gives what it gives without them; what has a gradient gives a variable."""
    plain = operands()
    scope = {name: mt.variable(x) if x.dtype == "float64" else x for name, x in plain.items()} | {"mt": mt}
    if recorded in IN_PLACE:
        if use[0] == "x":
            with pytest.raises(mt.errors.GradientError, match="write "):
                exec(use, scope)
        return
    made, expected = eval(use, scope), eval(use, plain | {"mt": mt})
    assert made.tolist() == expected.tolist()
    assert made.dtype == expected.dtype
    names = {node.id for node in ast.walk(ast.parse(use)) if isinstance(node, ast.Name)}
    followed = any(isinstance(scope.get(name), Variable) for name in names)
    assert isinstance(made, Variable) == (followed and recorded not in CONSTANT)


@pytest.mark.parametrize("use", [
    "x + 1j", "1j * x", "x.astype('complex128')", "x ** 1j", "mt.where(x.plain() > 0, x, 1j)", "x * c", "c @ x",
    "mt.stack([x, c])", "mt.einsum('i,i->i', x, c)", "mt.tensor(x, 'complex64')",
])  # fmt: skip
def test_a_gradient_does_not_end_at_complex_numbers_in_silence(backend, use):
    scope = {"mt": mt, "x": mt.variable([1.0, 2.0]), "c": mt.tensor([1j, 2.0])}
    with pytest.raises(mt.errors.GradientError, match="complex numbers have no gradient here"):
        eval(use, scope)


HASHING = draw(mt.random.generator(0), "stable", 2, 3, mt.ones((1, 2)))
LEAVES_THE_TAPE = {
    "mean_shift": lambda x: mt.cluster.mean_shift(x, 1.0).centers,
    "mean_shift starts": lambda x: mt.cluster.mean_shift(x.plain(), 1.0, starts=x).centers,
    "estimator": lambda x: mt.cluster.MeanShift(bandwidth=1.0).fit(x).cluster_centers_,
    "bandwidth": mt.cluster.estimate_bandwidth,
    "dbscan": lambda x: mt.cluster.DBSCAN().fit(x).components_,
    "k-distances": mt.cluster.k_distances,
    "k-means": lambda x: mt.cluster.KMeans(1).fit(x).cluster_centers_,
    "index": lambda x: mt.cluster.LSHIndex().fit(x).query(x.plain(), 1)[1],
    "cells": lambda x: mt.cluster.CellIndex().fit(x.plain()).query(x, 1)[1],
    "shift by neighbours": lambda x: lsh.shift_by_neighbours(x, mt.cluster.LSHIndex().fit(x.plain()), 1.0),
    "segment": lambda x: mt.segment.segment(x.reshape(2, 2, 1)),
    "denoiser": lambda x: models.ideal_denoiser(x.plain())(x, 0.7),
    "denoiser's data": lambda x: models.ideal_denoiser(x)(x.plain(), 0.7),
    "log_weights": lambda x: models.ideal_denoiser(x.plain(), x[:, 0])(x.plain(), 0.7),
    "patches": lambda x: models.patch_denoiser(x.plain(), (1, 2), 1)(x, 0.7),
    "sample": lambda x: models.sample(lambda x, sigma: x, x, (1.0,)),
}
for _rung in matrix_product.LADDER.rungs:
    LEAVES_THE_TAPE[f"matmul {_rung.__name__}"] = lambda x, rung=_rung: rung(x, x.plain())
for _rung in meanshift.LADDER.rungs:
    LEAVES_THE_TAPE[f"shift {_rung.__name__}"] = lambda x, rung=_rung: rung(x, x, 1.0)
for _rung in lsh.LADDER.rungs:
    LEAVES_THE_TAPE[f"lsh {_rung.__name__}"] = lambda x, rung=_rung: rung(x, x.plain(), HASHING, 2, 1)
for _rung in dbscan.LADDER.rungs:
    LEAVES_THE_TAPE[f"dbscan {_rung.__name__}"] = lambda x, rung=_rung: rung(x, 1.0, 1)


@pytest.mark.parametrize("name", LEAVES_THE_TAPE)
def test_no_function_leaves_the_tape_in_silence(name):
    """What the library computes of variables has a gradient, or it is refused."""
    with mt.use_backend("numpy"):
        x = mt.variable([[0.1, 0.7], [0.9, 0.4]])
        try:
            found = LEAVES_THE_TAPE[name](x)
        except mt.errors.MissingExtraError:
            pytest.skip("without Numba")
        except mt.errors.GradientError:
            return
        assert isinstance(found, Variable)


def test_an_operation_without_a_rule_is_named(backend):
    x = mt.variable([[2.0, 0.0], [0.0, 3.0]])
    with pytest.raises(
        mt.errors.GradientError, match=r"^eigh has no rule for its gradient; write it .* or \.plain\(\)"
    ):
        mt.linalg.eigh(x)


# --- PyTorch -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["max", "min", "sum", "mean", "std", "var", "sort", "cumsum", "tanh", "matmul", "take"]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_as_pytorch_has_it(name, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(len(name))
    x, w, at = rng.normal(size=(4, 5)).astype(dtype), rng.normal(size=(5, 3)).astype(dtype), np.array([3, 1, 1])
    ours = {
        "max": lambda x: x.max(1), "min": lambda x: x.min(0), "sum": lambda x: x.sum(0), "mean": lambda x: x.mean(1),
        "std": lambda x: x.std(0, correction=1), "var": lambda x: x.var(1, correction=1), "tanh": lambda x: x.tanh(),
        "sort": lambda x: mt.sort(x, axis=1), "cumsum": lambda x: mt.cumsum(x, axis=0),
        "matmul": lambda x: x @ mt.tensor(w), "take": lambda x: mt.take(x, mt.tensor(at), axis=1),
    }[name]  # fmt: skip
    theirs = {
        "max": lambda x: x.amax(1), "min": lambda x: x.amin(0), "sum": lambda x: x.sum(0), "mean": lambda x: x.mean(1),
        "std": lambda x: x.std(0), "var": lambda x: x.var(1), "tanh": lambda x: x.tanh(),
        "sort": lambda x: x.sort(1).values, "cumsum": lambda x: x.cumsum(0),
        "matmul": lambda x: x @ torch.tensor(w), "take": lambda x: x[:, torch.tensor(at)],
    }[name]  # fmt: skip
    leaf = torch.tensor(x, requires_grad=True)
    (theirs(leaf) ** 3).sum().backward()
    found = mt.grad(lambda x: (ours(x) ** 3).sum())(mt.tensor(x))
    np.testing.assert_allclose(found.numpy(), leaf.grad.numpy(), rtol=1e-4 if dtype == "float32" else 1e-12, atol=1e-5)
