"""Multi-probe: which buckets beside its own a query looks into, the likeliest first (Lv et al. 2007).

A near point that is not in the bucket of a query is most likely in one beside it, across a border that the query is
near to. To cross borders at distances x₁, x₂, … costs x₁² + x₂² + …: the log of the probability falls about as that
does. The borders of a query are put in order, the nearest first. Which *ranks* are crossed together, and in which
order, is the same for all queries: it follows from the distances that one expects (section 4.5 of the paper). So one
table of ranks serves all queries and tables at once, and no heap is kept for any.
"""

import heapq
from functools import cache
from operator import mul
from statistics import NormalDist

from minitensor.cluster.lsh.hashing import Hashing
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, concat, floor
from minitensor.groups import numbered

STEPS = 500  # of the sum that stands for an integral


@cache
def crossings(kind: str, bits: int, probes: int) -> tuple[tuple[int, ...], ...]:
    """The sets of ranks to cross, the cheapest first; the first crosses none. There may be fewer than `probes`.

    With "stable" a slice has two borders: rank j and rank 2·bits − 1 − j are those of one slice, whose distances add up
    to 1, and are never crossed together.

    >>> crossings("stable", 4, 6)
    ((), (0,), (1,), (0, 1), (2,), (0, 2))
    """
    costs = _expected(kind, bits)
    found: list[tuple[int, ...]] = [()]
    paired = {rank: 2 * bits - 1 - rank for rank in range(2 * bits)} if kind == "stable" else {}
    heap: list[tuple[float, tuple[int, ...]]] = [(costs[0], (0,))]
    while heap and len(found) < probes:
        cost, ranks = heapq.heappop(heap)
        if not any(paired.get(rank) in ranks for rank in ranks):
            found.append(ranks)
        last = ranks[-1]
        if last + 1 < len(costs):  # the last one moved on, and one more beside it: each set comes up once
            heapq.heappush(heap, (cost - costs[last] + costs[last + 1], (*ranks[:-1], last + 1)))
            heapq.heappush(heap, (cost + costs[last + 1], (*ranks, last + 1)))
    return tuple(found)


def _expected(kind: str, bits: int) -> list[float]:
    """The expected square of the distance to the border of each rank."""
    if kind == "sign":  # a projection is normal, and the share of all that are nearer to 0 has a beta distribution
        shares = [(step + 0.5) / STEPS for step in range(STEPS)]
        squares = [NormalDist().inv_cdf(0.5 + share / 2) ** 2 for share in shares]
        weights = [[share**rank * (1 - share) ** (bits - 1 - rank) for share in shares] for rank in range(bits)]
        return [sum(map(mul, weight, squares)) / sum(weight) for weight in weights]
    near = [j * (j + 1) / (4 * (bits + 1) * (bits + 2)) for j in range(1, bits + 1)]
    return near + [1 - j / (bits + 1) + square for j, square in zip(range(bits, 0, -1), reversed(near), strict=True)]


def probed(queries: Tensor, hashing: Hashing, probes: int) -> Tensor:
    """The codes of the buckets to look into, (q, tables, probes) int64, the own bucket first.

    Time: O(q·tables·bits·(d + log bits + probes)). Memory: some tables of q·tables·bits numbers.
    """
    q, tables, bits = queries.shape[0], hashing.tables, hashing.bits
    along = hashing.projections(queries)
    slices = hashing.slices(along)
    own = (slices @ hashing.factors).reshape(q * tables, 1)
    up = (hashing.factors.sum(1) + 0 * along).reshape(q * tables, bits)  # the factor of each direction
    if hashing.kind == "sign":
        costs, steps = abs(along).reshape(q * tables, bits), up * (1 - 2 * slices).reshape(q * tables, bits)
    else:
        down = (along - floor(along)).reshape(q * tables, bits)  # to the lower border
        costs, steps = concat([down, 1 - down], axis=1), concat([-up, up], axis=1)
    sets = crossings(hashing.kind, bits, probes)
    far = max(max(ranks, default=0) for ranks in sets) + 1
    nearest = argsort(costs, axis=1)[:, :far] + numbered(costs)[:, None] * costs.shape[1]
    crossed = tensor([[float(rank in ranks) for ranks in sets] for rank in range(far)], like=own)
    codes = own + steps.reshape(-1)[nearest.reshape(-1)].reshape(q * tables, far) @ crossed
    return codes.astype("int64").reshape(q, tables, len(sets))
