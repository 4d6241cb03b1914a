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
    "abs": mt.abs,
    "clip": lambda x: mt.clip(x, -0.9, 0.8),
    "clip low": lambda x: mt.clip(x, low=0.1),
    "clip high": lambda x: mt.clip(x, high=0.1),
    "clip not": mt.clip,
    "conj": mt.conj,
    "copy": lambda x: x.copy(),
    "contiguous": lambda x: x.contiguous() * 2.0,
    "astype": lambda x: x.astype("float64"),
    "tensor": mt.tensor,
    "T": lambda x: x.T,
    "expand_dims": lambda x: x.expand_dims(0) * x.expand_dims(axis=-x.ndim - 1),
    "row by row": lambda x: x.reshape(-1) * 2.0,
}
