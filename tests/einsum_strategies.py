"""Specs with operands that fit them, for the tests of every file of einsum."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

LETTERS = "ijkAZ"


class Problem(NamedTuple):
    spec: str
    shapes: tuple[tuple[int, ...], ...]
    terms: int  # how many products are summed for one element of the output


@st.composite
def problems(draw, max_operands=5):
    """Specs of the whole grammar: diagonals, "..." of different ranks, empty axes, both kinds of output, spaces."""
    size = st.sampled_from([0, 1, 2, 3, 3])
    sizes = {letter: draw(size) for letter in LETTERS}
    under_dots = draw(st.lists(size, max_size=2))
    terms, shapes = [], []
    for _ in range(draw(st.integers(1, max_operands))):
        term = draw(st.lists(st.sampled_from(LETTERS), max_size=4))
        shape = [sizes[letter] for letter in term]
        if draw(st.booleans()):
            at = draw(st.integers(0, len(term)))
            rank = draw(st.integers(0, len(under_dots)))
            stretched = [draw(st.sampled_from([1, n, n])) for n in under_dots[len(under_dots) - rank :]]
            term.insert(at, "...")
            shape[at:at] = stretched
        terms.append(term)
        shapes.append(tuple(shape))
    words = [word for term in terms for word in term]
    output = {word for word in words if words.count(word) == 1 and word != "..."}
    spec = ",".join("".join(term) for term in terms)
    if draw(st.booleans()):
        letters = sorted(set(words) - {"..."})
        output = draw(st.lists(st.sampled_from(letters), unique=True)) if letters else []
        spec += "->" + "".join(draw(st.permutations([*output, *["..."] * ("..." in words)])))
    summed = [sizes[letter] for letter in set(words) - {"...", *output}]
    return Problem(draw(spaced(spec)), tuple(shapes), int(np.prod(summed)))


@st.composite
def spaced(draw, spec):
    """The same spec with spaces where they are allowed."""
    words = spec.replace("...", "#").replace("->", "@")
    gaps = draw(st.lists(st.sampled_from(["", "", "", " ", "  "]), min_size=len(words), max_size=len(words)))
    text = "".join(gap + word for gap, word in zip(gaps, words, strict=True))
    return text.replace("#", "...").replace("@", "->")


def mangled(spec_alphabet):
    """Good specs with a few characters replaced, put in or taken out: near misses."""
    edit = st.tuples(st.integers(0, 30), st.integers(0, 1), st.sampled_from([*spec_alphabet, ""]))

    def apply(spec, edits):
        for place, gone, new in edits:
            spec = spec[:place] + new + spec[place + gone :]
        return spec

    return st.builds(apply, problems(3).map(lambda problem: problem.spec), st.lists(edit, max_size=2))


@st.composite
def numbers(draw, shape, dtype):
    """Random numbers, not symmetric, in a layout that is permuted and runs backwards on some axes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    order = draw(st.permutations(range(len(shape))))
    array = rng.integers(-9, 10, [shape[axis] for axis in order])
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        array = array > 3
    if dtype.kind in "fc":
        array = array + rng.random(array.shape)
    if dtype.kind == "c":
        array = array - 1j * rng.random(array.shape)
    array = np.asarray(array, dtype).transpose(np.argsort(order))
    backwards = tuple(slice(None, None, draw(st.sampled_from([1, -1]))) for _ in shape)
    return array[(..., *backwards)]  # without "..." an array without axes would become a number
