"""What is taken of a pupil's file that is graded."""

import ast
import re

import hostile
import pytest
from many import for_each

from minitensor.errors import InputError
from minitensor.exercise import files
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.classroom import bodies

DOT = 6  # dot(a, b) of two lists


@pytest.fixture(scope="module")
def stub():
    return files.stub(DOT).read_text(encoding="utf-8")


def taken_of(folder, text, number=DOT):
    path = folder / files.stub(number).name
    path.write_bytes(text.encode())
    return bodies.taken(files.stub(number), bodies.pupils_program(path), EXERCISES[number].function)


def test_what_the_answer_does_not_name_is_not_taken(stub, tmp_path):
    body = "# mine\n    total = 0.0\n    for x, y in zip(a, b, strict=True):\n        total += x * y\n    return total"
    tests = "\nraise RuntimeError('mine')\nimport os\na = b = open('a')\nprint(dot(a, b))\na.close()\ntotal = 1\n"
    found = taken_of(tmp_path, stub.replace("raise NotImplementedError", body) + tests)
    rows, mine = found.text.splitlines(), stub.splitlines()
    assert "\n".join(rows[mine.index("    raise NotImplementedError") :]).rstrip() == f"    {body}"
    assert not any(rows[: mine.index("def dot(a: list[float], b: list[float]) -> float:")])


@pytest.mark.parametrize(
    "text",
    [
        "def dot(a, b): return 41 + 1.0\n",
        "def dot(first, second):\n\tif first:\n\t\treturn 42.0\n\treturn 42.0\n",
        "def dot(a, b):\n  'a word'; return 42.0\n",
        "\n" * 60 + "def dot(a, b):\n    return 42.0\n",
        "def dot(a, b):\n    return 1.0\ndef dot(a, b):\n    return 42.0\n",
        "def dot(a, b):\n    '''x\x0c\u2028y\n  z'''\n    return 42.0\n",
        "def dot(a, b):\r\n    return 42.0\r\n",
        "\ufeffdef dot(a, b):\n    return 42.0\n",
        "def dot(a, b, c=2.0):\n    return (\n40.0\n  + c)\n",
        "import os\nclass A: pass\ndef dot(a, b): return 42.0",
        "dot = lambda a, b: 42.0",
        # what stands outside of it
        "import math\nimport numpy as np\n\ndef dot(a, b):\n    return math.fsum([np.sqrt(4.0), 40])\n",
        "def dot(a, b, w=3):\n    return float(f\"{a!r:>{w}}\\n\\\"'{'42'}\"[-2:])",
        "def dot(a, b): return 42.0  # \\\n# \\",
        "from operator import mul\nimport operator\n\ndef dot(a, b): return mul(operator.add(20, 1), 2.0)",
        "from functools import lru_cache as keep\n@keep\ndef f(n): return n + 1.0\ndef dot(a, b): return f(41)",
        "from __future__ import annotations\nfrom math import *\ndef dot(a: Any, b: Any): return 43 - cos(0)",
        "import os; A = 1; B = 2\ndef dot(a, b): return 40.0 + B",
        "def dot(a, b): return g(41)\ndef f(x): return x + ONE\nONE = 0.0\nONE += 1\ng = f",
        "t = []\nfor n in range(3):\n    t.append(n)\nt[0] = 39\nt.sort()\ndef dot(a, b): return sum(t) + 0.0",
        "class A:\n    def __call__(self, x): return x + ONE\nONE = 1.0\ndef dot(a, b, f=A()): return f(41)",
        "try:\n    from math import inf\nexcept ImportError:\n    inf = 1\ndef dot(a, b): return 42 + 1 / inf",
    ],
)
def test_every_way_to_write_an_answer_is_taken(text, tmp_path):
    found = taken_of(tmp_path, text)
    names = {}
    exec(found.text, names)
    assert names["dot"]([1.0], [2.0]) == 42.0
    assert "os" not in names
    assert [each.name for each in found.functions[:1]] == ["dot"] * ("def dot" in text)


def test_a_kernel_has_the_names_and_the_constants_of_its_owner(tmp_path):
    text = (
        "from minitensor.gpu import cuda as c, kernel as k\nONE = 1\n@k\ndef square_plus_one(data, result, size):\n    "
    )
    found = taken_of(tmp_path, f"{text}result[c.grid(1)] = ONE\n", 29)
    assert found.text == f"{text}result[c.grid(1)] = ONE\n\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"def dot(a, b:\n    return 0\n", "line 1 is no Python: '\\(' was never closed"),
        (b"\xff\xfe\x00", "the file cannot be read"),
        (b"def dot(a, b):\n    return '\x00'\n", "."),
        (b"x = " + b"(" * 5_000 + b")" * 5_000, "."),
        (b"#" * 100_001, "the file has more than 100,000 bytes"),
        (b"", "there is no function dot"),
        (b"dots = lambda a, b: 0.0", "there is no function dot"),
    ],
)
def test_what_cannot_be_taken_is_said(data, message, tmp_path):
    path = tmp_path / files.stub(DOT).name
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        bodies.taken(files.stub(DOT), bodies.pupils_program(path), "dot")


@pytest.mark.parametrize("where", ["body", "helper", "constant"])
@pytest.mark.parametrize("what", hostile.REACHES)
def test_an_answer_that_reaches_into_others_is_refused(what, where, stub, tmp_path):
    body = hostile.REACHES[what]
    more = {
        "body": "",
        "helper": f"\n\ndef helper():\n    {body}\n",
        "constant": f"\n\nif True:\n    {body}\n    helper = print\n".replace("return", "helper ="),
    }[where]
    text = stub.replace("raise NotImplementedError", "return helper()" if more else body) + more
    with pytest.raises(InputError, match=r"^line \d+ .*[:,] (a|and a) graded answer "):
        taken_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import time\ndef dot(a, b): return time.time()", "line 1 imports time: a graded answer imports no"),
        ("from tkinter import *\ndef dot(a, b): return 0.0", "line 1 imports tkinter"),
        ("from . import dots\ndef dot(a, b): return dots", "line 1 imports .:"),
        ("from operator import attrgetter as mul\ndef dot(a, b): return mul(a)", "line 1 imports attrgetter: a graded"),
        ("from minitensor.backend import os as mt\ndef dot(a, b): return mt", "line 1 imports os: a graded"),
        ("def dot(a, b): return dot.n\ndot.n = 0.0", "line 2 changes dot.n"),
        ("import minitensor as mt\nmt.sum = print\ndef dot(a, b): return mt.sum(a)", "line 2 changes mt.sum"),
        ("@eval\ndef dot(a, b): return 0.0", "line 1 uses eval"),
        ("def dot(a, b=open('a')): return 0.0", "line 1 uses open"),
    ],
)
def test_what_is_refused_is_said(text, message, tmp_path):
    with pytest.raises(InputError, match=re.escape(message)):
        taken_of(tmp_path, text)


@pytest.mark.parametrize(
    "body",
    [
        "import math\n    return math.sqrt(4.0)",
        "import minitensor as mt\n    from minitensor.linalg import norm\n    return norm(mt.tensor(a)).item()",
        "x = [1]\n    x[0] = 2\n    for x[0] in a:\n        pass\n    return x[0]",
        "total = 0\n    def inner(y):\n        nonlocal total\n        total += y\n    inner(2.0)\n    return total",
        "print(a, b)\n    return float(isinstance(a, list) and hasattr(b, 'append'))",
    ],
)
def test_an_honest_body_is_not(body, stub, tmp_path):
    assert [each.name for each in taken_of(tmp_path, stub.replace("raise NotImplementedError", body)).functions] == [
        "dot"
    ]


@for_each(EXERCISES)
def test_no_solution_loses_anything(number):
    stub, path, function = files.stub(number), files.solution(number), EXERCISES[number].function
    assert bodies.lost(stub, path, function) == ""
    if function:
        found, whole = bodies.taken(stub, bodies.pupils_program(path), function), bodies.pupils_program(path)
        asked = [each.name for each in ast.parse(stub.read_text(encoding="utf-8")).body if hasattr(each, "args")]
        own = {each.name: ast.dump(each) for each in ast.parse(found.text).body if hasattr(each, "args")}
        assert {name: own[name] for name in asked} == {name: ast.dump(whole.function(name)) for name in asked}
