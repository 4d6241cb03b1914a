"""The rungs of the k-means ladder that are kernels: the nearest centre and the sums in one pass over the points.

One thread is one point. It compares the point with every centre, and adds the point to the sums of the nearest. Where
many threads add to one number they do so by atomics, in an order that nobody knows; sums of floats would then differ
from run to run in their last digits. So the sums are *fixed-point* numbers: a coordinate is counted in units so small
that it loses nothing that float32 holds beside the width of the data, as a whole number of 64 bits. Whole numbers add
up to the same in every order, modulo 2⁶⁴, which also takes care of the negative ones.

The points are seen from the mean of the centres, and in a unit of their own size, as `frame.py` has it.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from minitensor.cluster.coordinates import largest
from minitensor.core import checks
from minitensor.core.creation import full, zeros
from minitensor.core.tensor import Tensor
from minitensor.data import blobs
from minitensor.errors import InputError
from minitensor.functions import maximum, stack, where
from minitensor.gpu.launching import Kernel
from minitensor.gpu.predict import Prediction
from minitensor.gpu.report import Launch
from minitensor.gpu.written import written
from minitensor.groups import scatter_add
from minitensor.ladder import rung
from minitensor.text.code import indent

BLOCK = 128  # threads of a block
LARGEST = 64  # dimensions: beyond that a thread has too few registers
SHARED = 3_000  # coordinates of all centres at most that shared memory has room for, with their sums: 12 bytes each
BITS = 38  # of a coordinate of 1 in fixed point, if there are no more than 2²⁴ points
POINTS = 2**40  # points at most: each is then counted with 22 bits at least


# --- the text of the kernels -----------------------------------------------------------------------------------------


@cache
def assign(d: int) -> Kernel:
    """``kmeans_assign(points, centers, labels, n, k)``: the number of the nearest centre of each point.

    >>> print(assign(2).text)
    def kmeans_assign(points, centers, labels, n, k):
        point = cuda.grid(1)
        if point < n:
            x_0 = points[point, 0]
            x_1 = points[point, 1]
            nearest = 0
            least = np.float32(3.4e38)
            for center in range(k):
                d_0 = centers[center, 0] - x_0
                d_1 = centers[center, 1] - x_1
                squared = d_0 * d_0 + d_1 * d_1
                if squared < least:
                    least = squared
                    nearest = center
            labels[point] = nearest
    """
    body = [*_nearest(d, lambda axis: f"centers[center, {axis}]"), "labels[point] = nearest"]
    lines = ["point = cuda.grid(1)", "if point < n:", *indent(body)]
    return written("kmeans_assign", "points, centers, labels, n, k", lines, f"d = {d}")


@cache
def fused(d: int) -> Kernel:
    """``kmeans_fused(points, centers, sums, counts, n, k, scale)``: as `assign`, and the point is added to sums.

    sums : (k·d,) uint64, fixed-point; counts : (k,) int32; scale : of a coordinate

    >>> print(fused(1).text)
    def kmeans_fused(points, centers, sums, counts, n, k, scale):
        point = cuda.grid(1)
        if point < n:
            x_0 = points[point, 0]
            nearest = 0
            least = np.float32(3.4e38)
            for center in range(k):
                d_0 = centers[center, 0] - x_0
                squared = d_0 * d_0
                if squared < least:
                    least = squared
                    nearest = center
            cuda.atomic_add(sums, nearest * 1 + 0, np.uint64(np.int64(x_0 * scale)))
            cuda.atomic_add(counts, nearest, 1)
    """
    body = [*_nearest(d, lambda axis: f"centers[center, {axis}]"), *_add(d, "sums", "counts")]
    lines = ["point = cuda.grid(1)", "if point < n:", *indent(body)]
    return written("kmeans_fused", "points, centers, sums, counts, n, k, scale", lines, f"d = {d}")


@cache
def shared(d: int, k: int) -> Kernel:
    """``kmeans_shared(points, centers, sums, counts, n, scale)``: as `fused`, by way of shared memory.

    A block fetches the centres once, and has sums of its own, a histogram. At its end these are added to those of all
    blocks. A block has several points a thread, so that this is done seldom.

    >>> print(shared(1, 3).text)
    def kmeans_shared(points, centers, sums, counts, n, scale):
        place = cuda.shared_memory(np.float32, 3)
        part = cuda.shared_memory(np.uint64, 3)
        held = cuda.shared_memory(np.int32, 3)
        for at in range(cuda.threadIdx.x, 3, 128):
            place[at] = centers[at // 1, at % 1]
            part[at] = np.uint64(0)
        for at in range(cuda.threadIdx.x, 3, 128):
            held[at] = 0
        cuda.syncthreads()  # until the centres are there, and the sums are 0
        for point in range(cuda.grid(1), n, cuda.gridsize(1)):
            x_0 = points[point, 0]
            nearest = 0
            least = np.float32(3.4e38)
            for center in range(3):
                d_0 = place[center * 1 + 0] - x_0
                squared = d_0 * d_0
                if squared < least:
                    least = squared
                    nearest = center
            cuda.atomic_add(part, nearest * 1 + 0, np.uint64(np.int64(x_0 * scale)))
            cuda.atomic_add(held, nearest, 1)
        cuda.syncthreads()  # until all have added theirs
        for at in range(cuda.threadIdx.x, 3, 128):
            cuda.atomic_add(sums, at, part[at])
        for at in range(cuda.threadIdx.x, 3, 128):
            cuda.atomic_add(counts, at, held[at])
    """
    of_point = [*_nearest(d, lambda axis: f"place[center * {d} + {axis}]", str(k)), *_add(d, "part", "held")]
    each, every = (
        f"for at in range(cuda.threadIdx.x, {k * d}, {BLOCK}):",
        f"for at in range(cuda.threadIdx.x, {k}, {BLOCK}):",
    )
    lines = [
        f"place = cuda.shared_memory(np.float32, {k * d})",
        f"part = cuda.shared_memory(np.uint64, {k * d})",
        f"held = cuda.shared_memory(np.int32, {k})",
        each,
        f"    place[at] = centers[at // {d}, at % {d}]",
        "    part[at] = np.uint64(0)",
        every,
        "    held[at] = 0",
        "cuda.syncthreads()  # until the centres are there, and the sums are 0",
        "for point in range(cuda.grid(1), n, cuda.gridsize(1)):",
        *indent(of_point),
        "cuda.syncthreads()  # until all have added theirs",
        each,
        "    cuda.atomic_add(sums, at, part[at])",
        every,
        "    cuda.atomic_add(counts, at, held[at])",
    ]
    return written("kmeans_shared", "points, centers, sums, counts, n, scale", lines, f"d = {d}, k = {k}")


@cache
def in_floats(d: int) -> Kernel:
    """``kmeans_in_floats(…)``: as `fused`, with sums of float32, which depend on who comes first: no rung."""
    body = [
        *_nearest(d, lambda axis: f"centers[center, {axis}]"),
        *(f"cuda.atomic_add(sums, nearest * {d} + {axis}, x_{axis})" for axis in range(d)),
        "cuda.atomic_add(counts, nearest, 1)",
    ]
    lines = ["point = cuda.grid(1)", "if point < n:", *indent(body)]
    return written("kmeans_in_floats", "points, centers, sums, counts, n, k", lines, f"d = {d}")


def _nearest(d: int, coordinate: Callable[[int], str], count: str = "k") -> list[str]:
    """The number of the centre nearest to the point, of equally near ones the first."""
    axes = range(d)
    return [
        *(f"x_{axis} = points[point, {axis}]" for axis in axes),
        "nearest = 0",
        "least = np.float32(3.4e38)",
        f"for center in range({count}):",
        *(f"    d_{axis} = {coordinate(axis)} - x_{axis}" for axis in axes),
        f"    squared = {' + '.join(f'd_{axis} * d_{axis}' for axis in axes)}",
        "    if squared < least:",
        "        least = squared",
        "        nearest = center",
    ]


def _add(d: int, sums: str, counts: str) -> list[str]:
    """Add the point to the sums of its centre."""
    return [
        *(
            f"cuda.atomic_add({sums}, nearest * {d} + {axis}, np.uint64(np.int64(x_{axis} * scale)))"
            for axis in range(d)
        ),
        f"cuda.atomic_add({counts}, nearest, 1)",
    ]


# --- the rungs -------------------------------------------------------------------------------------------------------


def labels_memory(points: Tensor, centers: Tensor) -> float:
    """The points in their frame, and a label each, of 4 bytes, then of 8."""
    return float((4 * points.shape[1] + 12) * len(points))


def frame_memory(points: Tensor, centers: Tensor) -> float:
    """The points in their frame, and the sums."""
    return float(4 * points.size + 12 * centers.size)


def predicted(points: Tensor, centers: Tensor, gpu: Any = "RTX 3090", ghz: float | None = None) -> Prediction:
    """What the kernel of `gpu_assign` is PREDICTED to take, by two blocks that are counted; what follows it is not in.

    The other rungs have none: how threads queue up before an atomic is not modelled.
    """
    return step("gpu_assign", points, centers, sample=2)[1].predict(gpu, ghz)


@rung("GPU: a thread a point, sums by array functions", memory=labels_memory, predicted=predicted)
def gpu_assign(points: Tensor, centers: Tensor) -> Tensor:
    """A kernel writes the labels, and `scatter_add` reads them, and all the points once more.

    points : (n, d), centers : (k, d), float32, d from 1 to 64, both on CuPy or both on NumPy, where a simulator runs
    it; returns (k, d), float32. Memory: (4·d + 12)·n bytes.

    >>> import minitensor as mt
    >>> gpu_assign(mt.tensor([[0.0], [1.0], [9.0]], "float32"), mt.tensor([[0.0], [8.0]], "float32")).tolist()
    [[0.5], [9.0]]
    """
    return step("gpu_assign", points, centers)[0]


@rung("GPU: the same thread adds its point, by atomics", memory=frame_memory)
def gpu_fused(points: Tensor, centers: Tensor) -> Tensor:
    """No label is written, and a point is read once. But all threads of the GPU queue up before k·(d + 1) numbers.

    Memory: the points in their frame, 4·n·d bytes.
    """
    return step("gpu_fused", points, centers)[0]


@rung("GPU: the same, a histogram for each block", memory=frame_memory)
def gpu_shared(points: Tensor, centers: Tensor) -> Tensor:
    """`gpu_fused` with the sums of a block in shared memory, and the centres too: k·d is 3,000 at most.

    Threads of a block still queue up, but before numbers that are near, and only k·(d + 1) atomics of a block go to
    global memory. Memory: the points in their frame; 12·k·d + 4·k bytes of shared memory a block.
    """
    return step("gpu_shared", points, centers)[0]


def step(
    name: str, points: Tensor, centers: Tensor, order: Any = None, sample: int | None = None
) -> tuple[Tensor, Any]:
    """The new centres by the kernel of this rung, and the launch, for its counters; None where there are no points.

    order : as a launch on the simulator takes it: another order of blocks and atomics
    sample : how many blocks of `gpu_assign` the simulator is to run, if not all; the centres then mean nothing

    Raises ShapeError, DTypeError, DeviceError or InputError where points and centres do not fit.
    """
    n, d, k = checks.matrices(name, points, centers, words=("points", "centers"), rows=True, dtype="float32")
    if not k or not 1 <= d <= LARGEST:
        raise InputError(f"{name}: {k} centers of {d} dimensions; it takes one or more, of 1 to {LARGEST} dimensions")
    if name == "gpu_shared" and k * d > SHARED:
        raise InputError(f"{name}: {k} centers of {d} dimensions are {k * d:,} numbers, of which shared memory holds "
                         f"{SHARED:,}; take gpu_fused")  # fmt: skip
    if not n:
        return centers.copy(), None
    if n > POINTS:
        raise InputError(f"{name}: {n:,} points, which is more than {POINTS:,}; take them in parts")
    middle = centers.mean(0)
    x, around = points - middle, centers - middle
    reach = max(largest(x), largest(around), largest(-x)) or 1.0
    unit = 2.0 ** min(math.frexp(reach)[1], 126)  # so that no coordinate is above 1
    x, around = (x / unit).contiguous(), (around / unit).contiguous()
    options: dict[str, Any] = {} if order is None else {"order": order}
    if name == "gpu_assign":
        labels = full(n, -1, "int32", like=points)
        launching = assign(d) if sample is None else assign(d).sample(sample)
        launch = launching[-(-n // BLOCK), BLOCK](x, around, labels, n, k, **options)
        numbers = maximum(labels.astype("int64"), 0)  # of blocks that were left out it is −1
        sums = stack([scatter_add(numbers, x[:, axis], k) for axis in range(d)], axis=1)
        counts = scatter_add(numbers, x[:, 0] * 0.0 + 1.0, k)
    else:
        fixed, held = zeros(k * d, "uint64", like=points), zeros(k, "int32", like=points)
        bits = min(BITS, 62 - math.ceil(math.log2(n)))
        scale = np.float32(2.0**bits)
        if name == "gpu_fused":
            launch = fused(d)[-(-n // BLOCK), BLOCK](x, around, fixed, held, n, k, scale, **options)
        else:
            blocks = min(-(-n // BLOCK), most_blocks(n))
            launch = shared(d, k)[blocks, BLOCK](x, around, fixed, held, n, scale, **options)
        sums, counts = signed(fixed).reshape(k, d) * 2.0**-bits, held.astype("float64")
    means = sums / where(counts > 0, counts, 1.0)[:, None]
    moved = means * unit + middle.astype("float64")
    return where((counts > 0)[:, None], moved.astype("float32"), centers), launch


def most_blocks(n: int) -> int:
    """Blocks enough for a large GPU, each with 8 points a thread where there are so many points."""
    return max(1, min(2048, -(-n // (8 * BLOCK))))


def signed(fixed: Tensor) -> Tensor:
    """Whole numbers modulo 2⁶⁴, as float64, those from 2⁶³ on being negative.

    >>> import minitensor as mt
    >>> signed(mt.tensor([3, 2**64 - 2], "uint64")).tolist()
    [3.0, -2.0]
    """
    half = fixed >= 2**63
    return where(half, -((~fixed).astype("float64") + 1.0), fixed.astype("float64"))


def simulated(n: int = 256, k: int = 8) -> list[tuple[str, Launch]]:
    """The rungs, run by the simulator on n points in two dimensions and k centres: name and counted launch.

    >>> [name for name, launch in simulated(6, 2)]
    ['gpu_assign', 'gpu_fused', 'gpu_shared']
    """
    points = blobs(0, clusters=1, each=n, dtype="float32")[0].to("numpy")
    found = [(name, step(name, points, points[:k])[1]) for name in ("gpu_assign", "gpu_fused", "gpu_shared")]
    return [(name, launch) for name, launch in found if launch]
