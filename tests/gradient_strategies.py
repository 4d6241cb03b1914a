"""Numbers away from corners, and functions of one tensor, for the tests of gradients."""

import numpy as np
from hypothesis import strategies as st
from strategies import arrays

import minitensor as mt


def apart(array, seed, low=0.3, high=1.7):
    """Numbers that are all different and away from 0, written over an array of any layout."""
    array[...] = np.random.default_rng(seed).uniform(low, high, array.shape)
    return array


@st.composite
def numbers(draw, shape, signed=False):
    array = apart(draw(arrays(shape)), draw(st.integers(0, 2**32 - 1)))
    if signed:
        array *= draw(arrays(shape, values=st.sampled_from([-1.0, 1.0])))
    return array


NUMBERS = {
    "x + 2": lambda x: x + 2.0,
    "2 - x": lambda x: 2.0 - x,
    "x * 3": lambda x: x * 3,
    "2 / x": lambda x: 2.0 / x,
    "x / 4": lambda x: x / 4.0,
    "x ** 2": lambda x: x**2,
    "x ** 3": lambda x: x**3,
    "x ** -1.5": lambda x: abs(x) ** -1.5,
    "x ** 0": lambda x: x**0,
    "2 ** x": lambda x: 2.0**x,
    "x % 0.7": lambda x: x % 10.0,
    "maximum": lambda x: mt.maximum(x, 1.0),
    "minimum": lambda x: mt.minimum(1.0, x),
    "where": lambda x: mt.where(x.plain() > 0, x, 0.5),
    "neg": lambda x: -x,
    "pos": lambda x: +x,
    "exp": mt.exp,
    "log": lambda x: mt.log(abs(x)),
    "sqrt": lambda x: mt.sqrt(abs(x)),
    "tanh": mt.tanh,
    "square": mt.square,
    "reciprocal": mt.reciprocal,
    "expm1": mt.expm1,
    "log1p": lambda x: mt.log1p(abs(x)),
    "log2": lambda x: mt.log2(abs(x)),
    "log10": lambda x: mt.log10(abs(x)),
    "sin": mt.sin,
    "cos": mt.cos,
    "tan": lambda x: mt.tan(x * 0.2),
    "asin": lambda x: mt.asin(x * 0.2),
    "acos": lambda x: mt.acos(x * 0.2),
    "atan": mt.atan,
    "sinh": mt.sinh,
    "cosh": mt.cosh,
    "asinh": mt.asinh,
    "acosh": lambda x: mt.acosh(abs(x) + 1.5),
    "atanh": lambda x: mt.atanh(x * 0.2),
    "take_along_axis": lambda x: mt.take_along_axis(x.reshape(-1), mt.zeros((2 * (x.size > 0),), "int64", like=x), 0),
    "flip": mt.flip,
    "roll": lambda x: mt.roll(x, 1),
    "repeat": lambda x: mt.repeat(x, 2),
    "tile": lambda x: mt.tile(x, (2,)),
    "diff": lambda x: mt.diff(x.reshape(-1)),
    "cumulative_sum": lambda x: mt.cumulative_sum(x.reshape(-1), include_initial=True),
    "tril": lambda x: mt.tril(x.reshape(1, -1)),
    "sum in another dtype": lambda x: mt.sum(x, dtype="float64"),
    "abs": mt.abs,
    "clip": lambda x: mt.clip(x, -0.9, 0.8),
    "clip low": lambda x: mt.clip(x, min=0.1),
    "clip high": lambda x: mt.clip(x, max=0.1),
    "clip not": mt.clip,
    "clip by tensors": lambda x: mt.clip(x, -mt.ones((), like=x), mt.full((), 0.7, like=x)),
    "conj": mt.conj,
    "copy": lambda x: x.copy(),
    "contiguous": lambda x: x.contiguous() * 2.0,
    "astype": lambda x: x.astype("float64"),
    "tensor": mt.tensor,
    "T": lambda x: x.T,
    "expand_dims": lambda x: x.expand_dims(0) * x.expand_dims(axis=-x.ndim - 1),
    "row by row": lambda x: x.reshape(-1) * 2.0,
}
