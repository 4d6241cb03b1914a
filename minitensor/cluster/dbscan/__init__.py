"""DBSCAN: clusters are where points lie densely (Ester, Kriegel, Sander and Xu 1996).

`rungs.py` is the ladder, the same labels found six ways; `kernels.py` has the rungs for a GPU. `estimator.py` is the
class `DBSCAN`. `clustering.py` finds the clusters in three steps: which points are core points, which of these are
joined, and to whom the others belong. In up to 3 dimensions `cells.py` sorts the points into cells, `counting.py`
counts neighbours until there are enough, and `joining.py` joins cells. In more, `leaves.py` does all three in tiles of
points that lie together. `boxes.py` is what boxes say of the points in them, and `curve.py` has the curve by which one
chooses eps.
"""

from minitensor.cluster.dbscan.curve import k_distances
from minitensor.cluster.dbscan.estimator import DBSCAN
from minitensor.cluster.dbscan.kernels import gpu_cells, gpu_pairs
from minitensor.cluster.dbscan.rungs import GPU_LADDER, LADDER, grid, halves, loops, tiled

__all__ = [
    "DBSCAN",
    "GPU_LADDER",
    "LADDER",
    "gpu_cells",
    "gpu_pairs",
    "grid",
    "halves",
    "k_distances",
    "loops",
    "tiled",
]
