"""Text to `Expression`: the grammar of einsum, and what is said when a spec breaks it or does not fit its operands.

    spec  =  term {"," term} ["->" term]
    term  =  letters, with "..." at most once among them; spaces anywhere but inside "..." and "->"

A letter is one of a-z and A-Z or of any other alphabet, such as α, ж or 中. One that Unicode counts as another way to
write a letter, as it does ª and fullwidth ones, is none; nor are accents that stand by themselves.

The grammar is that of `numpy.einsum`, with four differences. A letter has one size everywhere: an axis of size 1 is
not stretched to fit, only the axes under "..." broadcast. The output may name "..." only where an operand has it. And
neither operands nor letters have a limit, 52 letters in NumPy.

Without "->" the output is "...", if an operand has it, and then each letter that stands once in all the operands, in
alphabetical order with capitals first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from numbers import Integral
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from minitensor.broadcasting import Shape, broadcast_shapes
from minitensor.errors import BroadcastError, DTypeError, EinsumError, InputError

Label = str | int  # an axis: by its letter, or, of those under "...", by its number from the left in the output
Labels = tuple[Label, ...]

DOTS = "..."
WORD = re.compile(r"[a-zA-Z]|\.\.\.|->|,| |[^\W\d_]")


class Term(NamedTuple):
    """What the spec says of one operand: its letters, where in the spec each stands, and where the term ends."""

    letters: tuple[str, ...]
    places: tuple[int, ...]
    end: int


class Expression(NamedTuple):
    """A spec that is well formed. The letters of a term, and of the output, are single letters and "..."."""

    spec: str
    operands: tuple[Term, ...]
    output: tuple[str, ...]


class Fitted(NamedTuple):
    """An expression on operands of known shapes: a label for every axis, and the size of every label.

    A label is a letter, or 0, 1, ... for the axes that "..." stands for, counted from the left in the output.
    """

    terms: tuple[Labels, ...]
    output: Labels
    sizes: dict[Label, int]


def parse(spec: str) -> Expression:
    """Read a spec, without looking at any operand.

    >>> matrix_product = parse("mk, kn -> mn")
    >>> [term.letters for term in matrix_product.operands], matrix_product.output
    ([('m', 'k'), ('k', 'n')], ('m', 'n'))
    >>> parse("...ba").output
    ('...', 'a', 'b')

    Raises EinsumError, with a picture of the fault, where the spec is malformed.

    >>> parse("mk,kn->mx")
    Traceback (most recent call last):
    minitensor.errors.EinsumError: the output names 'x', which no operand has
      mk,kn->mx
              ^
    fix: use a letter from the left of '->', or leave 'x' out
    """
    terms: list[list[tuple[str, int]]] = [[]]
    ends: list[int] = []
    arrow = False
    for word, place in _words(spec):
        if word in (",", "->"):
            if arrow and word == "->":
                raise _fault("there is a second '->'", spec, (place, place + 1), "keep one '->', the output after it")
            if arrow:
                raise _fault("there is a ',' in the output", spec, (place,), "an einsum has one output: drop the ','")
            arrow = word == "->"
            terms.append([])
            ends.append(place)
        elif word == DOTS and any(earlier == DOTS for earlier, _ in terms[-1]):
            fix = "keep one '...' and give the other axes letters"
            raise _fault("'...' stands twice in one term", spec, range(place, place + 3), fix)
        else:
            terms[-1].append((word, place))
    operands = [
        Term(tuple(word for word, _ in term), tuple(place for _, place in term), end)
        for term, end in zip(terms, [*ends, len(spec)], strict=True)
    ]
    if not arrow:
        return Expression(spec, tuple(operands), _implicit_output(operands))
    output = operands.pop()
    _check_output(spec, operands, output)
    return Expression(spec, tuple(operands), output.letters)


def _words(spec: str) -> Iterator[tuple[str, int]]:
    """The letters, dots, commas and arrows of a spec, each with its place."""
    place = 0
    while place < len(spec):
        match = WORD.match(spec, place)
        if match is None or not (match.group().isascii() or is_letter(match.group())):
            character = spec[place]
            problem, fix = (
                f"{character!r} is not a letter",
                "name each axis with one letter, a-z, A-Z or of another alphabet",
            )
            if character == ".":
                problem, fix = "this '.' is not part of a '...'", "write three dots with no space between, or none"
            elif character in "->":
                problem, fix = f"this {character!r} is not part of a '->'", "write '->' with no space between"
            raise _fault(problem, spec, (place,), fix)
        if match.group() != " ":
            yield match.group(), place
        place = match.end()


def is_letter(character: str) -> bool:
    """Whether it can name an axis, and a loop over it: Python takes ª for a.

    >>> is_letter("α"), is_letter("ª"), is_letter("²")
    (True, False, False)
    """
    import unicodedata

    return character.isalpha() and unicodedata.normalize("NFKC", character) == character


def letters() -> Iterator[str]:
    """Letters without end, for labels: a-z, A-Z, and those of other alphabets."""
    return chain(ascii_lowercase, ascii_uppercase, filter(is_letter, map(chr, count(ord("À")))))


def _implicit_output(operands: Sequence[Term]) -> tuple[str, ...]:
    times = Counter(letter for term in operands for letter in term.letters)
    once = sorted(letter for letter in times if letter != DOTS and times[letter] == 1)
    return (DOTS, *once) if DOTS in times else tuple(once)


def _check_output(spec: str, operands: Sequence[Term], output: Term) -> None:
    known = {letter for term in operands for letter in term.letters}
    for i, (letter, place) in enumerate(zip(output.letters, output.places, strict=True)):
        if letter not in known:
            fix = f"use a letter from the left of '->', or leave {letter!r} out"
            if letter == DOTS:
                fix = "write '...' in each term that has further axes, or leave it out"
            spots = range(place, place + len(letter))
            raise _fault(f"the output names {letter!r}, which no operand has", spec, spots, fix)
        if letter in output.letters[:i]:
            twice = (output.places[output.letters.index(letter)], place)
            raise _fault(f"the output names {letter!r} twice", spec, twice, f"keep one {letter!r} in the output")


# --- on shapes ---------------------------------------------------------------------------------------------------


def fit(expression: Expression, shapes: Sequence[Shape]) -> Fitted:
    """Label every axis of operands of these shapes.

    >>> fit(parse("...ij,j->...i"), [(5, 2, 3), (3,)])
    Fitted(terms=((0, 'i', 'j'), ('j',)), output=(0, 'i'), sizes={0: 5, 'i': 2, 'j': 3})

    Raises EinsumError, with a picture of the fault, where the shapes do not fit the expression.
    """
    spec, operands, _ = expression
    if len(operands) != len(shapes):
        spots = [operands[-1].end] if len(shapes) > len(operands) else _spots(operands[len(shapes)])
        given = _count(len(shapes), "operand", "operands")
        problem = f"the spec has {_count(len(operands), 'term', 'terms')}, but {given} came with it"
        raise _fault(problem, spec, spots, "write one term for each operand, with ',' between")

    dotted: dict[int, Shape] = {}  # the sizes under "...", by operand
    for number, (term, shape) in enumerate(zip(operands, shapes, strict=True)):
        named = len(term.letters) - (DOTS in term.letters)
        if len(shape) < named or (len(shape) > named and DOTS not in term.letters):
            has = f"{_count(len(shape), 'axis', 'axes')}, shape {shape}"
            problem = f"operand {number} has {has}, but its term names {named}"
            fix = "write one letter for each axis" + (", or '...' for the other axes" if len(shape) > named else "")
            raise _fault(problem, spec, _spots(term), fix)
        for letter, _, axes in _axes_of(term, len(shape)):
            if letter == DOTS:
                dotted[number] = shape[axes.start : axes.stop]
    broadcast = _broadcast_dots(expression, dotted)

    under = tuple(range(len(broadcast)))
    sizes: dict[Label, int] = dict(enumerate(broadcast))
    first: dict[str, tuple[int, int, int]] = {}  # operand, axis and place where a letter stands first
    terms: list[Labels] = []
    for number, (term, shape) in enumerate(zip(operands, shapes, strict=True)):
        labels: list[Label] = []
        for letter, place, axes in _axes_of(term, len(shape)):
            if letter == DOTS:
                labels += under[len(under) - len(axes) :]
                continue
            labels.append(letter)
            here = (number, axes.start, place)
            if sizes.setdefault(letter, shape[axes.start]) != shape[axes.start]:
                raise _two_sizes(spec, shapes, letter, first[letter], here)
            first.setdefault(letter, here)
        terms.append(tuple(labels))
    output: list[Label] = []
    for letter in expression.output:
        output += under if letter == DOTS else (letter,)
    return Fitted(tuple(terms), tuple(output), sizes)


def as_shape(name: str, number: int, given: Any) -> Shape:
    """A shape given to the function `name` for an operand, its sizes as plain ints.

    Raises DTypeError for what is not a shape, and InputError for a size that is no whole number, or negative.
    """
    what = f"operand {number} of {name}"
    try:
        sizes = tuple(given)
    except TypeError:
        sizes = None
    if sizes is None or isinstance(given, (str, bytes)):
        raise DTypeError(f"{what} is a {type(given).__name__}; write a Tensor or a shape such as (2, 3)")
    for axis, size in enumerate(sizes):
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 0:
            raise InputError(f"{what} has size {size!r} on axis {axis}; a size is a whole number, 0 or more")
    return tuple(map(int, sizes))


def _axes_of(term: Term, ndim: int) -> Iterator[tuple[str, int, range]]:
    """Each letter of a term, its place in the spec and the axes that it stands for."""
    axis = 0
    for letter, place in zip(term.letters, term.places, strict=True):
        width = ndim - len(term.letters) + 1 if letter == DOTS else 1
        yield letter, place, range(axis, axis + width)
        axis += width


def _broadcast_dots(expression: Expression, dotted: dict[int, Shape]) -> Shape:
    spec, operands, output = expression
    spots = [spot for number in dotted if dotted[number] for spot in _spots(operands[number], DOTS)]
    try:
        broadcast = broadcast_shapes(*dotted.values())
    except BroadcastError:
        under = ", ".join(f"{shape} of operand {number}" for number, shape in dotted.items())
        fix = "lined up at the last axis, make the sizes equal, or 1"
        raise _fault(f"the axes under '...' do not broadcast: {under}", spec, spots, fix) from None
    if broadcast and DOTS not in output:
        problem = f"'...' stands for {_count(len(broadcast), 'axis', 'axes')} here, but is missing from the output"
        raise _fault(problem, spec, spots, "write '...' in the output too, or letters for the axes to sum over")
    return broadcast


def _two_sizes(spec: str, shapes: Sequence[Shape], letter: str, *both: tuple[int, int, int]) -> EinsumError:
    stands = [
        f"{shapes[number][axis]} on axis {axis} of operand {number}, shape {shapes[number]}" for number, axis, _ in both
    ]
    fix = "slice or permute the operands until the sizes are equal, or give the axes different letters"
    if both[0][0] == both[1][0]:
        fix = "a letter twice takes a diagonal: slice the operand until the sizes are equal, or use two letters"
    else:
        for number, axis, _ in both:
            if shapes[number][axis] == 1:
                squeeze = f"squeeze axis {axis} of operand {number} and drop its {letter!r}"
                fix = f"{squeeze}; no letter stretches an axis of size 1, only '...' does"
    return _fault(f"{letter!r} has two sizes: {'; '.join(stands)}", spec, [place for _, _, place in both], fix)


# --- messages ----------------------------------------------------------------------------------------------------


def _fault(problem: str, spec: str, spots: Iterable[int], fix: str) -> EinsumError:
    """The error whose message points at these places of the spec."""
    shown = "".join(character if character.isprintable() else "?" for character in spec)
    spots = set(spots)
    carets = "".join("^" if place in spots else " " for place in range(max(spots) + 1))
    return EinsumError(f"{problem}\n  {shown}\n  {carets}\nfix: {fix}")


def _spots(term: Term, only: str = "") -> list[int]:
    """Where the letters of a term stand, or only one of them; the end of a term without letters."""
    pairs = zip(term.letters, term.places, strict=True)
    spots = [place + i for letter, place in pairs if only in letter for i in range(len(letter))]
    return spots or [term.end]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
