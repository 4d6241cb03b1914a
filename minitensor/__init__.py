"""minitensor: a small tensor framework whose core is read in an evening and which teaches for a month.

>>> import minitensor as mt
>>> a = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
>>> (a @ a).tolist()
[[7.0, 10.0], [15.0, 22.0]]
"""

from math import e, inf, nan, pi
from typing import TYPE_CHECKING

from minitensor import errors, random
from minitensor.autograd import grad, value_and_grad, variable
from minitensor.backend import get_backend, set_backend, use_backend
from minitensor.broadcasting import broadcast_shapes, explain_broadcast
from minitensor.core.counting import arange, linspace
from minitensor.core.creation import as_tensor, eye, full, ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.einsums import einsum, einsum_plan
from minitensor.einsums.explain import explain_einsum
from minitensor.functions import __array_namespace_info__ as __array_namespace_info__
from minitensor.functions import abs as abs
from minitensor.functions import (
    acos, acosh, add, argmax, argmin, argsort, asarray, asin, asinh, astype, atan, atan2, atanh, bitwise_and,
    bitwise_invert, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, broadcast_arrays,
    broadcast_to, can_cast, ceil, clip, complex64, complex128, concat, conj, copysign, cos, cosh, count_nonzero,
    cumsum, cumulative_prod, cumulative_sum, diff, divide, empty, empty_like, equal, exp, expand, expand_dims,
    expm1, finfo, flip, float16, float32, float64, floor, floor_divide, from_dlpack, full_like, greater,
    greater_equal, hypot, iinfo, imag, int8, int16, int32, int64, isdtype, isfinite, isin, isinf, isnan, less,
    less_equal, log, log1p, log2, log10, logaddexp, logical_and, logical_not, logical_or, logical_xor, maximum,
    mean, meshgrid, minimum, moveaxis, multiply, negative, nextafter, nonzero, not_equal, ones_like, permute_dims,
    positive, prod, real, reciprocal, remainder, repeat, reshape, result_type, roll, searchsorted, sign, signbit,
    sin, sinh, sort, sqrt, square, squeeze, stack, std, subtract, take, take_along_axis, tan, tanh, tile, tril,
    triu, trunc, uint8, uint16, uint32, uint64, unique_all, unique_counts, unique_inverse, unique_values, unstack,
    var, where, zeros_like,
)  # fmt: skip
from minitensor.functions import all as all
from minitensor.functions import any as any
from minitensor.functions import bool as bool
from minitensor.functions import max as max
from minitensor.functions import min as min
from minitensor.functions import pow as pow
from minitensor.functions import round as round
from minitensor.functions import sum as sum
from minitensor.linalg import matmul, matrix_transpose, tensordot, vecdot

if TYPE_CHECKING:
    from minitensor import autograd as autograd
    from minitensor import cluster as cluster
    from minitensor import data as data
    from minitensor import exercise as exercise
    from minitensor import gpu as gpu
    from minitensor import groups as groups
    from minitensor import ladder as ladder
    from minitensor import linalg as linalg
    from minitensor import matrix_product as matrix_product
    from minitensor import models as models
    from minitensor import norms as norms
    from minitensor import plot as plot
    from minitensor import segment as segment
else:

    def __getattr__(name):
        """Rooms that are imported when they are first asked for, so that ``import minitensor`` stays quick."""
        if name == "transpose":  # by NumPy's word, for libraries that ask for it, as opt_einsum does
            return permute_dims
        if name in _ROOMS:
            from importlib import import_module

            return import_module(f"minitensor.{name}")
        from minitensor.core.words import on_module

        raise AttributeError(on_module(name), name="")


__version__ = "0.1.0"
newaxis = None
# The versions of the Array API standard whose calls all work here.
API_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")
__array_api_version__ = API_VERSIONS[-1]

_ROOMS = (
    "autograd", "backend", "broadcasting", "cluster", "core", "data", "einsums", "errors", "exercise", "functions",
    "gpu", "groups", "ladder", "linalg", "matrix_product", "models", "norms", "ops", "plot", "random", "segment",
    "text",
)  # fmt: skip
# Functions that Python has under the same names: they are here as mt.sum and so on, but ``import *`` leaves them out.
_BUILTIN = ("abs", "all", "any", "bool", "max", "min", "pow", "round", "sum")


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS, *_BUILTIN, "__version__"})


__all__ = [
    "Tensor", "acos", "acosh", "add", "arange", "argmax", "argmin", "argsort", "as_tensor", "asarray", "asin",
    "asinh", "astype", "atan", "atan2", "atanh", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "broadcast_arrays", "broadcast_shapes", "broadcast_to",
    "can_cast", "ceil", "clip", "complex128", "complex64", "concat", "conj", "copysign", "cos", "cosh",
    "count_nonzero", "cumsum", "cumulative_prod", "cumulative_sum", "diff", "divide", "e", "einsum", "einsum_plan",
    "empty", "empty_like", "equal", "errors", "exp", "expand", "expand_dims", "explain_broadcast", "explain_einsum",
    "expm1", "eye", "finfo", "flip", "float16", "float32", "float64", "floor", "floor_divide", "from_dlpack",
    "full", "full_like", "get_backend", "grad", "greater", "greater_equal", "hypot", "iinfo", "imag", "inf",
    "int16", "int32", "int64", "int8", "isdtype", "isfinite", "isin", "isinf", "isnan", "less", "less_equal",
    "linspace", "log", "log10", "log1p", "log2", "logaddexp", "logical_and", "logical_not", "logical_or",
    "logical_xor", "matmul", "matrix_transpose", "maximum", "mean", "meshgrid", "minimum", "moveaxis", "multiply",
    "nan", "negative", "newaxis", "nextafter", "nonzero", "not_equal", "ones", "ones_like", "permute_dims", "pi",
    "positive", "prod", "random", "real", "reciprocal", "remainder", "repeat", "reshape", "result_type", "roll",
    "searchsorted", "set_backend", "sign", "signbit", "sin", "sinh", "sort", "sqrt", "square", "squeeze", "stack",
    "std", "subtract", "take", "take_along_axis", "tan", "tanh", "tensor", "tensordot", "tile", "tril", "triu",
    "trunc", "uint16", "uint32", "uint64", "uint8", "unique_all", "unique_counts", "unique_inverse",
    "unique_values", "unstack", "use_backend", "value_and_grad", "var", "variable", "vecdot", "where", "zeros",
    "zeros_like",
]  # fmt: skip
