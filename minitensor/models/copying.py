"""How near samples are to the data, and how many are copies of them."""

from typing import NamedTuple

import numpy as np

from minitensor.cluster.coordinates import largest, squared_distances
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.tiles import tiles
from minitensor.core import checks
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import sort, sqrt, where
from minitensor.models.scale import scale_of

COPY = 0.2  # of the typical distance: nearer than that, nobody sees a difference


class Nearness(NamedTuple):
    """The nearest picture of each sample.

    rows : (samples,) int64, which one it is; distances : (samples,), how far away, in the units of the pictures
    """

    rows: Tensor
    distances: Tensor

    def typical(self) -> float:
        """The median of the distances."""
        ordered, count = sort(self.distances), self.distances.shape[0]
        return (ordered[(count - 1) // 2].item() + ordered[count // 2].item()) / 2

    def copies(self, typical: float, share: float = COPY) -> float:
        """The share of the samples that are copies: nearer to a picture than `share` of a typical distance.

        typical : how far a picture that is no copy is from its nearest, as `nearness(held_out, data).typical()` is

        >>> import minitensor as mt
        >>> near = nearness(mt.tensor([[0.0], [0.1], [7.0], [3.0]]), mt.tensor([[0.0], [9.0]]))
        >>> near.distances.tolist(), near.typical(), near.copies(typical=2.0)
        ([0.0, 0.1, 2.0, 3.0], 1.05, 0.5)
        """
        typical = checks.positive("copies: typical", typical)
        return (self.distances < typical * checks.number("copies: share", share, 0)).astype("float64").mean().item()


def nearness(samples: Tensor, data: Tensor, memory: int = MEMORY) -> Nearness:
    """The nearest picture of the data, (n, d), to each of the samples, (q, d); of equally near ones the first.

    Distances are made of differences, so that of a copy it is 0. Time: O(q·n·d). Memory: `memory` and O((q + n)·d).

    Raises DTypeError, ShapeError, DeviceError or InputError for what are no points, do not fit, or are none.
    """
    checks.pictures("nearness: the samples", samples)
    checks.pictures("nearness: the data", data)
    memory = checks.whole("nearness: memory", memory, 1)
    checks.matrices("nearness", samples, data, words=("samples", "data"), rows=True)
    if samples.dtype != data.dtype:
        raise InputError(f"nearness: samples are {samples.dtype}, data {data.dtype}; use .astype({data.dtype.name!r})")
    q, n = samples.shape[0], data.shape[0]
    unit = scale_of(samples, data)
    samples, columns = samples / unit, (data / unit).T.contiguous()
    rows, least = full(q, 0, "int64", like=data), full(q, float("inf"), like=data)
    for here, there in tiles(q, n, 2 * data.dtype.itemsize, memory):
        squared = squared_distances(samples[here], columns[:, there])
        nearest, before = squared.min(1), least[here]
        rows[here] = where(nearest < before, squared.argmin(1) + there.start, rows[here])
        least[here] = where(nearest < before, nearest, before)
    distances = sqrt(least)
    if largest(distances) * unit > float(np.finfo(data.dtype).max):
        raise InputError(f"nearness: a distance is beyond the largest {data.dtype}; divide samples and data by 4")
    return Nearness(rows, distances * unit)
