"""Gradients in two ways, over one tape: of a function (`grad`, `value_and_grad`), and of what `variable` made."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minitensor.autograd.rules import RULES
from minitensor.autograd.tape import back, reaches_before
from minitensor.autograd.variables import Variable, again, leaf, made, single
from minitensor.core.creation import ones, tensor, zeros
from minitensor.core.intake import a_class, not_a_tensor
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError


def variable(data: Any, dtype: DType | None = None, *, like: Tensor | None = None) -> Variable:
    """A new variable, a Tensor whose gradient can be asked for, from what `minitensor.tensor` takes; a copy.

    Of a variable it is a new one that knows nothing of how the other was made: ``w = variable(w - 0.1 * w.grad)``.

    >>> import minitensor as mt
    >>> x = mt.variable(3.0)
    >>> (x**2 + 2 * x).backward()
    >>> x.grad.item()
    8.0

    Raises DTypeError for what is not made of floats, and as `minitensor.tensor` does.
    """
    value = tensor(data.plain() if isinstance(data, Variable) else data, dtype, like=like)
    if value.dtype.kind != "f":
        raise DTypeError(
            f"variable: {value.dtype} numbers have no gradient, for they do not change by a little; write floats, or "
            "dtype='float64'"
        )
    return leaf(value)


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives the gradient of f: the slope of f along each element of an argument.

    f : takes Tensors, and whatever else; returns a Tensor of one number
    argnums : the place of the argument, or a sequence of places, for which there is a tuple of gradients
    Returns a function of the same arguments. Each of those places takes a Tensor of floats, or a float; its gradient is
    a Tensor of the same shape, dtype and backend, all zeros where f does not depend on it. Inside f the argument is a
    Variable. A gradient is a function too: ``grad(grad(f))`` is the second derivative.

    At a corner one slope is given of those that there are: elements that are equally large share evenly in `max`,
    `min`, `maximum` and `minimum`, `clip` passes at its bounds, and of `abs`, `norm` and `std` it is 0 at 0.
    Time: about that of f once or twice more. Memory: copies of the arguments, and what the rules will ask for of all
    that f computes on the way.

    >>> import minitensor as mt
    >>> mt.grad(lambda x: x**3)(2.0).item(), mt.grad(mt.grad(lambda x: x**3))(2.0).item()
    (12.0, 12.0)
    >>> loss = lambda w, x: ((x @ w) ** 2).sum()
    >>> mt.grad(loss)(mt.tensor([1.0, 2.0]), mt.tensor([[1.0, 0.0], [1.0, 1.0]])).tolist()
    [8.0, 6.0]

    Raises ShapeError where f gives no single number, DTypeError where an argument is not made of floats or f does not
    return a Tensor, InputError for a place that no argument has, GradientError for an operation without a rule.
    """
    both = value_and_grad(f, argnums)

    def gradient(*args: Any, **options: Any) -> Any:
        return both(*args, **options)[1]

    return _named(gradient, f, "gradient")


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """As `grad`, the function that gives the value of f, and the gradient.

    >>> import minitensor as mt
    >>> value, (of_a, of_b) = mt.value_and_grad(lambda a, b: (a * b).sum(), (0, 1))(mt.tensor([1.0, 2.0]), 3.0)
    >>> value.item(), of_a.tolist(), of_b.item()
    (9.0, [3.0, 3.0], 3.0)
    """
    if not callable(f):
        raise DTypeError(f"grad: f is {a_class(f)}, not a function; write grad(lambda x: ...)(x)")
    places = _places(argnums)

    def value_and_gradient(*args: Any, **options: Any) -> tuple[Any, Any]:
        given = list(args)
        for place in places:
            if not -len(args) <= place < len(args):
                raise InputError(f"grad: argnums={argnums}, but f was given {len(args)} arguments in their places")
        followed = [_followed(place, args[place]) for place in places]
        for place, x in zip(places, followed, strict=True):
            given[place] = x
        loss = f(*given, **options)
        single("grad", loss)
        value, found = loss, {}
        first = followed[0]._node.number
        if isinstance(loss, Variable) and loss._node.number >= first:
            nested = reaches_before(loss._node, first)
            value, seed = loss if nested else loss._value.copy(), ones(loss.shape, like=loss)
            found = dict(back(loss._node, seed, first, followed[-1]._node.number + 1, again=again if nested else None))
        shares = tuple(found[x._node] if x._node in found else zeros(x.shape, like=x) for x in followed)
        return value, shares if isinstance(argnums, Sequence) else shares[0]

    return _named(value_and_gradient, f, "value_and_gradient")


def _places(argnums: Any) -> tuple[int, ...]:
    places = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)
    try:
        found = tuple(map(operator.index, places))
    except TypeError:
        found = ()
    if not found or len(set(found)) < len(found) or isinstance(argnums, bool):
        raise InputError(
            f"grad: argnums={argnums!r:.60}; it must be the place of an argument, 0 for the first, or several"
        )
    return found


def _followed(place: int, x: Any) -> Variable:
    """The argument as a variable; of a variable, one that gives its gradient on to it."""
    if isinstance(x, (float, np.generic)):
        x = tensor(x)
    if not isinstance(x, Tensor):
        fix = f"write {x}.0" if type(x) is int else "write minitensor.tensor(...)"
        raise DTypeError(f"grad: argument {place} is {not_a_tensor(x)}; {fix}")
    if isinstance(x, Variable):
        return made(RULES["copy"], (x._node,), (x._node,), {}, x._value)
    if x.dtype.kind != "f":
        raise DTypeError(
            f"grad: argument {place} is {x.dtype}, which does not change by a little; use .astype('float64')"
        )
    return leaf(x.plain().copy())  # as f, or another thread, may write over x


def _named(made: Callable[..., Any], f: Callable[..., Any], what: str) -> Callable[..., Any]:
    made.__name__ = made.__qualname__ = f"{what}_of_{getattr(f, '__name__', type(f).__name__).strip('<>')}"
    return made
