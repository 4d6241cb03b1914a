"""Clustering on Tensors."""

from minitensor.cluster.bandwidth import estimate_bandwidth
from minitensor.cluster.dbscan.curve import k_distances
from minitensor.cluster.dbscan.estimator import DBSCAN
from minitensor.cluster.kmeans.estimator import KMeans
from minitensor.cluster.meanshift import mean_shift
from minitensor.cluster.meanshift.estimator import MeanShift

__all__ = ["DBSCAN", "KMeans", "MeanShift", "estimate_bandwidth", "k_distances", "mean_shift"]
