"""What CuPy's JIT is handed in place of its own names: thread numbers with a sign, and what needs no GPU to translate.

In CUDA thread numbers are unsigned, so that ``threadIdx.x - 1 >= 0`` is always true; and CuPy refuses to add them to
int32, which is what Python's whole numbers become. On the simulator they are Python's own whole numbers. So that a
kernel means the same on both machines, CuPy is handed these instead, each of which casts to int.

CuPy has no loads of four floats at once: `load4` and `store4` are functions in CUDA C++ that go before the kernel. So
that they fit, every array in shared memory begins at a multiple of 16 bytes.
"""

from functools import cache
from typing import Any

from minitensor.gpu.device import WARP

LOAD4 = """__device__ __forceinline__ STD::tuple<float, float, float, float> load4(const float* at) {
  const float4 four = *reinterpret_cast<const float4*>(at);
  return STD::make_tuple(four.x, four.y, four.z, four.w);
}
"""
STORE4 = """__device__ __forceinline__ void store4(float* at, float x, float y, float z, float w) {
  *reinterpret_cast<float4*>(at) = make_float4(x, y, z, w);
}
"""


@cache
def cupy_names() -> dict[str, Any]:
    """``threadIdx``, ``grid`` and the like, for CuPy while it translates. Imports CuPy."""
    from cupyx.jit import _builtin_funcs, _compile, _cuda_types, _internal_types

    int32, float32 = _cuda_types.int32, _cuda_types.Scalar("float32")

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

    class SyncWarp(_internal_types.BuiltinFunc):  # type: ignore[misc]
        """CuPy's own makes an int32 of the mask, into which 0xFFFFFFFF does not go."""

        def call(self, env: Any, *, mask: Any = None) -> Any:
            return _internal_types.Data(f"__syncwarp({mask.obj if mask else 0xFFFFFFFF:#x})", _cuda_types.void)

    class CompareAndSwap(_builtin_funcs.AtomicOp):  # type: ignore[misc]
        """CuPy's own asks the GPU whether it can do this with uint16, as all have since compute capability 7.0."""

        def call(self, env: Any, array: Any, index: Any, value: Any, value2: Any = None) -> Any:
            target = _compile._indexing(_internal_types.Data.init(array, env), index, env)
            if target.ctype.dtype.char != "H":
                return super().call(env, array, index, value, value2)
            cast = [_compile._astype_scalar(each, target.ctype, "same_kind", env) for each in (value, value2)]
            given = ", ".join(_internal_types.Data.init(each, env).code for each in cast)
            return _internal_types.Data(f"atomicCAS(&{target.code}, {given})", target.ctype)

    class SharedMemory(_builtin_funcs.SharedMemory):  # type: ignore[misc]
        def call_const(self, env: Any, dtype: Any, size: int | None, alignment: int | None = None) -> Any:
            return super().call_const(env, dtype, size, alignment or 16)

    def place(env: Any, name: str, array: Any, index: Any) -> str:
        """The address that a load or store of four begins at."""
        array = _internal_types.Data.init(array, env)
        if (
            not isinstance(array.ctype, _cuda_types.ArrayBase)
            or array.ctype.child_type != float32
            or array.ctype._ndim != 1
        ):
            raise TypeError(f"cuda.{name} takes a float32 array with one axis, not {array.ctype}")
        return f"&{_compile._indexing(array, index, env).code}"

    class Load4(_internal_types.BuiltinFunc):  # type: ignore[misc]
        def call(self, env: Any, array: Any, index: Any) -> Any:
            env.generated.add_code(LOAD4)
            return _internal_types.Data(f"load4({place(env, 'load4', array, index)})", _cuda_types.Tuple([float32] * 4))

    class Store4(_internal_types.BuiltinFunc):  # type: ignore[misc]
        def call(self, env: Any, array: Any, index: Any, *values: Any) -> Any:
            if len(values) != 4:
                raise TypeError(f"cuda.store4 writes four numbers, not {len(values)}")
            env.generated.add_code(STORE4)
            cast = [_compile._astype_scalar(each, float32, "same_kind", env) for each in values]
            given = [_internal_types.Data.init(each, env).code for each in cast]
            return _internal_types.Data(
                f"store4({', '.join([place(env, 'store4', array, index), *given])})", _cuda_types.void
            )

    indices = ("threadIdx", "blockIdx", "blockDim", "gridDim")
    return {
        **{name: _internal_types.Data(name, SignedDim3()) for name in indices},
        "grid": SignedGrid("grid"),
        "gridsize": SignedGrid("gridsize"),
        "laneid": SignedLaneId(),
        "shared_memory": SharedMemory(),
        "syncwarp": SyncWarp(),
        "atomic_cas": CompareAndSwap("CAS", (*_builtin_funcs.atomic_cas._dtypes,)),
        "load4": Load4(),
        "store4": Store4(),
        **{f"shfl_{way}sync": Shuffle(way) for way in ("", "up_", "down_", "xor_")},
    }
