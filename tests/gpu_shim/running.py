"""Compile translated kernels, and run them on arrays."""

import atexit
import ctypes
import functools
import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gpu_shim.translating import HERE, Refused, include, program, translated

# No fused products. Overflow wraps, as on a GPU. What lies in memory may be read as bits, as the atomics do.
OPTIONS = ("-std=c++20", "-O1", "-w", "-ffp-contract=off", "-fwrapv", "-fno-strict-aliasing", "-fno-ipa-reference")
PAD = 256  # bytes before and after every array, which nobody may write to
EACH = 24  # kernels in one program, so that several are compiled at once

FOLDER = Path(tempfile.mkdtemp(prefix="gpu_shim"))  # what is compiled, until Python ends
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


class Deadlock(Exception):
    """Threads wait for one another."""


class Call(NamedTuple):
    """One launch. source : what `translated` gives; arguments : arrays and numbers"""

    source: str
    grid: tuple
    block: tuple
    arguments: tuple
    shared_bytes: int = 0


def run(kernel, grid, block, *arguments, shared_bytes=0):
    """The arrays, as they are after the launch; the arguments stay as they are. Raises Refused and Deadlock."""
    return run_all([Call(translated(kernel, arguments), grid, block, arguments, shared_bytes)])[0]


def run_all(calls):
    """For each call its arrays, as they are afterwards; all their kernels are compiled together."""
    sources = list(dict.fromkeys(call.source for call in calls))
    groups = [sources[at : at + EACH] for at in range(0, len(sources), EACH)]
    with ThreadPoolExecutor(2) as pool:  # g++ is a process of its own
        libraries = list(pool.map(lambda group: library(tuple(group)), groups))
    where = {
        source: (which, group.index(source)) for which, group in zip(libraries, groups, strict=True) for source in group
    }
    return [_called(*where[call.source], call) for call in calls]


@functools.cache
def library(sources):
    """The kernels as a library."""
    return ctypes.CDLL(str(compiled(sources, ("-shared", "-fPIC"))))


def compiled(sources, options=()):
    """The file that g++ makes of kernels; every program is compiled once. Raises Refused."""
    text = program(sources)
    where = FOLDER / hashlib.sha256(repr((text, options)).encode()).hexdigest()[:16]
    if not where.exists():
        where.with_suffix(".cpp").write_text(text, encoding="utf-8")
        _gcc(where.with_suffix(".cpp"), where, f"-I{_headers(options)}", *options)
    return where


LOCK = threading.Lock()


@functools.cache
def _precompiled(options):
    """A folder with `cuda.h`, read once for all programs with these options."""
    folder = Path(tempfile.mkdtemp(dir=FOLDER))
    _gcc(HERE / "cuda.h", folder / "cuda.h.gch", *options, "-x", "c++-header")
    return folder


def _headers(options):
    with LOCK:
        return _precompiled(tuple(option for option in options if option != "-shared"))


def _gcc(file, out, *options):
    command = ["g++", *OPTIONS, *options, f"-I{HERE}", f"-I{include()}"]
    result = subprocess.run([*command, str(file), "-o", f"{out}.part"], capture_output=True, text=True)
    if result.returncode:
        raise Refused(f"g++ refuses the translated kernel:\n{result.stderr}")
    os.replace(f"{out}.part", out)


def _three(size):
    return (*size, 1, 1)[:3] if isinstance(size, tuple) else (size, 1, 1)


def _number(value):
    """A number as CuPy passes it at a launch."""
    if isinstance(value, np.generic):
        return np.array(value)
    kinds = {bool: np.bool_, int: np.int32 if -(2**31) <= value < 2**31 else np.int64, float: np.float32}
    return np.array(kinds[type(value)](value))


def plain(given):
    """A copy of an array or of a Tensor's, or the number."""
    array = _array(given)
    return given if array is None else np.array(array)


def _array(given):
    array = getattr(given, "array", given)
    return array if isinstance(array, np.ndarray) else None


def _called(which, entry, call):
    given, keep, arrays = [], [], []
    for argument in call.arguments:
        array = _array(argument)
        if array is None:
            number = _number(argument)
            keep.append(number)
            given.append(number.ctypes.data)
            continue
        room = np.full(array.nbytes + 2 * PAD + 16, 0xFF, np.uint8)
        start = PAD + -(room.ctypes.data + PAD) % 16
        room[start : start + array.nbytes] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        record = np.array([room.ctypes.data + start, *array.shape], np.int64)
        keep.append(record)
        given.append(record.ctypes.data)
        arrays.append((room, start, array))
    shape = np.array([*_three(call.grid), *_three(call.block)], np.uint32).tobytes() + struct.pack(
        "q", call.shared_bytes
    )
    pointers = (ctypes.c_void_p * max(1, len(given)))(*given)
    which.run.restype = ctypes.c_bool
    if not which.run(entry, shape, pointers):
        raise Deadlock("the threads that are left wait for one another")
    after = []
    for room, start, array in arrays:
        end = start + array.nbytes
        assert (room[:start] == 0xFF).all(), "something before the array was written"
        assert (room[end:] == 0xFF).all(), "something after the array was written"
        after.append(room[start:end].view(array.dtype).reshape(array.shape))
    return after


def sanitized(calls, sanitizer, *options, timeout=300):
    """What a sanitizer says of these calls: "undefined", or, with threads of the operating system, "thread", "address".

    Returns (what it says, nothing if all is well; for each call its arrays). Raises Refused where g++ has no such
    sanitizer.
    """
    groups = [calls[at : at + EACH] for at in range(0, len(calls), EACH)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda group: _sanitized(group, sanitizer, options, timeout), groups))
    return "".join(said for said, _ in found), [after for _, each in found for after in each]


def _sanitized(calls, sanitizer, options, timeout):
    sources = tuple(dict.fromkeys(call.source for call in calls))
    threads = ("-DSHIM_THREADS", "-pthread") if sanitizer != "undefined" else ()
    made = compiled(sources, ("-DSHIM_MAIN", "-g", f"-fsanitize={sanitizer}", *threads, *options))
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder, "in"), Path(folder, "out")
        given.write_bytes(_written(calls, sources))
        first = {"TSAN_OPTIONS": "halt_on_error=1", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
        # The address sanitizer does not know fibers' stacks, and needs no fake ones.
        first["ASAN_OPTIONS"] = "halt_on_error=1:detect_stack_use_after_return=0:detect_leaks=0"
        result = subprocess.run(
            [str(made), str(given), str(out)], env=os.environ | first, capture_output=True, text=True, timeout=timeout
        )
        if result.returncode == 4:
            raise Deadlock("the threads that are left wait for one another")
        if result.returncode or result.stderr:
            return result.stderr or f"it ended with {result.returncode}", []
        data, after, at = out.read_bytes(), [], 0
    for call in calls:
        after.append([])
        for array in filter(lambda array: array is not None, map(_array, call.arguments)):
            after[-1].append(np.frombuffer(data[at : at + array.nbytes], array.dtype).reshape(array.shape))
            at += array.nbytes
    assert at == len(data)
    return "", after


def _written(calls, sources):
    """The calls as `main.h` reads them."""
    parts = [struct.pack("q", len(calls))]
    for call in calls:
        shape = (*_three(call.grid), *_three(call.block))
        parts.append(struct.pack("q6Iqq", sources.index(call.source), *shape, call.shared_bytes, len(call.arguments)))
        for argument in call.arguments:
            array = _array(argument)
            value = np.ascontiguousarray(_number(argument) if array is None else array)
            axes = () if array is None else array.shape
            parts.append(struct.pack(f"{2 + len(axes)}q", len(axes), value.nbytes, *axes))
            parts.append(value.tobytes())
    return b"".join(parts)
