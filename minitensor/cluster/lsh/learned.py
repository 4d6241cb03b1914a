"""A hash that learned: the cells of k-means in place of random slices, and one product a cell for all who ask in it.

Random directions know nothing of the points. The centres of k-means lie where points are, so their cells cut through
few clusters: a near point is in the cell of a query, or in that of the next centre, far more often than in a bucket.
And there is one table only, in which the points of a cell lie side by side in memory. So nothing is gathered, and the
queries of a cell meet its points in one matrix product.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from minitensor import random
from minitensor.cluster.frame import frame_of
from minitensor.cluster.inputs import in_kind_of, read_points
from minitensor.cluster.kmeans.lloyd import partial_sums
from minitensor.cluster.lsh.closest import Keys, at_rank, in_order, ranked
from minitensor.cluster.lsh.hashing import chunks
from minitensor.cluster.manners import Parameters
from minitensor.core import checks
from minitensor.core.creation import arange, full
from minitensor.core.tensor import Tensor
from minitensor.errors import NotFittedError, ShapeError
from minitensor.functions import argmax, argsort, concat, cumsum, searchsorted, sqrt, where
from minitensor.groups import counts, numbered

EACH = 40  # points of the sample for each cell
STEPS = 4  # of Lloyd's algorithm
QUERIES = 4096  # at a time


class CellIndex(Parameters):
    """An index of points by the cells of k-means, in which nearest neighbours are looked up.

    cells : how many; about √n if None
    probes : into how many cells a query looks, those with the nearest centres
    random_state : the seed of the sample from which centres are learned; None draws a new one each time

    After `fit`: `cells_`, how many cells hold points, `n_features_in_`; after `query`: `read_`, the share of the points
    that a query of the last call read.

    The centres come from some steps of Lloyd's algorithm on a sample of 40 points for each cell. Time: `fit`
    O(n·cells·d); a query O(cells·d), and O(d) for each point that it reads: about O(√n·d). Memory: O(n·d), and at a time
    4,096 queries with what of each cell could be among their k nearest.
    Source: J. Sivic and A. Zisserman, "Video Google", ICCV 2003; H. Jégou and others call it IVF ("Product quantization
    for nearest neighbor search", PAMI 2011).

    >>> import minitensor as mt
    >>> points = mt.random.normal(mt.random.generator(0), (2_000, 16))
    >>> numbers, distances = CellIndex().fit(points).query(points[:3], k=2)
    >>> numbers[:, 0].tolist(), distances[:, 0].tolist()
    ([0, 1, 2], [0.0, 0.0, 0.0])
    """

    def __init__(self, *, cells: int | None = None, probes: int = 4, random_state: int | None = 0) -> None:
        self.cells = cells
        self.probes = probes
        self.random_state = random_state

    def fit(self, X: Any) -> "CellIndex":
        """Learn the cells of the points X (n, d): a Tensor, an array, anything with DLPack, or lists.

        Raises ShapeError and InputError for anything but finite points, and InputError for a setting that means nothing.
        """
        points = read_points(X)
        n = points.shape[0]
        cells = round(math.sqrt(n)) if self.cells is None else checks.whole("CellIndex: cells", self.cells, 1)
        self._probes = checks.whole("CellIndex: probes", self.probes, 1)
        self._frame = frame_of(points)
        data = self._frame.enter(points)
        centers = learned_centers(random.generator(self.random_state), data, min(cells, n))
        labels = partial_sums(data, centers).labels
        of_each = counts(labels, centers.shape[0])
        held = of_each > 0
        self._order = argsort(labels)
        self._points, self._keys, self._centers = data, Keys(data[self._order]), Keys(centers[held])
        self._held = of_each[held]
        ends = cumsum(self._held).astype("int64").tolist()
        self._places = [slice(begin, end) for begin, end in pairwise([0, *ends])]
        self.cells_, self.n_features_in_ = len(self._places), points.shape[1]
        return self

    def query(self, Q: Any, k: int = 10) -> tuple[Any, Any]:
        """The k nearest in the cells that are looked into: numbers (q, k) int64, distances (q, k), the nearest first.

        As `LSHIndex.query`, in all else too.
        """
        if not hasattr(self, "cells_"):
            raise NotFittedError(f"this {type(self).__name__} has no points yet; call fit(X) first")
        queries = read_points(Q, "Q", place=self._points.backend)
        if queries.shape[1] != self.n_features_in_:
            raise ShapeError(f"Q has {queries.shape[1]} features, but the points have {self.n_features_in_}")
        checks.together("CellIndex.query: Q", queries, "the points", self._points)
        k = checks.whole("CellIndex.query: k", k, 1)
        inside = self._frame.enter_near(queries).astype(self._points.dtype)
        parts = [self._search(inside[part], k) for part in chunks(len(inside), QUERIES)]
        found = concat([part[0] for part in parts])
        squared = concat([part[1] for part in parts])
        self.read_ = sum(part[2] for part in parts) / (len(inside) * len(self._points))
        distances = (sqrt(squared) * self._frame.unit).astype(self._points.dtype)
        return in_kind_of(Q, found), in_kind_of(Q, distances)

    def _search(self, queries: Tensor, k: int) -> tuple[Tensor, Tensor, int]:
        """What `search` in `searching.py` gives, by one product for each cell and those who ask in it."""
        asking, slack = self._keys.asking(queries), self._keys.slack(queries)
        near = self._centers.asking(queries) @ self._centers.table.T  # the greatest for the nearest centre
        probes = min(self._probes, self.cells_)
        looks = near >= at_rank(near, self.cells_ - probes)[:, None]
        own = argmax(near, axis=1)[:, None] == arange(self.cells_, dtype="int64", like=near)
        # From its own cell a query learns how close its k-th closest is at least, so that of others little is kept.
        least = full(len(queries), -math.inf, like=queries)
        pairs = []
        for cell, who in _by_cell(own):
            scores = asking[who] @ self._keys.table[self._places[cell]].T
            if scores.shape[1] >= k:
                least[who] = at_rank(scores, scores.shape[1] - k) - slack[who]
            pairs.append(self._kept(cell, who, scores, least))
        for cell, who in _by_cell(looks & ~own):
            scores = asking[who] @ self._keys.table[self._places[cell]].T
            pairs.append(self._kept(cell, who, scores, least))
        query, place, score = (concat([pair[part] for pair in pairs]) for part in range(3))
        order, rank = ranked(query, -score)
        last = order[rank == k - 1]
        least[query[last]] = score[last] - slack[query[last]]
        short = score >= least[query]
        query, point = query[short], self._order[place[short]]
        by_number = argsort(point)
        found, squared = in_order(queries, self._points, query[by_number], point[by_number], k)
        return found, squared, int((looks.astype("float64") @ self._held).sum().item())

    def _kept(self, cell: int, who: Tensor, scores: Tensor, least: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pairs of a query and a place whose score is not less than the least that counts, and these scores."""
        keep = (scores >= least[who][:, None]).reshape(-1)
        at, width = numbered(keep)[keep], scores.shape[1]
        return who[at // width], at % width + self._places[cell].start, scores.reshape(-1)[at]


def learned_centers(rng: np.random.Generator, points: Tensor, cells: int) -> Tensor:
    """Centres (cells, d) of points (n, d), n ≥ cells, by some steps of Lloyd's algorithm on a sample."""
    sample = points[random.permutation(rng, len(points), like=points)[: min(len(points), EACH * cells)]]
    centers = sample[:cells]
    for _ in range(STEPS):
        found = partial_sums(sample, centers)
        held = found.counts[:, None] > 0
        centers = where(held, (found.sums / where(held, found.counts[:, None], 1.0)).astype(points.dtype), centers)
    return centers


def _by_cell(asks: Tensor) -> Iterator[tuple[int, Tensor]]:
    """The cells in which anybody asks, and who does; asks : (q, cells) bool."""
    by_cell = asks.T.contiguous().reshape(-1)
    at = numbered(by_cell)[by_cell]
    q, cells = asks.shape
    ends = searchsorted(at, arange(cells + 1, dtype="int64", like=at) * q).tolist()
    for cell, (begin, end) in enumerate(pairwise(ends)):
        if end > begin:
            yield cell, at[begin:end] - cell * q
