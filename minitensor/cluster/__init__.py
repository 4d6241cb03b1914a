"""Clustering on Tensors."""

from minitensor.cluster.bandwidth import estimate_bandwidth
from minitensor.cluster.meanshift import mean_shift
from minitensor.cluster.meanshift.estimator import MeanShift

__all__ = ["MeanShift", "estimate_bandwidth", "mean_shift"]
