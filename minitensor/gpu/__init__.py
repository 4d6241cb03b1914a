"""A GPU you can hold in your hand: one Python function, run by a real GPU or by a simulated one.

- `device.py`: what a kernel asks of the machine that runs it, by the names of `cupyx.jit`
- `launching.py`: ``@kernel`` and the launch, ``name[grid, block](...)``; `arguments.py`: what it may be given
- from text to types, as CuPy's compiler has them: `translate.py` reads statements, `expressions.py` expressions,
  `calls.py` calls, `vocabulary.py` what is asked of `cuda`; `fitting.py` knows types, `arithmetic.py` numbers,
  `ufuncs.py` operations, `costs.py` what they cost; `refused.py` lists what cannot be said, `tree.py` what comes out,
  `source.py` where it was written
- `machine.py`: a launch for those who have no GPU, a batch of blocks at a time. `simulator.py` runs the statements,
  `values.py` the expressions, `accesses.py` what they do to memory, for the `threads.py` of a batch; `shuffles.py` and
  `atomics.py` are what these do together
- what it checks and counts: `memory.py` holds arrays, `races.py` who touched them, `ledger.py` and `counters.py` what
  it cost; `diagnoses.py` says what is wrong, `where.py` at which thread, `advice.py` what mends it, by the `clues.py`
  of the text; `facts.py` are the same without words; `witness.py` sees who touches what, fault or not; `report.py`
  tells what came of a launch
- `cupy_names.py`: what CuPy is handed while it translates
- `compiler.py`: the CUDA C++ that CuPy makes of a kernel, and what NVRTC makes of that, on a machine with no GPU
- `predict.py`: how long a launch would take on a GPU that is not here; `cards.py` and `gpus.csv`: the GPUs it knows;
  `predicted.csv`: predictions beside published measurements; `forecasts.py`: predictions side by side
- `written.py`: kernels whose text a program writes
- `cpp.py`: kernels in CUDA C++, from a ``.cu`` file

This room is the machine. The kernels of an algorithm are beside the algorithm, in its `kernels.py` and `kernels.cu`.
"""

from minitensor.gpu.cards import Card
from minitensor.gpu.device import cuda
from minitensor.gpu.forecasts import forecast
from minitensor.gpu.launching import Kernel, kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.report import Launch, compare

__all__ = ["Card", "Kernel", "Launch", "compare", "cuda", "forecast", "kernel", "uninitialised"]
