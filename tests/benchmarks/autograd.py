"""Gradients, there and back: how long they take, beside NumPy by hand, PyTorch, HIPS autograd, tinygrad and micrograd.

    python tests/benchmarks/autograd.py             all of it
    python tests/benchmarks/autograd.py small       one multiplication on 8 numbers
    python tests/benchmarks/autograd.py network     the network 64–128–16 and its loss, a batch of 256
    python tests/benchmarks/autograd.py door        an operator of a Variable by the slow door, and without it

One thread, the libraries take turns of a millisecond at most, and the least of many counts. What is not installed
is left out; micrograd has only numbers, so it does the multiplication with eight, and no network. tinygrad compiles
what it runs, for which it needs clang or LLVM; it is timed once that is done, without its TinyJit. Exits with 1 where a
goal is missed.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import platform
import sys

import numpy as np
from reductions import best_times

import minitensor as mt
from minitensor.autograd import Variable

sys.path.pop(0)  # this file has the name of a package that it measures


def installed(name):
    try:
        return __import__(name)
    except ImportError:
        return None


torch, hips, tinygrad, micrograd = map(installed, ("torch", "autograd", "tinygrad", "micrograd"))
if torch:
    torch.set_num_threads(1)
if tinygrad:
    try:
        tinygrad.Tensor([1.0]).realize()
    except RuntimeError:  # it writes C or LLVM, and there is no compiler
        tinygrad = None

SECONDS = 6.0  # for one table, all libraries together
GOALS = {  # of ours to another: the most that it may be, and the case
    ("network, float32", "NumPy by hand"): 1.5,
    ("network, float64", "NumPy by hand"): 1.5,
    ("network, float32", "PyTorch"): 0.75,
    ("network, float64", "PyTorch"): 0.75,
}
MULTIPLICATION = (3.5e-6, 0.55)  # seconds, or of PyTorch's time


def least_times(calls):
    """Seconds of each call, once what is compiled or cached at first is there."""
    for call in calls.values():
        for _ in range(20):
            call()
    return {name: milliseconds / 1e3 for name, milliseconds in best_times(calls, SECONDS).items()}


# --- one multiplication --------------------------------------------------------------------------------------------


def small_calls():
    """x · y and the shares of both of a gradient that is given; the same numbers for all."""
    x, y, g = np.random.default_rng(0).uniform(1, 2, (3, 8))
    calls = {"NumPy by hand": lambda: (x * y, g * y, g * x)}
    a, b, seed = mt.variable(x), mt.variable(y), mt.tensor(g)

    def ours():
        a.grad = b.grad = None
        (a * b).backward(seed)

    calls["minitensor"] = ours
    if torch:
        p, q, given = torch.tensor(x, requires_grad=True), torch.tensor(y, requires_grad=True), torch.tensor(g)

        def theirs():
            p.grad = q.grad = None
            (p * q).backward(given)

        calls["PyTorch"] = theirs
    if hips:
        from autograd import make_vjp

        there = make_vjp(lambda both: both[0] * both[1])
        calls["HIPS autograd"] = lambda: there((x, y))[0](g)
    if tinygrad:
        s, t, u = (tinygrad.Tensor(each).realize() for each in (x, y, g))
        calls["tinygrad"] = lambda: tinygrad.Tensor.realize(s * t, *(s * t).gradient(s, t, gradient=u))
    if micrograd:
        from micrograd.engine import Value

        values = [[Value(number) for number in each] for each in (x, y)]

        def one_by_one():
            for left, right, given in zip(*values, g, strict=True):
                left.grad = right.grad = 0
                (left * right * given).backward()

        calls["micrograd"] = one_by_one
    return calls


# --- a network -----------------------------------------------------------------------------------------------------


def network_arrays(dtype):
    rng = np.random.default_rng(0)
    shapes = (64, 128), (128,), (128, 16), (16,), (256, 64), (256, 16)
    return [(rng.normal(size=shape) / 8).astype(dtype) for shape in shapes]


def by_hand(w1, b1, w2, b2, x, target):
    h = np.tanh(x @ w1 + b1)
    off = h @ w2 + b2 - target
    loss, g = (off * off).mean(), off * (2 / off.size)
    z = (g @ w2.T) * (1 - h * h)
    return loss, x.T @ z, z.sum(0), h.T @ g, g.sum(0)


def loss_of(tanh):
    """The same loss with the words of any library that has operators."""

    def loss(w1, b1, w2, b2, x, target):
        off = tanh(x @ w1 + b1) @ w2 + b2 - target
        return (off * off).mean()

    return loss


def network_calls(dtype):
    arrays = network_arrays(dtype)
    calls = {"NumPy by hand": lambda: by_hand(*arrays)}
    tensors = [mt.tensor(each) for each in arrays]
    slope = mt.value_and_grad(loss_of(mt.tanh), (0, 1, 2, 3))
    calls["minitensor"] = lambda: slope(*tensors)
    if torch:
        parameters = [torch.tensor(each, requires_grad=number < 4) for number, each in enumerate(arrays)]
        loss = loss_of(torch.tanh)

        def theirs():
            for each in parameters[:4]:
                each.grad = None
            loss(*parameters).backward()

        calls["PyTorch"] = theirs
    if hips:
        from autograd import numpy, value_and_grad

        of_hips = value_and_grad(loss_of(numpy.tanh), (0, 1, 2, 3))
        calls["HIPS autograd"] = lambda: of_hips(*arrays)
    if tinygrad:
        lazy, delayed = [tinygrad.Tensor(each).realize() for each in arrays], loss_of(tinygrad.Tensor.tanh)

        def compiled():
            found = delayed(*lazy)
            tinygrad.Tensor.realize(found, *found.gradient(*lazy[:4]))

        calls["tinygrad"] = compiled
    return calls


def checked(dtype):
    """Raise where our gradients are not those by hand."""
    arrays = network_arrays(dtype)
    value, shares = mt.value_and_grad(loss_of(mt.tanh), (0, 1, 2, 3))(*map(mt.tensor, arrays))
    for ours, theirs in zip((value, *shares), by_hand(*arrays), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-4, atol=1e-6)


def door_calls():
    """The operator that Variable has, and the one that it would inherit."""
    a, b = (mt.variable(np.random.default_rng(seed).uniform(1, 2, 8)) for seed in (0, 1))
    inherited = mt.Tensor.__mul__
    return {"minitensor": lambda: a * b, "by the door": lambda: inherited(a, b)}


def table(title, times):
    print(f"\n{title:20}{'microseconds':>14}{'ours / theirs':>15}")
    for name, seconds in times.items():
        ratio = "" if name == "minitensor" else f"{times['minitensor'] / seconds:15.2f}"
        print(f"{name:20}{seconds * 1e6:14.2f}{ratio}")


def main(wanted):
    names = {"torch": torch, "autograd": hips, "tinygrad": tinygrad}
    versions = ", ".join(f"{name} {getattr(found, '__version__', '')}" for name, found in names.items() if found)
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, {versions}")
    missed = 0
    if not wanted or "small" in wanted:
        times = least_times(small_calls())
        table("8 numbers", times)
        seconds, share = MULTIPLICATION
        met = times["minitensor"] <= seconds or times["minitensor"] <= share * times.get("PyTorch", 0)
        missed += not met
        print(f"{'met' if met else 'MISSED'}: at most {seconds * 1e6} µs, or {share} of PyTorch's time")
    for dtype in ("float32", "float64") if not wanted or "network" in wanted else ():
        checked(dtype)
        title = f"network, {dtype}"
        times = least_times(network_calls(dtype))
        table(title, times)
        for (case, peer), most in GOALS.items():
            if case == title and peer in times:
                met = times["minitensor"] <= most * times[peer]
                missed += not met
                print(f"{'met' if met else 'MISSED'}: at most {most} of {peer}")
    if not wanted or "door" in wanted:
        table("operator", least_times(door_calls()))
    assert Variable.__mul__ is not mt.Tensor.__mul__
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
