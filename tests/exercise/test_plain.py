"""Results as plain data, and what is sent instead of one."""

import ast
import json
import math

import numpy as np
import pytest

import minitensor as mt
from minitensor.errors import InputError
from minitensor.exercise.classroom import grading, plain
from minitensor.exercise.comparing import difference
from minitensor.exercise.messages.faults import Said
from minitensor.exercise.running import Failure, Result

VALUES = [
    None, True, 3, -(2**62), 0.1, math.inf, "words", (1, [2.0, ()]), {"a": (1,), 2: "b"}, np.zeros((0, 3), "int32"),
    np.arange(6, dtype="float32").reshape(2, 3).T, np.float64(2.5), np.array(True), np.array([1j], "complex64"),
]  # fmt: skip


def sent(x):
    return json.loads(json.dumps(x))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_were(value):
    back = plain.unpacked(sent(plain.packed(value)))
    assert type(back) is type(value)
    assert difference(value, back) is None


def test_a_tensor_comes_back():
    x = mt.arange(6.0).reshape(2, 3).T
    back = plain.unpacked(sent(plain.packed(x)))
    assert isinstance(back, mt.Tensor)
    assert difference(x, back) is None
    assert difference(x + 1, back) is not None


def test_what_no_exercise_asks_for_is_only_named():
    loop = []
    loop.append(loop)
    for value in (print, object(), 2**100, mt.zeros(1).expand(10**9), np.array([print]), loop, {"a": loop}):
        assert "other" in json.dumps(plain.packed(value))
    assert type(plain.unpacked({"other": "Matrix"})).__name__ == "Matrix"
    assert type(plain.unpacked({"other": "no name"})).__name__ == "object"
    assert repr(plain.unpacked({"other": "Matrix"})) == "<a Matrix>"


@pytest.mark.parametrize(
    "data",
    [
        [], {}, {"tuple": 3}, {"tuple": [], "list": []}, {"array": ["object", [1], "AAAAAAAA"]}, {"dict": [[1]]},
        {"array": ["float64", [10**9], ""]}, {"array": ["float64", [-1], ""]}, {"array": ["float64", [1], "?"]},
        {"array": ["float64", [1], "AAAA"]}, {"array": ["float64", ["1"], "AAAA"]}, {"other": []}, {"more": 1},
        {"dict": [[[], 1]]}, {"dict": [[{"other": "x"}, 1]]},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_value_is_refused(data):
    with pytest.raises(InputError):
        plain.unpacked(data)


def test_results_come_back():
    lines, said = ((3, "out[i] = s[0]"),), Said(("x", "y"), "halo")
    error = Failure(("UnwrittenError", "KernelError"), "s[0]", lines, ("a", (1, ())), said, "endless")
    for result in (Result((1, 2.0)), Result(error=error), Result(3, None, "a", {"global_loads": 4})):
        assert plain.to_result(sent(plain.of_result(result))) == result


GOOD = {"value": 1, "error": None, "changed": "", "counts": {}}
ERROR = {"kinds": ["E"], "text": "", "lines": [], "signature": {"tuple": []}, "said": None, "stopped": ""}


def test_what_the_wrong_lines_below_are_made_from_is_right():
    remote = grading.Remote.of(
        {"results": [["cases", 0, GOOD | {"error": ERROR}]], "costs": [], "left": {}}, ast.parse("1")
    )
    assert remote.results["cases", 0].error.kinds == ("E",)


@pytest.mark.parametrize(
    "line",
    [
        {}, {"results": [], "costs": []}, {"results": 3, "costs": [], "left": {}},
        *({"results": [["cases", 0, each]], "costs": [], "left": {}} for each in (
            1, [], GOOD | {"changed": 1}, GOOD | {"counts": {"a": "b"}}, GOOD | {"error": 3},
            GOOD | {"value": {"x": 1}}, GOOD | {"error": ERROR | {"kinds": []}}, GOOD | {"error": ERROR | {"said": 3}},
            GOOD | {"error": ERROR | {"lines": [[1]]}}, GOOD | {"error": ERROR | {"signature": "x"}},
        )),
        {"results": [], "costs": [["cases", 0, {"a": 1.5}]], "left": {}}, {"results": [], "costs": [], "left": []},
        {"results": [["cases", "x", GOOD]], "costs": [], "left": {}},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_is_no_result_is_refused(line):
    with pytest.raises(InputError, match="the process sent what is no result"):
        grading.Remote.of(line, ast.parse("1"))
