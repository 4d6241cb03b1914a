"""Sums of floats as the NumPy backend makes them, over any axes of any layout: a sum is a product with ones.

BLAS makes such products several times as fast as NumPy adds along the first axis, and with less error, since it adds
several running sums at once. The data are taken in blocks, so that no running sum gets long: each block is one product,
and the sums of the blocks, in float64 for float32, are summed in the same way. Nothing is ever multiplied by 0, so that
infinities do what they do in a sum.

The error of a sum is at most 4 eps of the sum of the absolute values, whatever the axis, the layout and the length;
that of NumPy's own grows with the length, unless the numbers lie side by side. How fast, and how far off, is in
tests/benchmarks/reductions.py.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy
from numpy import float32, float64, ndarray

Leaf = Callable[..., ndarray]  # tiles and their roles to what is summed: (quantities, *kept axes)

FLOAT32 = numpy.dtype(float32)
# How many numbers are added at once, by the bytes of one: with more, the error of equal numbers would pass the bound.
FEW = 8  # by NumPy, which has one running sum
ROWS = {4: 64, 8: 32}  # of a table, by a vector-matrix product
SHORT = {4: 128, 8: 64}  # of a row, by a matrix-vector product
DOT = {4: 512, 8: 256}  # of a row, by a dot product, which has the most running sums
WIDTH = 512  # of a table, below which several rows are taken as one
STRIP, LONG = 2**12, 2**18  # so long a row is taken as a table of strips
TILE = 2**15  # numbers that are worked on at once, in a core's own cache
WIDE = 64  # of them, at least, for each sum


def total(array: ndarray, axes: Sequence[int]) -> Any:
    """The sum over these axes, which stay with size 1; in float64 for floats, complex128 for complex numbers.

    array : floats or complex numbers in any layout; axes : counted from the front, each once

    >>> total(numpy.ones((2, 3), "float32"), (0,)).tolist()
    [[2.0, 2.0, 2.0]]
    """
    dtype, shape = array.dtype, array.shape
    if dtype.kind == "c":
        return _as_complex(total(array[..., None].view(array.real.dtype), axes))
    if len(axes) == 1 and array.size and array.flags.carray and dtype.itemsize > 2:  # the usual case, without a detour
        (axis,) = axes
        before, size, after = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
        made = _rows(array.reshape(before, size)) if after == 1 else _columns(array.reshape(before, size, after))
        return made.reshape(*shape[:axis], 1, *shape[axis + 1 :])
    return in_memory_order(_leaf_of_sums, axes, array)[0]


def _as_complex(pairs: ndarray) -> ndarray:
    return numpy.ascontiguousarray(pairs).view("complex128")[..., 0]


# --- blocks ----------------------------------------------------------------------------------------------------------


def _wide(sums: ndarray) -> ndarray:
    return sums.astype(float64) if sums.dtype == FLOAT32 else sums


def _rows(table: ndarray) -> ndarray:
    """The sum of each row: (…, n) to (…) as float64. The numbers of a row lie side by side."""
    n, itemsize = table.shape[-1], table.itemsize
    if n <= SHORT[itemsize]:
        return _wide(table @ numpy.ones(n, table.dtype))
    if n >= LONG:
        done = n - n % STRIP
        parts = _columns(table[..., :done].reshape(*table.shape[:-1], -1, STRIP))
    else:
        one = min(DOT[itemsize], n - n % 32)  # BLAS adds what is left of 32 one by one
        done = n - n % one
        blocks = table[..., :done].reshape(*table.shape[:-1], -1, one)
        parts = _wide(numpy.vecdot(blocks, numpy.ones(one, table.dtype)))
    return _rows(parts) if done == n else _rows(parts) + _rows(table[..., done:])


def _columns(table: ndarray) -> ndarray:
    """The sum of each column: (…, n, d) to (…, d) as float64. The numbers of a row lie side by side."""
    *stack, n, d = table.shape
    if n <= FEW:
        return _wide(numpy.add.reduce(table, -2))
    odd = d % 4  # columns that are left of fours get one running sum each
    together, one = max(WIDTH // d // 4 * 4, 4 if odd else 1), 16 if odd else ROWS[table.itemsize]
    if together > 1 and n >= 2 * together and table.strides[-2] == d * table.itemsize:
        done = n - n % together
        wide = _columns(table[..., :done, :].reshape(*stack, -1, together * d))
        parts = wide.reshape(*stack, together, d)
    elif n <= one:
        return _wide(numpy.matmul(numpy.ones(n, table.dtype), table))
    else:
        done = n - n % one
        blocks = table[..., :done, :].reshape(*stack, -1, one, d)
        parts = _wide(numpy.matmul(numpy.ones(one, table.dtype), blocks))
    return _columns(parts) if done == n else _columns(parts) + _columns(table[..., done:, :])


def _sum(array: ndarray, roles: Sequence[bool]) -> ndarray:
    """The sum over the axes whose role it is; kept and summed axes take turns, and the last two lie as BLAS wants."""
    roles = list(roles)
    while any(roles):
        if roles.pop():
            array = _rows(array)
        else:
            array = _columns(array)
            roles.pop()
            array = array.reshape(*array.shape[: max(0, len(roles) - 1)], -1)  # what was kept on both sides
    return _wide(array)


# --- layouts ---------------------------------------------------------------------------------------------------------


def in_memory_order(leaf: Leaf, axes: Sequence[int], *arrays: ndarray) -> ndarray:
    """The sums over these axes, which stay with size 1, of the quantities that the leaf makes: (quantities, …).

    leaf : tiles of the arrays, and for each axis whether it is summed, to sums; arrays : all of one shape

    The axes are taken as they lie in memory, neighbours merged, and cut into tiles.
    """
    first = arrays[0]
    summed = [axis in axes for axis in range(first.ndim)]
    shape = tuple([1 if gone else size for gone, size in zip(summed, first.shape, strict=True)])
    if not first.size:
        return numpy.zeros((2, *shape))
    # An axis that was expanded is summed by a product with its size, and one that runs backwards as its reverse.
    times, key = 1, []
    for size, stride, gone in zip(first.shape, first.strides, summed, strict=True):
        once = stride == 0 and len(arrays) == 1
        key.append(slice(1) if once else slice(None, None, -1) if stride < 0 and gone else slice(None))
        times *= size if once and gone else 1
    order = sorted(range(first.ndim), key=lambda axis: -abs(first.strides[axis]))
    arrays = tuple([array[tuple(key)].transpose(order) for array in arrays])
    kept = [1 if summed[axis] else arrays[0].shape[place] for place, axis in enumerate(order)]
    arrays, roles = _merged(arrays, [summed[axis] for axis in order])
    made = _sum(arrays[0], roles)[None] if leaf is _leaf_of_sums and _suits(arrays[0], roles) else _tiled(leaf, arrays, roles)
    made = made.reshape(-1, *kept).transpose(0, *[order.index(axis) + 1 for axis in range(first.ndim)]) * times
    return made if made.shape[1:] == shape else numpy.broadcast_to(made, (len(made), *shape)).copy()


def _merged(arrays: Sequence[ndarray], roles: Sequence[bool]) -> tuple[list[ndarray], list[bool]]:
    """Without the axes of size 1, and with each run of axes that can be one as one."""
    sizes: list[int] = []
    kinds: list[bool] = []
    last = 0
    for axis, size in enumerate(arrays[0].shape):
        if size == 1:
            continue
        if kinds and kinds[-1] == roles[axis] and all([a.strides[last] == a.strides[axis] * size for a in arrays]):
            sizes[-1] *= size
        else:
            sizes.append(size)
            kinds.append(roles[axis])
        last = axis
    return [array.reshape(sizes) for array in arrays], kinds


def _suits(array: ndarray, roles: Sequence[bool]) -> bool:
    """Whether BLAS takes the last two axes as they lie in memory."""
    itemsize, strides = array.itemsize, array.strides
    return (
        itemsize > 2
        and array.flags.aligned
        and strides[-1:] in ((), (itemsize,))
        and all(a != b for a, b in zip(roles, roles[1:], strict=False))
        and (len(roles) < 2 or (strides[-2] % itemsize == 0 and strides[-2] >= itemsize * array.shape[-1]))
    )


def _tiled(leaf: Leaf, arrays: Sequence[ndarray], roles: Sequence[bool]) -> ndarray:
    """What the leaf makes of all tiles: concatenated where they part a kept axis, summed where they part a summed one."""
    shape, size = arrays[0].shape, arrays[0].size
    if size <= TILE:
        return leaf(*arrays, roles)
    axis = next(axis for axis, length in enumerate(shape) if length > 1)
    kept = prod([length for length, gone in zip(shape, roles, strict=True) if not gone])
    if roles[axis] and kept > TILE // WIDE:  # so that the sums of a tile are few beside its numbers
        axis = next(axis for axis, length in enumerate(shape) if length > 1 and not roles[axis])
        step = TILE // WIDE * shape[axis] // kept or 1
    else:
        step = TILE * shape[axis] // size or 1
    before = (slice(None),) * axis
    starts = range(0, shape[axis], step)
    parts = [_tiled(leaf, [a[(*before, slice(i, i + step))] for a in arrays], roles) for i in starts]
    if not roles[axis]:
        return numpy.concatenate(parts, 1 + axis - sum(roles[:axis]))
    stacked = numpy.array(parts)
    return _columns(stacked.reshape(len(parts), -1)).reshape(parts[0].shape)


def _leaf_of_sums(tile: ndarray, roles: Sequence[bool]) -> ndarray:
    return sum_of(numpy.array(tile, float32 if tile.itemsize < 8 else float64, order="C"), roles)[None]


def sum_of(tile: ndarray, roles: Sequence[bool]) -> ndarray:
    """The sums of a tile that lies row by row."""
    shape = [length for length, gone in zip(tile.shape, roles, strict=True) if not gone]
    (merged,), kinds = _merged([tile], roles)
    return _sum(merged, kinds).reshape(shape)
