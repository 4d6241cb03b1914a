"""Sums of floats as the NumPy backend makes them, along any axes of any layout: a sum is a product with ones.

BLAS makes such products several times as fast as NumPy adds along the first axis, and with less error, since it adds
several running sums at once. The data are taken in blocks, so that no running sum gets long: each block is one product,
and the sums of the blocks, in float64 for float32, are summed in the same way. Nothing is ever multiplied by 0, so that
infinities do what they do in a sum. Where the numbers to be summed lie side by side einsum adds pieces fastest; NumPy's
own sum, which is as accurate there, is taken for few of them, and where BLAS would first copy.

The error of a sum is at most 4 eps of the sum of the absolute values, whatever the axes, the layout and the length.
NumPy's own grows with the length along every axis but the last. How fast, and how far off, is in
tests/benchmarks/reductions.py.
"""

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy
from numpy import float32, float64, ndarray

# How many numbers are added at once, by the bytes of one: with more, the error of equal numbers would pass the bound.
FEW = 24  # by NumPy, which has one running sum; in a block that is not the last, BLOCK
BLOCK = 8
HIGH = {4: 192, 8: 48}  # of a column, by a vector-matrix product
SHORT = {4: 128, 8: 64}  # of a row, by a matrix-vector product
LONG = {4: 384, 8: 192}  # of a row, by einsum, which starts a row soonest
DOUBLE_LONG = 2**11  # of a row of float64, which NumPy adds as fast as einsum adds pieces
SMALL = 2**14  # numbers of a narrow table, up to which NumPy has transposed and added it before that
NARROW, WIDTH = 64, 512  # columns: below the first several rows are taken as one, up to the second
QUICK = 2**18  # numbers up to which NumPy has added what lies side by side before einsum has started
COPIED = 2**17  # numbers up to which a copy is made of what lies in no order
TILE = 2**15  # numbers that are worked on at once, in a core's own cache

ONES = {size: numpy.ones(512, f"f{size}") for size in (4, 8)}

_add: Any = numpy.add.reduce
_einsum: Any = numpy.einsum


def total(array: ndarray, axes: Sequence[int]) -> ndarray:
    """The sum over these axes, which stay with size 1.

    array : floats or complex numbers in any layout; axes : counted from the front, in order
    Returns float64 or, where one step made it, float32; complex128 for complex numbers.

    >>> total(numpy.ones((2, 3), "float32"), (0,)).tolist()
    [[2.0, 2.0, 2.0]]
    """
    shape, itemsize = array.shape, array.itemsize
    if array.dtype.kind == "c":
        pairs = total(array[..., None].view(array.real.dtype), axes)
        return numpy.ascontiguousarray(pairs, float64).view("complex128")[..., 0]
    if not array.size:
        return _add(array, tuple(axes), float32 if itemsize < 4 else None, None, True)
    if itemsize < 4:
        return total(array.astype(float32), axes)
    flags = array.flags
    if not flags.c_contiguous:
        if flags.f_contiguous:
            last = array.ndim - 1
            return total(array.T, [last - axis for axis in reversed(axes)]).T
        if array.size > COPIED:
            return _of_any_layout(array, axes)
        array = numpy.ascontiguousarray(array)
    first = last = axes[-1]
    while first - 1 in axes:
        first -= 1
    before, size, after = prod(shape[:first]), prod(shape[first : last + 1]), prod(shape[last + 1 :])
    if after > 1 and size <= FEW and (before > 1 or after >= NARROW):
        made = _add(array.reshape(before, size, after), 1)
    elif size == 1:
        made = array.copy()
    elif after > 1:
        made = _columns(array.reshape(before, size, after))
    elif array.size <= QUICK and size > SHORT[itemsize]:
        made = _add(array.reshape(before, size), -1)
    else:
        made = _rows(array.reshape(before, size))
    made = made.reshape(*shape[:first], *[1] * (last + 1 - first), *shape[last + 1 :])
    rest = axes[: len(axes) - (last + 1 - first)]
    return total(made, rest) if rest else made


def _of_any_layout(array: ndarray, axes: Sequence[int]) -> Any:
    """The sum by one run of axes after the other, the one with the nearest neighbours first.

    What neither NumPy nor BLAS would sum well as it lies is copied.
    """
    shape, strides = array.shape, array.strides
    expanded = [not stride and size > 1 for size, stride in zip(shape, strides, strict=True)]
    if any(expanded) or min(strides) < 0:  # sum only once what is repeated, and forwards what lies backwards
        forwards = tuple([slice(None, None, -1 if stride < 0 else 1) for stride in strides])
        once = tuple([slice(1) if repeated else slice(None) for repeated in expanded])
        times = prod([shape[axis] for axis in axes if expanded[axis]])
        made = total(array[once][forwards], axes)[forwards] * float64(times)
        return numpy.broadcast_to(made, [1 if axis in axes else size for axis, size in enumerate(shape)]).copy()
    axis = min(axes, key=strides.__getitem__)
    run = [axis]
    while run[0] - 1 in axes and strides[run[0] - 1] == strides[run[0]] * shape[run[0]]:
        run.insert(0, run[0] - 1)
    n = prod([shape[axis] for axis in run])
    rest: Sequence[int] = [one for one in axes if one not in run]
    nearest = min(range(array.ndim), key=strides.__getitem__)
    if nearest == axis and n >= SHORT[8]:
        made = _add(array, tuple(run), keepdims=True)  # as accurate as if the numbers lay side by side
    elif nearest == axis or shape[nearest] < NARROW:
        return total(numpy.ascontiguousarray(array), axes)
    elif axis == array.ndim - 2 and _suits(array):
        made, rest = _columns(array)[..., None, :], [one for one in axes if one != axis]
    else:
        n, before, after = shape[axis], shape[:axis], shape[axis + 1 :]
        blocks, left = (
            array[(slice(None),) * axis + (part,)] for part in (slice(n - n % BLOCK), slice(n - n % BLOCK, n))
        )
        made = _add(blocks.reshape(*before, -1, BLOCK, *after), axis + 1)
        made, rest = numpy.concatenate([made, _add(left, axis, keepdims=True)], axis), axes
    return total(made, rest) if rest else made


def _suits(array: ndarray) -> bool:
    """Whether BLAS takes the last two axes as they lie in memory."""
    itemsize, (down, across) = array.itemsize, array.strides[-2:]
    return array.flags.aligned and across == itemsize and down % itemsize == 0 and down >= array.shape[-1] * itemsize


# --- blocks ----------------------------------------------------------------------------------------------------------


def _wide(sums: ndarray) -> ndarray:
    return sums.astype(float64, copy=False)


def _rows(table: ndarray) -> ndarray:
    """The sum of each row, whose numbers lie side by side: (m, n) to (m,)."""
    m, n = table.shape
    ones, short, long = ONES[table.itemsize], SHORT[table.itemsize], LONG[table.itemsize]
    if n <= short:
        left = m % 4 if n > short // 2 else 0
        made = table[: m - left] @ ones[:n]  # BLAS has fewer running sums for what is left of four rows
        return numpy.concatenate([made, _einsum("ij->i", table[m - left :])]) if left else made
    if n > DOUBLE_LONG and table.itemsize == 8:
        return _add(table, -1)
    size = n // -(-n // long) if n < long * FEW else long
    count, left = divmod(n, size)
    parts = _wide(_einsum("ijk->ij", table[:, : n - left].reshape(m, count, size)))
    sums = parts[:, 0] if count == 1 else parts @ ONES[8][:count] if count <= FEW else _add(parts, -1)
    return sums + _einsum("ij->i", table[:, n - left :]) if left else sums


def _columns(table: ndarray) -> ndarray:
    """The sum of each column: (…, n, d) to (…, d). The numbers of a row lie side by side."""
    *stack, n, d = table.shape
    ones, high = ONES[table.itemsize], HIGH[table.itemsize]
    if n <= BLOCK:
        return _add(table, -2)
    if d < NARROW and n * d <= SMALL:
        return _add(table.swapaxes(-1, -2).copy(), -1)
    together = 1
    while (together * d < WIDTH and (together * d < NARROW or n > BLOCK * together * high)) or together * d % 4:
        together *= 2
    if together > 1 and n >= 2 * together and table.strides[-2] == d * table.itemsize:
        left = n % together
        made = _wide(_columns(table[..., : n - left, :].reshape(*stack, -1, together * d)))
        made = made.reshape(*stack, together, d)
        made[..., :left, :] += table[..., n - left :, :]
        return _columns(made)
    if d < NARROW:
        return _add(table.swapaxes(-1, -2).copy(), -1)
    if d % 4:  # BLAS has fewer running sums for the columns that are left of fours
        left = d - d % 4
        return numpy.concatenate([_columns(table[..., :left]), _columns(table[..., left:])], -1)
    if n <= high:
        return ones[:n] @ table
    count = -(-n // high)
    size, left = divmod(n, count)
    made = _wide(numpy.matmul(ones[:size], table[..., : n - left, :].reshape(*stack, count, size, d)))
    if left:
        made[..., :left, :] += table[..., n - left :, :]
    return _columns(made)


# --- squares ---------------------------------------------------------------------------------------------------------


def squares(array: ndarray, axes: Sequence[int], middle: ndarray | None = None, room: ndarray | None = None) -> ndarray:
    """The sums of squares over these axes, which stay with size 1: (1, …). Of no more than a tile is there a copy.

    middle : what is subtracted first; then also the sums of the differences, (2, …)
    room : where the squares of a tile may be written; fresh memory for each would take as long as the sums

    >>> squares(numpy.array([1.0, 2.0, 6.0]), (0,), numpy.array([3.0])).tolist()
    [[14.0], [0.0]]
    """
    if array.size <= TILE:
        if middle is None:
            return total(numpy.multiply(array, array, room), axes)[None]
        difference = numpy.subtract(array, middle, room)
        sums = total(difference, axes)
        difference *= difference
        return numpy.array([total(difference, axes), sums])
    axis = max(range(array.ndim), key=lambda one: (array.shape[one] > 1, abs(array.strides[one])))
    n, before = array.shape[axis], (slice(None),) * axis
    step = TILE * n // array.size or 1
    first = array[(*before, slice(step))]
    if first.size <= TILE:
        room = numpy.empty_like(first, array.dtype if middle is None else middle.dtype)
    parts = []
    for start in range(0, n, step):
        part = (*before, slice(start, start + step))
        own = room if room is None else room[(*before, slice(n - start))]
        parts.append((array[part], axes, middle if middle is None or axis in axes else middle[part], own))
    done = (squares(*part) for part in parts)
    return _pairwise(done) if axis in axes else numpy.concatenate(list(done), 1 + axis)


def _pairwise(parts: Iterable[ndarray]) -> Any:
    """The sum of many arrays, two of as many parts at a time: little error, and few arrays at once."""
    sums: list[ndarray] = []
    for number, part in enumerate(parts, 1):
        while number % 2 == 0:
            part = sums.pop() + part
            number //= 2
        sums.append(part)
    return sum(reversed(sums[:-1]), sums[-1])


# --- running sums ----------------------------------------------------------------------------------------------------

SIDE = {4: 32, 8: 16}  # of the triangle
LOWER = {size: numpy.tri(side, dtype=f"f{size}") for size, side in SIDE.items()}
UPPER = {size: numpy.ascontiguousarray(lower.T) for size, lower in LOWER.items()}


def running(array: ndarray, axis: int) -> ndarray:
    """The sum of all numbers up to each along an axis, of float32 or float64: blocks times a triangle of ones.

    The last sums of the blocks are summed in the same way, so that the error grows with the logarithm of the length.
    Memory: a copy where the array does not lie row by row.

    >>> running(numpy.ones(5), 0).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    shape, n, side = array.shape, array.shape[axis], SIDE[array.itemsize]
    if n < side:
        return array.cumsum(axis)
    before, after, left = prod(shape[:axis]), prod(shape[axis + 1 :]), n % side
    table, made = array.reshape(before, n, after), numpy.empty((before, n, after), array.dtype)
    blocks, sums = (each[:, : n - left].reshape(before, -1, side, after) for each in (table, made))
    if after == 1:
        numpy.matmul(blocks[..., 0], UPPER[array.itemsize], sums[..., 0])
    else:
        numpy.matmul(LOWER[array.itemsize], blocks, sums)
    ends = _wide(sums[:, :, -1])
    ends = running(ends, 1) if ends.shape[1] > 2**9 else ends.cumsum(1)
    if not numpy.isfinite(ends).all():  # the other triangle has turned infinities into NaN
        return array.cumsum(axis)
    sums[:, 1:] += ends[:, :-1, None].astype(array.dtype)
    if left:
        made[:, n - left :] = table[:, n - left :].cumsum(1, float64) + ends[:, -1:]
    return made.reshape(shape)
