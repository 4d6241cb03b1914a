"""What is taken of a pupil's file that is graded."""

import ast

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
    return bodies.taken(files.stub(number), bodies.pupils_program(path))


def test_only_the_body_is_taken_on_its_own_lines(stub, tmp_path):
    body = "# mine\n    total = 0.0\n    for x, y in zip(a, b, strict=True):\n        total += x * y\n    return total"
    text = stub.replace("raise NotImplementedError", body) + "\nraise RuntimeError('mine')\nhelper = 1\n"
    found = taken_of(tmp_path, text)
    assert "RuntimeError" not in found.text
    assert found.outside == {"helper"}
    rows, mine = found.text.splitlines(), text.splitlines()
    start = mine.index("    total = 0.0")
    assert rows[start : start + 4] == mine[start : start + 4]
    assert len(rows) == start + 4


@pytest.mark.parametrize(
    "text",
    [
        "def dot(a, b): return 41 + 1.0\n",
        "def dot(first, second):\n\tif a:\n\t\treturn 42.0\n\treturn 42.0\n",
        "def dot(a, b):\n  'a word'; return 42.0\n",
        "\n" * 60 + "def dot(a, b):\n    return 42.0\n",
        "def dot(a, b):\n    return 1.0\ndef dot(a, b):\n    return 42.0\n",
        "def dot(a, b):\n    '''x\x0c\u2028y\n  z'''\n    return 42.0\n",
        "def dot(a, b):\r\n    return 42.0\r\n",
        "\ufeffdef dot(a, b):\n    return 42.0\n",
        "@print\ndef dot(a, b, c=print('x')):\n    return (\n40.0\n  + 2)\n",
        "import os\nclass A: pass\ndef dot(a, b): return 42.0",
    ],
)
def test_every_way_to_write_a_body_is_taken(text, tmp_path):
    found = taken_of(tmp_path, text)
    names = {}
    exec(found.text, names)
    assert names["dot"]([1.0], [2.0]) == 42.0
    assert "os" not in names
    assert "print" not in found.text


def test_who_imports_math_at_the_top_gets_it(tmp_path):
    text = "import math\nimport numpy as np\nimport minitensor as mt\n\n\ndef dot(a, b):\n    return math.sqrt(4.0)\n"
    found = taken_of(tmp_path, text)
    assert found.outside == {"np"}
    names = {}
    exec(found.text, names)
    assert names["dot"]([], []) == 2.0
    assert "np" not in names
    assert found.text.splitlines()[6] == "    return math.sqrt(4.0)"


def test_a_kernel_is_taken_with_our_decorator(tmp_path):
    found = taken_of(tmp_path, "def square_plus_one(x):\n    pass\n", 29)
    assert "@kernel\ndef square_plus_one(x, out, n):\n" in found.text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"def dot(a, b:\n    return 0\n", "line 1 is no Python: '\\(' was never closed"),
        (b"\xff\xfe\x00", "the file cannot be read"),
        (b"def dot(a, b):\n    return '\x00'\n", "."),
        (b"x = " + b"(" * 5_000 + b")" * 5_000, "."),
        (b"#" * 100_001, "the file has more than 100,000 bytes"),
        (b"", "there is no function dot"),
        (b"dot = lambda a, b: 0.0", "there is no function dot"),
        (b"async def dot(a, b): return 0.0", "there is no function dot"),
    ],
)
def test_what_cannot_be_taken_is_said(data, message, tmp_path):
    path = tmp_path / files.stub(DOT).name
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        bodies.taken(files.stub(DOT), bodies.pupils_program(path))


@pytest.mark.parametrize("what", hostile.REACHES)
def test_a_body_that_reaches_into_others_is_refused(what, stub, tmp_path):
    with pytest.raises(InputError, match=r"^line \d+ .*: a graded answer "):
        taken_of(tmp_path, stub.replace("raise NotImplementedError", hostile.REACHES[what]))


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
    assert list(taken_of(tmp_path, stub.replace("raise NotImplementedError", body)).functions) == ["dot"]


@for_each(number for number, each in EXERCISES.items() if each.function)
def test_no_solution_loses_anything_and_keeps_its_bodies(number):
    stub, path = files.stub(number), files.solution(number)
    assert bodies.lost(stub, path) == ""
    found, whole = ast.parse(bodies.taken(stub, bodies.pupils_program(path)).text), bodies.pupils_program(path).tree
    wanted = {each.name: ast.dump(each) for each in whole.body if isinstance(each, ast.FunctionDef)}
    assert all(ast.dump(each) == wanted[each.name] for each in found.body if isinstance(each, ast.FunctionDef))
