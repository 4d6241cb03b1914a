"""In a browser every lesson but the one on Dask runs: nothing starts a process, or a thread where none starts."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from many import for_each
from sources import FILES, PACKAGE, imports, tree_of

from minitensor.backend import threads
from minitensor.command.lesson import lessons

FORBIDDEN = {"greenlet", "multiprocessing", "subprocess", "asyncio", "_thread"}
LESSONS = {path.name: path for number, path in lessons().items() if number != 15}


# A teacher grades with a process for each pupil; at a terminal a thread ends a check that hangs.
NOT_THERE = {"exercise/classroom/grading.py", "command/patience.py"}


@for_each(name for name in (*FILES, *LESSONS) if name not in NOT_THERE)
def test_nothing_that_a_browser_lacks_is_imported(name):
    tree = ast.parse(LESSONS[name].read_text(encoding="utf-8")) if name in LESSONS else tree_of(name)
    found = set(imports(tree, ("minitensor", *name.split("/")[:-1])))
    assert {module for module in found if module.partition(".")[0] in FORBIDDEN} == set()
    assert found & {"threading.Thread", "threading"} <= ({"threading"} if name == "gpu/device.py" else set())
    assert not any(module.startswith("concurrent") for module in found) or name == "backend/threads.py"


def test_the_one_file_with_a_whole_module_of_threads_has_no_thread():
    assert "Thread(" not in (PACKAGE / "gpu" / "device.py").read_text(encoding="utf-8")


def in_a_browser(*words):
    command = [sys.executable, str(Path(__file__).with_name("browser.py")), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.thorough
def test_the_lessons_import_what_a_browser_has():
    ran = in_a_browser()
    assert (ran.returncode, ran.stdout) == (0, "all imported\n"), ran.stderr


@pytest.mark.thorough
def test_a_lesson_runs_in_a_browser():
    ran = in_a_browser("3")
    assert ran.returncode == 0, ran.stderr
    assert "threads" not in ran.stderr


def test_work_is_not_shared_out_where_no_thread_starts(monkeypatch):
    monkeypatch.setattr(threads, "THREADS", False)
    assert threads.cores() == 1
    with threads.in_threads(4) as each:
        assert each is map
