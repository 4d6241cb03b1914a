"""Clustering on Tensors."""

from minitensor.cluster.bandwidth import estimate_bandwidth
from minitensor.cluster.lsh import CellIndex, LSHIndex
from minitensor.cluster.meanshift import mean_shift
from minitensor.cluster.meanshift.estimator import MeanShift

__all__ = ["CellIndex", "LSHIndex", "MeanShift", "estimate_bandwidth", "mean_shift"]
