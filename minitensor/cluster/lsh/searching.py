"""From queries to neighbours: what is read, what is short-listed, what is closest; queries a chunk at a time."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from minitensor import backend
from minitensor.backend.threads import blas_limited, in_threads
from minitensor.cluster.lsh.buckets import Buckets, bucketed, candidates, within
from minitensor.cluster.lsh.closest import Keys, in_order, shortlist
from minitensor.cluster.lsh.hashing import Hashing, chunks
from minitensor.cluster.lsh.probing import probed
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import concat
from minitensor.groups import numbered, repeat

CHUNK = 256  # queries that a thread looks up at a time


class Searched(NamedTuple):
    """points : (n, d); what was made of them to look queries up."""

    points: Tensor
    keys: Keys
    buckets: Buckets
    hashing: Hashing
    probes: int


def searched(points: Tensor, hashing: Hashing, probes: int) -> Searched:
    """Points (n, d), n ≥ 1, made ready. Memory: O(n·(tables + d))."""
    return Searched(points, Keys(points), bucketed(hashing.codes(points)), hashing, probes)


def search(queries: Tensor, there: Searched, k: int, threads: int | None = 1) -> tuple[Tensor, Tensor, int]:
    """The numbers of the k closest candidates, (q, k) int64, their squared distances, (q, k), and how many were read.

    threads : how many; as many as BLAS takes if None. Memory: O(CANDIDATES + CHUNK·tables·(bits + probes)) for each.
    """
    pieces = [queries[part] for part in chunks(queries.shape[0], CHUNK)] or [queries]
    count = backend.of(queries.array).threads() if threads is None else threads
    with blas_limited(1), in_threads(min(count, len(pieces))) as each:  # a query's product is too small to share out
        parts = list(each(partial(_search, there, k), pieces))
    return concat([part[0] for part in parts]), concat([part[1] for part in parts]), sum(part[2] for part in parts)


def candidate_lists(queries: Tensor, there: Searched) -> Iterator[tuple[int, Tensor]]:
    """Each query's number, and the points that it reads, int64, each once and in order. Memory: O(CANDIDATES)."""
    for piece in chunks(queries.shape[0], CHUNK):
        starts, held = there.buckets.find(probed(queries[piece], there.hashing, there.probes))
        for part in within(held.sum(1).tolist()):
            some, ends = candidates(there.buckets.order, there.buckets.n, starts[part], held[part])
            for query, (begin, end) in enumerate(pairwise(ends), piece.start + part.start):
                yield query, some[begin:end]


def _search(there: Searched, k: int, queries: Tensor) -> tuple[Tensor, Tensor, int]:
    asking, slack = there.keys.asking(queries), there.keys.slack(queries).tolist()
    lists, read = [], 0
    for query, some in candidate_lists(queries, there):
        lists.append(shortlist(there.keys, asking[query], slack[query], some, k))
        read += some.shape[0]
    pairs = repeat(numbered(queries), tensor([few.shape[0] for few in lists], "int64", like=queries))
    return *in_order(queries, there.points, pairs, concat(lists) if lists else pairs, k), read
