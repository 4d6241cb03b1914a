"""What CuPy's compiler makes of small kernels, as cases.json has it: its C++ runs on this processor, and agrees.

Its answers were made from CuPy's text, compiled by g++ without flushing; ours flush float32, and are the same.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from minitensor.errors import CompileError
from minitensor.gpu import cuda
from minitensor.gpu.launching import kernel
from minitensor.text.code import function

CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))["cases"]


def kernel_of(case):
    names = {"cuda": cuda, "np": np, "math": math}
    return kernel(function("k", case["parameters"], case["body"], f"case {case['id']}", names))


def array(given):
    return np.array(given["values"], given["dtype"]).reshape(given["shape"])


def arguments(case):
    return tuple(array(each) if isinstance(each, dict) else each for each in case["arguments"])


def test_what_cupy_compiles_gives_its_answers(shim):
    compiles = [case for case in CASES if case["cupy"] == "compiles"]
    calls = [
        shim.Call(shim.translated(kernel_of(case), arguments(case)), case["grid"], case["block"], arguments(case))
        for case in compiles
    ]
    for case, after in zip(compiles, shim.run_all(calls), strict=True):
        for found, expected in zip(after, map(array, case["arrays_after"]), strict=True):
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected, case["what"])


@pytest.mark.parametrize("case", [case for case in CASES if case["cupy"] == "refuses"], ids=lambda case: case["what"])
def test_what_cupy_refuses_is_refused(shim, nvrtc, case):
    """By CuPy's JIT, or, where that lets it pass, by NVRTC."""
    with pytest.raises((shim.Refused, CompileError)):
        shim.cubin([shim.translated(kernel_of(case), arguments(case))], "sm_80")
