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
    launches = drawn(examples(250).max_examples)
    expected = by_cupy(shim, launches)
    wrong = [
        told(made, values, found, expected[number])
        for number, (made, values) in enumerate(launches)
        if not same(found := by_the_simulator(made, values), expected[number])
    ]
    assert not wrong, f"{len(wrong)} of {len(launches)} differ; the shortest:\n{min(wrong, key=len)}"


# Each is asked of float32 numbers that are flushed, of zeros, and of one that is not.
ASKED = [
    "x[t] and x[t]", "x[t] and q[t]", "x[t] or y[t]", "not x[t]", "1.0 if x[t] else 0.0", "bool(x[t])", "x[t] != 0",
    "x[t] == 0", "x[t] > 0", "-x[t]", "x[t] if y[t] > 0 else y[t]", "min(x[t], x[t])", "x[t] // 1.0", "x[t] % 1.0",
    "x[t] + 0.0", "x[t] * 1.0", "1.0 / x[t]", "np.float32(np.float64(x[t]))", "np.int32(x[t])",
    *(f"cuda.{name}(x[t])" for name in (
        "absolute", "ceil", "isnan", "rint", "signbit", "sqrt", "square", "reciprocal", "degrees", "logical_not",
    )),
    *(f"cuda.{name}(x[t], {other}[t])" for other in "xy" for name in (
        "copysign", "fmax", "fmin", "fmod", "logical_and", "logical_xor", "maximum", "nextafter",
    )),
    "cuda.copysign(1.0, x[t])", "cuda.nextafter(1.1754944e-38, x[t])", "cuda.ldexp(x[t], 100)",
]  # fmt: skip
STATEMENTS = [
    ["if x[t]:", "    out[t] = 1.0"],
    ["while x[t]:", "    out[t] = 1.0", "    break"],
    ["a = x[t]", "a = a", "out[t] = a"],
    ["a = x[t]", "out[t] = 1.0 if a and a else 0.0"],
    ["a = np.float32(0)", "if t > 0:", "    a = x[t]", "out[t] = max(a, a)"],
]


def test_small_numbers_are_flushed_where_a_gpu_flushes_them(shim):
    values = np.array([1e-40, -1e-40, 0, -0.0, 1, 1.1754944e-38], "float32")
    given = (values, np.ones_like(values), np.ones(6, "int64"), np.full_like(values, 9))
    programs = [*([f"out[t] = {each}"] for each in ASKED), *STATEMENTS]
    made = [written("small", "x, y, q, out", ["t = cuda.grid(1)", *body], body[0]) for body in programs]
    calls = [shim.Call(shim.translated(each, given), 1, 6, given) for each in made]
    for each, after in zip(made, shim.run_all(calls), strict=True):
        out = given[-1].copy()
        each[1, 6](*given[:-1], out)
        assert not differing(out, after[-1]).any(), f"{each.text}\nsimulator: {out}\nCuPy: {after[-1]}"
