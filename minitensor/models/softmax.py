"""Weighted means with weights e^score, exact however small all of them are, one tile of points after another."""

import math

import numpy as np

from minitensor.cluster.meanshift.attention import exp_in_place
from minitensor.core.tensor import Tensor
from minitensor.functions import maximum


class Softmax:
    """The weighted means of values, (…, q, v), for scores that come in tiles of some points at a time.

    scale : what the scores are multiplied by; even so large a one that they would overflow

    Weights count from the largest score so far, which weighs 1: so none overflows, and the nearest point counts even
    where e to the power of its score is 0. A larger score that comes later makes the sums so far smaller (Milakov and
    Gimelshein 2018). Memory: the sums, one for each value and one of the weights.

    >>> import minitensor as mt
    >>> each = Softmax()
    >>> each.add(mt.tensor([[-1e6]]), mt.tensor([[5.0, 1.0]]))
    >>> each.add(mt.tensor([[-2e6, -1e6]]), mt.tensor([[9.0, 1.0], [6.0, 1.0]]))
    >>> each.means().tolist()
    [[5.5]]
    """

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.largest: Tensor | None = None
        self.sums: Tensor | None = None

    def add(self, scores: Tensor, values: Tensor) -> None:
        """Take in points: scores (…, q, n), which are written over, and values (…, n, v + 1), the last of them 1."""
        largest = scores.max(-1, keepdims=True)
        if self.largest is not None:
            largest = maximum(largest, self.largest)
        scores -= largest
        sums = self._weights(scores) @ values
        if self.largest is not None and self.sums is not None:
            sums += self.sums * self._weights(self.largest - largest)
        self.largest, self.sums = largest, sums

    def _weights(self, below: Tensor) -> Tensor:
        """The weights of scores that are so far below the largest."""
        # Beside the weight 1 all below 2²⁴ times the least normal number are nothing, and smaller ones may be slow.
        least = math.log(2.0**24 * float(np.finfo(below.dtype).tiny))
        powers = maximum(below, least / self.scale)  # before they are multiplied, so that none becomes infinite
        powers *= self.scale
        return exp_in_place(powers)

    def means(self) -> Tensor:
        """The means so far, (…, q, v)."""
        assert self.sums is not None, "there is no mean of no points"
        return self.sums[..., :-1] / self.sums[..., -1:]
