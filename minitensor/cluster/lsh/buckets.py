"""Buckets without a dictionary: points in the order of their codes, so that a bucket is a run, found by bisection."""

from collections.abc import Iterator
from typing import NamedTuple

from minitensor.core.counting import arange
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, concat, cumsum, searchsorted, take, where
from minitensor.groups import among, distinct, is_new, numbered, repeat

TABLE = 2**54  # added to the codes of a table for each table before it, so that one vector holds the codes of all
CANDIDATES = 2**18  # that are read at a time, with those of a bucket in several tables as often as they occur


class Buckets(NamedTuple):
    """keys : (buckets,) int64, the codes that occur, of all tables, in order
    starts, held : (buckets,) int64, where the points of a bucket begin in `order`, and how many there are
    order : (n·tables,) int64, points bucket by bucket; n : how many there are
    """

    keys: Tensor
    starts: Tensor
    held: Tensor
    order: Tensor
    n: int

    def find(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Where in `order` the points of these buckets begin, and how many there are, 0 if the bucket is not there.

        codes : (q, tables, probes) int64; returns (q, tables·probes) int64 twice
        """
        q, tables, probes = codes.shape
        keys = (codes + arange(tables, dtype="int64", like=codes)[:, None] * TABLE).reshape(-1)
        at, there = among(keys, self.keys)
        starts, held = self.starts[at], where(there, self.held[at], 0)
        return starts.reshape(q, tables * probes), held.reshape(q, tables * probes)


def bucketed(codes: Tensor) -> Buckets:
    """The buckets of points by their codes, (n, tables) int64. Time: O(tables·n·log n). Memory: O(tables·n)."""
    n, tables = codes.shape
    orders = [argsort(codes[:, table]) for table in range(tables)]
    ordered = concat([codes[:, table][order] + table * TABLE for table, order in enumerate(orders)])
    order = concat(orders)
    starts = numbered(ordered)[is_new(ordered)]
    ends = concat([starts[1:], arange(n * tables, n * tables + 1, dtype="int64", like=starts)])
    return Buckets(ordered[starts], starts, ends - starts, order, n)


def candidates(order: Tensor, n: int, starts: Tensor, held: Tensor) -> tuple[Tensor, list[int]]:
    """The points that each query reads, each once and in order of their numbers, one query after another.

    order : points bucket by bucket, of n; starts, held : (q, buckets) int64, where in it the buckets of each query are
    Returns the points, int64, and where those of each query begin, q + 1 numbers. What occurs in several tables is left
    out by one sort of the pairs (query, point). Time: O(c·log c) for c candidates. Memory: some tables of c numbers.
    """
    first, run = starts.reshape(-1), held.reshape(-1)
    places = repeat(first + run - cumsum(run), run)
    places += numbered(places)
    query = arange(held.shape[0] + 1, dtype="int64", like=held)
    pairs = distinct(repeat(query[:-1], held.sum(1)) * n + take(order, places))
    ends = searchsorted(pairs, query * n)
    return pairs - repeat(query[:-1], ends[1:] - ends[:-1]) * n, ends.tolist()


def within(held: list[int], most: int = CANDIDATES) -> Iterator[slice]:
    """Queries, given how many candidates each has, in runs that have `most` together, or one query that has more.

    >>> [(part.start, part.stop) for part in within([3, 4, 9, 1], most=8)]
    [(0, 2), (2, 3), (3, 4)]
    """
    begin = total = 0
    for query, count in enumerate(held):
        if total + count > most and query > begin:
            yield slice(begin, query)
            begin, total = query, 0
        total += count
    if held:
        yield slice(begin, len(held))
