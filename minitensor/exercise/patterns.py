"""Where numbers are wrong, as a pattern: one column, the last block, the first of each block."""

from collections.abc import Iterator
from typing import Any

import numpy as np


def where_wrong(name: str, wrong: np.ndarray, block: Any = None) -> str:
    """How many elements of an array are right, and which are not: one sentence or two.

    name : of the array; wrong : bool, of the array's shape, at least one of them true
    block : of the launch, threads along x, or along x and y, where each thread has an element of its own

    >>> wrong = np.arange(70) % 32 == 0
    >>> wrong[0] = False
    >>> where_wrong("out", wrong, 32)
    '68 of 70 are right. Wrong: out[32], out[64]: the first of each block but the first.'
    """
    size, count = wrong.size, int(np.count_nonzero(wrong))
    if count == size:
        return f"All {size:,} are wrong." if size > 1 else f"{some_of(name, wrong)} is wrong."
    pattern = pattern_of(wrong, block)
    are = "is" if size - count == 1 else "are"
    return (
        f"{size - count:,} of {size:,} {are} right. Wrong: {some_of(name, wrong)}{f': {pattern}' if pattern else ''}."
    )


def at_edges(wrong: np.ndarray, block: Any = None) -> bool:
    """Whether only the first or the last of blocks are wrong."""
    return " of each " in pattern_of(wrong, block)


def pattern_of(wrong: np.ndarray, block: Any = None) -> str:
    """A pattern that the wrong elements, and no others, are in; "" where none is known."""
    if not wrong.ndim or wrong.all():
        return ""
    sizes = tuple(block) if isinstance(block, tuple) else (block or 0,)
    if wrong.ndim == 1:
        names = _along(wrong.size, int(sizes[0]), "")
    elif wrong.ndim == 2:
        names = _of_a_table(wrong.shape, sizes)
    else:
        names = _of_more(wrong.shape)
    return next((words for words, where in names if np.array_equal(where, wrong)), "")


def some_of(name: str, wrong: np.ndarray) -> str:
    """``out[32], out[64]``, or the first two and the last; ``out[32] .. out[63]`` for neighbours."""
    index = np.argwhere(wrong)
    if not wrong.ndim:
        return name
    shown = [f"{name}[{', '.join(map(str, each))}]" for each in index.tolist()]
    box = int(np.prod(index.max(0) - index.min(0) + 1))
    if box == len(shown) and len(shown) > 2:
        return f"{shown[0]} .. {shown[-1]}"
    return ", ".join(shown) if len(shown) <= 4 else f"{', '.join(shown[:2])} .. {shown[-1]}"


Named = Iterator[tuple[str, np.ndarray]]


def _along(size: int, block: int, what: str) -> Named:
    """Patterns along one axis. what : of the elements along it, "row" or "column", or "" for single ones"""
    i = np.arange(size)
    one, these = (f"the {{}} {what}".rstrip(), f"{what}s" if what else "")
    yield one.format("first"), i == 0
    yield one.format("last"), i == size - 1
    yield f"the first and the last {what}".rstrip(), (i == 0) | (i == size - 1)
    if what:
        for each in range(size):
            yield f"{what} {each}", i == each
    yield f"all{f' {these}' * bool(what)} but the first", i > 0
    yield f"all{f' {these}' * bool(what)} but the last", i < size - 1
    if 1 < block < size:
        first, last, of = i // block == 0, i // block == (size - 1) // block, f"{'tile' if what else 'block'}"
        begin, end = i % block == 0, i % block == block - 1
        yield f"the first {what} of each {of}".replace("  ", " "), begin
        yield f"the first {what} of each {of} but the first".replace("  ", " "), begin & ~first
        yield f"the last {what} of each {of}".replace("  ", " "), end | (i == size - 1)
        yield f"the last {what} of each full {of}".replace("  ", " "), end
        yield f"the last {what} of each {of} but the last".replace("  ", " "), end & (i < size - 1) & ~last
        yield f"the first and the last {what} of each {of}".replace("  ", " "), begin | end | (i == size - 1)
        yield f"the first and the last {what} where two {of}s meet".replace("  ", " "), (begin & ~first) | (end & ~last)
        yield f"all but the first {what} of each {of}".replace("  ", " "), ~begin
        of_last = f"the last {of}" if not what else f"the {what}s of the last {of}"
        of_first = f"the first {of}" if not what else f"the {what}s of the first {of}"
        yield of_last, last
        yield of_first, first
        yield f"all but {of_first}", ~first
        yield f"all but {of_last}", ~last
        for each in range(1, (size - 1) // block):
            yield (f"block {each}" if not what else f"the {what}s of tile {each}"), i // block == each
    yield f"every second {what}".rstrip(), i % 2 == 1
    yield f"every second {what}".rstrip() + ", from the first on", i % 2 == 0
    yield "the second half", i >= (size + 1) // 2
    yield "the first half", i < size // 2


def _of_a_table(shape: tuple[int, ...], sizes: tuple[int, ...]) -> Named:
    rows, columns = shape
    row, col = np.indices(shape)
    square = rows == columns
    for words, where in _along(rows, int(sizes[1]) if len(sizes) > 1 else 0, "row"):
        yield words, np.broadcast_to(where[:, None], shape)
    for words, where in _along(columns, int(sizes[0]), "column"):
        yield words, np.broadcast_to(where, shape)
    yield "the edge", (row == 0) | (col == 0) | (row == rows - 1) | (col == columns - 1)
    yield "all but the edge", ~((row == 0) | (col == 0) | (row == rows - 1) | (col == columns - 1))
    yield "the first row and the first column", (row == 0) | (col == 0)
    yield "the last row and the last column", (row == rows - 1) | (col == columns - 1)
    yield "the diagonal", row == col
    yield "all but the diagonal" if square else "all but those with row = column", row != col
    yield "those right of the diagonal", col > row
    yield "those left of the diagonal", col < row
    if len(sizes) > 1 and sizes[0] > 1 and sizes[1] > 1:
        last = (col // sizes[0] == (columns - 1) // sizes[0]), (row // sizes[1] == (rows - 1) // sizes[1])
        yield "the last block", last[0] & last[1]
        yield "the blocks at the right and at the bottom", last[0] | last[1]
        yield "all but the first block", ~((col < sizes[0]) & (row < sizes[1]))
        begin = (col % sizes[0] == 0) | (row % sizes[1] == 0)
        end = (col % sizes[0] == sizes[0] - 1) | (row % sizes[1] == sizes[1] - 1)
        yield "the first row and column of each tile", begin
        yield "the edge of each tile", begin | end | (row == rows - 1) | (col == columns - 1)


def _of_more(shape: tuple[int, ...]) -> Named:
    """One place along one axis, such as one colour."""
    index = np.indices(shape)
    for axis, size in enumerate(shape):
        for each in range(size) if size > 1 else ():
            yield f"all with index {each} along axis {axis}", index[axis] == each
