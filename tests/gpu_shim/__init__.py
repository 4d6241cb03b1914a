"""The CUDA C++ that CuPy makes of a kernel, compiled for this machine's processor, and run: the truth without a GPU.

`cuda.h` is CUDA's environment, `float32.h` its float, `machine.h` its blocks and threads. The translated text is
CuPy's, but for what no header can give: see `prepared`.

>>> gpu_shim.run(kernel, grid, block, *arguments)  # doctest: +SKIP
[array(...), ...]
"""

from gpu_shim.running import Call, Deadlock, run, run_all, sanitized
from gpu_shim.translating import Refused, cubin, prepared, translated, why_not

__all__ = ["Call", "Deadlock", "Refused", "cubin", "prepared", "run", "run_all", "sanitized", "translated", "why_not"]
