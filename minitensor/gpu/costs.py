"""What an operation costs: floating-point operations, exactly, and the instructions of a warp, estimated.

An operation counts as a FLOP where it yields a float: +, −, ×, ÷, //, % and ** as one each, a function such as exp as
one, an atomic addition of floats as one. Comparisons, signs, minima and all that is done to whole numbers count none.

How many instructions the compiler makes of an operation is known from the cubin alone (`compiler.py`). Without one they
are estimated: one for each operation, none for a product that is fused with the sum it goes into, and as many for
functions as the table says. The table was read off cubins for sm_80, in round numbers.
"""

from typing import NamedTuple

import numpy as np

# Of float32: instructions in all, and those of them on the unit for special functions.
FUNCTIONS = {
    "exp": (6, 1), "exp2": (4, 1), "log": (10, 1), "log2": (9, 1), "sqrt": (8, 1), "true_divide": (9, 1),
    "reciprocal": (8, 1), "sin": (20, 0), "cos": (20, 0), "tanh": (12, 2), "power": (40, 2), "hypot": (14, 1),
    "floor_divide": (11, 1), "remainder": (13, 1), "fmod": (20, 1), "rsqrt": (6, 1),
}  # fmt: skip
OTHER = (20, 1)  # any other function
NO_FLOP = {"minimum", "maximum", "fmin", "fmax", "absolute", "fabs", "negative", "copysign", "ceil", "floor", "trunc",
           "rint", "nextafter"}  # fmt: skip
PLAIN = {"add", "subtract", "multiply", "square", "degrees", "radians"}


class Cost(NamedTuple):
    """flops : of a thread; instructions, floats, special : of a warp: all, those on floats, those of the slow unit"""

    flops: int
    instructions: int
    floats: int
    special: int


NOTHING = Cost(0, 0, 0, 0)


def cost(name: str, dtype: np.dtype, by_constant: bool, free: bool) -> Cost:
    """Of an operation that yields this dtype.

    by_constant : whether the second operand is known, and a power of two; free : whether it is fused into another

    >>> cost("add", np.dtype("float32"), False, False)
    Cost(flops=1, instructions=1, floats=1, special=0)
    """
    if dtype.kind != "f":
        if name in ("floor_divide", "remainder"):
            return Cost(0, 1 if by_constant else 12, 0, 0)
        return Cost(0, 0 if by_constant and name == "multiply" else 1, 0, 0)
    flops = int(name not in NO_FLOP)
    if free:
        return Cost(flops, 0, 0, 0)
    if name in NO_FLOP or name in PLAIN:
        return Cost(flops, 1, 1, 0)
    instructions, special = FUNCTIONS.get(name, OTHER)
    return Cost(flops, instructions, instructions - special, special)
