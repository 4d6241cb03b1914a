"""Clustering on Tensors."""

from minitensor.cluster.bandwidth import estimate_bandwidth
from minitensor.cluster.dbscan import DBSCAN, k_distances
from minitensor.cluster.kmeans.estimator import KMeans
from minitensor.cluster.lsh import CellIndex, LSHIndex
from minitensor.cluster.meanshift import mean_shift
from minitensor.cluster.meanshift.estimator import MeanShift

__all__ = [
    "DBSCAN",
    "CellIndex",
    "KMeans",
    "LSHIndex",
    "MeanShift",
    "estimate_bandwidth",
    "k_distances",
    "mean_shift",
]
