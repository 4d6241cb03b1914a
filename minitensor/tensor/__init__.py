"""Class `Tensor`: storage, shape, dtype, indexing, operators, printing.

`core.py` is the class, on `operators.py`; `creation.py` makes new ones; `failures.py` says why an operator failed;
`printing.py` is how a tensor looks.
"""

from minitensor.tensor.core import Tensor
from minitensor.tensor.creation import arange, as_tensor, eye, full, linspace, ones, tensor, zeros
from minitensor.tensor.operators import wrap

__all__ = ["Tensor", "arange", "as_tensor", "eye", "full", "linspace", "ones", "tensor", "wrap", "zeros"]
