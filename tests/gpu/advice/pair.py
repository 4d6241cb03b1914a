"""What a broken kernel and the one that follows the advice have in common."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Pair(NamedTuple):
    """A broken launch, and the one that does what the message says, word for word.

    diagnosis : the function in `diagnoses.py` that speaks, or the error of a refusal
    advice : its words that were followed
    broken, mended : launch the kernels; result : the array in which the mended one leaves its answer
    right : that answer, by NumPy
    """

    diagnosis: Callable[..., Exception] | type[Exception]
    advice: str
    broken: Callable[[], Any]
    mended: Callable[[], Any]
    result: np.ndarray
    right: Any


def numbers(*shape: int, seed: int = 0, dtype: str = "float32") -> np.ndarray:
    """Random numbers of no symmetry: floats about 0, whole numbers from 1 to 9."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    return rng.integers(1, 10, shape).astype(dtype)


def zeros(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)
