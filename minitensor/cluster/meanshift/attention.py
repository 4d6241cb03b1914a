"""Attention in tiles: weighted sums over all points for each query, and no table of all the weights.

Queries and points have *keys*. The product of two keys is the score of the pair, and e to the power of the score is its
weight. Points have *values*, of which the weighted sums are taken. An update of mean shift is attention: over a cloud
of points in `update.py`, over a photograph in `segment/filter.py`. The rung `gemm` in `rungs.py` is the plain five
lines of it. Here the tables lie in a core's own cache and are used again, so that nearly all of the time goes into one
matrix product, one exponential in place, and a second product.
"""

import math
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

from minitensor import backend
from minitensor.core.creation import full, ones, zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import concat

# Bytes of the tables of one tile: they stay in a core's own cache, which is 3 to 10 times faster than memory
# (tests/benchmarks/claims.py).
MEMORY = 2**20
SIDE = 512  # points in a tile
TILES = 16  # of points, whose keys are made at once
QUIET = 2**18  # multiplications up to which OpenBLAS leaves a product to the thread that asks, and wakes no others
PAIRS = 2**13  # of queries and points in a tile at least, even if BLAS then wakes its threads

Floor = Tensor | float | None  # the least exponent, or a table of it


class Attention(NamedTuple):
    """Which keys and values there are, and how weights come from them.

    of_queries : queries (q, d) to their keys, (q, k)
    of_points : points (n, d) to their keys, (k, n), and values, (n, values)
    score : keys of a stack of queries, (s, q, k), and of points, (k, n), and memory for a table, to scores, (s, q, n)
    weigh : scores, and the floor of an exponent, to weights; the table of scores may be overwritten
    values : how many there are of a point
    tables : how many numbers it holds at once for each pair of query and point
    multiplications : in a matrix product, for each pair
    """

    of_queries: Callable[[Tensor], Tensor]
    of_points: Callable[[Tensor], tuple[Tensor, Tensor]]
    score: Callable[[Tensor, Tensor, Tensor], Tensor]
    weigh: Callable[..., Tensor]
    values: int
    tables: int
    multiplications: int


def gaussian_keys(x: Tensor, of_queries: bool, one: Tensor | None = None) -> Tensor:
    """Keys (…, d + 2, n) of places (…, d, n): a query's key times a point's is −|q − x|²/2, the score of a Gaussian.

    −|q − x|²/2 = q·x − |q|²/2 − |x|²/2 is the product of (q, −|q|²/2, 1) and (x, 1, −|x|²/2), so nothing has to be
    added to the table of scores. one : ones, (…, 1, n), for those who ask often; made if not given

    >>> import minitensor as mt
    >>> q, x = mt.tensor([[1.0], [2.0]]), mt.tensor([[4.0], [6.0]])
    >>> (gaussian_keys(q, of_queries=True).T @ gaussian_keys(x, of_queries=False)).item()
    -12.5
    """
    half = (x * x).sum(-2, keepdims=True) * -0.5
    one = ones(half.shape, like=x) if one is None else one
    return concat([x, half, one] if of_queries else [x, one, half], axis=-2)


def attend(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    weigh: Callable[[Tensor], Tensor],
    table: Tensor,
    out: Tensor | None = None,
    score: Callable[[Tensor, Tensor, Tensor], Tensor] | None = None,
) -> Tensor:
    """The weighted sums of the values, (…, q, v), for keys of queries (…, q, k) and of points (…, k, n).

    values : (…, n, v); table, out : memory for the scores, (…, q, n), and for the result
    weigh : scores to weights; score : the product of the keys if not given

    >>> import minitensor as mt
    >>> q, keys, values = mt.tensor([[1.0, 0.0]]), mt.tensor([[0.0, 1.0], [5.0, 5.0]]), mt.tensor([[1.0], [2.0]])
    >>> attend(q, keys, values, exp_in_place, mt.zeros((1, 2))).item() == 1 + 2 * math.e
    True
    """
    weights = weigh((score or product_into)(queries, keys, table))
    # Not with @: that would make one large product of a stack, for which BLAS would wake its threads.
    return product_into(weights, values, out) if out is not None else weights @ values


def sums(of: Attention, queries: Tensor, points: Tensor, memory: int, floor: float | None) -> Tensor:
    """The weighted sums of the values over all points, (q, v), for queries (q, d) and points (n, d).

    memory : bytes of the tables; floor : the least exponent, if there is one
    """
    (q, _), n, itemsize = queries.shape, points.shape[0], points.dtype.itemsize
    lib = backend.of(points.array)
    stacked, rows, columns = quiet_tile(q, n, of.tables * itemsize, of.multiplications, memory, lib.threads())
    pairs = stacked * rows * columns
    room, part = zeros(pairs, like=points), zeros(stacked * rows * of.values, like=points)
    # NumPy compares with a table of floors in half the time that it takes with a number, or less:
    # tests/benchmarks/claims.py.
    floors = None if floor is None else full(pairs, floor, like=points)

    @cache
    def tables(*shape: int) -> tuple[Tensor, Tensor | None, Tensor]:
        """For weights, for floors and for sums: the same memory for every tile, in the shape of this one."""
        size, some = math.prod(shape), (*shape[:-1], of.values)
        least = None if floors is None else floors[:size].reshape(*shape)
        return room[:size].reshape(*shape), least, part[: math.prod(some)].reshape(*some)

    asking, blocks, totals, done = of.of_queries(queries), [], [], 0
    while done < q:
        shape = min(stacked, (q - done) // rows) or 1, min(rows, q - done)
        stop = done + math.prod(shape)
        blocks.append(asking[done:stop].reshape(*shape, asking.shape[1]))
        totals.append(zeros((*shape, of.values), dtype="float64", like=points))  # float32 would lose some of each tile
        done = stop
    for start in range(0, n, TILES * columns):
        keys, values = of.of_points(points[start : min(start + TILES * columns, n)])
        count = keys.shape[1]
        tiles = [slice(at, min(at + columns, count)) for at in range(0, count, columns)]
        parts = [(keys[:, here], values[here]) for here in tiles]
        for block, total in zip(blocks, totals, strict=True):
            for some, value in parts:
                table, least, more = tables(*block.shape[:2], some.shape[1])
                total += attend(block, some, value, partial(of.weigh, floor=least), table, more, of.score)
    return concat([each.reshape(-1, of.values) for each in totals]).astype(points.dtype)


def quiet_tile(
    q: int, n: int, bytes_per_pair: int, multiplications: int, memory: int, threads: int
) -> tuple[int, int, int]:
    """How many tiles make a stack of `memory` bytes, and how many queries and points make a tile, nearly square.

    If BLAS has several threads, a tile is so small that BLAS leaves the product to the thread that asks. One call of
    NumPy's does a stack of products without Python's lock, so that threads seldom wait for each other.
    """
    pairs = one = max(1, memory // bytes_per_pair)
    if threads > 1:
        one = min(pairs, max(PAIRS, QUIET // multiplications))
    columns = max(1, min(n, one, max(min(SIDE, one // 64), one // max(q, 1))))
    rows = max(1, min(q, one // columns))
    return max(1, min(pairs // (rows * columns), q // rows)), rows, columns


def product_into(a: Tensor, b: Tensor, out: Tensor) -> Tensor:
    """``a @ b``, written over `out`."""
    return wrap(backend.of(out.array).matmul_into(a.array, b.array, out.array))


def exp_in_place(x: Tensor, floor: Floor = None, base: float = math.e) -> Tensor:
    """e, or 2, to the power of every element, or of `floor` if that is larger, written over it."""
    return wrap(backend.of(x.array).exp_in_place(x.array, floor.array if isinstance(floor, Tensor) else floor, base))
