"""Named functions over Tensors, by the names of the Array API standard, version 2025.12.

`elementwise.py` (made by `making.py`), `reductions.py`, `shapes.py`, `choosing.py`, which also sorts, `sets.py`,
`creating.py`, `products.py`, `datatypes.py`, and `inspection.py`, what a namespace tells of itself. Those that are also
methods of `Tensor` are the very same functions, for those who would rather write a formula.
"""

from minitensor.functions.choosing import argsort, isin, nonzero, searchsorted, sort, take, take_along_axis, where
from minitensor.functions.creating import (
    asarray, empty, empty_like, from_dlpack, full_like, meshgrid, ones_like, tril, triu, zeros_like,
)  # fmt: skip
from minitensor.functions.datatypes import (
    bool, can_cast, complex64, complex128, finfo, float16, float32, float64, iinfo, int8, int16, int32, int64,
    isdtype, result_type, uint8, uint16, uint32, uint64,
)  # fmt: skip
from minitensor.functions.elementwise import (
    abs, acos, acosh, add, asin, asinh, astype, atan, atan2, atanh, bitwise_and, bitwise_invert, bitwise_left_shift,
    bitwise_or, bitwise_right_shift, bitwise_xor, ceil, clip, conj, copysign, cos, cosh, divide, equal, exp, expm1,
    floor, floor_divide, greater, greater_equal, hypot, imag, isfinite, isinf, isnan, less, less_equal, log, log1p,
    log2, log10, logaddexp, logical_and, logical_not, logical_or, logical_xor, maximum, minimum, multiply, negative,
    nextafter, not_equal, positive, pow, real, reciprocal, remainder, round, sign, signbit, sin, sinh, sqrt, square,
    subtract, tan, tanh, trunc,
)  # fmt: skip
from minitensor.functions.inspection import __array_namespace_info__
from minitensor.functions.products import matmul, matrix_transpose, tensordot, vecdot
from minitensor.functions.reductions import (
    all, any, argmax, argmin, count_nonzero, cumsum, cumulative_prod, cumulative_sum, diff, max, mean, min, prod,
    std, sum, var,
)  # fmt: skip
from minitensor.functions.sets import unique_all, unique_counts, unique_inverse, unique_values
from minitensor.functions.shapes import (
    broadcast_arrays, broadcast_to, concat, expand, expand_dims, flip, moveaxis, permute_dims, repeat, reshape,
    roll, squeeze, stack, tile, unstack,
)  # fmt: skip

__all__ = [
    "__array_namespace_info__", "abs", "acos", "acosh", "add", "all", "any", "argmax", "argmin", "argsort",
    "asarray", "asin", "asinh", "astype", "atan", "atan2", "atanh", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "bool", "broadcast_arrays",
    "broadcast_to", "can_cast", "ceil", "clip", "complex128", "complex64", "concat", "conj", "copysign", "cos",
    "cosh", "count_nonzero", "cumsum", "cumulative_prod", "cumulative_sum", "diff", "divide", "empty", "empty_like",
    "equal", "exp", "expand", "expand_dims", "expm1", "finfo", "flip", "float16", "float32", "float64", "floor",
    "floor_divide", "from_dlpack", "full_like", "greater", "greater_equal", "hypot", "iinfo", "imag", "int16",
    "int32", "int64", "int8", "isdtype", "isfinite", "isin", "isinf", "isnan", "less", "less_equal", "log", "log10",
    "log1p", "log2", "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor", "matmul",
    "matrix_transpose", "max", "maximum", "mean", "meshgrid", "min", "minimum", "moveaxis", "multiply", "negative",
    "nextafter", "nonzero", "not_equal", "ones_like", "permute_dims", "positive", "pow", "prod", "real",
    "reciprocal", "remainder", "repeat", "reshape", "result_type", "roll", "round", "searchsorted", "sign",
    "signbit", "sin", "sinh", "sort", "sqrt", "square", "squeeze", "stack", "std", "subtract", "sum", "take",
    "take_along_axis", "tan", "tanh", "tensordot", "tile", "tril", "triu", "trunc", "uint16", "uint32", "uint64",
    "uint8", "unique_all", "unique_counts", "unique_inverse", "unique_values", "unstack", "var", "vecdot", "where",
    "zeros_like",
]  # fmt: skip
