"""Gradients of functions: `grad`, `value_and_grad`, and their own gradients."""

import math

import numpy as np
import pytest
from gradient_strategies import NUMBERS, numbers
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, examples, shapes

import minitensor as mt
from minitensor.autograd import Variable, check_gradient
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.norms import norm


def test_the_value_comes_first(backend):
    value, slope = mt.value_and_grad(lambda x: (x**3).sum())(mt.tensor([1.0, 2.0]))
    assert (value.item(), slope.tolist()) == (9.0, [3.0, 12.0])
    assert type(value) is type(slope) is mt.Tensor


def test_places_of_arguments(backend):
    def f(a, b, c, *, scale=1.0):
        return (a * b * c).sum() * scale

    a, b, c = mt.tensor([1.0, 2.0]), mt.tensor([3.0, 4.0]), mt.tensor(5.0)
    assert mt.grad(f)(a, b, c).tolist() == [15.0, 20.0]
    assert mt.grad(f, 1)(a, b, c, scale=2.0).tolist() == [10.0, 20.0]
    assert mt.grad(f, -1)(a, b, c).item() == 11.0
    of_c, of_a = mt.grad(f, (2, 0))(a, b, c)
    assert (of_c.item(), of_a.tolist()) == (11.0, [15.0, 20.0])
    (alone,) = mt.grad(f, [0])(a, b, c)
    assert alone.tolist() == [15.0, 20.0]


def test_what_f_writes_over_elsewhere_changes_nothing(backend):
    x = mt.tensor([2.0, 3.0])

    def f(v):
        y = (v * v).sum()
        x[...] = 0.0
        return y

    assert mt.grad(f)(x).tolist() == [4.0, 6.0]


def test_a_place_may_be_an_integer_of_numpy(backend):
    assert type(mt.grad(lambda a, b: a * b, np.int64(1))(2.0, 3.0)) is mt.Tensor


def test_a_float_is_an_argument_too(backend):
    for number in (2.0, np.float64(2.0)):
        slope = mt.grad(lambda x: x**3)(number)
        assert (slope.item(), slope.shape, slope.backend) == (12.0, (), backend)


def test_arguments_that_do_not_matter_have_gradients_of_zero(backend):
    x, y = mt.ones((2, 3), "float32"), mt.ones(2)
    of_x, of_y = mt.grad(lambda x, y: (y * y).sum(), (0, 1))(x, y)
    assert (of_x.tolist(), of_x.dtype, of_y.tolist()) == ([[0.0] * 3] * 2, "float32", [2.0, 2.0])
    assert mt.grad(lambda x: mt.tensor(5.0))(y).tolist() == [0.0, 0.0]
    assert mt.grad(lambda x: x.plain().sum())(y).tolist() == [0.0, 0.0]
    assert mt.grad(lambda x: x)(3.0).item() == 1.0


def test_inside_an_argument_is_a_variable_and_outside_nothing_has_changed(backend):
    x, seen = mt.tensor([1.0, 2.0]), []

    def f(v):
        seen.append(type(v))
        return (v * v).sum()

    mt.grad(f)(x)
    assert seen == [Variable]
    assert type(x) is mt.Tensor
    x[0] = 5.0
    assert x.tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        ("mt.grad(3)", DTypeError, "grad: f is an int, not a function"),
        ("mt.grad(f, (0, 0))", InputError, r"argnums=\(0, 0\)"),
        ("mt.grad(f, ())", InputError, r"argnums=\(\)"),
        ("mt.grad(f, 'x')", InputError, "argnums='x'"),
        ("mt.grad(f, True)", InputError, "argnums=True"),
        ("mt.grad(f, 1)(x)", InputError, "argnums=1, but f was given 1 argument"),
        ("mt.grad(f)()", InputError, "argnums=0, but f was given 0 arguments"),
        ("mt.grad(f)(mt.tensor([1, 2]))", DTypeError, r"argument 0 is int64, .*; use \.astype\('float64'\)"),
        ("mt.grad(f)(2)", DTypeError, r"argument 0 is an int, not a .*Tensor; write 2\.0"),
        ("mt.grad(f)([1.0])", DTypeError, "argument 0 is a list, not"),
        ("mt.grad(lambda x: x)(x)", ShapeError, r"grad: the loss has shape \(2,\), .* write \.sum\(\) or \.mean\(\)"),
        ("mt.grad(lambda x: 1.0)(x)", DTypeError, "grad: the loss is a float, not a"),
        ("mt.grad(lambda x: (x > 0).sum())(x)", DTypeError, "grad: the loss is int64"),
        ("mt.variable([1, 2])", DTypeError, r"variable: int64 numbers .* dtype='float64'"),
        ("mt.variable([1.0, 2.0], 'complex128')", DTypeError, "variable: complex128"),
        ("mt.variable('x')", DTypeError, "are not numbers: 'x'"),
    ],
)
def test_what_is_refused(backend, use, error, words):
    with pytest.raises(error, match=words):
        eval(use, {"mt": mt, "f": lambda x: (x * x).sum(), "x": mt.tensor([1.0, 2.0])})


def test_a_variable_of_a_variable_knows_nothing_of_it(backend):
    x = mt.variable([1.0, 2.0])
    y = mt.variable(x * 2.0)
    (y * y).sum().backward()
    assert x.grad is None
    assert y.grad.tolist() == [4.0, 8.0]


# --- gradients of gradients ----------------------------------------------------------------------------------------


def test_derivatives_of_a_power(backend):
    f, expected = (lambda x: x**4), [16.0, 32.0, 48.0, 48.0, 24.0, 0.0]
    for value in expected:
        made = f(mt.tensor(2.0))
        assert made.item() == value
        f = mt.grad(f)


def test_variables_of_two_gradients_are_not_confused(backend):
    # d/dx (x · d/dy (x + y)) is 1, and d/dx (x · d/dy (x · y)) is 2x.
    assert mt.grad(lambda x: x * mt.grad(lambda y: x + y)(1.0))(1.0).item() == 1.0
    assert mt.grad(lambda x: x * mt.grad(lambda y: x * y)(1.0))(3.0).item() == 6.0


def test_a_gradient_inside_knows_the_variables_outside(backend):
    w = mt.variable([1.0, 2.0])
    slope = mt.grad(lambda x: (w * x * x).sum())(mt.tensor([3.0, 4.0]))
    assert isinstance(slope, Variable)
    slope.sum().backward()
    assert w.grad.tolist() == [6.0, 8.0]


def test_the_hessian_of_a_quadratic_is_its_matrix(backend):
    a = mt.tensor([[2.0, 1.0], [1.0, 3.0]])
    slope = mt.grad(lambda x: 0.5 * (x @ a @ x))
    rows = [mt.grad(lambda x, row=row: slope(x)[row])(mt.tensor([0.3, -1.0])).tolist() for row in range(2)]
    np.testing.assert_allclose(rows, a.tolist(), rtol=1e-12)


SECOND = {name: NUMBERS[name] for name in NUMBERS if name not in ("x % 0.7", "contiguous")}


@examples(20)
@given(data=st.data())
@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_of_one_tensor(backend, name, data):
    x = as_tensor(data.draw(numbers(data.draw(shapes(max_dims=2)), signed=True)))
    check_gradient(lambda x: (mt.grad(lambda x: (SECOND[name](x) ** 2).sum())(x) ** 2).sum(), x, tolerance=1e-5)


TWICE = {
    "matmul": lambda a, b: a @ b,
    "einsum": lambda a, b: mt.einsum("ij,jk->k", a, b),
    "divide": lambda a, b: a[:, :1] / b[0],
    "pow": lambda a, b: abs(a[:, :1]) ** b[0],
    "max": lambda a, b: a.max(1) * b.min(),
    "where": lambda a, b: mt.where(a.plain() > 0, a * a, a**3).sum(1) * b.sum(),
    "norm": lambda a, b: norm(a, axis=1) * norm(b, 3),
    "var": lambda a, b: a.var(0) * b.std(1),
    "sort": lambda a, b: mt.sort(a, axis=0).T @ mt.cumsum(a, axis=0) * b.mean(),
    "take": lambda a, b: mt.concat([a, b.T])[mt.tensor([0, 0, 2])] * mt.take(b, mt.tensor([1, 0, 1]), axis=1).mT,
    "softmax": lambda a, b: mt.exp(a - a.max(1, keepdims=True)) / mt.exp(a).sum(1, keepdims=True),
    "stack": lambda a, b: mt.stack([a, b.T], axis=1)[:, 1].reshape(-1) * a.reshape(-1),
}


@examples(20)
@given(data=st.data())
@pytest.mark.parametrize("name", TWICE)
def test_second_derivatives_of_two(backend, name, data):
    a, b = (as_tensor(data.draw(numbers(shape, signed=True))) for shape in ((2, 3), (3, 2)))

    def slopes(a, b):
        of_a, of_b = mt.grad(lambda a, b: (TWICE[name](a, b) ** 2).sum(), (0, 1))(a, b)
        return (of_a**2).sum() + (of_b * 0.7).sum()

    if name == "var":
        b = b[:, :1] * mt.tensor([1.0, 2.0], like=b)  # a standard deviation that is not 0
    check_gradient(slopes, a, b, argnums=(0, 1), tolerance=1e-4)


def test_as_pytorch_has_the_second_derivative():
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=(3, 4))
    leaf = torch.tensor(x, requires_grad=True)
    (first,) = torch.autograd.grad((leaf.tanh() @ leaf.T).exp().sum(), leaf, create_graph=True)
    (second,) = torch.autograd.grad((first**2).sum(), leaf)

    def ours(x):
        return (mt.grad(lambda x: (x.tanh() @ x.T).exp().sum())(x) ** 2).sum()

    with mt.use_backend("numpy"):
        np.testing.assert_allclose(mt.grad(ours)(mt.tensor(x)).numpy(), second.numpy(), rtol=1e-10)


# --- differences ---------------------------------------------------------------------------------------------------


def test_a_wrong_gradient_is_found_out(backend, monkeypatch):
    from minitensor.autograd.rules import RULES, Rule

    monkeypatch.setitem(RULES, "exp", Rule(lambda g, out, x: g * out * 1.001, operands=False, out=True))
    words = r"along argument 1 at \(0, 1\) the gradient is 1\.00\d+, the central difference (1|0\.99\d+);"
    with pytest.raises(mt.errors.GradientError, match=words):
        check_gradient(lambda a, b: b[:, 1].exp().sum() * a, mt.tensor(1.0), mt.zeros((1, 2)), argnums=(1,))


def test_a_gradient_that_is_not_a_number_is_found_out(backend):
    with np.errstate(all="ignore"), pytest.raises(mt.errors.GradientError, match=r"the gradient is -?nan"):
        check_gradient(lambda x: (x * 0.0).sqrt().sum() * 0.0, mt.tensor([-1.0]))


def test_differences_are_those_of_the_places_that_a_dtype_has(backend):
    from minitensor.autograd import central_difference

    x = mt.tensor([10.0, 3.0], dtype="float32")
    found = central_difference(lambda x: (2.0 * x).sum(), x)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.tolist(), [2.0, 2.0], rtol=1e-3)
    with pytest.raises(InputError, match="step=0"):
        central_difference(lambda x: x.sum(), x, step=0)
    assert math.isclose(central_difference(lambda x: x**2, 3.0).item(), 6.0, rel_tol=1e-8)


@given(data=st.data())
def test_the_gradient_of_a_sum_of_squares_is_twice_the_tensor(backend, data):
    x = as_tensor(data.draw(arrays(data.draw(shapes()))))
    assert mt.grad(lambda x: (x * x).sum())(x).tolist() == (2.0 * x).tolist()
