"""Plan to words: what a spec means, letter by letter and loop by loop, and what computing it costs."""

from collections.abc import Iterator, Sequence
from itertools import chain
from math import prod
from string import ascii_lowercase
from textwrap import indent
from typing import Any, NamedTuple

import numpy

from minitensor.backend.dtypes import checked_dtype
from minitensor.broadcasting import Shape
from minitensor.core.checks import whole
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor
from minitensor.einsums.costs import Stage, count
from minitensor.einsums.loops import loop_nest
from minitensor.einsums.parser import Fitted, Label, as_shape
from minitensor.einsums.parser import letters as every_letter
from minitensor.einsums.planner import plan, tidied
from minitensor.einsums.sublists import in_letters, naming
from minitensor.text.numbers import in_bytes

HEADINGS = ("Letters", "The loops it means", "How it is computed", "In all")


class Letter(NamedTuple):
    """What happens to one letter.

    operands : the numbers of those that vary along it, twice for a diagonal
    stretched : the numbers of those that have an axis of size 1 there, under "..."
    """

    name: str
    size: int
    operands: tuple[int, ...]
    stretched: tuple[int, ...]
    kept: bool
    dots: bool


class Explanation(NamedTuple):
    """What `explain_einsum` found. Its `str` is the text.

    loops : the loop nest as the source of a function `naive`
    naive_flops, flops : of the loop nest, and of all stages
    largest : the largest intermediate result in words, or "none"
    largest_bytes : and its size
    """

    spec: str
    shapes: tuple[Shape, ...]
    letters: tuple[Letter, ...]
    loops: str
    stages: tuple[Stage, ...]
    naive_flops: int
    flops: int
    read: int
    written: int
    largest: str
    largest_bytes: int

    @property
    def intensity(self) -> float:
        """FLOPs for each byte that is read or written."""
        return self.flops / max(self.read + self.written, 1)

    def __str__(self) -> str:
        return "\n".join(_text(self))

    def __repr__(self) -> str:
        return str(self)

    def __rich__(self) -> Any:
        """The same text in colour, for `rich.print`."""
        from rich.text import Text

        text = Text(str(self), no_wrap=True)
        text.highlight_words(HEADINGS, "bold")
        text.highlight_words(["def", "for", "in", "return"], "blue")
        text.highlight_words(["summed"], "yellow")
        return text


def explain_einsum(spec: Any, *operands: Any, dtype: DType | None = None, itemsize: int | None = None) -> Explanation:
    """What an einsum means and how it will be computed: letters, loops, pairs and costs. Nothing is computed.

    spec : as for `einsum`, lists of numbers too
    operands : Tensors, or only their shapes
    itemsize : bytes of one number; without it that of `dtype`, of the Tensors' common dtype, or 8 for shapes

    >>> print(explain_einsum("ij,jk->ik", (5, 784), (784, 10)))
    ij,jk->ik with x0 (5, 784), x1 (784, 10)
    <BLANKLINE>
    Letters
      i  size 5    in x0      kept
      k  size 10   in x1      kept
      j  size 784  in x0, x1  summed
    <BLANKLINE>
    The loops it means
      def naive(x0, x1):
          out = [[0] * 10 for _ in range(5)]
          for i in range(5):
              for k in range(10):
                  for j in range(784):  # summed
                      out[i][k] += x0[i][j] * x1[j][k]
          return out
    <BLANKLINE>
    How it is computed
      1. x0[i,j], x1[j,k] -> out[i,k]
         matmul
         78,400 FLOPs; reads 94.1 kB, writes 400 B; 0.83 FLOPs a byte
    <BLANKLINE>
    In all
      the loops as written  78,400 FLOPs
      as planned            78,400 FLOPs; the same
      memory                reads 94.1 kB, writes 400 B; 0.83 FLOPs a byte
      largest intermediate  none

    The parts are there by name too.

    >>> explain_einsum("ij,jk,kl->il", (100, 2), (2, 100), (100, 3)).naive_flops
    180000

    Raises EinsumError, with a picture of the fault, where einsum would; DTypeError for what has no shape.
    """
    spec, operands, words = in_letters("explain_einsum", spec, operands)
    shapes = tuple(
        as_shape("explain_einsum", number, operand.shape if isinstance(operand, Tensor) else operand)
        for number, operand in enumerate(operands)
    )
    if itemsize is not None:
        itemsize = whole("explain_einsum: itemsize", itemsize, 1)
    else:
        dtypes = [operand.dtype for operand in operands if isinstance(operand, Tensor)]
        dtypes = dtypes if dtype is None else [checked_dtype(dtype)]
        itemsize = numpy.result_type(*dtypes).itemsize if dtypes else 8
    with naming(words):
        tidy = tidied(spec, shapes)
    fitted = tidy.fitted
    names = letter_names(fitted)
    letters = _letters(fitted, shapes, names)
    stages, largest, largest_bytes = count(tidy, plan(tidy, itemsize), names, itemsize)
    points = prod(fitted.sizes.values())
    return Explanation(
        spec,
        shapes,
        letters,
        loop_nest(_renamed(fitted, names), shapes),
        stages,
        points * (len(shapes) - 1 + any(not letter.kept for letter in letters)),
        sum(stage.flops for stage in stages),
        sum(stage.read for stage in stages),
        sum(stage.written for stage in stages),
        largest,
        largest_bytes,
    )


# --- letters -----------------------------------------------------------------------------------------------------


def letter_names(fitted: Fitted) -> dict[Label, str]:
    """Every label by the name it goes by: a letter by itself, an axis under "..." by a letter that is still free.

    >>> from minitensor.einsums.parser import fit, parse
    >>> letter_names(fit(parse("...p->...p"), [(2, 3, 4)]))
    {0: 'q', 1: 'r', 'p': 'p'}
    """
    after = ascii_lowercase[ascii_lowercase.index("p") :]
    alphabet = chain(after, (letter for letter in every_letter() if letter not in after))
    free = (letter for letter in alphabet if letter not in fitted.sizes)
    return {label: label if isinstance(label, str) else next(free) for label in fitted.sizes}


def _renamed(fitted: Fitted, names: dict[Label, str]) -> Fitted:
    terms = tuple(tuple(names[label] for label in term) for term in fitted.terms)
    output = tuple(names[label] for label in fitted.output)
    return Fitted(terms, output, {names[label]: size for label, size in fitted.sizes.items()})


def _letters(fitted: Fitted, shapes: Sequence[Shape], names: dict[Label, str]) -> tuple[Letter, ...]:
    """The letters in the order of the loops: those of the output, then the summed ones."""
    found = []
    for label in dict.fromkeys((*fitted.output, *chain.from_iterable(fitted.terms))):
        size = fitted.sizes[label]
        places = [
            (number, shape[axis])
            for number, (term, shape) in enumerate(zip(fitted.terms, shapes, strict=True))
            for axis, own in enumerate(term)
            if own == label
        ]
        whole = tuple(number for number, own in places if own == size)
        stretched = tuple(number for number, own in places if own != size)
        found.append(Letter(names[label], size, whole, stretched, label in fitted.output, isinstance(label, int)))
    return tuple(found)


# --- text --------------------------------------------------------------------------------------------------------


def _text(found: Explanation) -> Iterator[str]:
    given = ", ".join(f"x{number} {shape}" for number, shape in enumerate(found.shapes))
    letters, loops, computed, total = HEADINGS
    yield from (f"{found.spec} with {given}", "", letters)
    yield from _table([_letter_row(letter) for letter in found.letters] or [("none",)])
    yield from ("", loops, indent(found.loops, "  "), "", computed)
    for number, stage in enumerate(found.stages, 1):
        yield f"  {number}. {', '.join(stage.takes)} -> {stage.gives}"
        yield f"     {stage.lowering}"
        yield f"     {_flops(stage.flops)}; {_traffic(stage.read, stage.written, stage.flops)}"
    largest = found.largest + (f", {in_bytes(found.largest_bytes)}" if found.largest_bytes else "")
    yield from ("", total)
    yield from _table(
        [
            ("the loops as written", _flops(found.naive_flops)),
            ("as planned", f"{_flops(found.flops)}; {_fewer(found.naive_flops, found.flops)}"),
            ("memory", _traffic(found.read, found.written, found.flops)),
            ("largest intermediate", largest),
        ]
    )


def _letter_row(letter: Letter) -> tuple[str, ...]:
    where = []
    for number in dict.fromkeys(letter.operands):
        twice = letter.operands.count(number) > 1
        where.append(f"x{number}" + " (its diagonal)" * twice)
    where += [f"x{number} (stretched from 1)" for number in letter.stretched]
    fate = "kept" if letter.kept else "summed"
    if not letter.kept and len(letter.operands) == 1:
        fate += f": only x{letter.operands[0]} has it and the output does not, so that axis is added up"
    return letter.name, f"size {letter.size}", f"in {', '.join(where)}", fate + ", an axis of '...'" * letter.dots


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [f"  {line.rstrip()}" for line in lines]


def _flops(count: int) -> str:
    return f"{count:,} FLOP{'s' * (count != 1)}"


def _traffic(read: int, written: int, flops: int) -> str:
    if not read + written:
        return "a view: nothing is read or written"
    return f"reads {in_bytes(read)}, writes {in_bytes(written)}; {flops / (read + written):.2f} FLOPs a byte"


def _fewer(naive: int, planned: int) -> str:
    if planned == naive:
        return "the same"
    if not planned or not naive:
        return f"{abs(naive - planned):,} {'fewer' if naive > planned else 'more'}"
    more, less = max(naive, planned), min(naive, planned)
    times = f"{more // less:,}" if more // less >= 100 else f"{more / less:.3g}"
    return f"{times} times {'fewer' if naive > planned else 'as many'}"
