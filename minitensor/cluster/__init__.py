"""Clustering on Tensors."""

from minitensor.cluster.bandwidth import estimate_bandwidth
from minitensor.cluster.meanshift.estimator import MeanShift
from minitensor.cluster.meanshift import mean_shift

__all__ = ["MeanShift", "estimate_bandwidth", "mean_shift"]
