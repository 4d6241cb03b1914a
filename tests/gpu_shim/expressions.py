"""Random kernels: expressions and short programs over arrays of every kind, in which C++ leaves nothing undefined.

What C++ leaves undefined and a GPU defines is defined alike by the shim: overflow wraps, the least whole number divided
by −1 is itself, a whole number divided by 0 is 0 (CuPy's own rule), a float too large for a whole number becomes the
nearest (PTX's). What a GPU does not define either is not written: shifts are by 0 to 7.
"""

import functools
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

SIZE = 24  # elements of every array, and threads
ARRAYS = {
    "i": "int32", "u": "uint8", "h": "int16", "w": "uint32", "q": "int64", "f": "float32", "d": "float64", "b": "bool",
}  # fmt: skip
PARAMETERS = ", ".join([*ARRAYS, "n", "s", "out"])
CASTS = {
    "np.int32": "i", "np.uint8": "i", "np.int16": "i", "np.uint32": "i", "np.int64": "i", "int": "i", "bool": "i",
    "np.float32": "f", "np.float64": "f", "float": "f",
}  # fmt: skip
WHOLE = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "255",
    "1000",
    "65536",
    "2147483647",
    "np.int16(5)",
    "np.uint8(200)",
    "True",
    "n",
]
REAL = ["0.0", "0.5", "2.0", "0.1", "-3.7", "1e-30", "np.float32(1.5)", "np.float64(0.1)", "s"]


class Text(NamedTuple):
    """An expression. kind: "i" if it is a whole number, "f" if not"""

    text: str
    kind: str


def _leaves(names):
    arrays = [Text(f"{name}[t]", "f" if name in "fd" else "i") for name in ARRAYS]
    constants = [Text(each, "i") for each in WHOLE] + [Text(each, "f") for each in REAL]
    # Arrays more often than constants: what is made of constants alone is computed by Python.
    return st.sampled_from(arrays * 3 + constants + [Text(name, kind) for name, kind in names] * 3)


def _larger(inner):
    either = "if"

    def join(template, kinds, result=None):
        def made(parts):
            kind = result or ("f" if any(part.kind == "f" for part in parts) else "i")
            return Text(template.format(*(part.text for part in parts)), kind)

        parts = [inner if kind == either else inner.filter(lambda part: part.kind == "i") for kind in kinds]
        return st.tuples(*parts).map(made)

    two = (either, either)
    return st.one_of(
        *(join(f"({{}} {op} {{}})", two) for op in "+-*%"),
        join("({} // {})", two),
        join("({} / {})", two, "f"),
        *(join(f"({{}} {op} {{}})", ("i", "i")) for op in "&|^"),
        *(join(f"({{}} {op} ({{}} & 7))", ("i", "i")) for op in ("<<", ">>")),
        join("({} ** ({} & 7))", ("i", "i")),
        *(join(f"({{}} {op} {{}})", two, "i") for op in ("<", "<=", ">", ">=", "==", "!=")),
        *(join(f"({{}} {op} {{}})", two, "i") for op in ("and", "or")),
        join("(-{})", (either,)),
        join("(not {})", (either,), "i"),
        join("(~{})", ("i",)),
        join("({1} if {0} else {2})", (either, either, either)),
        *(join(f"{name}({{}}, {{}})", two) for name in ("min", "max", "cuda.minimum", "cuda.maximum")),
        join("cuda.absolute({})", (either,)),
        join("cuda.floor({})", (either,)),
        *(join(f"{name}({{}})", (either,), kind) for name, kind in CASTS.items()),
    )


@functools.cache  # to make a strategy takes longer than to draw from it
def expressions(names=()):
    return st.recursive(_leaves(names), _larger, max_leaves=6)


@st.composite
def bodies(draw):
    """The lines of a kernel: a value, what becomes of it, and where it goes."""
    lines = ["t = cuda.grid(1)"]
    first = draw(expressions())
    lines.append(f"a = {first.text}")
    value = expressions((("a", first.kind),))
    for _ in range(draw(st.integers(0, 2))):
        change = draw(value)
        whole = change.kind == first.kind == "i"
        ops = ["+", "-", "*", "//", "%", *(["&", "|", "^"] if whole else []), *(["/"] if not whole else [])]
        step = draw(st.sampled_from(["a = {}", *(f"a {op}= {{}}" for op in ops)])).format(change.text)
        lines += draw(
            st.sampled_from(
                [
                    [step],
                    [f"if {draw(value).text}:", f"    {step}"],
                    [f"for k in range({draw(st.sampled_from(['3', 'n & 3', '1, 4', '4, 1, -1']))}):", f"    {step}"],
                ]
            )
        )
    lines.append(f"out[t] = {draw(st.sampled_from(['a', 'a', draw(value).text]))}")
    return lines


def arguments(seed, out):
    """Arrays with the largest and the smallest, zeros, small numbers and what is not finite; `out` is filled with 9."""
    rng = np.random.default_rng(seed)
    made = []
    for dtype in ARRAYS.values():
        if dtype == "bool":
            values = rng.integers(0, 2, SIZE)
        elif np.dtype(dtype).kind == "f":
            special = [0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-310, 3e38, np.finfo(dtype).tiny, 0.5, 1e10]
            values = np.concatenate([rng.integers(-800, 800, SIZE) / 8, special, special])
        else:
            edges = np.iinfo(dtype)
            values = np.concatenate([rng.integers(max(-99, edges.min), 99, SIZE), [edges.min, edges.max, 0, 1]])
        with np.errstate(all="ignore"):
            made.append(rng.permutation(values.astype(dtype))[:SIZE])
    return (*made, int(rng.integers(-20, 50)), float(np.float32(rng.normal())), np.full(SIZE, 9, out))
