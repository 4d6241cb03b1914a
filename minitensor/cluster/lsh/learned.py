"""A hash that learned: the cells of k-means in place of random slices, and one product a cell for all who ask in it.

Random directions know nothing of the points. The centres of k-means lie where points are, so their cells cut through
few clusters: a near point is in the cell of a query, or in that of the next centre, far more often than in a bucket.
And there is one table only, in which the points of a cell lie side by side in memory. So nothing is gathered, and the
queries of a cell meet its points in one matrix product.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from minitensor import random
from minitensor.cluster.frame import frame_of
from minitensor.cluster.inputs import generator_of, in_kind_of, read_points
from minitensor.cluster.kmeans.lloyd import partial_sums
from minitensor.cluster.lsh.closest import Keys, at_rank, in_order, places, ranked
from minitensor.cluster.lsh.hashing import chunks
from minitensor.cluster.manners import Parameters
from minitensor.core import checks
from minitensor.core.counting import arange
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor
from minitensor.errors import NotFittedError, ShapeError
from minitensor.functions import argmax, argsort, concat, cumsum, searchsorted, sqrt, take, where
from minitensor.groups import counts, repeat

EACH = 40  # points of the sample for each cell
ROWS = 1024  # points that are given a cell at a time
STEPS = 4  # of Lloyd's algorithm
SCORES = 2**22  # of a query and a point, at a time


class CellIndex(Parameters):
    """An index of points by the cells of k-means, in which nearest neighbours are looked up.

    cells : how many; about √n if None
    probes : into how many cells a query looks, those with the nearest centres
    random_state : of the sample from which centres are learned: a seed, or a generator of NumPy; None draws
        another each time

    After `fit`: `cells_`, how many cells hold points, `n_features_in_`; after `query`: `read_`, the share of the points
    that a query of the last call read.

    The centres come from some steps of Lloyd's algorithm on a sample of 40 points for each cell. Time: `fit`
    O(n·cells·d); a query O(cells·d), and O(d) for each point that it reads: about O(√n·d). Memory: O(n·d), and 4
    million scores at a time.
    Source: J. Sivic and A. Zisserman, "Video Google", ICCV 2003; H. Jégou and others call it IVF ("Product quantization
    for nearest neighbor search", PAMI 2011).

    >>> import minitensor as mt
    >>> points = mt.random.normal(mt.random.generator(0), (2_000, 16))
    >>> numbers, distances = CellIndex().fit(points).query(points[:3], k=2)
    >>> numbers[:, 0].tolist(), distances[:, 0].tolist()
    ([0, 1, 2], [0.0, 0.0, 0.0])
    """

    def __init__(self, *, cells: int | None = None, probes: int = 3, random_state: Any = 0) -> None:
        self.cells = cells
        self.probes = probes
        self.random_state = random_state

    def fit(self, X: Any) -> "CellIndex":
        """Learn the cells of the points X (n, d): a Tensor, an array, anything with DLPack, or lists.

        Raises ShapeError and InputError for anything but finite points, InputError for a setting that means nothing.
        """
        points = read_points(X)
        n = points.shape[0]
        cells = round(math.sqrt(n)) if self.cells is None else checks.whole("CellIndex: cells", self.cells, 1)
        self._probes = checks.whole("CellIndex: probes", self.probes, 1)
        self._frame = frame_of(points)
        data = self._frame.enter(points)
        centers = learned_centers(generator_of(self.random_state, "CellIndex: random_state"), data, min(cells, n))
        wide = Keys(centers.astype("float64"))  # so that a query and its duplicate are in one cell
        labels = concat([argmax(nearness(data[part], wide), axis=1) for part in chunks(n, ROWS)])
        of_each = counts(labels, len(centers))
        held = of_each > 0
        self._order = argsort(labels)
        self._points, self._keys, self._centers = data, Keys(data[self._order]), Keys(centers[held].astype("float64"))
        self._held = of_each[held].astype("int64")
        ends = cumsum(self._held).tolist()
        self._blocks = [self._keys.table[begin:end].T for begin, end in pairwise([0, *ends])]
        self.cells_, self.n_features_in_ = len(self._blocks), points.shape[1]
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
        inside = self._frame.enter_within("Q", queries).astype(self._points.dtype)
        size = max(1, SCORES * self.cells_ // (self._probes * len(self._points)))
        parts = [self._search(inside[part], k) for part in chunks(len(inside), size)]
        found = concat([part[0] for part in parts])
        squared = concat([part[1] for part in parts])
        self.read_ = sum(part[2] for part in parts) / (len(inside) * len(self._points))
        distances = (sqrt(squared) * self._frame.unit).astype(self._points.dtype)
        return in_kind_of(Q, found), in_kind_of(Q, distances)

    def _search(self, queries: Tensor, k: int) -> tuple[Tensor, Tensor, int]:
        """What `search` in `searching.py` gives, by one product for each cell and those who ask in it."""
        asking, slack = self._keys.asking(queries), self._keys.slack(queries)
        near = nearness(queries, self._centers)
        own = argmax(near, axis=1)
        cell, who = self._asked(near, own)
        tables, close = [], []
        rows, most = take(asking, who), counts(own, self.cells_).astype("int64").tolist()
        begins = searchsorted(cell, arange(self.cells_ + 1, dtype="int64", like=cell)).tolist()
        for (begin, end), block, first in zip(pairwise(begins), self._blocks, most, strict=True):
            if end == begin:
                continue
            table = rows[begin:end] @ block
            tables.append(table.reshape(-1))
            if first:  # those whose own cell it is: how close their k-th closest is at least
                close.append(at_rank(table[:first], table.shape[1] - min(k, table.shape[1])))
        scores, widths = concat(tables), take(self._held, cell)
        by_cell = argsort(own)
        least = full(len(queries), -math.inf, like=queries)
        enough = self._held[own[by_cell]] >= k
        least[by_cell[enough]] = concat(close)[enough] - slack[by_cell[enough]]
        at = places(scores >= repeat(take(least, who), widths))
        ends = cumsum(widths)
        pair = searchsorted(ends, at, side="right")
        query, score = take(who, pair), take(scores, at)
        point = take(self._order, at - take(ends, pair) + take(cumsum(self._held)[cell], pair))
        # The k-th of all cells together leaves fewer yet.
        order, rank = ranked(query, -score)
        last = order[rank == k - 1]
        least[query[last]] = score[last] - slack[query[last]]
        short = order[take(score, order) >= take(least, query[order])]
        short = short[argsort(point[short])]
        found, squared = in_order(queries, self._points, query[short], point[short], k)
        return found, squared, int(widths.sum().item())

    def _asked(self, near: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
        """Cells and who asks in them, (q·probes,) int64 twice, by cell, those first whose own cell it is.

        near : (q, cells), the greatest for the nearest centre; own : (q,), the nearest
        """
        asks = near >= at_rank(near, self.cells_ - min(self._probes, self.cells_))[:, None]
        at = places(asks.T.contiguous().reshape(-1))
        cell, who = at // len(near), at % len(near)
        order = argsort(2 * cell + (take(own, who) != cell).astype("int64"))
        return cell[order], who[order]


def nearness(places: Tensor, centers: Keys) -> Tensor:
    """A number for each place and centre that is the greater the nearer they are, (n, cells) float64."""
    return centers.asking(places.astype("float64")) @ centers.table.T


def learned_centers(rng: np.random.Generator, points: Tensor, cells: int) -> Tensor:
    """Centres (cells, d) of points (n, d), n ≥ cells, by some steps of Lloyd's algorithm on a sample."""
    sample = points[random.permutation(rng, len(points), like=points)[: min(len(points), EACH * cells)]]
    centers = sample[:cells]
    for _ in range(STEPS):
        found = partial_sums(sample, centers)
        held = found.counts[:, None] > 0
        centers = where(held, (found.sums / where(held, found.counts[:, None], 1.0)).astype(points.dtype), centers)
    return centers
