"""K-means: every point belongs to the nearest of k centres, and every centre is the mean of its points (Lloyd 1957).

`lloyd.py` is what is done with a tile of points, and `partial_sums`.
"""

from minitensor.cluster.kmeans.lloyd import PartialSums, partial_sums

__all__ = ["PartialSums", "partial_sums"]
