"""The GPU rungs of the mean-shift ladder: float32, no table of weights, memory O(n) whatever the number of queries."""

from minitensor import backend
from minitensor.cluster.meanshift import kernels
from minitensor.cluster.meanshift.rungs import ARRAY_RUNGS, LADDER
from minitensor.core.tensor import Tensor
from minitensor.data import blobs
from minitensor.gpu import Launch, sources
from minitensor.ladder import rung

_nothing = {"memory": lambda queries, points, bandwidth: 0}
gpu_fused = rung("GPU: one thread a query, weights never stored", **_nothing)(kernels.gpu_fused)
gpu_tiled = rung("GPU: blocks fetch points into shared memory", **_nothing)(kernels.gpu_tiled)


@rung("GPU: several queries a thread, exponentials in hardware", **_nothing)
def gpu_fast(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """`gpu_tiled` with several queries in each thread's registers, so that a point fetched once serves them all.

    The number of dimensions is a constant of the compiler (1 to 8, and 64), and the exponential is the hardware's own
    ``ex2.approx``, the scale folded into the coordinates beforehand. CUDA C++ in `gpu/mean_shift.cu`, which states the
    bound of its error; for a GPU only.
    """
    return sources.fast(queries, points, bandwidth)


def simulated(n: int = 256) -> list[tuple[str, Launch]]:
    """The GPU rungs that are Python, run by the simulator on n points in two dimensions: name and counted launch.

    >>> [name for name, launch in simulated(6)]
    ['gpu_fused', 'gpu_tiled']
    """
    with backend.use_backend("numpy"):
        points = blobs(0, clusters=1, each=n, dtype="float32")[0]
    return [
        ("gpu_fused", kernels.run("gpu_fused", kernels.fused, points, points, 2.5)[1]),
        ("gpu_tiled", kernels.run("gpu_tiled", kernels.tiled, points, points, 2.5)[1]),
    ]


# For float32 on CuPy.
GPU_LADDER = LADDER._replace(rungs=(*ARRAY_RUNGS, gpu_fused, gpu_tiled, gpu_fast))
