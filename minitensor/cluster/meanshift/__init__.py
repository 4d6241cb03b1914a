"""Mean shift: every point moves uphill to a peak of the density of the data (Fukunaga and Hostetler 1975).

One update: `rungs.py` is the ladder, the same update done nine ways; `tiles.py` cuts the work of its plain rungs;
`attention.py` and `update.py` are the tuned one on arrays, for any kernel; `with_numba.py` is the last rung on a
processor; `kernels.py` and `kernels.cu` are the rungs for a GPU.

To the peaks: `clustering.py` chooses a density, shifts the points until they stand still, and merges where they
stopped. `density.py` is what it asks of a density. `grid.py`, `cells.py` and `fourier.py` give one without comparing
every query with every point (`blocks.py` is where a grid keeps its nodes, `binning.py` how points get there),
`choosing.py` picks one, `seeds.py` starts from fewer places, and `merge.py` makes the clusters. `estimator.py` is the
class `MeanShift`.
"""

from minitensor.cluster.meanshift.clustering import Clustering, mean_shift
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
from minitensor.cluster.meanshift.with_numba import compiled

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
