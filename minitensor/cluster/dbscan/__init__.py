"""DBSCAN: clusters are where points lie densely (Ester, Kriegel, Sander and Xu 1996).

`estimator.py` is the class `DBSCAN`. `clustering.py` finds the clusters in three steps: which points are core points,
which of these are joined, and to whom the others belong. In up to 3 dimensions `cells.py` sorts the points into cells,
`counting.py` counts neighbours until there are enough, and `joining.py` joins cells. In more, `projection.py` does all
three in tiles along one axis.
"""

from minitensor.cluster.dbscan.estimator import DBSCAN

__all__ = ["DBSCAN"]
