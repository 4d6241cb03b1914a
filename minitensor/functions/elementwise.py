"""Functions of every element by itself, or of pairs of elements, by the standard's names."""

import operator
from typing import Any

import numpy as np

from minitensor import backend, ops
from minitensor.backend.dtypes import HOLDS, INTEGERS, holds_number
from minitensor.core import checks, door
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError
from minitensor.functions.making import Binary, Unary, binary, unary, written

# --- of one tensor -------------------------------------------------------------------------------------------------

abs: Unary = Tensor.abs
exp: Unary = Tensor.exp
log: Unary = Tensor.log
sqrt: Unary = Tensor.sqrt
tanh: Unary = Tensor.tanh
negative: Unary = unary("negative", "Every element with the other sign.", "mt.tensor([1, -2])", "[-1, 2]")
positive: Unary = unary("positive", "Every element as it is, in a copy.", "mt.tensor([1, -2])", "[1, -2]")
square: Unary = unary("square", "Every element times itself.", "mt.tensor([3, -2])", "[9, 4]")
reciprocal: Unary = unary("reciprocal", "1 over every element.", "mt.tensor([2.0, -4.0])", "[0.5, -0.25]")
sign: Unary = unary("sign", "1, 0 or -1; of complex x, x/|x|.", "mt.tensor([3.0, 0.0, -2.0])", "[1.0, 0.0, -1.0]")
signbit: Unary = unary("signbit", "Whether the sign is minus, that of -0.0 too.", "mt.tensor([-0.0])", "[True]")
floor: Unary = unary("floor", "Every element rounded down.", "mt.tensor([1.5, -1.5])", "[1.0, -2.0]")
ceil: Unary = unary("ceil", "Every element rounded up.", "mt.tensor([1.5, -1.5])", "[2.0, -1.0]")
trunc: Unary = unary("trunc", "Every element rounded towards 0.", "mt.tensor([1.5, -1.5])", "[1.0, -1.0]")
round: Unary = unary("round", "The nearest whole number, of two the even one.", "mt.tensor([1.4, 2.5])", "[1.0, 2.0]")
isfinite: Unary = unary("isfinite", "Whether finite.", "mt.tensor([1.0, float('inf')])", "[True, False]")
isinf: Unary = unary("isinf", "Whether infinite.", "mt.tensor([1.0, float('-inf')])", "[False, True]")
isnan: Unary = unary("isnan", "Whether NaN.", "mt.tensor([0.0, float('nan')])", "[False, True]")
conj: Unary = unary("conj", "The complex conjugate.", "mt.tensor([1 + 2j])", "[(1-2j)]")
real: Unary = unary("real", "The real part of complex elements.", "mt.tensor([1 + 2j])", "[1.0]")
imag: Unary = unary("imag", "The imaginary part of complex elements.", "mt.tensor([1 + 2j])", "[2.0]")
logical_not: Unary = unary("logical_not", "Every truth value turned.", "mt.tensor([True, False])", "[False, True]")
bitwise_invert: Unary = unary("bitwise_invert", "Every bit turned.", "mt.tensor([0, 5])", "[-1, -6]")
expm1: Unary = unary("expm1", "e to the power of x, less 1, exact where x is small.", "mt.tensor([1e-20])", "[1e-20]")
log1p: Unary = unary(
    "log1p", "The natural logarithm of 1 + x, exact where x is small.", "mt.tensor([1e-20])", "[1e-20]"
)
log2: Unary = unary("log2", "The logarithm to base 2.", "mt.tensor([8.0])", "[3.0]")
log10: Unary = unary("log10", "The logarithm to base 10.", "mt.tensor([1000.0])", "[3.0]")
sin: Unary = unary("sin", "The sine of an angle in radians.", "mt.tensor([0.0])", "[0.0]")
cos: Unary = unary("cos", "The cosine of an angle in radians.", "mt.tensor([0.0])", "[1.0]")
tan: Unary = unary("tan", "The tangent of an angle in radians.", "mt.tensor([0.0])", "[0.0]")
asin: Unary = unary("asin", "The angle, -π/2 to π/2, of this sine.", "mt.tensor([0.0])", "[0.0]")
acos: Unary = unary("acos", "The angle, 0 to π, of this cosine.", "mt.tensor([1.0])", "[0.0]")
atan: Unary = unary("atan", "The angle, -π/2 to π/2, of this tangent.", "mt.tensor([0.0])", "[0.0]")
sinh: Unary = unary("sinh", "The hyperbolic sine.", "mt.tensor([0.0])", "[0.0]")
cosh: Unary = unary("cosh", "The hyperbolic cosine.", "mt.tensor([0.0])", "[1.0]")
asinh: Unary = unary("asinh", "What this is the hyperbolic sine of.", "mt.tensor([0.0])", "[0.0]")
acosh: Unary = unary("acosh", "What this is the hyperbolic cosine of.", "mt.tensor([1.0])", "[0.0]")
atanh: Unary = unary("atanh", "What this is the hyperbolic tangent of.", "mt.tensor([0.0])", "[0.0]")

# --- of two, or of one and a number --------------------------------------------------------------------------------

add: Binary = written("add", operator.add, "``a + b``.", "mt.tensor([1, 2]), 3", "[4, 5]")
subtract: Binary = written("subtract", operator.sub, "``a - b``.", "mt.tensor([1, 2]), 3", "[-2, -1]")
multiply: Binary = written("multiply", operator.mul, "``a * b``.", "mt.tensor([1, 2]), 3", "[3, 6]")
divide: Binary = written("divide", operator.truediv, "``a / b``.", "mt.tensor([3, 1]), 2", "[1.5, 0.5]")
floor_divide: Binary = written("floor_divide", operator.floordiv, "``a // b``.", "mt.tensor([-3, 3]), 2", "[-2, 1]")
remainder: Binary = written("remainder", operator.mod, "``a % b``, of b's sign.", "mt.tensor([-3, 3]), 2", "[1, 1]")
pow: Binary = written("pow", operator.pow, "``a ** b``.", "mt.tensor([2, 3]), 2", "[4, 9]")
equal: Binary = written("equal", operator.eq, "``a == b``.", "mt.tensor([1, 2]), 2", "[False, True]")
not_equal: Binary = written("not_equal", operator.ne, "``a != b``.", "mt.tensor([1, 2]), 2", "[True, False]")
less: Binary = written("less", operator.lt, "``a < b``.", "mt.tensor([1, 2]), 2", "[True, False]")
less_equal: Binary = written("less_equal", operator.le, "``a <= b``.", "mt.tensor([1, 3]), 2", "[True, False]")
greater: Binary = written("greater", operator.gt, "``a > b``.", "mt.tensor([1, 3]), 2", "[False, True]")
greater_equal: Binary = written("greater_equal", operator.ge, "``a >= b``.", "mt.tensor([1, 2]), 2", "[False, True]")
bitwise_and: Binary = written("bitwise_and", operator.and_, "``a & b``.", "mt.tensor([6, 5]), 3", "[2, 1]")
bitwise_or: Binary = written("bitwise_or", operator.or_, "``a | b``.", "mt.tensor([6, 5]), 3", "[7, 7]")
bitwise_xor: Binary = written("bitwise_xor", operator.xor, "``a ^ b``.", "mt.tensor([6, 5]), 3", "[5, 6]")
bitwise_left_shift: Binary = written(
    "bitwise_left_shift", operator.lshift, "``a << b``: a times 2 to the power of b.", "mt.tensor([1, 3]), 2", "[4, 12]"
)
bitwise_right_shift: Binary = written(
    "bitwise_right_shift", operator.rshift, "``a >> b``: a over 2 to the power of b.", "mt.tensor([4, 13]), 2", "[1, 3]"
)
maximum: Binary = binary("maximum", "The larger of each pair, broadcast.", "mt.tensor([-1.0, 2.0]), 0.0", "[0.0, 2.0]")
minimum: Binary = binary("minimum", "The smaller of each pair, broadcast.", "mt.tensor([-1, 2]), 0", "[-1, 0]")
atan2: Binary = binary("atan2", "The angle, -π to π, of the point (b, a).", "mt.tensor([0.0]), 1.0", "[0.0]")
hypot: Binary = binary("hypot", "The length of (a, b), with no overflow.", "mt.tensor([3e300]), 4e300", "[5e+300]")
copysign: Binary = binary("copysign", "The size of a with b's sign.", "mt.tensor([1.0, 2.0]), -0.0", "[-1.0, -2.0]")
nextafter: Binary = binary("nextafter", "The float after a on the way to b.", "mt.tensor([0.0]), 1.0", "[5e-324]")
logaddexp: Binary = binary(
    "logaddexp", "The logarithm of eᵃ + eᵇ, with no overflow.", "mt.tensor([1000.0]), 0.0", "[1000.0]"
)
logical_and: Binary = binary("logical_and", "Both are true.", "mt.tensor([True, False]), True", "[True, False]")
logical_or: Binary = binary("logical_or", "One is true, or both.", "mt.tensor([True, False]), False", "[True, False]")
logical_xor: Binary = binary("logical_xor", "Exactly one is true.", "mt.tensor([True, False]), True", "[False, True]")

# --- with arguments of their own -----------------------------------------------------------------------------------

astype = Tensor.astype


def clip(x: Tensor, /, min: Operand | None = None, max: Operand | None = None) -> Tensor:
    """Every element moved to the nearest number from `min` to `max`; None leaves that side open.

    min, max : numbers, or Tensors of x's dtype that broadcast with x

    >>> import minitensor as mt
    >>> mt.clip(mt.tensor([-5, 0, 5]), 0, 2).tolist()
    [0, 0, 2]

    An integer dtype has no element beyond its range, so a limit may lie there. Raises InputError for what is no limit,
    DTypeError where the dtype does not hold one that elements would be moved to.
    """
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        checks.tensor("clip: x", x)
        for name, limit in {"min": min, "max": max}.items():
            if isinstance(limit, Tensor) and limit.dtype != x.dtype:
                raise DTypeError(f"clip: {name} is {limit.dtype}, x is {x.dtype}; write {name}.astype('{x.dtype}')")
        lowest = x if min is None else maximum(x, min)
        return (lowest if max is None else minimum(lowest, max)).copy()
    if type(x) is not Tensor:
        return door.enter("clip", clip, (x, min, max))
    if min is None and max is None:
        return x.copy()
    return wrap(backend.as_array(_clip(x.array, min, max)))


def _careful_clip(array: Any, low: Any, high: Any) -> Any:
    low, high = (limit.item() if isinstance(limit, np.generic) else limit for limit in (low, high))
    for limit in (low, high):
        if not (limit is None or isinstance(limit, (int, float))) or limit != limit:
            raise InputError(f"clip: {limit!r} is no limit; write a number or a Tensor")
    if low is not None and high is not None and low > high:
        raise InputError(f"clip: min={low} is above max={high}; swap them")
    lib = backend.of(array)
    own = lib.numpy_dtype(array)
    if own.kind in "iu":
        least, most = INTEGERS[own]
        low = None if isinstance(low, int) and low < least else low
        high = None if isinstance(high, int) and high > most else high
    misfits = [x for x in (low, high) if own.kind in HOLDS.get(type(x), ()) and not holds_number(own, x)]
    if misfits:
        raise DTypeError(
            f"clip: {own} elements cannot hold the limit {misfits[0]!s:.30}; leave it out, or cast with .astype(...)"
        )
    if low is None and high is None:
        return lib.astype(array, array.dtype)
    try:
        return backend.as_array(lib.xp.clip(array, low, high))
    except (TypeError, OverflowError) as error:
        raise DTypeError(
            f"clip: limits {low!s:.20} and {high!s:.20} do not fit {own} elements: {error}; cast them with .astype(...)"
        ) from None


_clip = ops.primitive(_careful_clip, "clip")
