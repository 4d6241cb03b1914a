"""Functions that make many elements into few: sums, means, extremes, and running totals."""

from minitensor.core import shaping
from minitensor.core.operations import method
from minitensor.core.tensor import Tensor

sum, mean, max, min = Tensor.sum, Tensor.mean, Tensor.max, Tensor.min
var, std, any, all = Tensor.var, Tensor.std, Tensor.any, Tensor.all
argmax, argmin = Tensor.argmax, Tensor.argmin


@method(shaping.cumsum)
def cumsum(x: Tensor, axis: int = -1) -> Tensor:
    """Running totals along `axis`.

    >>> import minitensor as mt
    >>> mt.cumsum(mt.tensor([1, 2, 3])).tolist()
    [1, 3, 6]
    """
