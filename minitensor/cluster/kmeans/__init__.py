"""K-means: every point belongs to the nearest of k centres, and every centre is the mean of its points (Lloyd 1957).

One step: `rungs.py` is the ladder, the same step done five ways; `kernels.py` are the rungs for a GPU.

To the end: `lloyd.py` is what is done with a tile of points, and `partial_sums`. `assignment.py` keeps from step to
step which centre each point has, and `boxes.py` does so for many points at once; `steps.py` goes on to the end,
`starts.py` says where centres start, `minibatch.py` makes steps on a few points at a time, `chunked.py` on the chunks
of a Dask array, `distances.py` measures for `transform`, and `far.py` does so from points too far away for a frame.
`estimator.py` is the class, and `given.py` makes ready what it is given.
"""

from minitensor.cluster.kmeans.lloyd import PartialSums, partial_sums
from minitensor.cluster.kmeans.rungs import GPU_LADDER, LADDER, broadcasting, gemm, loops, threads, tiled

__all__ = [
    "GPU_LADDER",
    "LADDER",
    "PartialSums",
    "broadcasting",
    "gemm",
    "loops",
    "partial_sums",
    "threads",
    "tiled",
]
