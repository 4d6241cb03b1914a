"""What a type checker says of a script that uses minitensor: nothing where it is right, and every mistake."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys

import pytest

HEADER = """\
import math
import numpy as np
import minitensor as mt
a = mt.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
b = a.mT
p = a > 0
i = mt.tensor([0, 1])
rng = mt.random.generator(0)
"""

TENSORS = """
a + 1
1 + a
a + 1j
a - np.float32(1)
a * np.ones(3)
a / a
2 // a
a % 2
a ** 2
a @ b
a @ np.ones((3, 1))
-a
+a
abs(a)
~p
p & p
1 | i
i << 1
a == a
a != 1
a < a
1 >= a
a[0]
a[:, None]
a[..., 0]
a[p]
a[i, 1:]
a.T
a.mT
a.exp()
a.sum(axis=0)
a.mean(axis=(0, 1), keepdims=True)
a.max()
a.var(correction=1)
p.any(axis=-1)
a.argmax(axis=0)
a.reshape(2, 3)
a.reshape((3, 2))
a.permute_dims(1, 0)
a.expand(4, 2, 3)
a.squeeze()
a.expand_dims(0)
a.astype("float32")
a.astype(np.float32)
a.astype(float)
a.copy()
a.contiguous()
a.to("numpy")
mt.tensor([1, 2], dtype="float32")
mt.tensor(3.0, like=a)
mt.as_tensor(np.ones(3))
mt.zeros((2, 3))
mt.zeros([2, 3], dtype=np.float32)
mt.ones(2, like=a)
mt.full((2,), 7)
mt.arange(3)
mt.arange(0, 1, 0.25)
mt.linspace(0, 1, 5)
mt.eye(2, 3)
mt.exp(a)
mt.sum(a)
mt.sum(a, axis=0, keepdims=True)
mt.std(a, correction=1)
mt.argmin(a)
mt.floor(a)
mt.isnan(a)
mt.maximum(a, 0)
mt.minimum(0.0, a)
mt.where(p, a, 0.0)
mt.clip(a, 0, 1)
mt.clip(a, max=2.5)
mt.concat([a, a], axis=1)
mt.concat((a, a))
mt.stack([a, a])
mt.sort(a, descending=True)
mt.argsort(a, axis=0)
mt.cumsum(a)
mt.searchsorted(a[0], a[1], side="right")
mt.take(a, i, axis=1)
mt.reshape(a, (3, 2))
mt.permute_dims(a, (1, 0))
mt.expand(a, (4, 2, 3))
mt.squeeze(a)
mt.expand_dims(a, 0)
mt.astype(a, "int64")
mt.matmul(a, b)
mt.einsum("ij,kj->ik", a, a)
mt.norms.norm(a)
mt.norms.norm(a, math.inf, axis=1)
mt.norms.mse(a, a)
mt.random.normal(rng, (2, 3))
mt.random.uniform(rng, 4, dtype="float32")
mt.random.permutation(rng, 4)
[row for row in a][0]
"""

OTHERS = {
    "a.shape": "tuple[int, ...]",
    "a.strides": "tuple[int, ...]",
    "a.ndim": "int",
    "a.size": "int",
    "a.backend": "str",
    "len(a)": "int",
    "float(a.sum())": "float",
    "1.0 in a": "bool",
    "mt.broadcast_shapes((2, 1), (3,))": "tuple[int, ...]",
    "mt.get_backend()": "str",
}

# Statements that are right, and have no type to reveal.
RIGHT = """
a[0] = 1
a[:, 1] = [5, 6]
a[p] = 0.0
a[i] = a
a += 1
i <<= 1
rows = a.tolist()
number = a.sum().item() + 1
array = a.numpy().mean()
for row in a: print(f"{row.sum():.2f}")
with mt.use_backend("numpy"): pass
mt.set_backend("numpy")
print(["x", "y"][mt.argmax(a[0, :2])], mt.explain_einsum("ij->ji", (2, 3)))
"""

MISTAKES = """
(a + 1).nosuch()
(1 - a).nosuch
(-a).nosuch
(a == a).nosuch
(a @ b).nosuch
a[0].nosuch
a.T.nosuch
a.exp().nosuch
mt.exp(a).nosuch
a.nosuch
mt.nosuch(a)
mt.norms.nosuch(a)
mt.random.nosuch(rng)
a + "text"
a @ None
a < "text"
"text" - a
c = a.copy(); c += "text"
a["name"]
a["name"] = 1
a[0] = "text"
a.shape = 3
a.T()
a.exp(2)
a.reshape("x")
a.expand(2.5)
a.expand_dims("0")
a.astype()
a.astype(3)
a.to(3)
a.mean(keepdims="yes")
a.sum(axis="rows")
a.argmax(axis=(0, 1))
x1: int = a.sum()
x2: list[float] = a.strides
x3: mt.Tensor = a.ndim
mt.exp("text")
mt.isnan(3.0)
mt.zeros(2, 3)
mt.zeros((2, "3"))
mt.ones(2, like=3)
mt.full(3)
mt.eye("2")
mt.arange("3")
mt.linspace(0, 1)
mt.tensor()
mt.sum(a, axiss=0)
mt.sum([1, 2])
mt.maximum(a)
mt.maximum(a, "text")
mt.where(p, a)
mt.clip(a, "low")
mt.concat(a, b)
mt.stack(3)
mt.sort(a, axis="last")
mt.take(a, "0")
mt.matmul(a, "b")
mt.einsum(a, a)
mt.einsum("i->i", "text")
mt.use_backend(3)
mt.set_backend(None)
mt.norms.norm(a, "fro")
mt.norms.mse(a)
mt.random.normal(0, (2, 3))
"""


def lines(text):
    return text.strip().splitlines()


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """A folder with right.py and wrong.py, and which expression stands on which line of each."""
    folder = tmp_path_factory.mktemp("types")
    right = [f"reveal_type({each})" for each in [*lines(TENSORS), *OTHERS]] + lines(RIGHT)
    for name, body in (("right", right), ("wrong", lines(MISTAKES))):
        (folder / f"{name}.py").write_text(HEADER + "\n".join(body) + "\n", encoding="utf-8")
    return folder


def mypy(folder):
    """What mypy finds: (file, line, kind, message)."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "--hide-error-context"]
    done = subprocess.run(
        [*command, f"--cache-dir={folder / 'cache'}", "right.py", "wrong.py"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    found = re.findall(r"^(right|wrong)\.py:(\d+): (error|note): (.*)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    reveal = re.compile(r'Revealed type is "(.*)"')
    for name, line, kind, message in found:
        revealed = reveal.match(message)
        if revealed:
            kind, message = "type", re.sub(r"builtins\.|minitensor\.core\.tensor\.", "", revealed[1])
        yield name, int(line), kind, message


def pyright(folder):
    """What pyright finds, in the same form."""
    done = subprocess.run(
        ["pyright", "--outputjson", "--pythonpath", sys.executable, "right.py", "wrong.py"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    for each in json.loads(done.stdout)["generalDiagnostics"]:
        name, line = re.search(r"(right|wrong)\.py$", each["file"])[1], each["range"]["start"]["line"] + 1
        revealed = re.fullmatch(r'Type of ".*" is "(.*)"', each["message"], re.DOTALL)
        if revealed:
            yield name, line, "type", revealed[1]
        elif each["rule"] != "reportUnusedExpression":  # a script of expressions is full of them
            yield name, line, each["severity"], each["message"]


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def findings(request, scripts):
    if request.param == "mypy" and not importlib.util.find_spec("mypy"):
        pytest.skip("mypy is not installed; it comes with minitensor[dev]")
    if request.param == "pyright" and not shutil.which("pyright"):
        pytest.skip("pyright is not installed; pip install pyright")
    return list({"mypy": mypy, "pyright": pyright}[request.param](scripts))


FIRST = len(HEADER.splitlines()) + 1


def test_a_right_script_has_no_error(findings):
    script = lines(HEADER) + lines(TENSORS) + list(OTHERS) + lines(RIGHT)
    assert [(script[line - 1], said) for name, line, kind, said in findings if (name, kind) == ("right", "error")] == []


def test_every_operator_method_and_function_has_its_type(findings):
    expected = dict.fromkeys(lines(TENSORS), "Tensor") | OTHERS
    types = {line: message for name, line, kind, message in findings if (name, kind) == ("right", "type")}
    found = {expression: types.get(line) for line, expression in enumerate(expected, FIRST)}
    assert {e: t for e, t in found.items() if t != expected[e]} == {}


def test_every_mistake_is_found_and_nothing_else(findings):
    wrong = {line for name, line, kind, _ in findings if (name, kind) == ("wrong", "error")}
    missed = [mistake for line, mistake in enumerate(lines(MISTAKES), FIRST) if line not in wrong]
    assert (missed, [line for line in wrong if line < FIRST]) == ([], [])
