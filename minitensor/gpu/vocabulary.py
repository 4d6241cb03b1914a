"""What the names of `cuda` and Python's own functions become in a kernel, as `cupyx.jit` has them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minitensor.gpu import tree
from minitensor.gpu.arithmetic import BOOL, INT, LONG, promoted
from minitensor.gpu.device import WARP
from minitensor.gpu.ufuncs import MATHS

WITH_ATOMICS = {  # for which dtypes CuPy has each
    "add": ("int32", "uint32", "uint64", "float32", "float64"),
    "sub": ("int32", "uint32"),
    "exch": ("int32", "uint32", "uint64", "float32"),
    "min": ("int32", "uint32", "uint64"),
    "max": ("int32", "uint32", "uint64"),
    "inc": ("uint32",),
    "dec": ("uint32",),
    "cas": ("int32", "uint32", "uint64", "uint16"),
    "and": ("int32", "uint32", "uint64"),
    "or": ("int32", "uint32", "uint64"),
    "xor": ("int32", "uint32", "uint64"),
}
WIDTHS = (2, 4, 8, 16, 32)


def call(t: Any, node: Any, name: str, args: list[Any], named: dict[str, Any]) -> Any:
    """What ``cuda.name(*args, **named)`` becomes. t : the `Translator`, which refuses what is wrong"""
    if name in MATHS:
        if named:
            raise t.refusal(
                node, f"cuda.{name} takes its operands alone; convert them with np.float32(...) or its like"
            )
        return t.ufunc(node, name, args, f"cuda.{name}")
    way, _, rest = name.partition("_")
    if way == "atomic":
        return _atomic(t, node, rest, args, named)
    if way == "shfl":
        return _shuffle(t, node, rest.removesuffix("sync").rstrip("_"), args, named)
    return CALLS[name](t, node, args, named)


def _constant(t: Any, node: Any, value: Any, what: str) -> Any:
    if not t.is_constant(value):
        raise t.refusal(
            node, f"{what} must be known before the kernel runs; write a number, or a name from outside of it"
        )
    return value.value


def _counted(t: Any, node: Any, args: list[Any], named: dict[str, Any], how: str, least: int, most: int = 0) -> None:
    if named or not least <= len(args) <= (most or least):
        raise t.refusal(node, f"write {how}")


def _grid(name: str) -> Callable[..., Any]:
    def of(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
        _counted(t, node, args, named, f"cuda.{name}(1), cuda.{name}(2) or cuda.{name}(3)", 1)
        ndim = _constant(t, node, args[0], f"the number of axes of cuda.{name}")
        if ndim not in (1, 2, 3) or type(ndim) is not int:
            raise t.refusal(node, f"cuda.{name} takes 1, 2 or 3, not {ndim!r}")
        parts = [tree.Name(node.lineno, INT, INT, f"{name}.{axis}") for axis in "xyz"[:ndim]]
        return parts[0] if ndim == 1 else t.pack(node, parts)

    return of


def _laneid(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    _counted(t, node, args, named, "cuda.laneid()", 0)
    return tree.Name(node.lineno, INT, INT, "cuda.laneid")


def _syncthreads(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    _counted(t, node, args, named, "cuda.syncthreads()", 0)
    return tree.Barrier(node.lineno, warp=False)


def _syncwarp(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    if args or set(named) - {"mask"}:
        raise t.refusal(node, "write cuda.syncwarp(), or cuda.syncwarp(mask=0xFF)")
    mask = _constant(t, node, named["mask"], "a mask") if "mask" in named else 0xFFFFFFFF
    return tree.Barrier(node.lineno, True, _mask(t, node, mask))


def _mask(t: Any, node: Any, mask: Any) -> int:
    if type(mask) is not int or not 0 <= mask <= 0xFFFFFFFF:
        raise t.refusal(node, f"a mask has a bit for each of {WARP} lanes, from 0 to 0xFFFFFFFF, not {mask!r}")
    return mask


def _shared_memory(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    given = dict(zip(("dtype", "size", "alignment"), args, strict=False)) | named
    if len(args) > 3 or not {"dtype", "size"} <= set(given) <= {"dtype", "size", "alignment"}:
        raise t.refusal(node, "write tile = cuda.shared_memory(np.float32, 256)")
    size = _constant(t, node, given["size"], "the size of shared memory")
    if isinstance(size, (type, np.dtype)):
        raise t.refusal(node, "the dtype comes first: write cuda.shared_memory(np.float32, 256)")
    if size is not None and (type(size) is not int or size < 1):
        raise t.refusal(
            node,
            f"shared memory has one axis and a size fixed beforehand, not {size!r}; write rows * columns, and index it "
            "by row * columns + col",
        )
    wanted = _constant(t, node, given["dtype"], "the dtype of shared memory")
    try:
        dtype = np.dtype(wanted)
    except TypeError:
        raise t.refusal(node, f"{wanted!r} is no dtype; write cuda.shared_memory(np.float32, 256)") from None
    t.check_dtype(node, dtype)
    kind = tree.Array(dtype, 1, pointer=True, number=len(t.shared))
    for other in t.shared:
        if size is None and other.size is None and other.dtype.dtype != dtype:
            raise t.refusal(
                node,
                f"all dynamic shared memory begins at one place, and this would be {dtype} where there is "
                f"{other.dtype.dtype} already, which is not simulated; write it as {other.dtype.dtype}",
            )
    alignment = given.get("alignment")
    if alignment is not None:
        wanted_alignment = _constant(t, node, alignment, "an alignment")
        if wanted_alignment is not None and (type(wanted_alignment) is not int or wanted_alignment.bit_count() != 1):
            raise t.refusal(node, f"an alignment is a power of two, not {wanted_alignment!r}; write 16 or the like")
    shared = tree.Shared(node.lineno, kind, kind, "", size, len(t.shared))
    t.shared.append(shared)
    return shared


def _atomic(t: Any, node: Any, op: str, args: list[Any], named: dict[str, Any]) -> Any:
    how = f"cuda.atomic_{op}(array, index, {'compared, ' if op == 'cas' else ''}value)"
    _counted(t, node, args, named, how, 4 if op == "cas" else 3)
    if t.is_constant(args[0]) or not isinstance(args[0].dtype, tree.Array):
        raise t.refusal(node, f"write {how}")
    place = t.element(node, args[0], args[1], node.args[:2])
    if str(place.dtype) not in WITH_ATOMICS[op]:
        raise t.refusal(
            node, f"a GPU has no atomic_{op} of {place.dtype}; write into one of {', '.join(WITH_ATOMICS[op])}"
        )
    values = [
        t.data(node, t.constant_as(node, value, place.dtype))
        if t.is_constant(value) and isinstance(value.value, (int, np.integer))
        else t.assigned(node, value, place.dtype, f"{place.text}[...] is")
        for value in args[2:]
    ]
    place.store = t.site(node, place.text, "atomic")
    t.written.add(place.text)
    return tree.Atomic(node.lineno, place.dtype, place.dtype, op, place, values)


def _shuffle(t: Any, node: Any, way: str, args: list[Any], named: dict[str, Any]) -> Any:
    if len(args) != 3 or set(named) - {"width"}:
        raise t.refusal(node, f"write cuda.{node.func.attr}(0xFFFFFFFF, value, lanes), with width= if it is not {WARP}")
    mask = _mask(t, node, _constant(t, node, args[0], "a mask"))
    width = _constant(t, node, named["width"], "the width of a shuffle") if "width" in named else WARP
    if width not in WIDTHS:
        raise t.refusal(node, f"the width of a shuffle is one of {', '.join(map(str, WIDTHS))}, not {width!r}")
    value, lanes = t.number(node, args[1]), t.number(node, args[2])
    if lanes.dtype.kind not in "iub":
        raise t.refusal(node, f"how many lanes away is a whole number; here it is {lanes.dtype}")
    return tree.Shuffle(node.lineno, value.dtype, promoted(value.actual), way, mask, value, lanes, width)


def _load4(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    _counted(t, node, args, named, "x, y, z, w = cuda.load4(array, index)", 2)
    place = _four(t, node, args)
    place.load = t.site(node, place.text, "load")
    return place


def _store4(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    _counted(t, node, args, named, "cuda.store4(array, index, x, y, z, w)", 6)
    place = _four(t, node, args)
    place.store = t.site(node, place.text, "store")
    t.written.add(place.text)
    values = [t.assigned(node, value, np.dtype("float32"), f"{place.text} is") for value in args[2:]]
    return tree.Assign(node.lineno, place, t.pack(node, values))


def _four(t: Any, node: Any, args: list[Any]) -> Any:
    if t.is_constant(args[0]) or not isinstance(args[0].dtype, tree.Array):
        raise t.refusal(node, f"cuda.{node.func.attr} takes an array and the index of the first of 4 elements")
    array = args[0].dtype
    if array.ndim != 1 or array.dtype != np.float32:
        raise t.refusal(node, f"cuda.{node.func.attr} takes an array of float32 with one axis; this is {array}")
    place = t.element(node, args[0], args[1], node.args[:2])
    place.wide = 4
    place.dtype = place.actual = tree.Tuple((array.dtype,) * 4)
    return place


def _range(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    if not 1 <= len(args) <= 3 or set(named) - {"unroll"}:
        raise t.refusal(node, "write range(stop), range(start, stop) or range(start, stop, step)")
    start, stop, step = [t.constant(0), *args, t.constant(1)] if len(args) == 1 else [*args, t.constant(1)][:3]
    if "unroll" in named and not all(map(t.is_constant, (start, stop, step, named["unroll"]))):
        raise t.refusal(node, "a loop is unrolled where its start, stop and step are known before the kernel runs")
    bounds = [t.number(node, each) for each in (start, stop, step)]
    for bound in bounds:
        if bound.dtype.kind not in "iu":
            raise t.refusal(node, f"range goes over whole numbers; here is a {bound.dtype}")
    unroll = named["unroll"].value if "unroll" in named else None
    up = True if bounds[2].dtype.kind == "u" else step.value >= 0 if t.is_constant(step) else None
    return Range(tuple(bounds), unroll is True or (type(unroll) is int and unroll > 1), up)


class Range:
    """What a loop goes over. up : whether it counts up, None if that is not known beforehand"""

    def __init__(self, bounds: Any, unrolled: bool, up: bool | None):
        self.bounds, self.unrolled, self.up = bounds, unrolled, up


def _len(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
    _counted(t, node, args, named, "len(array)", 1)
    if t.is_constant(args[0]):
        raise t.refusal(node, "len is known of an array that the kernel is given; write the number")
    kind = args[0].dtype
    if not isinstance(kind, tree.Array) or kind.pointer:
        raise t.refusal(node, "len is known of an array that the kernel is given; of shared memory write the size")
    return tree.Measure(node.lineno, np.dtype("q"), LONG, args[0], "shape", 0)


def _least(name: str) -> Callable[..., Any]:
    def of(t: Any, node: Any, args: list[Any], named: dict[str, Any]) -> Any:
        if named or len(args) < 2:
            raise t.refusal(node, f"write {name[:3]}(x, y)")
        out = args[0]
        for each in args[1:]:
            out = t.ufunc(node, name, [out, each], name[:3])
        return out

    return of


CALLS: dict[str, Callable[..., Any]] = {
    "grid": _grid("grid"),
    "gridsize": _grid("gridsize"),
    "laneid": _laneid,
    "syncthreads": _syncthreads,
    "syncwarp": _syncwarp,
    "shared_memory": _shared_memory,
    "load4": _load4,
    "store4": _store4,
    "range": _range,
}
BUILTINS: dict[Any, Callable[..., Any]] = {
    range: _range,
    len: _len,
    min: _least("minimum"),
    max: _least("maximum"),
}
CASTS = {bool: BOOL, int: LONG, float: np.dtype("float64")}
