"""What a Tensor costs beside the arithmetic: every public name on 8 elements or 4 × 4, against raw NumPy and PyTorch.

    python tests/benchmarks/overhead.py              both parts
    python tests/benchmarks/overhead.py small        8 elements: what a call costs
    python tests/benchmarks/overhead.py large        1,000 × 1,000, beside the same computation in NumPy
    python tests/benchmarks/overhead.py small norm   only the expressions with "norm" in them

One thread, and its own time, so that a busy machine changes little; the libraries take turns of half a millisecond,
spread over the whole run, and the least counts. On 1,000 × 1,000 the memory should be quiet too. PyTorch is left out
where it is not installed. Exits with 1 where a goal is missed or a public name is not timed.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import math
import platform
import statistics
import subprocess
import sys
import time
import timeit
import types

import numpy as np
from overhead_cases import large_rows, small_rows

import minitensor as mt

try:
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
except ImportError:
    torch = None

# Reads that are one attribute of the array, and +a: PyTorch answers them in C, so they stand beside class Bare.
PLAIN = {"a.dtype", "a.ndim", "a.strides", "a.device", "+a"}
NEVER_TIMED = {"Tensor", "__repr__", "__init_subclass__"}  # the class itself; for the eye; once a subclass
PASSES = 6  # over all expressions, so that a few busy seconds of the machine spoil none of them


class Bare:
    """A Tensor without a check: what wrapping an array costs by itself."""

    __slots__ = ("array",)

    dtype = property(lambda self: self.array.dtype)
    ndim = property(lambda self: self.array.ndim)
    device = property(lambda self: self.array.device)

    @property
    def strides(self):
        size = self.array.itemsize
        return tuple([stride // size for stride in self.array.strides])

    def __pos__(self):
        out = Bare()
        out.array = +self.array
        return out

    def __add__(self, other):
        out = Bare()
        out.array = self.array + other.array
        return out


def bare(array):
    out = Bare()
    out.array = array
    return out


def small_arrays():
    """What the expressions of the first part name, as NumPy arrays; x, y and k are written to."""
    rng = np.random.default_rng(0)
    a, b, x = rng.uniform(1, 2, (3, 8))
    m, n, y = rng.uniform(-1, 1, (3, 4, 4))
    i, j, k = rng.integers(1, 9, (3, 8))
    arrays = {"a": a, "b": b, "x": x, "m": m, "n": n, "y": y, "i": i, "j": j, "k": k, "u": np.ones(8)}
    arrays |= {"z": np.zeros(8, "int64"), "p": a > 1.5, "q": b > 1.5, "o": m > 0, "at": np.array([3, 0, 2])}
    arrays |= {"a3": a[:3], "a4": a[:4], "s": np.array(1.25), "index": np.array(2), "g": np.sort(b), "w": a + 2j}
    return arrays | {"r": a[None], "h": m + m.T}


def large_arrays():
    rng = np.random.default_rng(0)
    a, b, x = rng.uniform(1, 2, (3, 1000, 1000))
    return {"a": a, "b": b, "x": x, "p": a > 1.5, "at": rng.permutation(1000)[:500]}


def scope_of(arrays, make, rng=None):
    """The names in the expressions: the arrays as one library has them, its generator, and what all of them share."""
    shared = {"mt": mt, "np": np, "torch": torch, "math": math, "rng": rng}
    shared |= {"data": np.arange(16.0).reshape(4, 4), "names": ["w", "x", "y", "z"]}
    return shared | {name: make(array) for name, array in arrays.items()}


def timer_of(text, scope, turn):
    """A function that runs an expression for about `turn` seconds, once at least, and returns what one call took."""
    # What an expression writes to is a local name of the function that timeit makes of it.
    setup = "x, y, k = written" if text[0] in "xyk" else "pass"
    scope = scope | {"written": [scope.get(name) for name in "xyk"]}
    once = timeit.Timer(text, setup, time.thread_time, globals=scope).timeit
    try:
        first = min(once(1) for _ in range(5))
    except Exception as error:
        error.add_note(f"in the expression {text}")
        raise
    together = 10 if first < turn / 20 else 1  # going round Python's loop takes as long as reading an attribute
    calls = max(1, round(turn / first / together))
    run = timeit.Timer("\n".join([text] * together), setup, time.thread_time, globals=scope).timeit
    return lambda: run(calls) / (calls * together)


def measure(table, scopes, turn, whole):
    """For each row the least seconds of one call in each scope; None where that library has no such expression.

    turn : seconds for one scope before the next has its turn; whole : seconds for a row, spread over the passes
    """
    timers = [
        [None if text == "-" else timer_of(text, scope, turn) for text, scope in zip(row, scopes, strict=True)]
        for row in table
    ]
    best = [[timer and math.inf for timer in row] for row in timers]
    for _ in range(PASSES):
        for row, least in zip(timers, best, strict=True):
            order = [place for place, timer in enumerate(row) if timer]
            end = time.perf_counter() + whole / PASSES
            while time.perf_counter() < end:
                for place in order:
                    least[place] = min(least[place], row[place]())
                order.append(order.pop(0))
    return best


def never_timed():
    """Public names of minitensor that no expression uses, found by running the expressions on a spy."""
    seen = set()
    answers = {"__len__": 1, "__int__": 1, "__index__": 1, "__float__": 1.0, "__complex__": 1j, "__bool__": True}
    answers |= {"__contains__": True, "__format__": "", "__array__": np.ones(1), "__dlpack_device__": (1, 0)}

    class Spy:
        def __getattr__(self, name):
            if name.startswith("__"):  # what NumPy looks for in a foreign array
                raise AttributeError(name)
            seen.add(name)
            return self

        def __call__(self, *args, **options):
            return self

        __enter__ = __exit__ = __call__

    spy = Spy()

    def recorder(name):
        def method(self, *args, **options):
            seen.add(name)
            if name == "__dlpack__":
                return np.ones(1).__dlpack__(**options)
            return iter(()) if name == "__iter__" else answers.get(name, spy)

        return method

    members = {name: value for base in mt.Tensor.__mro__[:-1] for name, value in vars(base).items()}
    public = {n for n, v in members.items() if n[0] != "_" or (n.endswith("__") and isinstance(v, CALLABLE))}
    for name in public:
        if name.startswith("__") and name not in NEVER_TIMED:
            setattr(Spy, name, recorder(name))
    public.discard("array")  # the storage itself
    rooms = [mt.norms, mt.random, mt.linalg]
    for room in (mt, *rooms):
        listed = getattr(room, "__all__", None) or [n for n, v in vars(room).items() if defined_in(v, room)]
        public |= {name for name in listed if isinstance(getattr(room, name), (*CALLABLE, type))}
    scope = dict.fromkeys(small_arrays(), spy) | {"mt": spy, "np": np, "rng": spy}
    for ours, *_ in small_rows():
        exec(ours, scope | {"math": math, "data": object(), "names": [0, 1]})
    return sorted(public - seen - NEVER_TIMED)


CALLABLE = (types.FunctionType, types.BuiltinFunctionType, property, staticmethod, classmethod)


def defined_in(value, room):
    return isinstance(value, types.FunctionType) and value.__module__ == room.__name__ and value.__name__[0] != "_"


def import_seconds(module):
    """The processor time of one import, in the quickest of several fresh interpreters; the first caches byte code."""
    code = f"import time; start = time.process_time(); import {module}; print(time.process_time() - start)"
    cached = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return min(float(subprocess.check_output([sys.executable, "-c", code], env=cached)) for _ in range(15))


def mean(ratios):
    return statistics.geometric_mean(ratios.values()) if ratios else math.nan


class Goals:
    """What was to be reached, printed as it is found, and whether all of it was."""

    def __init__(self):
        self.missed = 0

    def check(self, what, value, limit, unit=""):
        met = value <= limit
        self.missed += not met
        print(f"{'met   ' if met else 'MISSED'}  {what}: {value:.2f}{unit}, goal at most {limit}{unit}")


def small(goals, wanted):
    arrays = small_arrays()
    scopes = [scope_of(arrays, mt.tensor, mt.random.generator(0))]
    scopes += [scope_of(arrays, np.array, np.random.default_rng(0))]
    if torch is not None:
        scopes.append(scope_of(arrays, torch.tensor, torch.Generator()))
    scopes.append(scope_of(arrays, bare))
    table = wanted(small_rows())
    lines = [[*row[: len(scopes) - 1], row[0] if row[0] in PLAIN | {"a + b"} else "-"] for row in table]
    times = measure(lines, scopes, turn=0.4e-3, whole=0.25)
    if torch is None:
        times = [[mine, numpy, None, unchecked] for mine, numpy, unchecked in times]
    found = {ours: row for (ours, *_), row in zip(table, times, strict=True)}

    def ratio(ours, to):
        return found[ours][0] / found[ours][to] if found[ours][to] else math.nan

    print(f"{'nanoseconds':36}{'minitensor':>11}{'NumPy':>9}{'PyTorch':>9}{'bare':>9}{'/ NumPy':>9}{'/ PyTorch':>11}")
    worst = sorted(found, key=lambda ours: (-ratio(ours, 2) if found[ours][2] else math.inf, -ratio(ours, 1)))
    for ours in worst:
        shown = "".join(f"{'' if t is None else format(t * 1e9, '.0f'):>9}" for t in found[ours][1:])
        ratios = "".join(f"{'' if math.isnan(r) else format(r, '.2f'):>{w}}" for r, w in (
            (ratio(ours, 1), 9), (ratio(ours, 2), 11),
        ))  # fmt: skip
        print(f"{ours:36}{found[ours][0] * 1e9:11.0f}{shown}{ratios}")
    to_numpy = {ours: ratio(ours, 1) for ours in found if found[ours][1]}
    to_torch = {ours: ratio(ours, 2) for ours in found if found[ours][2]}
    print(f"\n{len(found)} expressions; {sum(r > 2 for r in to_numpy.values())} above twice NumPy's time")
    goals.check("geometric mean of the ratios to NumPy", mean(to_numpy), 2.2)
    if "a + b" in found:
        goals.check("a + b, of NumPy", to_numpy["a + b"], 2.0)
        print(f"        (a class with no checks takes {found['a + b'][3] / found['a + b'][1]:.2f})")
    for ours in sorted(PLAIN & found.keys()):
        goals.check(f"{ours}, of a class with no checks", ratio(ours, 3), 1.3)
    if torch is None:
        print("PyTorch is not installed; its goals are not measured")
        return
    slower = [ours for ours, r in to_torch.items() if r > 1.3 and ours not in PLAIN]
    print(f"{sum(r > 1 for r in to_torch.values())} slower than PyTorch")
    goals.check("geometric mean of the ratios to PyTorch", mean(to_torch), 0.65)
    goals.check("expressions above 1.3 of PyTorch, plain reads aside", len(slower), 0)


def large(goals, wanted):
    arrays = large_arrays()
    table = wanted(large_rows())
    # The same memory for both: where an array lies makes a difference of more than 3%.
    times = measure(table, [scope_of(arrays, mt.as_tensor), scope_of(arrays, np.asarray)], turn=1e-3, whole=1.2)
    print(f"{'milliseconds, 1,000 × 1,000':36}{'minitensor':>11}{'NumPy':>9}{'/ NumPy':>9}")
    for (ours, _), (mine, numpy) in zip(table, times, strict=True):
        print(f"{ours:36}{mine * 1e3:11.3f}{numpy * 1e3:9.3f}{mine / numpy:9.3f}")
    print()
    for (ours, _), (mine, numpy) in zip(table, times, strict=True):
        if mine / numpy > 1.03:
            goals.check(f"{ours} on 1,000 × 1,000, of NumPy", mine / numpy, 1.03)


def main(arguments):
    parts = {"small", "large"} & set(arguments) or {"small", "large"}
    texts = set(arguments) - parts

    def wanted(rows):
        return [row for row in rows if not texts or any(text in row[0] for text in texts)]

    versions = f"NumPy {np.__version__}" + (f", PyTorch {torch.__version__}" if torch is not None else "")
    print(f"minitensor {mt.__version__}, {versions}, Python {platform.python_version()}, {platform.machine()}\n")
    goals = Goals()
    with np.errstate(all="ignore"):
        if "small" in parts:
            small(goals, wanted)
            beyond = (import_seconds("minitensor") - import_seconds("numpy")) * 1e3
            goals.check("import minitensor beyond NumPy's", beyond, 30, " ms")
            print()
        if "large" in parts:
            large(goals, wanted)
    missing = never_timed()
    print(f"public names that no expression covers: {', '.join(missing) or 'none'}")
    return bool(goals.missed or missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
