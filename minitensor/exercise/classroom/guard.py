"""What a process that runs a pupil's program may not do. Python asks a hook before it opens a file, and the like."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from minitensor.errors import ForbiddenError

# What computing asks for, and reading modules when they are first needed. All else is refused.
ALLOWED = frozenset(
    ["import", "compile", "exec", "marshal.loads", "marshal.load", "code.__new__", "function.__new__", "os.listdir",
     "os.scandir", "os.fspath", "sys._getframe", "sys._getframemodulename", "sys.settrace", "sys.setprofile",
     "object.__getattr__", "object.__setattr__", "object.__delattr__", "builtins.id", "array.__new__", "time.sleep",
     "sys.monitoring.register_callback", "sys.unraisablehook", "sys.excepthook", "cpython._PySys_ClearAuditHooks",
     "cpython.PyInterpreterState_Clear"]
)  # fmt: skip
# Modules that reach past what Python asks the hook about; those that are loaded are not loaded a second time.
MODULES = frozenset(
    ["ctypes", "_ctypes", "cffi", "_cffi_backend", "_posixsubprocess", "_posixshmem", "mmap", "_winapi",
     "_multiprocessing", "_xxsubinterpreters", "_interpreters", "_dbm", "_gdbm", "_tkinter", "readline", "_testcapi",
     "_testinternalcapi", "posix", "nt"]
)  # fmt: skip
# What the system does for `os` and Python does not ask the hook about: it is taken away.
UNASKED = ("mkfifo", "mknod", "chroot", "unshare", "setns")
MEMORY = 4 * 2**30  # bytes, where the system lets a process limit itself


def guard(readable: Iterable[Path], hidden: Iterable[Path]) -> None:
    """From now on this process writes no file, starts no process, and opens no connection; there is no way back.

    readable : the only folders in which files may be read; hidden : folders that may not. Where one lies in another,
        the inner one counts
    """
    allowed = tuple(os.path.realpath(each) for each in readable)
    refused = tuple(os.path.realpath(each) for each in hidden)

    def ask(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _ask_open(arguments, allowed, refused)
        elif event == "import" and str(arguments[0]).partition(".")[0] in MODULES:
            raise ForbiddenError(f"{arguments[0]} may not be imported here")
        elif event not in ALLOWED:
            raise ForbiddenError(f"{event} is not allowed here")

    _limit_memory()
    for module in filter(None, map(sys.modules.get, ("os", "posix"))):
        for name in UNASKED:
            vars(module).pop(name, None)
    sys.addaudithook(ask)


def _ask_open(arguments: tuple[Any, ...], allowed: tuple[str, ...], refused: tuple[str, ...]) -> None:
    path, mode, flags = (*arguments, None, None, None)[:3]
    if isinstance(path, int):  # it is open already
        return
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    if set(str(mode or "r")) & set("wax+") or (isinstance(flags, int) and flags & writing):
        raise ForbiddenError("no file may be written here")
    real = os.path.realpath(os.fsdecode(path))
    if _within(real, allowed) <= _within(real, refused):
        raise ForbiddenError(f"{os.path.basename(real)} may not be read here")


def _within(path: str, folders: tuple[str, ...]) -> int:
    """How long the name is of the innermost of these folders that a path lies in; 0 for none."""
    holding = (each for each in folders if path == each or path.startswith(each.rstrip(os.sep) + os.sep))
    return max(map(len, holding), default=0)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such thing
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # where the system's own libraries take more addresses than that
        with suppress(ValueError, OSError):  # there is a lower limit already
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
