"""The matmul ladder: ``c = a @ b``, from three Python loops to BLAS and to a GPU.

`rungs.py` has a function for each rung on arrays, and the ladder; `kernels.py` has the rungs for a GPU, each beside its
kernel, the last two of which are CUDA C++, in `kernels.cu`; `tiling.py` has the same ideas in Python for tiles of any
size, as their speeds are published.
"""

from minitensor.matrix_product.rungs import GPU_LADDER, LADDER

__all__ = ["GPU_LADDER", "LADDER"]
