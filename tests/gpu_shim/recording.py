"""Every launch that the library, lessons, exercises, docstrings and tests make on the simulator and that succeeds.

A program of its own, ``python -m gpu_shim.recording FILE``, since it runs tests. What it writes are `Recorded`.
"""

import contextlib
import io
import os
import pickle
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gpu_shim.running import Call, plain
from gpu_shim.translating import Refused, translated

ROOT = Path(__file__).parents[2]
LESSONS = ("07_gpu_kernels.py", "08_mean_shift_on_the_gpu.py")
# Those that launch kernels; not those about the shim or CUDA's compiler, nor those that only count.
PLACES = (
    "minitensor", "tests/gpu", "tests/matrix_product", "tests/cluster/dbscan", "tests/cluster/kmeans/test_kernels.py",
    "tests/cluster/lsh", "tests/cluster/meanshift", "tests/plot",
)  # fmt: skip
NOT_THESE = (
    "test_cases_as_cpp", "test_compiler", "test_cpp", "test_functions", "test_predict", "test_random_kernels",
    "test_shim", "test_truth", "test_units",
)  # fmt: skip
EACH = 3  # launches of one kernel with one kind of arguments


class Recorded(NamedTuple):
    """One launch. name : of the kernel, and where it is; after : its arrays, as the simulator left them

    refused : why CuPy would not translate it, where it would not
    """

    name: str
    call: Call
    after: list
    refused: str = ""


class Recorder:
    """Stands in for ``kernel[grid, block]`` while it is active."""

    def __init__(self):
        self.found = {}

    @contextlib.contextmanager
    def active(self):
        from minitensor.gpu.launching import Kernel

        launching = Kernel.__getitem__

        def watched(kernel, shape):
            launch = launching(kernel, shape)

            def launched(*arguments, **options):
                before = tuple(map(plain, arguments))
                result = launch(*arguments, **options)
                self.add(kernel, shape, before, arguments)
                return result

            return launched

        Kernel.__getitem__ = watched
        try:
            yield
        finally:
            Kernel.__getitem__ = launching

    def add(self, kernel, shape, before, arguments):
        grid, block, *shared = shape
        try:
            source, refused = translated(kernel, before), ""
        except Refused as error:
            source, refused = kernel.text, str(error)
        launches = self.found.setdefault(source, {})
        shapes = tuple(np.shape(each) for each in before)
        if len(launches) < EACH:
            after = [each for each in map(plain, arguments) if isinstance(each, np.ndarray)]
            name = f"{kernel.name} ({Path(kernel.function.__code__.co_filename).name})"
            call = Call(source, grid, block, before, *shared)
            launches.setdefault((grid, block, shapes), Recorded(name, call, after, refused))

    def all(self):
        return [each for launches in self.found.values() for each in launches.values()]


def files():
    """The files in which something launches kernels."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            wanted = path.name.startswith("test_") or place == "minitensor"
            if wanted and path.stem not in NOT_THESE and "gpu" in text and "kernel" in text:
                yield str(path)


def until_the_last_launch(lesson):
    """The code of a lesson but for the cells after its last launch, which may take long."""
    text = lesson.read_text(encoding="utf-8")
    names = "|".join(re.findall(r"^@kernel\n(?:@.*\n)*def (\w+)", text, re.MULTILINE))
    launches = list(re.finditer(rf"\b(?:{names})\[.*\]\(", text))
    end = text.find("\n# %%", launches[-1].end())
    return compile(text[:end], str(lesson), "exec")


def record(lessons=LESSONS):
    import pytest

    from minitensor import plot
    from minitensor.errors import MissingExtraError
    from minitensor.exercise import check
    from minitensor.exercise import files as exercise_files
    from minitensor.gpu import compiler

    def nothing(*_, **__):
        raise MissingExtraError("not compiled while launches are recorded")

    recorder = Recorder()
    with recorder.active(), contextlib.redirect_stdout(io.StringIO()) as told:
        compiling, compiler.compile_to_cubin = compiler.compile_to_cubin, nothing
        plot.headless()
        for lesson in lessons:
            exec(until_the_last_launch(ROOT / "lessons" / lesson), {"__name__": "lesson"})
            plot.close_all()
        for number in exercise_files.exercises():
            path = exercise_files.solution(number)
            if "@kernel" in path.read_text(encoding="utf-8"):
                assert check(number, path=path).status == "right"
        compiler.compile_to_cubin = compiling
        code = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", *files()])
    if code:
        sys.exit(told.getvalue())
    return recorder.all()


def recorded():
    """What `record` finds, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder, "recorded")
        environment = os.environ | {
            "MINITENSOR_TESTS": "quick", "MINITENSOR_BACKEND": "numpy", "MPLBACKEND": "Agg",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        }  # fmt: skip
        command = [sys.executable, "-m", "gpu_shim.recording", str(where)]
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-4000:]
        return pickle.loads(where.read_bytes())


if __name__ == "__main__":
    from gpu_shim.recording import record as run  # so that what is pickled has this module's name

    Path(sys.argv[1]).write_bytes(pickle.dumps(run()))
