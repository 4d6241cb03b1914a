"""Mean shift: every point climbs to the nearest peak of the density of the data (Fukunaga and Hostetler 1975).

`rungs.py` is the ladder, one update of every point done five ways; `climb.py` repeats the update until the points
stand still and makes clusters of where they stopped. `grid.py`, `cells.py` and `fourier.py` do an update without
comparing every query with every point, and `auto.py` chooses among them.
"""

from minitensor.cluster.mean_shift.climb import Clustering, mean_shift
from minitensor.cluster.mean_shift.rungs import LADDER, batched, einsum, gemm, loops, one_point

__all__ = ["LADDER", "Clustering", "batched", "einsum", "gemm", "loops", "mean_shift", "one_point"]
