"""The rung of the ladder that is kernels. What they write does not depend on which thread comes first.

1. `hashing_kernel(kind, bits)`: a thread is a point and a table, and keeps `bits` projections in registers.
2. `mark`: a block is a query. Its threads go through its buckets and set one bit for each point in them. Threads that
   meet at one word do so in an atomic *or*, and *or* gives the same word in every order; a point that is in several
   tables sets its bit again.
3. `compact`: a block is a query. Each thread counts the bits of its own words, a scan in shared memory says how many
   are before them, and so where its points go: in the order of their numbers, each once, whatever order threads ran in.
   (A counter that each thread moves on with an atomic *add* would also give each point a place of its own, but another
   one at every run.)
4. `compare`: a warp is a candidate at a time, its lanes are coordinates, so that a row is fetched as it lies in memory,
   and a shuffle adds up what they find.

The array library sorts the codes between 1 and 2 and picks the closest after 4, as in the rungs above.
"""

import math
from functools import cache
from typing import Any

import numpy as np

from minitensor.cluster.lsh.buckets import bucketed
from minitensor.cluster.lsh.closest import in_order, places
from minitensor.cluster.lsh.fitting import wanted
from minitensor.cluster.lsh.hashing import SLICES, Hashing, chunks
from minitensor.cluster.lsh.probing import probed
from minitensor.core import checks
from minitensor.core.creation import full, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import concat, sort, take
from minitensor.gpu.device import cuda
from minitensor.gpu.launching import Kernel, kernel
from minitensor.gpu.report import Launch
from minitensor.gpu.written import written
from minitensor.ladder import rung
from minitensor.text.code import indent

BLOCK = 128  # threads of a block
BITS = 32  # of a word of marks
MARKS = 2**27  # bytes of marks at a time
ROUNDING = 2.0**-16  # of a sum of squares in float32, as `compare` takes it, for up to 4,096 dimensions; and more


@cache
def hashing_kernel(kind: str, bits: int) -> Kernel:
    """``hash_points(columns, planes, offsets, factors, codes, n, d, tables)``, with a variable for each direction.

    columns : (d, n) float32, so that neighbouring threads read neighbouring numbers; planes : (d, tables·bits) float64;
    offsets, factors : (tables·bits,) float64; codes : (tables, n) int64, which it writes

    >>> print(hashing_kernel("stable", 2).text)
    def hash_points(columns, planes, offsets, factors, codes, n, d, tables):
        point, table = cuda.grid(2)
        if point < n and table < tables:
            along_0 = offsets[table * 2 + 0]
            along_1 = offsets[table * 2 + 1]
            for axis in range(d):
                x = np.float64(columns[axis, point])
                along_0 += x * planes[axis, table * 2 + 0]
                along_1 += x * planes[axis, table * 2 + 1]
            along_0 = cuda.floor(along_0)
            along_1 = cuda.floor(along_1)
            code = (along_0 - cuda.floor(along_0 / 65536.0 + 0.5) * 65536.0) * factors[table * 2 + 0]
            code += (along_1 - cuda.floor(along_1 / 65536.0 + 0.5) * 65536.0) * factors[table * 2 + 1]
            codes[table, point] = np.int64(code)
    """
    at = [f"table * {bits} + {bit}" for bit in range(bits)]
    if kind == "sign":
        whole, slices = [], [f"(1.0 if along_{bit} >= 0 else 0.0)" for bit in range(bits)]
    else:
        whole = [f"along_{bit} = cuda.floor(along_{bit})" for bit in range(bits)]
        slices = [f"(along_{bit} - cuda.floor(along_{bit} / {SLICES} + 0.5) * {SLICES})" for bit in range(bits)]
    inside = [
        *(f"along_{bit} = offsets[{at[bit]}]" for bit in range(bits)),
        "for axis in range(d):",
        "    x = np.float64(columns[axis, point])",
        *(f"    along_{bit} += x * planes[axis, {at[bit]}]" for bit in range(bits)),
        *whole,
        *(f"code {'+=' if bit else '='} {slices[bit]} * factors[{at[bit]}]" for bit in range(bits)),
        "codes[table, point] = np.int64(code)",
    ]
    body = ["point, table = cuda.grid(2)", "if point < n and table < tables:", *indent(inside)]
    return written(
        "hash_points", "columns, planes, offsets, factors, codes, n, d, tables", body, f"{kind}, {bits} bits"
    )


@kernel
def mark(order, starts, held, marks, buckets):
    """Set the bit of every point in the buckets of query `blockIdx.x`: a thread is a bucket."""
    query = cuda.blockIdx.x
    for bucket in range(cuda.threadIdx.x, buckets, cuda.blockDim.x):
        start = starts[query, bucket]
        for at in range(held[query, bucket]):
            point = order[start + at]
            cuda.atomic_or(marks, (query, point >> 5), np.uint32(1) << np.uint32(point & 31))


@kernel(device=True)
def ones_of(word: Any) -> Any:
    """How many bits of a word of 32 are set."""
    pairs = word - ((word >> np.uint32(1)) & np.uint32(0x55555555))
    fours = (pairs & np.uint32(0x33333333)) + ((pairs >> np.uint32(2)) & np.uint32(0x33333333))
    eights = (fours + (fours >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    return np.int32((eights * np.uint32(0x01010101)) >> np.uint32(24))


@kernel
def compact(marks, points, counts, words, each):
    """The numbers of the set bits of query `blockIdx.x`, in order; `each` words belong to a thread."""
    before = cuda.shared_memory(np.int32, 128)
    query, thread = cuda.blockIdx.x, cuda.threadIdx.x
    own = 0
    for word in range(thread * each, min(thread * each + each, words)):
        own += ones_of(marks[query, word])  # type: ignore[operator]
    before[thread] = own
    cuda.syncthreads()
    step = 1
    while step < 128:  # each adds what stands `step` before it: then sums of 2, of 4, …
        more = before[thread - step] if thread >= step else 0
        cuda.syncthreads()
        before[thread] += more
        cuda.syncthreads()
        step *= 2
    at = before[thread] - own
    for word in range(thread * each, min(thread * each + each, words)):
        bits = marks[query, word]
        for bit in range(32):
            if bits >> np.uint32(bit) & np.uint32(1):
                points[query, at] = word * 32 + bit
                at += 1
    if thread == 127:
        counts[query] = before[thread]


@kernel
def compare(queries, points, candidates, counts, squared, d):
    """The squared distances of the candidates of query `blockIdx.x`: a warp is a candidate, its lanes coordinates."""
    query, lane = cuda.blockIdx.x, cuda.threadIdx.x & 31
    for at in range(cuda.threadIdx.x >> 5, counts[query], 4):
        point = candidates[query, at]
        total = np.float32(0)
        for axis in range(lane, d, 32):
            difference = points[point, axis] - queries[query, axis]
            total += difference * difference
        step = 16
        while step > 0:
            total += cuda.shfl_xor_sync(0xFFFFFFFF, total, step)
            step >>= 1
        if lane == 0:
            squared[query, at] = total


# --- the rung --------------------------------------------------------------------------------------------------------


def memory(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> float:
    """Points by columns, codes and runs, one bit for each query and point, and the candidates."""
    (n, d), rows = points.shape, min(len(queries), _rows(points))
    return 4.0 * n * d + 56.0 * hashing.tables * n + rows * (n / 8 + 16 * wanted(n) * n)


@rung("GPU: hash, mark, compact, compare", memory=memory)
def gpu(queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int) -> Tensor:
    """Four kernels, and the array library's sort between them. No pair of a query and a coordinate is ever stored.

    queries : (q, d), points : (n, d), float32, both on CuPy or both on NumPy, where a simulator runs it; returns (q, k)
    int64. Directions and slices are float64, as in the other rungs: a GPU of the RTX series does 1 of these for 64 of
    float32. Memory: a bit for each query and point, at most 128 MB at a time, so marks are read n/32 words a query.
    """
    return by_kernels(queries, points, hashing, probes, k)[0]


def by_kernels(
    queries: Tensor, points: Tensor, hashing: Hashing, probes: int, k: int
) -> tuple[Tensor, dict[str, Launch]]:
    """What `gpu` finds, and its launches by name, those of the last queries.

    Raises ShapeError, DTypeError or DeviceError where queries and points do not fit.
    """
    checks.matrices("gpu", queries, points, words=("queries", "points"), rows=True, dtype="float32")
    queries, points = queries.contiguous(), points.contiguous()
    codes, launch = hashed_by_kernel(points, hashing)
    launches, buckets, parts = {"hash_points": launch}, bucketed(codes), []
    for piece in chunks(len(queries), _rows(points)):
        asking = queries[piece]
        starts, held = buckets.find(probed(asking, hashing, probes))
        candidates, counts, launches["mark"], launches["compact"] = compacted(buckets.order, starts, held, len(points))
        squared = full(candidates.shape, math.inf, "float32", like=points)
        launches["compare"] = compare[len(asking), BLOCK](asking, points, candidates, counts, squared, points.shape[1])
        query, point = _shortlist(squared, candidates, k)
        parts.append(in_order(asking, points, query, point, k)[0])
    return concat(parts) if parts else zeros((0, k), "int64", like=points), launches


def hashed_by_kernel(points: Tensor, hashing: Hashing, sample: int | None = None) -> tuple[Tensor, Launch]:
    """The codes of points (n, d) float32, (n, tables) int64, and the launch; sample : how many blocks are to run."""
    (n, d), tables = points.shape, hashing.tables
    codes = zeros((tables, n), "int64", like=points)
    factors = hashing.factors.sum(1)
    which = hashing_kernel(hashing.kind, hashing.bits)
    launching = which if sample is None else which.sample(sample)
    launch = launching[(max(1, -(-n // BLOCK)), tables), BLOCK](
        points.T.contiguous(), hashing.planes, hashing.offsets, factors, codes, n, d, tables
    )
    return codes.T, launch


def compacted(
    order: Tensor, starts: Tensor, held: Tensor, n: int, turn: int | str | None = None
) -> tuple[Tensor, Tensor, Launch, Launch]:
    """Of each query the points in its buckets, each once and in order, (q, most) int32, how many, (q,) int32, launches.

    order : points bucket by bucket, of n; starts, held : (q, buckets) int64; turn : the launches' ``order=``
    """
    (q, buckets), words = held.shape, max(1, -(-n // BITS))
    options: dict[str, Any] = {} if turn is None else {"order": turn}
    marks = zeros((q, words), "uint32", like=order)
    marked = mark[q, BLOCK](order, starts.contiguous(), held.contiguous(), marks, buckets, **options)
    most = max(1, int(held.sum(1).max().item()))
    points, counts = zeros((q, most), "int32", like=order), zeros(q, "int32", like=order)
    each = -(-words // BLOCK)
    return points, counts, marked, compact[q, BLOCK](marks, points, counts, words, each, **options)


def _shortlist(squared: Tensor, candidates: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Pairs of a query and a candidate, its k closest among them; squared : (q, most) float32, with its rounding."""
    most = squared.shape[1]
    last = sort(squared, axis=1)[:, min(k, most) - 1 : min(k, most)]
    near = (squared <= last * (1 + ROUNDING)) & (squared < math.inf)
    at = places(near.reshape(-1))
    return at // most, take(candidates.reshape(-1), at).astype("int64")


def _rows(points: Tensor) -> int:
    """How many queries have marks at a time."""
    return max(1, MARKS // (len(points) // 8 + 1))
