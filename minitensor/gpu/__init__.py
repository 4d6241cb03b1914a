"""A GPU you can hold in your hand: one Python function, run by a real GPU or by a simulated one.

- `device.py`: what a kernel asks of the machine that runs it, by the names of `cupyx.jit`
- `launching.py`: ``@kernel`` and the launch, ``name[grid, block](...)``
- `simulator.py`: the machine for those who have no GPU: it runs, checks and counts
- its parts: `instrument.py` rewrites the kernel so that it can be watched, `source.py` and `operations.py` read it,
  `memory.py` checks every access, `ledger.py` books it, `races.py` and `counters.py` judge it, `report.py` tells
- `diagnoses.py`: what is said of a wrong kernel; `clues.py` finds in its text what to advise
- `cupy_names.py`: what CuPy is handed while it translates
- `compiler.py`: the CUDA C++ that CuPy makes of a kernel, and what NVRTC makes of that, on a machine with no GPU
- `written.py`: kernels whose text a program writes
- `cpp.py`: kernels in CUDA C++, from a ``.cu`` file

This room is the machine. The kernels of an algorithm are beside the algorithm, in its `kernels.py` and `kernels.cu`.
"""

from minitensor.gpu.device import cuda
from minitensor.gpu.launching import Kernel, kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.report import Launch, compare

__all__ = ["Kernel", "Launch", "compare", "cuda", "kernel", "uninitialised"]
