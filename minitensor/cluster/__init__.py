"""Clustering on Tensors."""

from minitensor.cluster.estimator import MeanShift
from minitensor.cluster.mean_shift import mean_shift

__all__ = ["MeanShift", "mean_shift"]
