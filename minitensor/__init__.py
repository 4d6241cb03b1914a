"""minitensor: a small tensor framework whose core is read in an evening and which teaches for a month.

>>> import minitensor as mt
>>> a = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
>>> (a @ a).tolist()
[[7.0, 10.0], [15.0, 22.0]]
"""

from typing import TYPE_CHECKING

from minitensor import errors, random
from minitensor.autograd import grad, value_and_grad, variable
from minitensor.backend import get_backend, set_backend, use_backend
from minitensor.broadcasting import broadcast_shapes, explain_broadcast
from minitensor.core.creation import arange, as_tensor, eye, full, linspace, ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.einsums import einsum, einsum_plan
from minitensor.einsums.explain import explain_einsum
from minitensor.functions import abs as abs
from minitensor.functions import all as all
from minitensor.functions import any as any
from minitensor.functions import (
    argmax,
    argmin,
    argsort,
    astype,
    ceil,
    clip,
    concat,
    conj,
    cumsum,
    exp,
    expand,
    expand_dims,
    floor,
    imag,
    isfinite,
    isnan,
    log,
    maximum,
    mean,
    minimum,
    permute_dims,
    real,
    reshape,
    searchsorted,
    sort,
    sqrt,
    squeeze,
    stack,
    std,
    take,
    tanh,
    var,
    where,
)
from minitensor.functions import max as max
from minitensor.functions import min as min
from minitensor.functions import round as round
from minitensor.functions import sum as sum
from minitensor.linalg import matmul

if TYPE_CHECKING:
    from minitensor import autograd as autograd
    from minitensor import cluster as cluster
    from minitensor import data as data
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
        if name in _ROOMS:
            from importlib import import_module

            return import_module(f"minitensor.{name}")
        from minitensor.core.words import on_module

        raise AttributeError(on_module(name), name="")


__version__ = "0.1.0"

_ROOMS = (
    "autograd", "backend", "broadcasting", "cluster", "core", "data", "einsums", "errors", "functions", "gpu", "groups",
    "ladder", "linalg", "matrix_product", "models", "norms", "ops", "plot", "random", "segment", "text",
)  # fmt: skip
# Functions that Python has under the same names: they are here as mt.sum and so on, but ``import *`` leaves them out.
_BUILTIN = ("abs", "all", "any", "max", "min", "round", "sum")


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS, *_BUILTIN, "__version__"})


__all__ = [
    "Tensor",
    "arange",
    "argmax",
    "argmin",
    "argsort",
    "as_tensor",
    "astype",
    "broadcast_shapes",
    "ceil",
    "clip",
    "concat",
    "conj",
    "cumsum",
    "einsum",
    "einsum_plan",
    "errors",
    "exp",
    "expand",
    "expand_dims",
    "explain_broadcast",
    "explain_einsum",
    "eye",
    "floor",
    "full",
    "get_backend",
    "grad",
    "imag",
    "isfinite",
    "isnan",
    "linspace",
    "log",
    "matmul",
    "maximum",
    "mean",
    "minimum",
    "ones",
    "permute_dims",
    "random",
    "real",
    "reshape",
    "searchsorted",
    "set_backend",
    "sort",
    "sqrt",
    "squeeze",
    "stack",
    "std",
    "take",
    "tanh",
    "tensor",
    "use_backend",
    "value_and_grad",
    "var",
    "variable",
    "where",
    "zeros",
]
