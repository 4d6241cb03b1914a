"""Signatures as a reader wants them: types by the names that the pages have for them, defaults in a few letters."""

import inspect
import types
import typing

import numpy as np

from making import public
from minitensor.core import operations
from minitensor.core.tensor import Tensor

# Long unions, by the name that the code has for them. The page of the reference says what they stand for.
NAMED = {"Operand": operations.Operand, "Key": operations.Key, "Value": operations.Value}


def signatures(thing, bound: bool = False) -> list[str]:
    """The signatures of a function, one for each overload: ``(x: minitensor.Tensor) -> int``. bound : without self"""
    kinds = typing.get_overloads(thing) if inspect.isfunction(thing) else []
    found = []
    for each in kinds or [thing]:
        try:
            signature = inspect.signature(each)
        except (ValueError, TypeError):  # a class of Python's own, as exceptions are
            signature = inspect.Signature()
        found.append(written(signature, bound))
    return list(dict.fromkeys(found))


def parameters(thing) -> list[str]:
    """The names of the arguments that a thing takes; none for what is not called."""
    try:
        return list(inspect.signature(thing).parameters)
    except (ValueError, TypeError):
        return []


def written(signature: inspect.Signature, bound: bool = False) -> str:
    given = list(signature.parameters.values())[1 if bound else 0 :]
    given = [each for each in given if each.annotation not in (typing.Never, typing.NoReturn)]
    if given and given[0].name == "self":  # a method that is a function too
        given[0] = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Tensor)
    parts = []
    for each in given:
        text = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "") + each.name
        if each.annotation is not each.empty:
            text += f": {in_words(each.annotation)}"
        if each.default is not each.empty:
            text += f"{' = ' if ':' in text else '='}{_default(each.default)}"
        parts.append(text)
    for mark, place in _marks(given):
        parts.insert(place, mark)
    result = signature.return_annotation
    arrow = "" if result in (signature.empty, None, type(None)) else f" -> {in_words(result)}"
    return f"({', '.join(parts)}){arrow}"


def _marks(given):
    """Where "/" and "*" stand, the later first, so that the places stay right."""
    alone = [at for at, each in enumerate(given) if each.kind is each.KEYWORD_ONLY]
    if alone and not any(each.kind is each.VAR_POSITIONAL for each in given):
        yield "*", alone[0]
    first = [at for at, each in enumerate(given) if each.kind is each.POSITIONAL_ONLY]
    if first:
        yield "/", first[-1] + 1


def _default(value) -> str:
    if inspect.isfunction(value):
        return "..." if value.__name__ == "<lambda>" else value.__name__
    if type(value) is float and value == value and abs(value) >= 1e6:
        return f"{value:g}".replace("e+0", "e")
    return "..." if repr(value).startswith("<") else repr(value)


def in_words(kind) -> str:
    """An annotation in short, what has a page of its own by its full name."""
    for name, long in NAMED.items():
        if kind == long:
            return name
    if isinstance(kind, (str, typing.ForwardRef)):
        text = kind if isinstance(kind, str) else kind.__forward_arg__
        return " | ".join(_full(part.strip()) for part in text.split("|")) if "[" not in text else text
    if kind is Ellipsis or kind is types.EllipsisType:
        return "..."
    if kind in (None, type(None)):
        return "None"
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        parts = []
        for name, long in NAMED.items():
            if set(typing.get_args(long)) <= set(inside):
                parts, inside = [name], tuple(each for each in inside if each not in typing.get_args(long) or not each)
                break
        parts += [in_words(each) for each in inside if each is not type(None)]
        return " | ".join([*parts, "None"] if type(None) in inside else parts)
    if origin is typing.Literal:
        return " | ".join(map(repr, inside))
    if origin is not None:
        if inside and isinstance(inside[0], list):
            return f"Callable[[{', '.join(map(in_words, inside[0]))}], {in_words(inside[1])}]"
        return f"{_short(origin)}[{', '.join(map(in_words, inside))}]"
    if isinstance(kind, list):
        return f"[{', '.join(map(in_words, kind))}]"
    return _short(kind)


def _short(kind) -> str:
    if kind is np.dtype or getattr(kind, "__module__", "").startswith("numpy"):
        return f"np.{'random.' * kind.__module__.startswith('numpy.random')}{kind.__name__}"
    return _full(getattr(kind, "__name__", str(kind)))


def _full(name: str) -> str:
    """The full name of a class that is documented, else the name as it is."""
    name = name.strip("'\"")
    return next((full for full in _classes() if full.rpartition(".")[2] == name), name)


def _classes() -> list[str]:
    return [full for full, thing in public.catalogue()[0].items() if inspect.isclass(thing)]
