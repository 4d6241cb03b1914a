"""The numbers that an exercise is checked with: legible ones, or random ones."""

from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor

OLD = -777  # what outputs hold before


class Draw:
    """Makes numbers. Legible ones say where they came from: element [i, k] is 10 * i + k.

    seed : of the random ones; legible : which of the two
    rng : NumPy's generator, for all else that is random, such as permutations

    >>> Draw(0, legible=True).tensor(2, 3).tolist()
    [[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]
    """

    def __init__(self, seed: int, legible: bool):
        self.legible, self.rng = legible, np.random.default_rng(seed)

    def array(self, *shape: int, dtype: Any = "float32", scale: float = 1.0, start: float = 0.0) -> np.ndarray:
        """A NumPy array, for kernels. Random ones are normal, for integer dtypes whole numbers from −99 to 99, or from
        0 to 255 for uint8; scale, start : what they are multiplied by, and what is added then."""
        kind = np.dtype(dtype)
        if self.legible:
            index = np.indices(shape)
            numbers = sum((index[axis] * 10 ** (len(shape) - 1 - axis) for axis in range(len(shape))), np.zeros(shape))
        elif kind.kind in "iu":
            numbers = self.rng.integers(*((0, 256) if kind == np.uint8 else (-99, 100)), shape)
        else:
            numbers = self.rng.normal(size=shape)
        return np.asarray(numbers * scale + start).astype(kind)

    def tensor(self, *shape: int, dtype: Any = "float64", scale: float = 1.0, start: float = 0.0) -> Tensor:
        """The same as a Tensor, on the current backend."""
        return tensor(self.array(*shape, dtype=dtype, scale=scale, start=start))

    def integers(self, low: int, high: int, *shape: int, dtype: Any = "int32") -> np.ndarray:
        """Random whole numbers from `low` to `high` - 1, also where others are legible."""
        return self.rng.integers(low, high, shape).astype(dtype)

    def old(self, *shape: int, dtype: Any = "float32") -> np.ndarray:
        """An output, full of what an earlier launch left there."""
        return np.full(shape, OLD % 256 if np.dtype(dtype) == np.uint8 else OLD).astype(dtype)
