"""The tape: what is remembered, what is given back, and what is refused."""

import copy
import gc
import operator
import pickle
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, shapes

import minitensor as mt
from minitensor.autograd import Variable
from minitensor.autograd.tape import Node
from minitensor.errors import DeviceError, DTypeError, GradientError, ShapeError

# --- going back ----------------------------------------------------------------------------------------------------


def test_gradients_add_up_until_they_are_cleared(backend):
    x = mt.variable([1.0, 2.0])
    assert x.grad is None
    (x * x).sum().backward()
    (3.0 * x).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    assert type(x.grad) is mt.Tensor
    x.grad = None
    x[0].backward()
    assert x.grad.tolist() == [1.0, 0.0]


def test_a_variable_used_in_several_ways_gets_all_shares(backend):
    x = mt.variable(3.0)
    y = x * x
    (y * y + y * x - x).backward()  # x⁴ + x³ − x
    assert x.grad.item() == 4 * 27 + 3 * 9 - 1


def test_what_depends_on_no_variable_gets_nothing(backend):
    x, y = mt.variable([1.0]), mt.variable([1.0])
    (x * 2.0).sum().backward()
    assert y.grad is None


def test_the_second_time_is_an_error_that_says_so(backend):
    x = mt.variable([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(
        GradientError, match=r"has been gone back from before, .*; compute it again, or add up the losses"
    ):
        loss.backward()
    with pytest.raises(GradientError, match="gone back from before"):
        (loss * 2.0).backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_way_back_that_broke_off_says_so():
    with mt.use_backend("numpy"):
        x = mt.variable([0.0, 2.0])
        loss = x.sqrt().sum()
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            loss.backward()
        assert x.grad is None
        with pytest.raises(GradientError, match="was gone back from, and that broke off"):
            loss.backward()


def test_a_grad_is_checked_when_it_is_set(backend):
    x = mt.variable([1.0, 2.0])
    x.grad = mt.ones(2)
    (x * x).sum().backward()
    assert x.grad.tolist() == [3.0, 5.0]
    with pytest.raises(ShapeError, match=r"grad: the gradient has shape \(3,\), the variable \(2,\)"):
        x.grad = mt.ones(3)
    with pytest.raises(DTypeError, match="grad: the gradient is a list"):
        x.grad = [1.0, 2.0]
    with pytest.raises(GradientError, match=r"was computed from others, .* write variable\(\.\.\.\) round it"):
        (x * 2.0).grad  # noqa: B018


def test_a_descent_as_it_is_advised(backend):
    w = mt.variable([3.0])
    for _ in range(20):
        ((w - 1.0) ** 2).sum().backward()
        with pytest.raises(GradientError, match=r"or for a step of a descent a = variable\(a - b\)"):
            w -= 0.25 * w.grad
        w = mt.variable(w - 0.25 * w.grad)
    assert abs(w.item() - 1.0) < 1e-5


def test_copies(backend):
    w = mt.variable([3.0])
    (w * w).sum().backward()
    other = copy.deepcopy(w)
    (other * 5.0).sum().backward()
    assert (w.grad.tolist(), other.grad.tolist(), other.tolist()) == ([6.0], [11.0], [3.0])
    for leave in (lambda: copy.deepcopy(w * w), lambda: pickle.dumps(w)):
        with pytest.raises(GradientError, match=r"write \.plain\(\)"):
            leave()


def test_threads_add_to_one_leaf():
    before = sys.getswitchinterval()
    with mt.use_backend("numpy"):
        w = mt.variable([1.0])
        work = threading.Thread(target=lambda: [(w * 2.0).sum().backward() for _ in range(300)])
        try:
            sys.setswitchinterval(1e-5)
            work.start()
            for _ in range(300):
                (w * 2.0).sum().backward()
            work.join()
        finally:
            sys.setswitchinterval(before)
    assert w.grad.tolist() == [1200.0]


def test_losses_that_share_a_part_are_gone_back_from_one_by_one(backend):
    x = mt.variable([1.0, 2.0])
    shared = x.exp()
    shared.sum().backward()
    first, x.grad = x.grad, None
    (shared * 2.0).sum().backward()
    assert x.grad.tolist() == (first * 2.0).tolist()


def test_a_loss_that_is_no_single_number_is_refused(backend):
    x = mt.variable([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"backward: the loss has shape \(2,\), .*; write \.sum\(\) or \.mean\(\)"):
        (x * x).backward()
    (x * x).reshape(1, 2)[:, :1].backward()  # one number, in two axes
    assert x.grad.tolist() == [2.0, 0.0]


def test_a_gradient_can_be_given(backend):
    x = mt.variable([1.0, 2.0])
    y = x * x
    y.backward(mt.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 40.0]
    for wrong, error, words in (
        ([1.0, 1.0], DTypeError, r"the gradient is a list"),
        (mt.ones(3), ShapeError, r"gradient has shape \(3,\), the variable \(2,\)"),
        (mt.ones(2).to("strict" if backend == "numpy" else "numpy"), DeviceError, r"write gradient\.to\("),
    ):
        with pytest.raises(error, match=words):
            (x * x).backward(wrong)


def test_a_leaf_is_a_loss_too(backend):
    x = mt.variable(3.0)
    x.backward()
    x.backward()
    assert x.grad.item() == 2.0


def test_a_chain_of_a_hundred_thousand(backend):
    x = y = mt.variable(1.0)
    for _ in range(100_000 if backend == "numpy" else 1_000):
        y = y + 1.0
    y.backward()
    assert x.grad.item() == 1.0


def test_threads_go_back_side_by_side():
    found = {}

    def work(number):
        for _ in range(50):
            x = mt.variable([1.0 * number, 2.0])
            (x**3).sum().backward()
            found.setdefault(number, set()).add(tuple(x.grad.tolist()))

    with mt.use_backend("numpy"):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: {(3.0 * number**2, 12.0)} for number in range(4)}


def nodes():
    gc.collect()
    return sum(type(each) is Node for each in gc.get_objects())


def test_the_tape_goes_with_the_loss():
    x = mt.variable(np.ones(8))
    before = nodes()
    losses = []
    for _ in range(5):
        loss = ((x * x).exp() + x).sum()
        loss.backward()
        losses.append(loss)  # kept, as people keep losses to draw them
    assert nodes() == before + 5
    kept = ((x * x).exp() + x).sum()
    assert nodes() > before + 6
    del kept
    assert nodes() == before + 5


def test_what_no_rule_asks_for_is_not_kept():
    x = mt.variable(np.ones((100, 100)))
    y = ((x + 1.0).reshape(-1) + 2.0).tanh()
    held = {id(value.array) for value in (y._node.out, *y._node.values) if isinstance(value, mt.Tensor)}
    assert held == {id(y.array)}
    assert not any(isinstance(value, mt.Tensor) for value in y._node.parents[0].values)


# --- what is written over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["+=", "-=", "*=", "/=", "//=", "%=", "**="])
def test_writing_over_a_variable_is_refused(backend, symbol):
    scope = {"a": mt.variable([1.0, 2.0]), "x": mt.ones(2)}
    y = scope["a"] * scope["a"]
    with pytest.raises(GradientError, match=r"^a .*= b: .*; write a = a "):
        exec(f"a {symbol} 2.0", scope)
    with pytest.raises(GradientError, match="write a = a "):
        exec(f"x {symbol} a", scope)
    y.sum().backward()
    assert (scope["a"].tolist(), scope["x"].tolist()) == ([1.0, 2.0], [1.0, 1.0])
    assert scope["a"].grad.tolist() == [2.0, 4.0]


def test_writing_into_a_variable_is_refused(backend):
    x, plain = mt.variable([1.0, 2.0]), mt.zeros(2)
    for write in (lambda: operator.setitem(x, 0, 5.0), lambda: operator.setitem(plain, 0, x[0])):
        with pytest.raises(GradientError, match=r"^a\[\.\.\.\] = b: .*; write minitensor\.where"):
            write()
    assert (x.tolist(), plain.tolist()) == ([1.0, 2.0], [0.0, 0.0])


USES = {
    "*": lambda x, a: x * a,
    "@": lambda x, a: x @ a,
    "where": lambda x, a: mt.where(a > 0, x, 0.0),
    "take": lambda x, a: mt.take(x, (a > 0).astype("int64")),
    "index": lambda x, a: x[(a > 0).astype("int64")],
    "mask": lambda x, a: x[a > 0],
    "einsum": lambda x, a: mt.einsum("i,i->i", x, a),
    "array": lambda x, a: x * a.array,
    "/": lambda x, a: x / (a + 3.0),
}


@pytest.mark.parametrize("name", USES)
def test_writing_over_a_plain_tensor_beside_it_changes_nothing(backend, name):
    given = mt.tensor([0.5, -1.0, 2.0])
    grads = []
    for written in (False, True):
        x, a, mask = mt.variable([1.0, 2.0, 3.0]), given.copy(), given > 0
        y = x[mask] if name == "mask" else USES[name](x, a)
        if written:
            a[...], mask[...] = -7.0, True
        y.sum().backward()
        grads.append(x.grad.tolist())
    assert grads[0] == grads[1]


def test_a_variable_does_not_share_memory_with_what_it_was_made_from(backend):
    data = mt.tensor([1.0, 2.0])
    x = mt.variable(data)
    data[0] = 9.0
    assert x.tolist() == [1.0, 2.0]
    plain = x.plain()
    if backend == "numpy":
        with pytest.raises(ShapeError, match="read-only"):
            plain[0] = 9.0
    else:
        plain[0] = 9.0
    assert x.tolist() == [1.0, 2.0]
    assert type(plain) is mt.Tensor


# --- in and out ----------------------------------------------------------------------------------------------------


def test_a_kernel_takes_no_variable():
    from minitensor.gpu import cuda, kernel

    @kernel
    def doubled(x, out, n):
        i = cuda.grid(1)
        if i < n:
            out[i] = 2 * x[i]

    with mt.use_backend("numpy"):
        x, plain = mt.variable([1.0, 2.0]), mt.zeros(2)
        for given in ((x, plain), (plain, x)):
            with pytest.raises(GradientError, match=r"doubled: .*a kernel has no gradient.* write \.plain\(\)"):
                doubled[1, 32](*given, 2)


def test_it_looks_like_a_tensor(backend):
    x = mt.variable([[1.0, 2.0], [3.0, 4.5]])
    assert repr(x) == (f"variable([[1. , 2. ],\n          [3. , 4.5]], shape (2, 2), float64, {backend})")
    assert (x.shape, x.ndim, x.size, len(x), x.dtype, x.backend) == ((2, 2), 2, 4, 2, "float64", backend)
    assert (x[0, 0].item(), float(x[0, 0]), f"{x[0, 1]:.1f}", 4.5 in x) == (1.0, 1.0, "2.0", True)
    assert isinstance(x, mt.Tensor)


def test_numpy_is_not_let_in_unasked():
    with mt.use_backend("numpy"):
        x = mt.variable([1.0, 2.0])
        for leave in (x.numpy, lambda: np.asarray(x), lambda: mt.tensor([x[0], x[1]])):
            with pytest.raises(GradientError, match=r"write \.plain\(\)\.numpy\(\) to leave it, or minitensor\.stack"):
                leave()
        with pytest.raises(GradientError, match=r"^numpy\.sin does not tell a Variable what it computes"):
            np.sin(x)
        exported = np.from_dlpack(x.plain())
    assert exported.tolist() == [1.0, 2.0]


def test_a_tensor_made_of_a_variable_keeps_its_gradient(backend):
    x = mt.variable([1.0, 2.0])
    y = mt.tensor(x, dtype="float32")
    (y * y).sum().backward()
    assert (y.dtype, x.grad.dtype, x.grad.tolist()) == ("float32", "float64", [2.0, 4.0])
    assert type(mt.tensor(x.plain())) is mt.Tensor


def test_a_gradient_crosses_to_another_backend_and_back():
    x = mt.variable([1.0, 2.0], like=mt.ones(1))
    there = x.to("strict")
    (there * there).sum().backward()
    assert (there.backend, x.grad.backend, x.grad.tolist()) == ("strict", x.backend, [2.0, 4.0])


def test_a_number_is_not_made_of_a_variable_in_silence(backend):
    with pytest.raises(mt.errors.InputError, match="it is a distance"):
        mt.cluster.mean_shift(mt.ones((3, 2)), mt.variable(1.0))


@given(data=st.data())
def test_with_no_variable_there_is_no_tape(backend, data):
    x = as_tensor(data.draw(arrays(data.draw(shapes()))))
    assert type(x * x + x) is type(mt.exp(x)) is mt.Tensor


def test_every_name_of_a_tensor_is_one_of_a_variable():
    own = {name for name in vars(Variable) if not name.startswith("__")}
    assert own - set(vars(mt.Tensor)) == {"_node", "_value", "backward", "grad"}
