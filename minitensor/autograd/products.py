"""Rules of products of matrices and of einsum, which are products again."""

import math
from typing import Any

from minitensor.core.creation import eye
from minitensor.einsums import einsum
from minitensor.einsums.parser import fit, letters, parse


def of_left(g: Any, out: Any, a: Any, b: Any) -> Any:
    """Of a @ b the share of a: g @ bᵀ."""
    if b.ndim > 1:
        return g @ b.mT if a.ndim > 1 else (b @ g[..., None])[..., 0]
    return g[..., None] * b


def of_right(g: Any, out: Any, a: Any, b: Any) -> Any:
    """Of a @ b the share of b: aᵀ @ g."""
    if a.ndim == 1:
        return g * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    if b.ndim > 2:
        return a.mT @ g
    if a.ndim == 2:
        return a.T @ g
    rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    return rows.T @ g.reshape(rows.shape[0], *g.shape[a.ndim - 1 :])


def of_einsum(place: int, g: Any, out: Any, spec: str, *tensors: Any, memory_limit: int | None = None) -> Any:
    """An einsum again: g takes the place of the operand, and the operand's axes become the output.

    A letter that stands in no other operand was summed over by itself: there g is stretched. A letter that stands twice
    took a diagonal: there g goes onto the diagonal, by a product with the identity.
    """
    number = place - 1
    x = tensors[number]
    terms, output, sizes = fit(parse(spec), [each.shape for each in tensors])
    free = letters()
    letter_of = {label: next(free) for label in sizes}
    own: list[str] = []
    axes: list[int] = []  # of the result: those of size 1 that "..." stretched stay 1, and are not asked for
    given, operands = ["".join(letter_of[label] for label in output)], [g]
    for at, term in enumerate(terms):
        if at != number:
            each = tensors[at]
            wide = [axis for axis, label in enumerate(term) if each.shape[axis] == sizes[label]]
            given.append("".join(letter_of[term[axis]] for axis in wide))
            operands.append(each.reshape(tuple([each.shape[axis] for axis in wide])))
    there = set("".join(given))
    for axis, label in enumerate(terms[number]):
        letter = letter_of[label]
        if x.shape[axis] != sizes[label]:
            continue
        if letter in own:  # onto the diagonal
            other = next(free)
            given.append(letter + other)
            operands.append(eye(sizes[label], like=x))
            own.append(other)
        elif letter in there or terms[number].count(label) > 1:
            own.append(letter)
        else:
            continue
        axes.append(axis)
    made = einsum(",".join(given) + "->" + "".join(own), *operands, memory_limit=memory_limit)
    kept = tuple([size if axis in axes else 1 for axis, size in enumerate(x.shape)])
    return made.reshape(kept).expand(x.shape)
