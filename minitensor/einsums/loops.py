"""Letters to loops: the source of the loop nest that an einsum means."""

from collections.abc import Iterable, Sequence

from minitensor.broadcasting import Shape
from minitensor.einsums.parser import Fitted, Label

MOST_LOOPS = 20  # Python nests no more


def loop_nest(fitted: Fitted, shapes: Sequence[Shape]) -> str:
    """A function `naive` as Python source: a loop for each letter, the letters of the output outside.

    fitted : labels that are names in Python
    shapes : of the operands; an axis of size 1 that is stretched has index 0

    The function takes nested lists or arrays and returns nested lists, or a number where the output has no axes.

    >>> from minitensor.einsums.parser import fit, parse
    >>> shapes = [(2, 3), (3,)]
    >>> source = loop_nest(fit(parse("ij,j->i"), shapes), shapes)
    >>> print(source)
    def naive(x0, x1):
        out = [0] * 2
        for i in range(2):
            for j in range(3):  # summed
                out[i] += x0[i][j] * x1[j]
        return out
    >>> space = {}
    >>> exec(source, space)
    >>> space["naive"]([[1, 2, 3], [4, 5, 6]], [1, 10, 100])
    [321, 654]
    """
    terms, output, sizes = fitted
    summed = [label for label in sizes if label not in output]
    factors = [
        f"x{number}" + _index(label if size == sizes[label] else "0" for label, size in zip(term, shape, strict=True))
        for number, (term, shape) in enumerate(zip(terms, shapes, strict=True))
    ]
    lines = [f"def naive({', '.join(f'x{number}' for number in range(len(terms)))}):"]
    if len(sizes) > MOST_LOOPS:
        lines.append("    from itertools import product  # Python nests at most 20 loops")
    lines.append(f"    out = {_zeros([sizes[label] for label in output])}")
    depth = 1
    if len(sizes) > MOST_LOOPS:
        every = [*output, *summed]
        ranges = ", ".join(f"range({sizes[label]})" for label in every)
        lines.append(f"    for {', '.join(map(str, every))} in product({ranges}):")
        depth = 2
    else:
        for depth, label in enumerate([*output, *summed], 1):
            lines.append(f"{'    ' * depth}for {label} in range({sizes[label]}):{'  # summed' * (label in summed)}")
        depth = len(sizes) + 1
    lines.append(f"{'    ' * depth}out{_index(output)} += {' * '.join(factors)}")
    return "\n".join([*lines, "    return out"])


def _index(labels: Iterable[Label]) -> str:
    return "".join(f"[{label}]" for label in labels)


def _zeros(shape: Sequence[int]) -> str:
    if not shape:
        return "0"
    *outer, last = shape
    text = f"[0] * {last}"
    for size in reversed(outer):
        text = f"[{text} for _ in range({size})]"
    return text
