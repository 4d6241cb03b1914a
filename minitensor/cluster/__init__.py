"""Clustering on Tensors."""

from minitensor.cluster.bandwidth import estimate_bandwidth
from minitensor.cluster.dbscan.estimator import DBSCAN
from minitensor.cluster.meanshift import mean_shift
from minitensor.cluster.meanshift.estimator import MeanShift

__all__ = ["DBSCAN", "MeanShift", "estimate_bandwidth", "mean_shift"]
