"""The mean-shift ladder on a GPU: the rungs on arrays, and above them the kernels. For float32 on CuPy."""

from minitensor.cluster.meanshift.kernels import gpu_fast, gpu_fused, gpu_tiled
from minitensor.cluster.meanshift.rungs import ARRAY_RUNGS, LADDER

GPU_RUNGS = (gpu_fused, gpu_tiled, gpu_fast)
GPU_LADDER = LADDER._replace(rungs=(*ARRAY_RUNGS, *GPU_RUNGS))
