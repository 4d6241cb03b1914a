"""`LSHIndex`: the nearest neighbours of queries, nearly all of them, without looking at most of the points."""

from typing import Any

from minitensor import random
from minitensor.cluster.frame import Frame, frame_of
from minitensor.cluster.inputs import generator_of, in_kind_of, read_points
from minitensor.cluster.lsh import fitting
from minitensor.cluster.lsh.hashing import KINDS, MOST_BITS, MOST_TABLES, Hashing, draw
from minitensor.cluster.lsh.searching import Searched, search, searched
from minitensor.cluster.manners import Parameters
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, NotFittedError, ShapeError
from minitensor.functions import sqrt

MOST_PROBES = 4096  # buckets of each table that a query looks into
NARROWEST = 2.0**-44  # slices, inside the frame: narrower ones have numbers that float64 does not hold
BITS = 16  # directions of a table with "stable"


class LSHIndex(Parameters):
    """An index of points by locality-sensitive hashes, in which nearest neighbours are looked up.

    hash : "stable", slices of space along random directions, for Euclidean distances (E2LSH); "sign", the sides of
        random planes through the origin, for cosine distances, 1 − cos θ, from 0 to 2
    tables : how many hash tables, to 256; each costs 24 bytes a point
    bits : how many directions each table has, to 48; if None 16 for "stable", and for "sign" as many as it takes
    probes : into how many buckets of each table a query looks
    width : the width of a slice for "stable", in the units of the points; chosen from the points if None. "sign" has
        none
    random_state : of directions and offsets: a seed, or a generator of NumPy; None draws others each time

    The width of a slice, or the number of planes, is chosen such that queries like the points read about 64 + √n of n
    points. Of points as few as that, nearly all are read.

    After `fit`: `width_` or None, `bits_`, `n_features_in_`; after `query`: `read_`, the share of the points that a
    query of the last call read.

    Points that are equal are in one bucket, which is read whole; where all are, every query reads all of them. In few
    dimensions a tree reads fewer points and misses none (lessons/14_lsh.py).

    Time: `fit` O(n·tables·(bits·d + log n)); a query O(tables·bits·(d + probes)), and O(d) for each point that it
    reads. Memory: O(n·(tables + d)), and 2¹⁸ candidates at a time. Sources: M. Datar, N. Immorlica, P. Indyk, V.
    Mirrokni, "Locality-sensitive hashing scheme based on p-stable distributions", SoCG 2004; M. Charikar, "Similarity
    estimation techniques from rounding algorithms", STOC 2002; Q. Lv and others, "Multi-probe LSH", VLDB 2007.

    >>> import minitensor as mt
    >>> points = mt.random.normal(mt.random.generator(0), (2_000, 16))
    >>> index = LSHIndex().fit(points)
    >>> numbers, distances = index.query(points[:3], k=2)
    >>> numbers[:, 0].tolist(), distances[:, 0].tolist(), index.read_ < 0.2
    ([0, 1, 2], [0.0, 0.0, 0.0], True)
    """

    def __init__(
        self,
        *,
        hash: str = "stable",
        tables: int = 8,
        bits: int | None = None,
        probes: int = 8,
        width: float | None = None,
        random_state: Any = 0,
    ) -> None:
        self.hash = hash
        self.tables = tables
        self.bits = bits
        self.probes = probes
        self.width = width
        self.random_state = random_state

    def fit(self, X: Any) -> "LSHIndex":
        """Hash the points X (n, d): a Tensor, an array, anything with DLPack, or lists.

        Raises ShapeError and InputError for anything but finite points, for "sign" also where one is 0, and InputError
        for a setting that means nothing.
        """
        points = read_points(X)
        checks.choice("LSHIndex: hash", self.hash, KINDS)
        tables = checks.whole("LSHIndex: tables", self.tables, 1, MOST_TABLES)
        probes = checks.whole("LSHIndex: probes", self.probes, 1, MOST_PROBES)
        bits = None if self.bits is None else checks.whole("LSHIndex: bits", self.bits, 1, MOST_BITS)
        width = None if self.width is None else checks.distance("LSHIndex: width", self.width)
        if self.hash == "sign" and width is not None:
            raise InputError(f'LSHIndex: width={width:g} means nothing with hash="sign"; leave it out')
        self._frame = frame_of(points) if self.hash == "stable" else None
        data = self._enter("X", points)
        rng = generator_of(self.random_state, "LSHIndex: random_state")
        hashing, self.bits_, self.width_ = self._fitted(rng, data, tables, bits, probes, width)
        self._searched = searched(data, hashing, probes)
        self.n_features_in_ = points.shape[1]
        return self

    def query(self, Q: Any, k: int = 10) -> tuple[Any, Any]:
        """The k nearest of what the hashes find: their numbers (q, k) int64, and distances (q, k), the nearest first.

        Q : (q, d), as X in `fit`; both are in the kind of Q, distances in the dtype of the points. Where fewer than k
        points were found the number is −1 and the distance infinity. Of points at one distance the lesser number is
        first. Distances are taken from differences, not from products: those of duplicates are 0.

        Raises NotFittedError before `fit`, DeviceError where Q is not on the device of the points, ShapeError for
        another number of features, InputError for k below 1 and, for "sign", where a query is 0.
        """
        queries, frame, there = self.inside(Q)
        k = checks.whole("LSHIndex.query: k", k, 1)
        found, squared, read = search(queries, there, k, threads=None)
        self.read_ = read / (len(queries) * len(there.points))
        distances = sqrt(squared) * frame.unit if frame else squared / 2
        return in_kind_of(Q, found), in_kind_of(Q, distances.astype(there.points.dtype))

    def inside(self, Q: Any) -> tuple[Tensor, Frame | None, Searched]:
        """Queries Q as they are hashed, their frame, which "sign" has none of, and what they are looked up in.

        Raises what `query` raises for Q.
        """
        if not hasattr(self, "bits_"):
            raise NotFittedError(f"this {type(self).__name__} has no points yet; call fit(X) first")
        queries = read_points(Q, "Q", place=self._searched.points.backend)
        if queries.shape[1] != self.n_features_in_:
            raise ShapeError(f"Q has {queries.shape[1]} features, but the points have {self.n_features_in_}")
        checks.together("LSHIndex.query: Q", queries, "the points", self._searched.points)
        return self._enter("Q", queries).astype(self._searched.points.dtype), self._frame, self._searched

    def _enter(self, name: str, places: Tensor) -> Tensor:
        """Places as they are hashed and compared: inside the frame, or as directions of length 1."""
        return self._frame.enter_within(name, places) if self._frame else directions(name, places)

    def _fitted(
        self, rng: Any, data: Tensor, tables: int, bits: int | None, probes: int, width: float | None
    ) -> tuple[Hashing, int, float | None]:
        """The hashing, its bits and, for "stable", the width of a slice in the units of the points."""
        goal = fitting.wanted(data.shape[0])
        if not self._frame:
            seed = int(rng.integers(2**62))

            def drawn(count: int) -> Hashing:
                return draw(random.generator(seed), "sign", tables, count, data)

            bits = bits or fitting.fit_bits(*fitting.sample(rng, data), drawn, probes, goal)
            return drawn(bits), bits, None
        bits = bits or BITS
        hashing = draw(rng, "stable", tables, bits, data)
        inside = (
            fitting.fit_width(*fitting.sample(rng, data), hashing, probes, goal)
            if width is None
            else self._frame.inside(width)
        )
        if width is not None and inside < NARROWEST:
            raise InputError(
                f"LSHIndex: width={width:g} is less than float64 can tell apart in points as far apart as these; "
                "give a wider one, or None"
            )
        return hashing.narrowed(inside), bits, self._frame.outside(inside)


def directions(name: str, places: Tensor) -> Tensor:
    """Places (n, d) divided by their lengths. Raises InputError where one is 0."""
    largest = abs(places).max(1, keepdims=True)
    if (largest == 0).any():
        first = (largest == 0).argmax().item()
        raise InputError(f"{name}[{first}] is 0, which has no direction; leave it out, or use hash='stable'")
    scaled = places / largest  # so that squares neither overflow nor vanish
    return scaled / sqrt((scaled * scaled).sum(1, keepdims=True))
