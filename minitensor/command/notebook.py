"""A lesson as a Jupyter notebook: text and code cells, and first a cell that installs what is missing."""

import ast
import json
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from minitensor.command.cells import ALT, Cell, cells
from minitensor.errors import InputError
from minitensor.text.files import written
from minitensor.text.hints import MODULES

ALSO = {"dask": "dask[array]", "distributed": "distributed"}  # module: package, of the lessons that import them
SETUP = """\
# Installs what is not here. Where all of it is, nothing happens.
from importlib.util import find_spec

needed = {needed}
missing = " ".join(f'"{{package}}"' for module, package in needed.items() if not find_spec(module))
if missing:
    %pip install --quiet {{missing}}

from minitensor import plot

plot.in_notebook()  # each picture once, below the cell that drew it; animations play"""


def write(path: Path, folder: Path) -> Path:
    """Write the lesson at `path` as a notebook into `folder`, and return where it is.

    Raises InputError where there is such a file already: somebody may have worked in it. WriteError.
    """
    where = folder / f"{path.stem}.ipynb"
    if where.exists():
        raise InputError(f"{str(where)!r} is there already and is left as it is; name another folder after --out")
    with written(where) as file:
        file.write_text(json.dumps(notebook(path), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return where


def notebook(path: Path) -> dict[str, Any]:
    """The lesson as a notebook of Jupyter's format 4.5, without outputs: what JSON holds."""
    intro, *others = cells(path)
    modules = {
        name.partition(".")[0]
        for cell in (intro, *others)
        for node in ast.walk(ast.parse(cell.code))
        for name in _imported(node)
    }
    needed = _this_project() | MODULES | {module: package for module, package in ALSO.items() if module in modules}
    parts = [("markdown", intro.prose), ("code", SETUP.format(needed=json.dumps(needed))), ("code", _code(intro))]
    parts += [part for each in others for part in (("markdown", each.prose), ("code", _code(each)))]
    return {
        "cells": [_part(number, *part) for number, part in enumerate(part for part in parts if part[1])],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _this_project() -> dict[str, str]:
    """This library as pip finds it: where its metadata says that the source is, as its name alone may be another's."""
    name = "minitensor-lessons"
    try:
        urls = dict(each.split(", ", 1) for each in metadata(name).get_all("Project-URL") or [])
    except PackageNotFoundError:  # it runs from a checkout that is not installed
        return {}
    return {"minitensor": f"{name} @ git+{urls['Source']}"} if "Source" in urls else {}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _code(cell: Cell) -> str:
    """The code without the texts for its pictures, which are seen; with ";" after a last line that draws, or its value
    would be shown beside the picture.
    """
    code = ALT.sub("", cell.code)
    last = ast.parse(code).body[-1:]
    draws = any(isinstance(each, ast.Expr) and ast.unparse(each).startswith("plot.") for each in last)
    return f"{code};" if draws else code


def _part(number: int, kind: str, source: str) -> dict[str, Any]:
    common = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
    return common | ({"execution_count": None, "outputs": []} if kind == "code" else {})
