"""What CuPy's JIT is handed in place of its own names: thread numbers with a sign, and shuffles that need no GPU.

In CUDA thread numbers are unsigned, so that ``threadIdx.x - 1 >= 0`` is always true; and CuPy refuses to add them to
int32, which is what Python's whole numbers become. On the simulator they are Python's own whole numbers. So that a
kernel means the same on both machines, CuPy is handed these instead, each of which casts to int.
"""

from functools import cache
from typing import Any

from minitensor.gpu.device import WARP


@cache
def cupy_names() -> dict[str, Any]:
    """``threadIdx``, ``grid`` and the like, for CuPy while it translates. Imports CuPy."""
    from cupyx.jit import _builtin_funcs, _cuda_types, _internal_types

    int32 = _cuda_types.int32

    def cast(code: str) -> Any:
        return _internal_types.Data(f"(int)({code})", int32)

    class SignedDim3(_cuda_types.Dim3):  # type: ignore[misc]
        def x(self, instance: Any) -> Any:
            return cast(f"{instance.code}.x")

        def y(self, instance: Any) -> Any:
            return cast(f"{instance.code}.y")

        def z(self, instance: Any) -> Any:
            return cast(f"{instance.code}.z")

    class SignedGrid(_builtin_funcs.GridFunc):  # type: ignore[misc]
        def call_const(self, env: Any, ndim: int) -> Any:
            if ndim not in (1, 2, 3):
                raise TypeError(f"cuda.grid and cuda.gridsize take 1, 2 or 3, not {ndim}")
            parts = [cast(self._code.format(n=axis)) for axis in "xyz"[:ndim]]
            if ndim == 1:
                return parts[0]
            make = "STD::make_pair" if ndim == 2 else "STD::make_tuple"
            code = f"{make}({', '.join(part.code for part in parts)})"
            return _internal_types.Data(code, _cuda_types.Tuple([int32] * ndim))

    class SignedLaneId(_builtin_funcs.LaneID):  # type: ignore[misc]
        def call_const(self, env: Any) -> Any:
            return cast(super().call_const(env).code)

    class Shuffle(_internal_types.BuiltinFunc):  # type: ignore[misc]
        """CuPy's own asks the GPU how many threads a warp has, and there may be no GPU to ask."""

        def __init__(self, way: str):
            self.name = f"__shfl_{way}sync"

        def call(self, env: Any, mask: Any, value: Any, lanes: Any, *, width: Any = None) -> Any:
            value, lanes = (_internal_types.Data.init(each, env) for each in (value, lanes))
            size = width.obj if width else WARP
            return _internal_types.Data(f"{self.name}({mask.obj:#x}, {value.code}, {lanes.code}, {size})", value.ctype)

    indices = ("threadIdx", "blockIdx", "blockDim", "gridDim")
    return {
        **{name: _internal_types.Data(name, SignedDim3()) for name in indices},
        "grid": SignedGrid("grid"),
        "gridsize": SignedGrid("gridsize"),
        "laneid": SignedLaneId(),
        **{f"shfl_{way}sync": Shuffle(way) for way in ("", "up_", "down_", "xor_")},
    }
