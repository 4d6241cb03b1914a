"""Clustering on Tensors."""

from minitensor.cluster.mean_shift import mean_shift

__all__ = ["mean_shift"]
