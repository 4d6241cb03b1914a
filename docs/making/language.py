"""What a kernel can say and what it cannot, as tables made of the tables of the translator itself.

Each statement that is refused is translated when the site is made, and its message is what stands beside it. A
statement that is not refused makes no site.
"""

import ast
import linecache
import re
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from making import pieces
from making.programs import Wrong

# A statement with what Python has and a kernel has not. (AsyncFor stands in no function that is not async.)
SAMPLES = {
    ast.List: "y = [1, 2]",
    ast.Dict: "y = {1: 2}",
    ast.Set: "y = {1, 2}",
    ast.ListComp: "y = [k for k in range(3)]",
    ast.GeneratorExp: "y = (k for k in range(3))",
    ast.Lambda: "y = lambda k: k",
    ast.NamedExpr: "x[i] = (y := 1.0)",
    ast.JoinedStr: 'y = f"{i}"',
    ast.Slice: "x[0:3] = 1.0",
    ast.Starred: "y = (*x,)",
    ast.FunctionDef: "def inner(): pass",
    ast.ClassDef: "class Inner: pass",
    ast.Delete: "del i",
    ast.With: "with x: pass",
    ast.Try: "try:\n    y = 1\nexcept ValueError:\n    y = 2",
    ast.Raise: "raise ValueError",
    ast.Import: "import math",
    ast.ImportFrom: "from math import pi",
    ast.Global: "global total",
    ast.Nonlocal: "nonlocal total",
    ast.AnnAssign: "y: float = 1.0",
    ast.Match: "match i:\n    case 0: y = 1",
}
KERNEL = """\
def make():
    total = 0

    @kernel
    def tried(x, whole, n):
        i = cuda.grid(1)
{statement}

    return tried
"""


def setup(app):
    """To Sphinx this file is an extension."""
    app.add_directive("cuda-names", CudaNames)
    app.add_directive("atomics", Atomics)
    app.add_directive("maths", Maths)
    app.add_directive("refused-constructs", Constructs)
    app.add_directive("refused-statements", Statements)
    app.add_directive("refused-launches", Launches)
    app.add_directive("refused-names", Names)
    return {"parallel_read_safe": True}


def message_of(statement: str) -> str:
    """What the translator says of a kernel with this statement. Raises Wrong if it says nothing.

    >>> message_of("y = lambda k: k")
    'a kernel has no lambda; write @kernel(device=True) above a function outside of it'
    """
    import numpy as np

    import minitensor as mt
    from minitensor.gpu import cuda, kernel

    text = KERNEL.format(statement="\n".join(f"        {line}" for line in statement.splitlines()))
    name = "<manual>/refused.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "manual", "cuda": cuda, "kernel": kernel, "np": np}
    exec(compile(text, name, "exec", dont_inherit=True), names)
    try:
        names["make"]()[1, 4](np.zeros(4, "float32"), np.zeros(4, "int32"), 4)
    except mt.errors.TranslationError as error:
        return error.facts.detail
    except Exception as error:
        raise Wrong(f"{statement}: the translator should refuse it, and it raises {error!r}") from error
    raise Wrong(f"{statement}: the translator takes it")


def launched(expression: str) -> tuple[str, str]:
    """The kind of error and the message of a launch. Raises Wrong if nothing is wrong with it.

    >>> launched("doubled(x, n)")
    ('LaunchError', 'doubled is a kernel; launch it over a grid of blocks: doubled[grid, block](...)')
    """
    import numpy as np

    import minitensor as mt
    from minitensor.gpu import cuda, kernel

    text = "@kernel\ndef doubled(x, n):\n    i = cuda.grid(1)\n    if i < n:\n        x[i] = 2 * x[i]\n"
    name = "<manual>/doubled.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "manual", "cuda": cuda, "kernel": kernel, "mt": mt, "np": np}
    exec(compile(text, name, "exec", dont_inherit=True), names)
    try:
        eval(expression, names | {"x": mt.arange(8.0), "n": 8})
    except Exception as error:
        return type(error).__name__, str(error)
    raise Wrong(f"{expression}: nothing is wrong with it")


class CudaNames(SphinxDirective):
    """What `cuda` has, as its own docstring says."""

    def run(self) -> list[Any]:
        from minitensor.gpu.device import Cuda

        return self.parse_text_to_nodes(markdown(Cuda.__doc__ or ""))


def markdown(docstring: str) -> str:
    """The list in a docstring, as Markdown.

    >>> markdown("First.\\n\\n    - ``a``: one\\n      line\\n    - two\\n    ")
    '- `a`: one\\n  line\\n- two'
    """
    lines = docstring.rstrip().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.lstrip().startswith("- "))
    return "\n".join(line[4:] for line in lines[begin:]).replace("``", "`")


class Atomics(SphinxDirective):
    """Which atomics there are, and of what."""

    def run(self) -> list[Any]:
        from minitensor.gpu.vocabulary import WITH_ATOMICS

        columns = list(dict.fromkeys(dtype for dtypes in WITH_ATOMICS.values() for dtype in dtypes))
        rows = [
            [f"`atomic_{name}`", *("yes" if each in dtypes else "–" for each in columns)]
            for name, dtypes in WITH_ATOMICS.items()
        ]
        return [pieces.table(["atomic", *(f"`{each}`" for each in columns)], rows, "small")]


class Maths(SphinxDirective):
    """The functions that `cuda` has by NumPy's names, and the dtypes that a kernel knows."""

    def run(self) -> list[Any]:
        from minitensor.gpu.fitting import DTYPES
        from minitensor.gpu.ufuncs import MATHS
        from minitensor.gpu.vocabulary import BUILTINS, CASTS

        def listed(names: Any) -> str:
            return ", ".join(f"`{each}`" for each in names)

        return [
            pieces.paragraph(f"Of `cuda`, {len(MATHS)} functions by NumPy's names: {listed(sorted(MATHS))}."),
            pieces.paragraph(f"Of Python: {listed(each.__name__ for each in BUILTINS)}."),
            pieces.paragraph(
                f"Types: {listed(DTYPES)}, each as `np.float32(...)`; "
                + ", ".join(f"`{each.__name__}(...)` makes {dtype}" for each, dtype in CASTS.items())
                + "."
            ),
        ]


class Constructs(SphinxDirective):
    """Everything of Python that the translator has a sentence for."""

    def run(self) -> list[Any]:
        return [refusals((statement, message_of(statement)) for statement in SAMPLES.values())]


class Statements(SphinxDirective):
    """Statements, one a line, each with what is said of it."""

    has_content = True

    def run(self) -> list[Any]:
        return [refusals((line, message_of(line)) for line in self.content if line.strip())]


class Launches(SphinxDirective):
    """Launches, one a line, each with what is said of it."""

    has_content = True

    def run(self) -> list[Any]:
        told = [(line, *launched(line)) for line in self.content if line.strip()]
        return [refusals((line, f"{kind}: {message}") for line, kind, message in told)]


class Names(SphinxDirective):
    """Functions that are called otherwise in a kernel, and names that C++ keeps."""

    def run(self) -> list[Any]:
        from minitensor.gpu.refused import FUNCTIONS, INSTEAD, OURS, RESERVED

        others = [[f"`{name}(...)`", re.sub(r"^(\S.*\))$", r"`\1`", words)] for name, words in INSTEAD.items()]
        ours = [[f"`{name}`", f"`cuda.{other}`"] for name, other in OURS.items() if name not in INSTEAD]
        return [
            pieces.table(["in Python, NumPy or C", "in a kernel"], others + ours),
            hidden("Names that C++ or CUDA keeps for itself, for no variable", sorted(RESERVED)),
            hidden("Names that no kernel can have", sorted(FUNCTIONS)),
        ]


def hidden(summary: str, names: list[str]) -> Any:
    """A long list, behind a line that one opens; HTML's own element, so that it works without JavaScript."""
    found = nodes.container()
    found += nodes.raw("", f"<details><summary>{summary}: {len(names)}</summary>", format="html")
    found += pieces.paragraph(", ".join(f"`{each}`" for each in names))
    found += nodes.raw("", "</details>", format="html")
    return found


def refusals(told: Any) -> Any:
    """A table of statements and messages."""
    rows = [[[pieces.code(statement)], [pieces.exactly(message)]] for statement, message in told]
    return pieces.table(["written", "what is said"], rows, "refusals")
