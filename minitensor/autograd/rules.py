"""The table of gradients: for each operation, what of a gradient belongs to each of its operands.

Let L be a number that was computed from ``out = f(a, b)``, and let g be the slope of L along each element of out, of
out's shape. A rule, a *vector-Jacobian product*, gives the slope of L along a, or b, from g, out and the operands: the
chain rule, for one operation. Axes that broadcasting stretched are summed by the tape, so no rule does it; and since
the rules are made of operations of Tensors, they have gradients themselves. The longer rules are in `places.py` and
`products.py`.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

from minitensor.autograd.places import is_basic, of_concat, of_permute_dims, of_sort, of_stack, of_take, put
from minitensor.autograd.products import of_einsum, of_left, of_right
from minitensor.core.tensor import Tensor
from minitensor.functions import cos, cosh, cumsum, prod, sin, sinh, take, where
from minitensor.ops import normalize_axes, normalize_axis

Vjp = Callable[..., Any]  # (g, out, the arguments of the operation) to the share of one operand


class Rule:
    """vjps : one for each operand, None for what has no slope
    each : one for all operands, which is told the place of the one that is meant
    operands : whether one asks for the elements of operands that are variables, and not only for their shape
    copies : whether one asks for the elements of other arguments
    out : whether one asks for the result
    shares : whether what one returns may be g itself, or a view of it
    listed : whether the operands come in a list
    adds : of an operation ``x[key]``, whether the share can be added to that key of another, for these arguments: a
        thousand rows, one by one, are then no thousand tables
    """

    __slots__ = ("adds", "copies", "listed", "operands", "out", "shares", "vjps")

    def __init__(
        self,
        *vjps: Vjp | None,
        each: Vjp | None = None,
        operands: bool = True,
        copies: bool = True,
        out: bool = False,
        shares: bool = False,
        listed: bool = False,
        adds: Callable[..., bool] | None = None,
    ) -> None:
        self.vjps: Any = vjps if each is None else Each(each)
        self.operands, self.copies, self.out = operands, copies, out
        self.shares, self.listed, self.adds = shares, listed, adds


class Each:
    """The same rule for any number of operands: it is told which of them is meant."""

    def __init__(self, vjp: Vjp) -> None:
        self.vjp = vjp

    def __iter__(self) -> Iterator[Vjp]:
        return (partial(self.vjp, place) for place in count())


# --- one by one ----------------------------------------------------------------------------------------------------


def _base(g: Any, out: Any, a: Any, b: Any) -> Any:
    """b·aᵇ⁻¹, which is 0 where b is 0, even at a = 0."""
    if not isinstance(b, Tensor):
        return g * (b * (a if b == 2 else a ** (b - 1))) if b else g * 0.0
    return g * where(b == 0, 0.0, b * a ** where(b == 0, 1.0, b - 1))


def _exponent(g: Any, out: Any, a: Any, b: Any) -> Any:
    """aᵇ·log a, which is taken as 0 at a = 0."""
    if not isinstance(a, Tensor):
        return g * out * (math.log(a) if a > 0 else 0.0 if a == 0 else math.nan)
    return g * out * where(a == 0, 1.0, a).log()


def _larger(g: Any, a: Any, b: Any) -> Any:
    """g where a > b, half of it where they are equal."""
    share, equal = where(~(a <= b), g, 0.0), a == b  # NaN takes it all, as it made the result
    return share + where(equal, g * 0.5, 0.0) if equal.any() else share


def _signed(g: Any, x: Any) -> Any:
    """g with the sign of x, 0 at x = 0."""
    return where(x > 0, g, 0.0) - where(x < 0, g, 0.0)


def _leg(g: Any, out: Any, x: Any) -> Any:
    """g·x/‖x, y‖, which is taken as 0 where that is."""
    return g * x / where(out == 0, 1.0, out)


def _inside(g: Any, out: Any, x: Any, min: Any = None, max: Any = None) -> Any:
    """g where x is between the limits, or at one."""
    g = g if min is None else where(~(x < min), g, 0.0)
    return g if max is None else where(~(x > max), g, 0.0)


# --- over axes -----------------------------------------------------------------------------------------------------


def _kept(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """A result over some axes with those axes in their places again, of size 1."""
    if keepdims:
        return g
    axes = normalize_axes(axis, x.shape, "")
    return g.reshape(tuple([1 if at in axes else size for at, size in enumerate(x.shape)]))


def _sum(g: Any, out: Any, x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    return (g if axis is None and not keepdims else _kept(g, x, axis, keepdims)).expand(x.shape)


def _count(x: Any, axis: Any) -> int:
    return math.prod(x.shape if axis is None else [x.shape[at] for at in normalize_axes(axis, x.shape, "")])


def _mean(g: Any, out: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _sum(g * (1.0 / _count(x, axis)), out, x, axis, keepdims)


def _prod(g: Any, out: Any, x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """g times the product of all others: that of those that are not 0, by a division, and of up to one that is."""
    g, zero = _kept(g.astype(x.dtype), x, axis, keepdims), x == 0
    count, others, of_zeros = zero.sum(axis, keepdims=True), where(zero, 1.0, x), where(zero, x, 0.0).sum(axis, True)
    for_zeros = where(count == 1, 1.0, where(count == 2, of_zeros - x, 0.0))
    for_others = where(count == 0, 1.0, where(count == 1, of_zeros, 0.0))
    return g * where(zero, for_zeros, for_others) * (prod(others, axis, True) / others)


def _extreme(g: Any, out: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Those that are the largest, or the least, share g evenly."""
    chosen = (x == _kept(out, x, axis, keepdims)).astype(x.dtype)
    return chosen * (_kept(g, x, axis, keepdims) / chosen.sum(axis, keepdims=True))


def _var(g: Any, out: Any, x: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    return _kept(g, x, axis, keepdims) * (x - x.mean(axis, keepdims=True)) * (2.0 / (_count(x, axis) - correction))


def _std(g: Any, out: Any, x: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    """Taken as 0 where all are equal."""
    half = where(out == 0, 0.0, g * 0.5 / where(out == 0, 1.0, out))
    return _var(half, out, x, axis, keepdims, correction)


def _norm(g: Any, out: Any, x: Any, p: float = 2, axis: Any = None, keepdims: bool = False) -> Any:
    """The sign of x times (|x| / ‖x‖)ᵖ⁻¹, which is taken as 0 where ‖x‖ is; for p = ∞ the largest share g evenly."""
    g, out = _kept(g, x, axis, keepdims), _kept(out, x, axis, keepdims)
    if p == math.inf:
        return _signed(_extreme(g, out, x.abs(), axis, keepdims=True), x)
    parts = x / where(out == 0, 1.0, out)
    return g * (parts if p == 2 else _signed(parts.abs() ** (p - 1) if p > 1 else 1.0 + 0.0 * parts, x))


def _cumsum(g: Any, out: Any, x: Any, axis: int = -1) -> Any:
    backwards = (slice(None),) * normalize_axis(axis, x.shape, "cumsum") + (slice(None, None, -1),)
    return cumsum(g[backwards], axis)[backwards]


# --- the table -----------------------------------------------------------------------------------------------------


def _same(g: Any, out: Any, *operands: Any, **options: Any) -> Any:
    return g


def _none(g: Any, out: Any, *operands: Any) -> Any:
    return g * 0.0


def _reshaped(g: Any, out: Any, x: Any, *args: Any, **options: Any) -> Any:
    return g.reshape(x.shape)


_OUT: dict[str, Any] = {"operands": False, "out": True}  # the result is enough
_LINEAR: dict[str, Any] = {"operands": False, "copies": False}  # no elements are asked for
_VIEW: dict[str, Any] = {"operands": False, "shares": True}

RULES: dict[str, Rule] = {
    "add": Rule(_same, _same, shares=True, **_LINEAR),
    "subtract": Rule(_same, lambda g, out, a, b: -g, shares=True, **_LINEAR),
    "multiply": Rule(lambda g, out, a, b: g * b, lambda g, out, a, b: g * a),
    "divide": Rule(lambda g, out, a, b: g / b, lambda g, out, a, b: -g * out / b, out=True),
    "remainder": Rule(_same, lambda g, out, a, b: -g * (a // b), shares=True),
    "pow": Rule(_base, _exponent, out=True),
    "negative": Rule(lambda g, out, x: -g, **_LINEAR),
    "positive": Rule(_same, **_VIEW),
    "exp": Rule(lambda g, out, x: g * out, **_OUT),
    "log": Rule(lambda g, out, x: g / x),
    "sqrt": Rule(lambda g, out, x: g * 0.5 / out, **_OUT),
    "square": Rule(lambda g, out, x: g * (2.0 * x)),
    "reciprocal": Rule(lambda g, out, x: -g * (out * out), **_OUT),
    "expm1": Rule(lambda g, out, x: g * (out + 1.0), **_OUT),
    "log1p": Rule(lambda g, out, x: g / (x + 1.0)),
    "log2": Rule(lambda g, out, x: g / (x * math.log(2))),
    "log10": Rule(lambda g, out, x: g / (x * math.log(10))),
    "sin": Rule(lambda g, out, x: g * cos(x)),
    "cos": Rule(lambda g, out, x: -g * sin(x)),
    "tan": Rule(lambda g, out, x: g + g * (out * out), **_OUT),
    "asin": Rule(lambda g, out, x: g / (1.0 - x * x).sqrt()),
    "acos": Rule(lambda g, out, x: -g / (1.0 - x * x).sqrt()),
    "atan": Rule(lambda g, out, x: g / (1.0 + x * x)),
    "sinh": Rule(lambda g, out, x: g * cosh(x)),
    "cosh": Rule(lambda g, out, x: g * sinh(x)),
    "tanh": Rule(lambda g, out, x: g - g * (out * out), **_OUT),
    "asinh": Rule(lambda g, out, x: g / (1.0 + x * x).sqrt()),
    "acosh": Rule(lambda g, out, x: g / ((x - 1.0) * (x + 1.0)).sqrt()),
    "atanh": Rule(lambda g, out, x: g / ((1.0 - x) * (1.0 + x))),
    "atan2": Rule(lambda g, out, a, b: g * b / (a * a + b * b), lambda g, out, a, b: -g * a / (a * a + b * b)),
    "hypot": Rule(lambda g, out, a, b: _leg(g, out, a), lambda g, out, a, b: _leg(g, out, b), out=True),
    "logaddexp": Rule(lambda g, out, a, b: g * (a - out).exp(), lambda g, out, a, b: g * (b - out).exp(), out=True),
    "copysign": Rule(lambda g, out, a, b: where((a < 0) == (out < 0), g, -g), _none, out=True),
    "nextafter": Rule(_same, _none),
    "abs": Rule(lambda g, out, x: _signed(g, x)),
    "maximum": Rule(lambda g, out, a, b: _larger(g, a, b), lambda g, out, a, b: _larger(g, b, a)),
    "minimum": Rule(lambda g, out, a, b: _larger(g, b, a), lambda g, out, a, b: _larger(g, a, b)),
    "where": Rule(None, lambda g, out, c, a, b: where(c, g, 0.0), lambda g, out, c, a, b: where(~c, g, 0.0)),
    "clip": Rule(_inside, shares=True),
    "conj": Rule(_same, **_VIEW),
    "sum": Rule(_sum, **_VIEW),
    "prod": Rule(_prod),
    "mean": Rule(_mean, **_VIEW),
    "var": Rule(_var),
    "std": Rule(_std, out=True),
    "max": Rule(_extreme, out=True),
    "min": Rule(_extreme, out=True),
    "norm": Rule(_norm, out=True),
    "cumsum": Rule(_cumsum, **_VIEW),
    "reshape": Rule(_reshaped, **_VIEW),
    "squeeze": Rule(_reshaped, **_VIEW),
    "expand_dims": Rule(_reshaped, **_VIEW),
    "expand": Rule(_same, **_VIEW),
    "permute_dims": Rule(of_permute_dims, **_VIEW),
    "transpose": Rule(lambda g, out, x: g.T, **_VIEW),
    "matrix_transpose": Rule(lambda g, out, x: g.mT, **_VIEW),
    "astype": Rule(_same, **_VIEW),
    "copy": Rule(_same, **_VIEW),
    "contiguous": Rule(_same, **_VIEW),
    "to": Rule(lambda g, out, x, name: g.to(x.backend), shares=True),
    "tensor": Rule(lambda g, out, x, dtype=None, like=None: g.to(x.backend), shares=True),
    "getitem": Rule(lambda g, out, x, key: put(g, key, x.shape), operands=False, adds=is_basic),
    "put": Rule(lambda g, out, values, key, shape: g[key], **_VIEW),
    "take": Rule(of_take, operands=False),
    "scatter_add": Rule(None, lambda g, out, places, values, size: take(g, places), operands=False),
    "sort": Rule(of_sort),
    "concat": Rule(each=of_concat, shares=True, listed=True, **_LINEAR),
    "stack": Rule(each=of_stack, shares=True, listed=True, **_LINEAR),
    "matmul": Rule(of_left, of_right),
    "einsum": Rule(each=of_einsum, shares=True),
}

# What does not change with a small change of its operands: truth, places, whole numbers.
CONSTANT = {
    "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "isfinite", "isnan", "any", "all",
    "argmax", "argmin", "argsort", "searchsorted", "floor", "ceil", "round", "floor_divide", "trunc", "sign", "signbit",
    "isinf", "isin",
}  # fmt: skip
# What writes over its first operand: how it is written, and what to write instead.
IN_PLACE = {
    f"i{python}": (f"a {symbol}= b", f"a = a {symbol} b, or for a step of a descent a = variable(a {symbol} b)")
    for python, symbol in zip(
        ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift"),
        ("+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"),
        strict=True,
    )
}
IN_PLACE["setitem"] = ("a[...] = b", "minitensor.where(mask, b, a), or put the parts together with minitensor.concat")
