"""Functions whose text is written by a program, such as loops unrolled for a number of dimensions."""

import linecache
from collections.abc import Sequence
from typing import Any


def function(name: str, parameters: str, body: Sequence[str], label: str, names: dict[str, Any]) -> Any:
    """The function ``def name(parameters): body``, in which `names` have the meaning given; tracebacks show its lines.

    >>> function("twice", "x", ["return x * two"], "an example", {"two": 2})(21)
    42
    """
    text = f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in body)
    file = f"<{name}: {label}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # where Python looks for sources
    names = names | {"__name__": __name__}
    exec(compile(text, file, "exec"), names)
    return names[name]


def indent(lines: Sequence[str], levels: int = 1) -> list[str]:
    """The lines, indented by this many levels."""
    return ["    " * levels + line for line in lines]
