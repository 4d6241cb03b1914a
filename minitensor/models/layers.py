"""What an encoder is made of: dense layers, vectors of length 1, and a sum of exponentials that does not overflow."""

import math

import numpy as np

from minitensor import random
from minitensor.core import checks
from minitensor.core.creation import zeros
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor
from minitensor.functions import where


def dense(
    rng: np.random.Generator, inputs: int, outputs: int, dtype: DType | None = None, *, like: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Weights (inputs, outputs) and biases (outputs,) of a layer that has learned nothing.

    dtype : a float dtype, float64 if neither it nor `like` is given; like : a tensor whose backend and dtype they have

    Weights are drawn with variance 1/inputs, so that what comes out has the variance of what went in (LeCun, Bottou,
    Orr and Müller, "Efficient backprop", 1998). Biases are 0.

    >>> from minitensor import random
    >>> weights, biases = dense(random.generator(0), 400, 100)
    >>> weights.shape, round(weights.std().item() * 20, 1), biases.shape
    ((400, 100), 1.0, (100,))

    Raises InputError for fewer than one input or output.
    """
    inputs, outputs = checks.whole("dense: inputs", inputs, 1), checks.whole("dense: outputs", outputs, 1)
    weights = random.normal(rng, (inputs, outputs), std=1 / math.sqrt(inputs), dtype=dtype, like=like)
    return weights, zeros(outputs, like=weights)


def encode(x: Tensor, first: Tensor, first_bias: Tensor, second: Tensor, second_bias: Tensor) -> Tensor:
    """Two dense layers with tanh between them, the result brought to length 1: (n, inputs) → (n, outputs).

    first : (inputs, hidden), first_bias : (hidden,), second : (hidden, outputs), second_bias : (outputs,)

    >>> import minitensor as mt
    >>> encode(mt.zeros((1, 2)), mt.eye(2), mt.zeros(2), mt.eye(2), mt.tensor([3.0, 4.0])).tolist()
    [[0.6, 0.8]]
    """
    return unit((x @ first + first_bias).tanh() @ second + second_bias)


def unit(x: Tensor) -> Tensor:
    """Each vector along the last axis divided by its length; one of zeros stays.

    >>> import minitensor as mt
    >>> unit(mt.tensor([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    squared = (x * x).sum(-1, keepdims=True)
    return x / where(squared > 0, squared, 1.0).sqrt()  # chosen before the root, whose slope at 0 is infinite


def log_sum_exp(x: Tensor, axis: int) -> Tensor:
    """log Σ exp(x) over an axis. The largest element is taken out first, so that no exponential overflows.

    Its gradient is the softmax of x.

    >>> import minitensor as mt
    >>> log_sum_exp(mt.tensor([1000.0, 1000.0]), 0).item() == 1000 + math.log(2)
    True
    """
    largest = x.plain().max(axis, keepdims=True)  # which cancels, and so has no share in the gradient
    return (x - largest).exp().sum(axis).log() + largest.squeeze(axis)
