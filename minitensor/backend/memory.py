"""How many bytes this process may still take: what the machine, its control groups and its own limits leave."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# What a version of control groups calls its limit, what is used of it, and what of that the kernel gives back if asked.
_V2 = ("memory.max", "memory.current", "inactive_file")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def free_memory(root: Path = Path("/")) -> int | None:
    """The least that anything leaves, 0 or more; None where nothing tells, as in a browser.

    root : where `proc` and `sys` are

    macOS and Windows are asked for the memory that is free or given back if asked; that was tried on neither. On Linux,
    asked are MemAvailable of the machine, the limits on address space and data of this process, and the limit of each
    control group above it, of version 2 or 1: each less what is used of it. Caches of files do not count as used.
    """
    ask = {"darwin": _on_macos, "win32": _on_windows}.get(sys.platform, lambda: _on_linux(root))
    found: list[int] = []
    with contextlib.suppress(OSError, AttributeError):  # where a function of the system is not there
        found = [*ask()]
    return max(0, min(found)) if found else None


def _on_macos() -> Iterator[int]:
    """Free and inactive pages, by `host_statistics64` of Mach."""
    system = ctypes.CDLL(None)
    system.mach_host_self.restype = ctypes.c_uint32
    words, count = (ctypes.c_uint32 * 64)(), ctypes.c_uint32(64)  # a `vm_statistics64`, which has 40
    if system.host_statistics64(ctypes.c_uint32(system.mach_host_self()), 4, words, ctypes.byref(count)) == 0:
        yield (words[0] + words[2]) * os.sysconf("SC_PAGE_SIZE")


def _on_windows() -> Iterator[int]:
    """Physical memory, and what may still be committed, by `GlobalMemoryStatusEx`."""
    words = (ctypes.c_uint64 * 8)(64)  # a `MEMORYSTATUSEX`, which begins with its length
    if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(words)):  # type: ignore[attr-defined, unused-ignore]
        yield from (words[2], words[4])


def _on_linux(root: Path) -> Iterator[int]:
    yield from (*_of_machine(root), *_of_process(root), *_of_groups(root))


def _of_machine(root: Path) -> Iterator[int]:
    yield from (1024 * kib for name, kib in _numbers(root / "proc/meminfo") if name == "MemAvailable:")


def _of_process(root: Path) -> Iterator[int]:
    used = {name: 1024 * kib for name, kib in _numbers(root / "proc/self/status")}
    for line in _lines(root / "proc/self/limits"):
        for limit, size in (("Max address space", "VmSize:"), ("Max data size", "VmData:")):
            soft = line.removeprefix(limit).split()[:1]
            if line.startswith(limit) and soft[0].isdecimal() and size in used:
                yield int(soft[0]) - used[size]


def _of_groups(root: Path) -> Iterator[int]:
    """What each group leaves, from this process's own up to the root. In a container the first is often the only one
    in sight, and lies where the root of the hierarchy would be."""
    for line in _lines(root / "proc/self/cgroup"):
        number, controllers, path = line.strip().split(":", 2)
        if number == "0" and not controllers:
            tops, names = ["sys/fs/cgroup", "sys/fs/cgroup/unified"], _V2
        elif "memory" in controllers.split(","):
            tops, names = ["sys/fs/cgroup/memory"], _V1
        else:
            continue
        group = Path(path.strip("/"))
        for top in tops:
            for each in (group, *group.parents):
                yield from _of_group(root / top / each, *names)


def _of_group(folder: Path, limit: str, usage: str, cache: str) -> Iterator[int]:
    most, used = ("".join(_lines(folder / name)).strip() for name in (limit, usage))
    if most.isdecimal() and used.isdecimal():  # "max" is no limit
        given_back = [size for name, size in _numbers(folder / "memory.stat") if name == cache]
        yield int(most) - int(used) + sum(given_back)


def _numbers(file: Path) -> Iterator[tuple[str, int]]:
    """The first word of each line, and the whole number that follows it."""
    for line in _lines(file):
        words = line.split()
        if len(words) > 1 and words[1].isdecimal():
            yield words[0], int(words[1])


def _lines(file: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    return []
