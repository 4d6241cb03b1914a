"""The ladder of locality-sensitive hashing: hash the points, hash the queries, compare each with what shares a bucket.

Every rung takes queries (q, d), points (n, d), a `Hashing`, how many buckets of each table to look into, and k. It
returns the numbers of the k closest candidates of each query, (q, k) int64, the closest first, of those at one distance
the lesser number; −1 where there are fewer. All look into the same buckets, so all find the same neighbours. (Distances
are compared in float64. Where two differ by rounding alone, the order in which squares are summed decides.)
"""

import math
from collections import defaultdict
from itertools import pairwise

from minitensor.cluster.lsh.buckets import bucketed, candidates, within
from minitensor.cluster.lsh.closest import in_order
from minitensor.cluster.lsh.fitting import wanted
from minitensor.cluster.lsh.hashing import SLICES, Hashing, chunks
from minitensor.cluster.lsh.kernels import gpu
from minitensor.cluster.lsh.probing import crossings, probed
from minitensor.cluster.lsh.searching import CHUNK, search, searched
from minitensor.core import checks
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import concat
from minitensor.groups import numbered, repeat
from minitensor.ladder import Ladder, rung


def read(points: Tensor) -> float:
    """How many points a query reads, about: for that a hash is chosen."""
    return wanted(points.shape[0]) * points.shape[0]


def lists(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """Points as lists of Python floats, and for each table a number in a list."""
    each = 32 * points.shape[1] + 64
    return each * (len(queries) + len(points)) + (8 * hashing.bits + 150.0) * hashing.tables * len(points)


def dictionaries(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """The same, with one number for a bucket in place of `bits`."""
    each = 32 * points.shape[1] + 64
    return each * (len(queries) + len(points)) + 150.0 * hashing.tables * (len(points) + probes * len(queries))


def runs(points: Tensor, hashing: Hashing) -> float:
    """Codes, their order, and the runs: 5 numbers of 8 bytes for each point and table."""
    return 40.0 * hashing.tables * len(points)


def joined(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """Tables of candidates and coordinates, in float64."""
    return runs(points, hashing) + 3 * 8 * points.shape[1] * min(len(queries), CHUNK) * read(points)


def gathered(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """The points once more with their squares, and for each query of a chunk its candidates."""
    tables = 8 * hashing.tables * (6 * hashing.bits + 4 * probes)
    copies = (points.shape[1] + 1) * points.dtype.itemsize * len(points)
    return runs(points, hashing) + copies + min(len(queries), CHUNK) * (6 * 8 * read(points) + tables)


@rung("Python floats, dictionaries of buckets", memory=lists)
def loops(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> Tensor:
    """The definition, written with Python's own numbers. A bucket's key is the tuple of its slices.

    queries : (q, d); points : (n, d); probes : buckets of each table; returns (q, k) int64
    """
    checks.no_gradient("loops", queries, points)
    sets, data = crossings(hashing.kind, hashing.bits, probes), points.tolist()
    planes, offsets = hashing.planes.T.tolist(), hashing.offsets.tolist()
    directions = [
        list(zip(planes, offsets, strict=True))[at : at + hashing.bits] for at in range(0, len(planes), hashing.bits)
    ]

    def along(place: list[float], table: int) -> list[float]:
        return [sum(map(_times, place, plane)) + offset for plane, offset in directions[table]]

    def slices(projections: list[float]) -> list[int]:
        if hashing.kind == "sign":
            return [int(each >= 0) for each in projections]
        return [math.floor(each) - int(SLICES) * math.floor(math.floor(each) / SLICES + 0.5) for each in projections]

    tables: list[dict] = [defaultdict(list) for _ in directions]
    for number, point in enumerate(data):
        for table, buckets in enumerate(tables):
            buckets[tuple(slices(along(point, table)))].append(number)
    found = []
    for query in queries.tolist():
        candidates_of_query: set[int] = set()
        for table, buckets in enumerate(tables):
            projections = along(query, table)
            own = slices(projections)
            borders = _borders(hashing.kind, projections, own)
            for ranks in sets:
                beside = list(own)
                for rank in ranks:
                    _, step, direction = borders[rank]
                    beside[direction] += step
                candidates_of_query.update(buckets.get(tuple(beside), ()))
        found.append(_closest(query, data, candidates_of_query, k))
    return tensor(found, "int64", like=queries).reshape(len(queries), k)


@rung("hashing as one product", memory=dictionaries)
def hashed(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> Tensor:
    """All projections are one matrix product, and the code of a bucket is another: slices times factors.

    So a key is one number and no tuple, the buckets beside it are found by adding, and the borders of all queries are
    put in order at once. Buckets are still dictionaries, and distances still loops.
    """
    data, tables = points.tolist(), []
    for codes in hashing.codes(points).T.tolist():
        buckets = defaultdict(list)
        for number, code in enumerate(codes):
            buckets[code].append(number)
        tables.append(buckets)
    found = []
    for query, per_table in zip(queries.tolist(), probed(queries, hashing, probes).tolist(), strict=True):
        some: set[int] = set()
        for buckets, codes in zip(tables, per_table, strict=True):
            for code in codes:
                some.update(buckets.get(code, ()))
        found.append(_closest(query, data, some, k))
    return tensor(found, "int64", like=queries).reshape(len(queries), k)


@rung("buckets as sorted codes, candidates joined", memory=joined)
def sorted_codes(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> Tensor:
    """Points in the order of their codes: a bucket is a run, and bisection finds it. No Python loop is left.

    All pairs of a query and a candidate are joined in one list: each pair fetches its query and its point, and the
    differences make a table of (pairs, d), which goes out to memory and comes back.
    """
    buckets, parts = bucketed(hashing.codes(points)), []
    for piece in chunks(len(queries), CHUNK):
        asking = queries[piece]
        starts, held = buckets.find(probed(asking, hashing, probes))
        for part in within(held.sum(1).tolist()):
            point, ends = candidates(buckets.order, buckets.n, starts[part], held[part])
            counts = tensor([end - begin for begin, end in pairwise(ends)], "int64", like=held)
            query = repeat(numbered(counts), counts)
            parts.append(in_order(asking[part], points, query, point, k)[0])
    return concat(parts) if parts else tensor([], "int64", like=queries).reshape(0, k)


@rung("one gather and one product a query", memory=gathered)
def one_product(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> Tensor:
    """Python goes round once a query: its candidates are fetched into a core's cache, and one product ranks them.

    |q − x|² = |q|² − 2·(q·x − |x|²/2), and a point is kept with its −|x|²/2. So the scores of all candidates are one
    product of a matrix and a vector. It is not exact, so all that rounding could have put among the k closest are kept,
    a few more than k, and only of these are differences taken. No table of pairs and coordinates is made. That is
    quicker than to join the candidates (tests/benchmarks/clustering_lsh.py).
    """
    return search(queries, searched(points, hashing, probes), k)[0]


@rung("the same, the queries shared out over the cores", memory=gathered)
def threads(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int, count: int | None = None) -> Tensor:
    """`one_product` on several threads, each with chunks of queries of its own.

    NumPy lets go of Python's lock while it fetches and multiplies, but each call is short, so threads wait for the lock
    now and then. count : how many; as many as BLAS would take if not given
    """
    return search(queries, searched(points, hashing, probes), k, threads=count)[0]


def _times(a: float, b: float) -> float:
    return a * b


def _borders(kind: str, projections: list[float], own: list[int]) -> list[tuple[float, int, int]]:
    """The borders of a query in one table, the nearest first: distance, the step across it, the direction."""
    if kind == "sign":
        borders = [(abs(each), 1 - 2 * own[direction], direction) for direction, each in enumerate(projections)]
    else:
        down = [each - math.floor(each) for each in projections]
        borders = [(each, -1, direction) for direction, each in enumerate(down)]
        borders += [(1 - each, 1, direction) for direction, each in enumerate(down)]
    return sorted(borders, key=lambda border: border[0])


def _closest(query: list[float], data: list[list[float]], some: set[int], k: int) -> list[int]:
    """The numbers of the k closest of some points, filled up with −1."""
    near = sorted((sum((x - y) ** 2 for x, y in zip(query, data[number], strict=True)), number) for number in some)
    return [number for _, number in near[:k]] + [-1] * (k - len(near))


# --- the ladder ----------------------------------------------------------------------------------------------------


def flops(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """Two for each coordinate along each direction, and three for each coordinate of each candidate, about."""
    (n, d), q = points.shape, len(queries)
    return 2.0 * (n + q) * d * hashing.planes.shape[1] + 3.0 * d * q * read(points)


def traffic(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """The fewest bytes that must move: queries and points are read once, the numbers of neighbours written once."""
    return float((queries.size + points.size) * points.dtype.itemsize + 8 * len(queries) * k)


def share(
    fraction: float, queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int
) -> tuple[Tensor, Tensor, Hashing, int, int]:
    """The first queries over the first points."""
    some = max(1, round(len(queries) * fraction)) if len(queries) else 0
    return queries[:some], points[: max(min(1, len(points)), round(len(points) * fraction))], hashing, probes, k


def tolerance(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """None: the same numbers."""
    return 0.0


ARRAY_RUNGS = (loops, hashed, sorted_codes, one_product, threads)
LADDER = Ladder("LSH", ARRAY_RUNGS, flops, share, tolerance, traffic)
# For float32 on CuPy.
GPU_LADDER = LADDER._replace(rungs=(*ARRAY_RUNGS, gpu))
