"""The matmul ladder: ``c = a @ b``, from three Python loops to BLAS and to a GPU.

`rungs.py` has one function a rung; `kernels.py` and `kernels.cu` hold the kernels of those that need a GPU.
"""

from minitensor.matrix_product.rungs import GPU_LADDER, LADDER

__all__ = ["GPU_LADDER", "LADDER"]
