"""Plan to costs: what is done pair by pair, in words, and the floating-point operations and bytes that it takes.

Costs are counted, not measured. A floating-point operation (FLOP) is one multiplication or one addition. Bytes are what
each call must read and write once, for operands that lie in memory row by row; views are free, and a copy that NumPy or
BLAS makes inside a call is not seen.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

from minitensor.einsums.parser import Label, Labels
from minitensor.einsums.planner import Steps, Tidied
from minitensor.einsums.program import Axes, flat

PAIRED = {"multiply": "multiply element by element", "vecdot": "vecdot: a dot product along the last axis"}


class Stage(NamedTuple):
    """One pair of tensors that become one, or all that happens to a lone operand.

    operands : the numbers of those it takes; a result has the lower number of its pair
    takes, gives : the tensors in words, such as "x0[i,k]"
    lowering : the calls in words
    flops, read, written : floating-point operations, and bytes
    """

    operands: tuple[int, ...]
    takes: tuple[str, ...]
    gives: str
    lowering: str
    flops: int
    read: int
    written: int


class Work(NamedTuple):
    """One call in words, and what it costs, in numbers read and written. `made` is the name of what it writes."""

    words: str
    flops: int = 0
    read: int = 0
    written: int = 0
    made: str = ""


class _Value(NamedTuple):
    """A tensor on its way: the size and the stride in memory of each of its labels."""

    name: str
    sizes: dict[Label, int]
    strides: dict[Label, int]

    @property
    def elements(self) -> int:
        return prod(self.sizes.values())


def count(tidy: Tidied, steps: Steps, names: dict[Label, str], itemsize: int) -> tuple[tuple[Stage, ...], str, int]:
    """The stages of a plan, and its largest intermediate result in words and in bytes.

    names : what each label is called

    >>> from minitensor.einsums.planner import plan, tidied
    >>> tidy = tidied("mk,kn->mn", ((2, 3), (3, 4)))
    >>> (stage,), largest, _ = count(tidy, plan(tidy), dict(m="m", k="k", n="n"), 8)
    >>> stage.lowering, stage.flops, stage.read, stage.written, largest
    ('matmul', 48, 144, 64, 'none')
    """
    fitted, shapes = tidy.fitted, tidy.shapes
    values = {
        number: _laid_out(f"x{number}", *each) for number, each in enumerate(zip(fitted.terms, shapes, strict=True))
    }
    seen = {number: _show(f"x{number}", term, names) for number, term in enumerate(fitted.terms)}
    works: dict[int, list[Work]] = {number: [] for number in values}  # on each value since it was last in a pair
    pairs: list[tuple[tuple[int, ...], list[str], list[Work]]] = []
    written: list[Work] = []
    for call, operands, argument, axes in steps:
        into = min(operands)
        if len(operands) == 1:
            values[into], work = _one(call, values[into], argument, axes, names)
            works[into].append(work)
        else:
            name = "out" if len(pairs) == len(shapes) - 2 else f"t{len(pairs) + 1}"
            takes = [seen[number] for number in operands]
            before = [work for number in operands for work in works.pop(number)]
            values[into], work = _two(call, [values.pop(number) for number in operands], axes, name, names)
            seen[into], works[into] = work.made, []
            pairs.append((operands, takes, [*before, work]))
        if work.written:
            written.append(work)
    (number,), (after,) = values, works.values()
    if pairs:
        pairs[-1][2].extend(after)
    else:
        pairs.append(((number,), [seen[number]], after or [Work("nothing to do")]))
    seen[number] = _show("out", fitted.output, names)

    stages = []
    for i, (operands, takes, done) in enumerate(pairs):
        last = i == len(pairs) - 1
        made = seen[number] if last else next(work.made for work in reversed(done) if work.made)
        words = ", ".join(work.words for work in done)
        flops = sum(work.flops for work in done)
        read, wrote = sum(work.read for work in done), sum(work.written for work in done)
        stages.append(Stage(operands, tuple(takes), made, words, flops, read * itemsize, wrote * itemsize))
    most = max(written[:-1], key=lambda work: work.written, default=Work("", made="none"))  # the last one is the answer
    return tuple(stages), most.made, most.written * itemsize


def _show(name: str, labels: Iterable[Label], names: dict[Label, str]) -> str:
    return f"{name}[{','.join(names[label] for label in labels)}]"


def _laid_out(name: str, labels: Labels, shape: Sequence[int]) -> _Value:
    """A tensor that lies in memory row by row. A diagonal walks along all its axes at once."""
    sizes: dict[Label, int] = {}
    strides: dict[Label, int] = {}
    for axis, label in enumerate(labels):
        sizes[label] = shape[axis]
        strides[label] = strides.get(label, 0) + prod(shape[axis + 1 :])
    return _Value(name, sizes, strides)


def _one(call: str, value: _Value, argument: Any, axes: Axes, names: dict[Label, str]) -> tuple[_Value, Work]:
    """What a call of one tensor gives and costs."""
    labels = flat(axes)
    sizes = [value.sizes[label] for label in labels]
    view = _Value(value.name, dict(zip(labels, sizes, strict=True)), {label: value.strides[label] for label in labels})
    result = _laid_out(value.name, labels, sizes)
    made = _show(value.name, labels, names)
    match call:
        case "squeeze":
            return view, Work(f"drop the axes of size 1 of {value.name}")
        case "diagonal":
            return view, Work(f"take the diagonal of {value.name}")
        case "permute_dims":
            order = ", ".join("".join(names[label] for label in axis) or "1" for axis in axes)
            return view, Work(f"transpose {value.name} to ({order})")
        case "reshape" if all(_side_by_side(value, axis) for axis in axes):
            return view, Work(f"reshape {value.name} to {argument}")
        case "reshape" | "copy":
            words = f"copy {value.name}" + (f" to shape {argument}" if call == "reshape" else " row by row")
            return result, Work(words, 0, value.elements, value.elements, f"the copy {made}")
    gone = [names[label] for label in value.sizes if label not in labels]
    words = f"sum {value.name} over {' and '.join(gone)}" if call == "sum" else f"{call} of {value.name}"
    return result, Work(words, value.elements if gone else 0, value.elements, result.elements, made)


def _side_by_side(value: _Value, axis: Labels) -> bool:
    """Whether these labels can be one axis without a copy."""
    wide = [label for label in axis if value.sizes[label] != 1]
    return all(value.strides[a] == value.strides[b] * value.sizes[b] for a, b in pairwise(wide))


def _two(call: str, values: list[_Value], axes: Axes, name: str, names: dict[Label, str]) -> tuple[_Value, Work]:
    """What a call of two tensors gives and costs: a product for each choice of all labels, and a sum if one goes."""
    sizes = {label: size for value in values for label, size in value.sizes.items()}
    labels = flat(axes)
    result = _laid_out(name, labels, [sizes[label] for label in labels])
    flops = prod(sizes.values()) * (2 if len(labels) < len(sizes) else 1)
    read = sum(value.elements for value in values)
    return result, Work(PAIRED.get(call, call), flops, read, result.elements, _show(name, labels, names))
