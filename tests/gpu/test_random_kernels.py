"""Random kernels: the simulator and CuPy's C++ give the same bits, and refuse the same.

Many are compiled in one program, or g++ would take a second for each.
"""

import numpy as np
from gpu_shim.expressions import PARAMETERS, SIZE, arguments, bodies
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import examples

from minitensor.errors import MinitensorError
from minitensor.gpu.written import written


def by_the_simulator(made, values):
    """The array that was written, or why the kernel is refused."""
    out = values[-1].copy()
    try:
        made[1, SIZE](*values[:-1], out)
    except MinitensorError as error:
        return str(error)
    return out


def by_cupy(shim, launches):
    """For each (kernel, arguments) the array that was written, or why CuPy or the compiler refuses the kernel."""
    found, calls = {}, {}
    for number, (made, values) in enumerate(launches):
        try:
            calls[number] = shim.Call(shim.translated(made, values), 1, SIZE, values)
        except shim.Refused as error:
            found[number] = str(error)
    return found | run(shim, calls)


def run(shim, calls):
    """All at once; where one of them does not compile, in halves."""
    try:
        return {number: after[-1] for number, after in zip(calls, shim.run_all(calls.values()), strict=True)}
    except shim.Refused as error:
        if len(calls) == 1:
            return {number: str(error) for number in calls}
        numbers = list(calls)
        half = len(numbers) // 2
        parts = ({number: calls[number] for number in part} for part in (numbers[:half], numbers[half:]))
        return {number: after for part in parts for number, after in run(shim, part).items()}


def same(found, expected):
    if isinstance(found, str) or isinstance(expected, str):
        return isinstance(found, str) and isinstance(expected, str)
    return not differing(found, expected).any()


def differing(found, expected):
    """Where two arrays are not the same number, or zeros of other signs."""
    numbers = (found == expected) & (np.signbit(found) == np.signbit(expected))
    return ~(numbers | (found != found) & (expected != expected))


def told(made, values, found, expected):
    lines = [made.text, f"simulator: {found}", f"CuPy: {expected}"]
    if not isinstance(found, str) and not isinstance(expected, str):
        at = int(np.argmax(differing(found, expected)))
        read = (each[at] if np.ndim(each) else each for each in values)
        named = dict(zip(PARAMETERS.split(", "), read, strict=True))
        lines.append(f"thread {at}: {found[at]} for {expected[at]}, of {named}")
    return "\n".join(lines)


def drawn(count):
    """Kernels that hypothesis draws, each with arguments. They are run together afterwards, so nothing is shrunk."""
    programs = {}

    @settings(max_examples=count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(body=bodies(), out=st.sampled_from(["float64", "int64"]), seed=st.integers(0, 2**32 - 1))
    def collect(body, out, seed):
        programs["\n".join(body)] = (body, arguments(seed, out))

    collect()
    return [
        (written("drawn", PARAMETERS, body, f"random {number}"), values)
        for number, (body, values) in enumerate(programs.values())
    ]


def test_the_simulator_and_cupy_give_the_same_bits(shim):
    launches = drawn(examples(400).max_examples)
    expected = by_cupy(shim, launches)
    wrong = [
        told(made, values, found, expected[number])
        for number, (made, values) in enumerate(launches)
        if not same(found := by_the_simulator(made, values), expected[number])
    ]
    assert not wrong, f"{len(wrong)} of {len(launches)} differ; the shortest:\n{min(wrong, key=len)}"
