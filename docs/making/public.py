"""Every public name of minitensor, where it is documented, what else it is called, and where its source stands.

A name is public if it stands in `__all__` of the package or of a public room, or, in a room without one, if it is made
there. A thing with several public names is documented under the first, and the others are its aliases.
"""

import ast
import importlib
import inspect
from functools import cache
from pathlib import Path

import minitensor
from making import docstrings

ROOMS = (
    "", "random", "data", "norms", "linalg", "autograd", "groups", "cluster", "cluster.meanshift", "cluster.kmeans",
    "cluster.dbscan", "cluster.lsh", "matrix_product", "segment", "models", "ladder", "gpu", "plot", "exercise",
    "einsums", "backend", "errors",
)  # fmt: skip
# Made by the import system, or rooms with a page of their own.
MODULES = ("minitensor.errors", "minitensor.random")


def room(name: str):
    """The module of a public room, by its name without `minitensor`."""
    return importlib.import_module(f"minitensor.{name}".rstrip("."))


def names_of(module) -> list[str]:
    """The public names of a module, in the order of its text where it has no `__all__`."""
    listed = list(getattr(module, "__all__", ()))
    if module is minitensor:
        listed += minitensor._BUILTIN
    if listed:
        return listed
    return [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__ and callable(thing)
        and not isinstance(thing, type(list[int]))
    ]  # fmt: skip


@cache
def catalogue() -> tuple[dict[str, object], dict[str, str]]:
    """What is documented, by its full name; and the aliases, each with the full name under which it is documented."""
    found: dict[str, object] = {}
    aliases: dict[str, str] = {}
    first: dict[int, str] = {}
    for each in ROOMS:
        module = room(each)
        for name in names_of(module):
            full, thing = f"{module.__name__}.{name}", getattr(module, name)
            if full in MODULES:
                continue
            own = first.get(id(thing)) if callable(thing) or each else None
            if own and own != full:
                aliases[full] = own
            else:
                found[full] = thing
                first[id(thing)] = full
    return found, aliases


@cache
def members(full: str) -> dict[str, object]:
    """The public methods and properties of a documented class, by their full names; of a base too if it is ours."""
    kind = catalogue()[0][full]
    if not inspect.isclass(kind):
        return {}
    found: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        private = base.__name__ == "Words" or (base is not kind and base in catalogue()[0].values())
        if not base.__module__.startswith("minitensor") or private:
            continue
        for name, thing in vars(base).items():
            plain = getattr(thing, "__func__", thing)
            described = bool(inspect.getdoc(plain)) if name.startswith("__") else True
            public = not name.startswith("_") or (name in ("__call__", "__getitem__", "__setitem__") and described)
            if public and (inspect.isfunction(plain) or isinstance(thing, property)):
                found.pop(f"{full}.{name}", None)
                found[f"{full}.{name}"] = thing
    return found


@cache
def everything() -> frozenset[str]:
    """The full name of all that can be linked to: what is documented, its aliases, members and attributes."""
    found, aliases = catalogue()
    inside = {name for full in found for name in (*members(full), *attributes(full))}
    return frozenset({*found, *aliases, *inside})


@cache
def attributes(full: str) -> frozenset[str]:
    """The full names of the attributes that the docstring of a class tells of."""
    kind = catalogue()[0][full]
    if not inspect.isclass(kind):
        return frozenset()
    told = {
        name for block in docstrings.read(kind.__doc__) if isinstance(block, docstrings.Entry) for name in block.names
    }
    return frozenset(f"{full}.{name}" for name in told if name in stored(full) or f"{full}.{name}" in members(full))


@cache
def stored(full: str) -> frozenset[str]:
    """The attributes that a class declares, or writes to itself in a method."""
    kind = catalogue()[0].get(full)
    found: set[str] = set()
    for base in getattr(kind, "__mro__", ()):
        if base.__module__.startswith("minitensor") and base.__name__ in _classes(base.__module__):
            for node in ast.walk(_classes(base.__module__)[base.__name__]):
                written = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
                if written and isinstance(node.value, ast.Name) and node.value.id == "self":
                    found.add(node.attr)
            for node in _classes(base.__module__)[base.__name__].body:
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
    return frozenset(name for name in found if not name.startswith("_"))


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree(module).body if isinstance(node, ast.ClassDef)}


@cache
def source(module: str) -> str:
    return Path(inspect.getsourcefile(importlib.import_module(module))).read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(source(module))


@cache
def tags(module: str) -> dict[str, tuple[str, int, int]]:
    """Of each name that a file gives to something: "def", "class" or "other", and its first and last line."""
    if not module.startswith("minitensor"):
        return {}
    found = {}

    def walk(body, before):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                kind = "class" if isinstance(node, ast.ClassDef) else "def"
                start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found[before + node.name] = kind, start, node.end_lineno
                if kind == "class":
                    walk(node.body, f"{before}{node.name}.")
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            found[before + name.id] = "other", node.lineno, node.end_lineno

    walk(tree(module).body, "")
    return found


@cache
def defined_in(module: str, name: str) -> str:
    """The module whose text gives a public thing its name: of "mean" of `minitensor` the file of reductions."""
    first = name.partition(".")[0]
    seen = set()
    while module not in seen and module.startswith("minitensor"):
        seen.add(module)
        if first in tags(module):
            return module
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ImportFrom) and any((each.asname or each.name) == first for each in node.names):
                module = node.module or module
    return module


def other_ids(module: str, shown: str) -> list[str]:
    """Where viewcode's page of a file leads back to, if it takes the names of that file for another room's."""
    file = defined_in(module, shown)
    return [f"{room}.{shown}" for room in sorted({*_rooms_of(file), file} - {module})]


@cache
def _rooms_of(file: str) -> frozenset[str]:
    """The rooms under whose names something is documented that one file makes."""
    owners = (full.rpartition(".") for full in catalogue()[0])
    return frozenset(owner for owner, _, name in owners if defined_in(owner, name) == file)


def from_file(module: str, namespace: str = "minitensor") -> list[str]:
    """The full names of what is documented under `namespace` and made in the file of `module`, in its order."""
    found = catalogue()[0]
    return [
        full
        for name in tags(module)
        if (full := f"{namespace}.{name}") in found and defined_in(namespace, name) == module
    ]
