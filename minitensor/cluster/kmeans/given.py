"""What k-means is given, made ready: a frame about the points, their coordinates side by side, and their weights."""

import math
from typing import Any

import numpy as np

from minitensor.cluster.coordinates import FEW, by_axis
from minitensor.cluster.frame import Frame, frame_of
from minitensor.cluster.inputs import read_weights, refuse_where
from minitensor.cluster.kmeans.boxes import padded
from minitensor.cluster.kmeans.steps import square_sums
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import concat, stack
from minitensor.groups import counts

SAMPLE = 2**12  # points in whose middle the frame is


def frame_about(points: Tensor) -> Frame:
    """A frame about the middle of some of the points, and as wide as all: the same for points that were moved."""
    n = points.shape[0]
    if n <= SAMPLE:
        return frame_of(points)
    ends = stack([by_axis(points, name) for name in ("min", "max")])
    return frame_of(concat([points[:: n // SAMPLE], ends]))


def laid_out(frame: Frame, points: Tensor) -> tuple[Tensor, Tensor]:
    """The points (n, d) in the frame as (d, n), and the memory in which they lie, as `in_boxes` wants it.

    Of few dimensions they are laid out by coordinates. Memory: one copy.
    """
    n, d = points.shape
    if d > FEW:
        data = frame.enter(points).T
        return data, data
    room = padded(d, n, frame.middle.dtype, points)
    data = room[:, :n]
    for axis in range(d):
        column = points[:, axis] / frame.unit
        column -= frame.middle[axis]
        data[axis] = column
    return room, data


def variance_of(data: Tensor) -> float:
    """The mean variance of the coordinates of data (d, n) inside a frame, in float64."""
    d, n = data.shape
    means = (by_axis(data.T, "mean") if d <= FEW else data.T.mean(0)).tolist()
    return sum(max(total / n - mean**2, 0.0) for total, mean in zip(square_sums(data), means, strict=True)) / d


def used(labels: Tensor, k: int) -> int:
    """How many of k centres have points."""
    return int((counts(labels, k) > 0).astype("int64").sum().item())


def check_enough(n: int, k: int) -> None:
    if n < k:
        raise InputError(f"n_samples={n} should be >= n_clusters={k}; ask for fewer, or give more points")


def scaled_weights(given: Any, points: Tensor, n: int | None = None) -> tuple[Tensor | None, int]:
    """The weights (n,) in the dtype and on the backend of the points, or None where each weighs 1; and e.

    They are divided by 2^e, so that the largest is from ½ to 1, and no sum is too large.
    """
    if given is None:
        return None, 0
    weights = read_weights(given, points, n)
    refuse_where(weights < 0, "sample_weight", weights, "a negative number; points weigh 0 or more")
    exponent = math.frexp(weights.max().item())[1]
    scaled = (weights / 2.0 ** (exponent // 2) / 2.0 ** (exponent - exponent // 2)).astype(points.dtype)
    lost = (weights > 0) & (scaled < float(np.finfo(points.dtype).tiny))
    what = f"so small beside {weights.max().item()} that {points.dtype} cannot hold both; make it 0"
    refuse_where(lost, "sample_weight", weights, what)
    return scaled, exponent


def check_unweighted(given: Any) -> None:
    if given is not None:
        raise InputError("KMeans: points of a Dask array weigh 1 each; leave out sample_weight")
