"""Named functions over Tensors: `elementwise.py`, `reductions.py`, `shapes.py`, and `choosing.py`, which also sorts.

Those that are also methods of `Tensor` are the very same functions, for those who would rather write a formula.
"""

from minitensor.functions.choosing import argsort, searchsorted, sort, take, where
from minitensor.functions.elementwise import (
    abs,
    astype,
    ceil,
    clip,
    conj,
    exp,
    floor,
    imag,
    isfinite,
    isnan,
    log,
    maximum,
    minimum,
    real,
    round,
    sqrt,
    tanh,
)
from minitensor.functions.reductions import all, any, argmax, argmin, cumsum, max, mean, min, std, sum, var
from minitensor.functions.shapes import concat, expand, expand_dims, permute_dims, reshape, squeeze, stack

__all__ = [
    "abs", "all", "any", "argmax", "argmin", "argsort", "astype", "ceil", "clip", "concat", "conj", "cumsum", "exp",
    "expand", "expand_dims", "floor", "imag", "isfinite", "isnan", "log", "max", "maximum", "mean", "min", "minimum",
    "permute_dims", "real", "reshape", "round", "searchsorted", "sort", "sqrt", "squeeze", "stack", "std", "sum",
    "take", "tanh", "var", "where",
]  # fmt: skip
