"""Where numbers are wrong, as a pattern: one column, the last block, the first of each block."""

import re
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
        return (
            "Both are wrong."
            if size == 2
            else f"All {size:,} are wrong."
            if size > 1
            else f"{some_of(name, wrong)} is wrong."
        )
    pattern = pattern_of(wrong, block)
    are = "is" if size - count == 1 else "are"
    return (
        f"{size - count:,} of {size:,} {are} right. Wrong: {some_of(name, wrong)}{f': {pattern}' if pattern else ''}."
    )


def at_edges(wrong: np.ndarray, block: Any = None) -> bool:
    """Whether only the first or the last of blocks are wrong."""
    return bool(re.search(" of each | meet$|of its", pattern_of(wrong, block)))


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
    last, of = i == size - 1, "tile" if what else "block"
    some = f" {what}" if what else ""  # behind "the first", and in the plural behind "all"
    many = f" {what}s" if what else ""
    yield f"the first{some}", i == 0
    if 1 < block < size and size % block == 1:
        yield f"the last{some}, and the first of its {of}", last
    yield f"the last{some}", last
    yield f"the first and the last{some}", (i == 0) | last
    if what:
        for each in range(size):
            yield f"{what} {each}", i == each
    yield f"all{many} but the first", i > 0
    yield f"all{many} but the last", i < size - 1
    if 1 < block < size:
        yield from _of_blocks(i, size, block, of, some, f"the{many} of " if what else "")
    yield f"every second{some}", i % 2 == 1
    yield f"every second{some}, from the first on", i % 2 == 0
    yield f"the second half{' of the' * bool(what)}{many}", i >= (size + 1) // 2
    yield f"the first half{' of the' * bool(what)}{many}", i < size // 2


def _of_blocks(i: np.ndarray, size: int, block: int, of: str, some: str, within: str) -> Named:
    """Patterns of blocks along one axis. within : "the rows of ", or "" """
    number, end = i // block, i == size - 1
    first, last = number == 0, number == (size - 1) // block
    begins, ends = i % block == 0, i % block == block - 1
    yield f"the two{some}s where {of}s meet" if some else f"the two where {of}s meet", begins & ~first | ends & ~end
    yield f"the first{some} of each {of}", begins
    yield f"the first{some} of each {of} but the first", begins & ~first
    yield f"the last{some} of each {of}", ends | end
    yield f"the last{some} of each full {of}", ends
    yield f"the last{some} of each {of} but the last", ends & ~last
    yield f"the first and the last{some} of each {of}", begins | ends | end
    yield f"all but the first{some} of each {of}", ~begins
    yield f"{within}the last {of}", last
    yield f"{within}the first {of}", first
    yield f"all but {within}the first {of}", ~first
    yield f"all but {within}the last {of}", ~last
    for each in range(1, (size - 1) // block):
        yield f"{within}{of} {each}", number == each


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
