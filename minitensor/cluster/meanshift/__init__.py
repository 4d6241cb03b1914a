"""Mean shift: every point climbs to the nearest peak of the density of the data (Fukunaga and Hostetler 1975).

`rungs.py` is the ladder, one update of every point done nine ways; `update.py` is the fastest of those on arrays, for
any kernel; `compiled.py` is its last rung. `climb.py` repeats the update until the points stand still, and `merge.py`
makes clusters of where they stopped. `grid.py`, `cells.py` and `fourier.py` do an update without comparing every query
with every point, and `auto.py` chooses among them.
"""

from minitensor.cluster.meanshift.clustering import Clustering, mean_shift
from minitensor.cluster.meanshift.compiled import compiled
from minitensor.cluster.meanshift.rungs import (
    LADDER,
    batched,
    columns,
    einsum,
    gemm,
    gemm_tiled,
    loops,
    one_point,
    threads,
)

__all__ = [
    "LADDER",
    "Clustering",
    "batched",
    "columns",
    "compiled",
    "einsum",
    "gemm",
    "gemm_tiled",
    "loops",
    "mean_shift",
    "one_point",
    "threads",
]
