"""Python as a browser has it: no thread and no process can be started, and much is not installed.

python tests/browser.py 3 4     runs lessons 3 and 4 there
python tests/browser.py         imports what all of them import, but for the one on Dask
"""

import ast
import importlib
import os
import subprocess
import sys
import threading

ABSENT = ("greenlet", "numba", "dask", "distributed", "cupy", "threadpoolctl", "cv2", "skimage", "array_api_strict")


def no_thread(*_, **__):
    raise RuntimeError("can't start new thread")


def no_process(*_, **__):
    raise OSError("emscripten does not support processes.")


def enter():
    """From here on, and until the process ends. What is imported before is what a browser has too."""
    for library in ("matplotlib.pyplot", "sklearn.datasets", "PIL.Image", "rich.console", "rich.progress"):
        importlib.import_module(library)
    for name in ("_start_new_thread", "_start_joinable_thread"):  # before and since Python 3.13
        if hasattr(threading, name):
            setattr(threading, name, no_thread)
    subprocess.Popen.__init__ = no_process
    if hasattr(os, "fork"):
        del os.fork
    for name in list(sys.modules):
        if name.partition(".")[0] in ABSENT:
            del sys.modules[name]
    for name in ABSENT:
        sys.modules[name] = None
    sys.platform = "emscripten"


def imports_of(path):
    """The import statements of a script."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [ast.unparse(node) for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]


def main(numbers):
    enter()
    from minitensor.command.lesson import lesson, lessons

    for number in numbers:
        lesson(int(number))
    if not numbers:
        for number, path in lessons().items():
            if number != 15:
                exec("\n".join(imports_of(path)), {})
        print("all imported")


if __name__ == "__main__":
    main(sys.argv[1:])
