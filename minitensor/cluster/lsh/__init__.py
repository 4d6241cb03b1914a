"""Locality-sensitive hashing: near neighbours without a look at most of the points.

`hashing.py` is the two hashes, random planes and slices along random directions, and how often points collide in them;
`probing.py` chooses which buckets beside its own a query looks into; `buckets.py` keeps points in the order of their
codes; `closest.py` ranks candidates; `searching.py` goes from queries to neighbours; `fitting.py` chooses how coarse a
hash is. `index.py` is the class `LSHIndex`.

`rungs.py` is the ladder, from loops to threads, and `kernels.py` its rung for a GPU. `learned.py` is the class
`CellIndex`, whose hash learned its cells by k-means; `shifting.py` is mean shift over the neighbours that are found.
"""

from minitensor.cluster.lsh.hashing import sign_collision, stable_collision
from minitensor.cluster.lsh.index import LSHIndex
from minitensor.cluster.lsh.learned import CellIndex
from minitensor.cluster.lsh.rungs import LADDER, hashed, loops, one_product, sorted_codes, threads
from minitensor.cluster.lsh.shifting import shift_by_neighbours

__all__ = [
    "LADDER",
    "CellIndex",
    "LSHIndex",
    "hashed",
    "loops",
    "one_product",
    "shift_by_neighbours",
    "sign_collision",
    "sorted_codes",
    "stable_collision",
    "threads",
]
