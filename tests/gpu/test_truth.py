"""Every kernel of the library, lessons, exercises, docstrings and tests: the simulator computes what CuPy's C++ does.

Their launches on the simulator are recorded, and run again by the shim: CuPy's text, compiled by g++. What has only
arithmetic in it is equal bit for bit. Functions such as exp are within 2 units in the last place of each other, which
`test_functions` asks of the functions alone; a sum of exponentials is compared more loosely here.
"""

import re

import numpy as np
import pytest
from gpu_shim import recording

FUNCTIONS = re.compile(r"\b(?:a?(?:cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|powf?)\(")

LONG = 50_000  # characters: a kernel of 1,100 lines is only run, as NVRTC takes more than a minute for it
# Kernels that grow trees, and which of their arrays has the parents: who is above whom depends on whose turn it is in
# an atomic, and the roots do not.
FORESTS = {"dbscan_unite": 3}
MEET = re.compile(r"__shared__|__sync|__shfl|atomic")


@pytest.fixture(scope="module")
def launches(shim):
    return recording.recorded()


@pytest.fixture(scope="module")
def translated(launches):
    return [launch for launch in launches if not launch.refused]


def name(launch):
    return launch.name.partition(" ")[0]


def settled(launch, arrays):
    """The arrays that a launch leaves, where those of a forest name the root above each node."""
    arrays = list(arrays)
    if (at := FORESTS.get(name(launch))) is not None:
        while (arrays[at][arrays[at]] != arrays[at]).any():
            arrays[at] = arrays[at][arrays[at]]
    return arrays


def differs(found, expected, loosely):
    """What to say of two arrays, nothing where they agree."""
    if loosely and found.dtype.kind == "f":
        size = float(np.max(abs(expected), initial=1e-30, where=np.isfinite(expected)))
        same = np.isclose(found, expected, rtol=0, atol=64 * np.finfo(found.dtype).eps * size, equal_nan=True)
    else:
        same = (found == expected) | ((found != found) & (expected != expected))
    at = np.argwhere(~same)
    return (
        f"{len(at)} of {found.size}, first {at[0]}: {found[tuple(at[0])]} for {expected[tuple(at[0])]}"
        if len(at)
        else ""
    )


def test_the_simulator_runs_nothing_that_cupy_refuses(launches):
    refused = {name(launch): launch.refused for launch in launches if launch.refused}
    assert refused == {}


def test_the_simulator_computes_what_the_translation_does(shim, translated):
    assert len({launch.call.source for launch in translated}) >= 40
    wrong = {}
    for launch, after in zip(translated, shim.run_all([launch.call for launch in translated]), strict=True):
        loosely = bool(FUNCTIONS.search(launch.call.source))
        for found, expected in zip(settled(launch, launch.after), settled(launch, after), strict=True):
            assert found.dtype == expected.dtype
            if said := differs(found, expected, loosely):
                wrong[f"{launch.name}{launch.call.grid, launch.call.block}"] = said
    assert wrong == {}


def test_every_one_compiles_for_three_gpus(shim, nvrtc, translated):
    sources = list(dict.fromkeys(launch.call.source for launch in translated if len(launch.call.source) < LONG))
    for arch in ("sm_75", "sm_80", "sm_90"):
        assert len(shim.cubin(sources, arch).kernels) == len(sources)


@pytest.mark.thorough
@pytest.mark.parametrize("sanitizer", ["undefined", "thread"])
def test_a_sanitizer_finds_nothing(shim, translated, sanitizer):
    """Of each kernel one launch. Threads only race where they meet: in shared memory, barriers, atomics, shuffles."""
    wanted = [launch for launch in translated if sanitizer == "undefined" or can_race(launch)]
    calls = {launch.call.source: launch.call for launch in wanted if len(launch.call.source) < LONG}
    said, _ = shim.sanitized(list(calls.values()), sanitizer)
    assert said == ""


def can_race(launch):
    threads = int(np.prod(launch.call.grid)) * int(np.prod(launch.call.block))
    return bool(MEET.search(launch.call.source)) and threads <= 2000
