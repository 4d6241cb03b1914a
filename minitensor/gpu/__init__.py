"""A GPU you can hold in your hand: one Python function, run by a real GPU or by a simulated one.

- `cuda.py`: what a kernel asks of the machine that runs it, by the names of `cupyx.jit`
- `kernel.py`: ``@kernel`` and the launch, ``name[grid, block](...)``
- `simulator.py`: the machine for those who have no GPU: it runs, checks and counts
- its parts: `instrument.py` rewrites the kernel so that it can be watched, `source.py` and `operations.py` read it,
  `memory.py` checks every access, `ledger.py` books it, `races.py` and `counters.py` judge it, `report.py` tells
- `cupy_names.py`: what CuPy is handed while it translates
- `compiler.py`: what the compiler sees: a kernel as CUDA C++, and as the code of a GPU, with no GPU
- `matmul_kernels.py`, `mean_shift_kernels.py`: the kernels of the two ladders, with `written.py` for those
  whose text a program writes
- `matmul.cu`, `mean_shift.cu`: the last rungs, in CUDA C++; `sources.py` launches them
"""

from minitensor.gpu.cuda import cuda
from minitensor.gpu.kernel import Kernel, kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.report import Launch

__all__ = ["Kernel", "Launch", "cuda", "kernel", "uninitialised"]
