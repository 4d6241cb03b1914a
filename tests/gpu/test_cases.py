"""Small kernels that CuPy compiles, with what they give, and others that it refuses: the simulator does the same.

`cases.json` was made by running CuPy's own C++ on the CPU, compiled without fused products and without flushing.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from minitensor import errors
from minitensor.gpu import cuda, kernel
from minitensor.gpu.source import source_of
from minitensor.text.code import function

CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))["cases"]
COMPILES = [case for case in CASES if case["cupy"] == "compiles"]
REFUSED = [case for case in CASES if case["cupy"] == "refuses"]
LOOSE = ("cuda.exp", "2.0 **")  # arithmetic is the same to the bit; these are within 2 units in the last place
ADVICE = (
    "write",
    "begin with",
    "give",
    "call",
    "use ",
    "hand ",
    "take ",
    "put ",
    "rename",
    "name it",
)  # what a fix says


def name(case):
    return f"{case['id']}-{case['what']}"


def array(described):
    return np.array([float(v) if v == "nan" else v for v in described["values"]], described["dtype"])


def launched(case):
    """The kernel of a case, and its arguments, and how to launch it."""
    names = {"cuda": cuda, "np": np, "math": math}
    made = kernel(function("k", case["parameters"], case["body"], f"case {case['id']}", names))
    arguments = [array(each) if isinstance(each, dict) else each for each in case["arguments"]]
    return made, arguments, lambda: made[case["grid"], case["block"]](*arguments)


@pytest.mark.parametrize("case", COMPILES, ids=name)
def test_what_cupy_compiles_gives_the_same_arrays(case):
    _, arguments, run = launched(case)
    run()
    arrays = [each for each in arguments if isinstance(each, np.ndarray)]
    loose = any(text in line for text in LOOSE for line in case["body"])
    for mine, described in zip(arrays, case["arrays_after"], strict=True):
        right = array(described)
        if loose:
            np.testing.assert_array_max_ulp(mine, right, 2)
        else:
            np.testing.assert_array_equal(mine, right)


@pytest.mark.parametrize("case", REFUSED, ids=name)
def test_what_cupy_refuses_is_refused_before_it_runs_with_the_line_and_a_fix(case):
    made, arguments, run = launched(case)
    before = [np.copy(each) for each in arguments]
    with pytest.raises(errors.KernelError) as caught:
        run()
    for mine, was in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(mine, was)
    source = source_of(made.function)
    told = str(caught.value)
    assert any(told.startswith(source.at(line)) for line in range(source.line, source.line + len(source.lines)))
    words = told.partition("\n")[2] or told.partition(": ")[2]
    assert any(word in words for word in ADVICE), told
    assert "thread" not in words.split()  # nothing ran, so it is no thread's fault


def test_no_number_in_the_cases_is_subnormal_so_flushing_changes_none():
    for case in CASES:
        for each in case["arguments"] + (case["arrays_after"] or []):
            values = array(each) if isinstance(each, dict) else np.float32(each)
            small = (values != 0) & (abs(values.astype("float64")) < np.finfo("float32").tiny)
            assert not small.any()


def test_there_are_as_many_as_were_found():
    assert (len(COMPILES), len(REFUSED)) == (49, 34)
