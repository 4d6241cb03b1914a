"""The files of the package as syntax trees, for tests of its source. Parsed when a test asks: that takes seconds."""

import ast
from functools import cache
from pathlib import Path

import minitensor as mt

PACKAGE = Path(mt.__file__).parent
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree_of(name):
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def imports(tree, package):
    """Every module that a file imports, by its whole name, whether at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield from (f"{module}.{alias.name}" for alias in node.names)
