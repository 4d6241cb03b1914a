"""Mean shift over the neighbours that hashes find: approximate, for many dimensions, where no grid can be laid.

An update moves a query to the mean of all points, each weighed by its distance. Points more than some bandwidths away
weigh nothing, so only the near ones need be looked at; in many dimensions a hash finds most of them.
"""

from minitensor.backend.threads import blas_limited
from minitensor.cluster.lsh.index import LSHIndex
from minitensor.cluster.lsh.searching import candidate_lists
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import concat, exp, take


def shift_by_neighbours(queries: Tensor, index: LSHIndex, bandwidth: float) -> Tensor:
    """Where one update of mean shift, with the Gaussian kernel and over the candidates only, moves queries (q, d).

    index : an `LSHIndex` with hash="stable" that was fitted to the points; it serves all updates, as points stand still
    bandwidth : of the kernel, in the units of the points

    A query moves to Σ w·x / Σ w over the points x in its buckets, where w = exp(−|x − query|²/(2·bandwidth²)); one with
    no point that weighs anything stays. What is missing are the points in no bucket of the query. They are rather the
    far ones, which weigh least, but nothing bounds the error beforehand. Measure it on some of the queries by an exact
    update, as lessons/14_lsh.py does: the wider the bandwidth beside the slices, the larger it is.
    Afterwards ``index.read_`` is the share of the points that a query read.

    Time: O(d) for each candidate, and a query of the index. Memory: as `LSHIndex.query`. Source of the idea: B.
    Georgescu, I. Shimshoni, P. Meer, "Mean shift based clustering in high dimensions", ICCV 2003.

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0], [2.0], [50.0]])
    >>> moved = shift_by_neighbours(points[:1], LSHIndex().fit(points), bandwidth=3.0)
    >>> round(moved.item(), 4)
    0.8893

    Raises NotFittedError before `fit`, InputError for hash="sign" and for a bandwidth that is not positive and finite,
    and for queries what `LSHIndex.query` raises.
    """
    checks.points("shift_by_neighbours: the queries", queries)
    if not isinstance(index, LSHIndex):
        raise InputError(f"shift_by_neighbours: index is of class {type(index).__name__}; give a fitted LSHIndex")
    h = checks.distance("shift_by_neighbours: bandwidth", bandwidth)
    asking, frame, there = index.inside(queries)
    if not frame:
        raise InputError('shift_by_neighbours: the index has hash="sign", whose distances are angles; use "stable"')
    scale, moved, read = -0.5 / frame.inside(h) ** 2, [], 0
    with blas_limited(1):  # a query's product is too small to share out
        for query, some in candidate_lists(asking, there):
            steps = take(there.points, some) - asking[query]
            weights = exp((steps * steps).sum(1) * scale)
            total = weights.sum()
            step = (weights @ steps) / total if total > 0 else 0 * asking[query]
            moved.append((asking[query] + step)[None])
            read += some.shape[0]
    index.read_ = read / (len(asking) * len(there.points))
    return frame.leave(concat(moved)).astype(queries.dtype)
