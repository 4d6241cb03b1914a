"""How much memory is free, from files like those of Linux."""

import ctypes
import os
import subprocess
import sys
import types

import pytest

from minitensor import backend
from minitensor.backend.memory import free_memory

GB = 10**9
MACHINE = {"proc/meminfo": f"MemTotal: {99 * GB // 1024} kB\nMemAvailable: {8 * GB // 1024} kB\n"}
LIMITS = """Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max data size             {data}            unlimited            bytes
Max address space         {space}            unlimited            bytes
"""
STATUS = {"proc/self/status": f"Name:\tpython\nVmSize:\t {2 * GB // 1024} kB\nVmData:\t {GB // 1024} kB\n"}
V2 = "sys/fs/cgroup/app/"
V1 = "sys/fs/cgroup/memory/app/"
CASES = {
    "nothing tells": ({}, None),
    "the machine": (MACHINE, 8 * GB),
    "no limits": (MACHINE | STATUS | {"proc/self/limits": LIMITS.format(data="unlimited", space="unlimited")}, 8 * GB),
    "address space": (MACHINE | STATUS | {"proc/self/limits": LIMITS.format(data="unlimited", space=5 * GB)}, 3 * GB),
    "data": (MACHINE | STATUS | {"proc/self/limits": LIMITS.format(data=3 * GB, space=99 * GB)}, 2 * GB),
    "more than the limit is used": (
        MACHINE | STATUS | {"proc/self/limits": LIMITS.format(data=GB // 2, space="unlimited")},
        0,
    ),
    "a group of version 2": (
        MACHINE | {"proc/self/cgroup": "0::/app\n", V2 + "memory.max": f"{4 * GB}\n", V2 + "memory.current": f"{GB}\n"},
        3 * GB,
    ),
    "a group without a limit": (
        MACHINE | {"proc/self/cgroup": "0::/app\n", V2 + "memory.max": "max\n", V2 + "memory.current": f"{GB}\n"},
        8 * GB,
    ),
    "the group above": (
        MACHINE
        | {"proc/self/cgroup": "0::/app/mine\n", V2 + "mine/memory.max": "max\n", V2 + "mine/memory.current": "5\n"}
        | {V2 + "memory.max": f"{2 * GB}\n", V2 + "memory.current": f"{GB}\n"},
        GB,
    ),
    "caches of files are given back": (
        MACHINE
        | {"proc/self/cgroup": "0::/app\n", V2 + "memory.max": f"{4 * GB}\n", V2 + "memory.current": f"{3 * GB}\n"}
        | {V2 + "memory.stat": f"anon 7\ninactive_file {GB}\n"},
        2 * GB,
    ),
    "a container, whose group is the root that it sees": (
        MACHINE
        | {"proc/self/cgroup": "0::/docker/abc\n", "sys/fs/cgroup/memory.max": f"{GB}\n"}
        | {"sys/fs/cgroup/memory.current": "0\n"},
        GB,
    ),
    "a group of version 1": (
        MACHINE
        | {"proc/self/cgroup": "5:cpu,cpuacct:/other\n4:memory:/app\n0::/\n", V1 + "memory.limit_in_bytes": f"{6 * GB}"}
        | {V1 + "memory.usage_in_bytes": f"{2 * GB}\n", V1 + "memory.stat": f"total_inactive_file {GB}\n"},
        5 * GB,
    ),
    "version 2 beside version 1": (
        MACHINE
        | {"proc/self/cgroup": "4:memory:/\n0::/app\n", "sys/fs/cgroup/unified/app/memory.max": f"{GB}\n"}
        | {"sys/fs/cgroup/unified/app/memory.current": "0\n"},
        GB,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_least_that_anything_leaves(monkeypatch, tmp_path, case):
    monkeypatch.setattr(sys, "platform", "linux")
    files, wanted = CASES[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = free_memory(tmp_path)
    assert found == (wanted and pytest.approx(wanted, abs=1024 * 3))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_here_a_limit_on_the_process_is_seen():
    assert backend.load("numpy").free_memory() > 0
    asked = "import resource, minitensor as mt\n" \
        "from minitensor.backend.memory import free_memory\n" \
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n" \
        "resource.setrlimit(resource.RLIMIT_AS, (used + 10**8, resource.RLIM_INFINITY))\n" \
        "print(free_memory())"  # fmt: skip
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert 0 <= int(found) <= 10**8


# Other systems, pretended.
def test_macos_counts_free_and_inactive_pages(monkeypatch):
    def host_statistics64(host, flavor, words, count):
        assert (host.value, flavor) == (7, 4)
        words[0], words[1], words[2] = 1000, 5, 200
        return 0

    def host_self():
        return 7

    mach = types.SimpleNamespace(mach_host_self=host_self, host_statistics64=host_statistics64)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: mach)
    monkeypatch.setattr(os, "sysconf", lambda name: 16384, raising=False)
    assert free_memory() == 1200 * 16384


def test_windows_counts_what_is_free_and_what_may_be_committed(monkeypatch):
    def global_memory_status(given):
        words = given._obj
        assert words[0] == ctypes.sizeof(words) == 64
        words[1], words[2], words[3], words[4] = 16 * GB, 9 * GB, 20 * GB, 6 * GB
        return 1

    kernel32 = types.SimpleNamespace(GlobalMemoryStatusEx=global_memory_status)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel32), raising=False)
    assert free_memory() == 6 * GB


def test_a_system_that_has_not_the_function_tells_nothing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace())
    assert free_memory() is None
