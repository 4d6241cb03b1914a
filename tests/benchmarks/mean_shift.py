"""One exact update of mean shift, every rung beside PyTorch and KeOps: interactions per second, accuracy, memory.

    python tests/benchmarks/mean_shift.py [--wide]

100,000 points in two dimensions, float32, one thread. An interaction is one query with one point. Each contestant
gets as many queries as keep it busy for about 60 ms; all run in turn, round after round, and the fastest call of each
counts.
The data are the course's six clusters at its bandwidth, 2.5, where float32 weights of far points are subnormal numbers
(slow on every processor), and at 10, where none are. Errors are the largest of a moved point against float64, for the
data as they are and moved by 10,000, where the plain norm expansion loses its digits. PyTorch, KeOps (pip install
pykeops) and Numba are left out where they are missing. Exits with 1 where a goal is missed.

--wide lets Numba use the registers of AVX-512 whole, which LLVM does not by itself: it sets NUMBA_CPU_NAME and
NUMBA_CPU_FEATURES to those of this processor, less the preference for halves.
"""

import os
import platform
import sys
import time
import tracemalloc

# Before NumPy is imported, which reads it once.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
if "--wide" in sys.argv:
    from llvmlite import binding

    os.environ["NUMBA_CPU_NAME"] = binding.get_host_cpu_name()
    os.environ["NUMBA_CPU_FEATURES"] = binding.get_host_cpu_features().flatten() + ",-prefer-256-bit"

import numpy as np

import minitensor as mt
from minitensor.cluster import mean_shift
from minitensor.cluster.meanshift import LADDER, batched, gemm_tiled
from minitensor.core.tensor import wrap
from minitensor.data import blobs
from minitensor.errors import MissingExtraError
from minitensor.text.numbers import in_bytes, in_rate

N = 100_000
BANDWIDTHS = (2.5, 10.0)
SECONDS, ROUNDS = 0.06, 25
MOST = 2_000  # queries
AWAY = 10_000.0
GOALS = [("gemm_tiled", "batched", 15), ("gemm_tiled", "KeOps", 5), ("gemm_tiled", "torch attention", 1.5),
         ("compiled", "gemm_tiled", 3)]  # fmt: skip
ENOUGH = 64e6  # bytes beside input and output


def uncentred(queries, points, bandwidth):
    """|q|² + |x|² − 2q·x on the points as they are."""
    squares = mt.einsum("nd,nd->n", points, points)
    squared = mt.einsum("qd,qd->q", queries, queries)[:, None] + squares - 2 * (queries @ points.T)
    weights = (mt.maximum(squared, 0.0) * (-0.5 / bandwidth**2)).exp()
    return (weights @ points) / weights.sum(1, keepdims=True)


def torch_contestants():
    """The course's update, batches of queries broadcast against all points; and the update as attention."""
    import torch
    from torch.nn import functional
    from torch.nn.attention import SDPBackend, sdpa_kernel

    torch.set_num_threads(1)

    def as_torch(function):
        def update(queries, points, bandwidth):
            with torch.no_grad():
                moved = function(torch.from_numpy(queries.array), torch.from_numpy(points.array), bandwidth)
            return wrap(moved.numpy())

        return update

    @as_torch
    def course(queries, points, bandwidth):
        moved = []
        for batch in queries.split(16):
            distance = ((batch[:, None] - points[None]) ** 2).sum(2).sqrt()
            weight = torch.exp(-0.5 * (distance / bandwidth) ** 2)
            moved.append((weight[..., None] * points[None]).sum(1) / weight.sum(1, keepdim=True))
        return torch.cat(moved)

    @as_torch
    def attention(queries, points, bandwidth):
        # −|q − x|²/2 = q·x − |x|²/2 − |q|²/2, of which the last is the same for all points and cancels.
        middle = points.mean(0)
        q, x = (queries - middle) / bandwidth, (points - middle) / bandwidth
        keys = torch.cat([x, (x * x).sum(1, keepdim=True) * -0.5], 1)
        q = torch.cat([q, torch.ones_like(q[:, :1])], 1)
        with sdpa_kernel(SDPBackend.FLASH_ATTENTION):  # or an error, if it cannot be used
            moved = functional.scaled_dot_product_attention(
                q[None, None], keys[None, None], keys[None, None], scale=1.0
            )
        return moved[0, 0, :, : points.shape[1]] * bandwidth + middle

    return {"torch, the course": course, "torch attention": attention}, f"PyTorch {torch.__version__}"


def keops_contestant():
    from pykeops import __version__, set_verbose
    from pykeops.numpy import LazyTensor

    set_verbose(False)

    def update(queries, points, bandwidth):
        q, x = queries.array, points.array
        scale = np.float32(np.sqrt(0.5) / bandwidth)
        values = np.concatenate([x, np.ones_like(x[:, :1])], 1)
        distance = ((LazyTensor(q[:, None] * scale) - LazyTensor(x[None] * scale)) ** 2).sum(-1)
        sums = (-distance).exp() @ values
        return wrap(sums[:, :-1] / sums[:, -1:])

    return {"KeOps": update}, f"KeOps {__version__}"


def all_contestants(points):
    """Name to update, and the versions of the libraries."""
    found, versions, left_out = {}, [], []
    for rung in LADDER.rungs:
        if rung.__name__ == "threads":
            continue  # on one thread it is gemm_tiled
        try:
            rung(points[:8], points[:8], 1.0)
            found[rung.__name__] = rung
        except MissingExtraError as error:
            left_out.append(str(error))
    found["norms, uncentred"] = uncentred
    for make in (torch_contestants, keops_contestant):
        try:
            more, version = make()
            for update in more.values():
                update(points[:8], points[:8], 1.0)
        except Exception as error:  # KeOps compiles: much can be missing
            left_out.append(f"{make.__name__.partition('_')[0]}: {error}")
            continue
        found |= more
        versions.append(version)
    return found, versions, left_out


def rates(contestants, points, queries, bandwidth):
    """Interactions per second of each, interleaved."""
    counts, best = {}, dict.fromkeys(contestants, np.inf)
    for name, update in contestants.items():
        tried = 1 if name == "loops" else 16
        update(queries[:tried], points, bandwidth)
        for _ in range(2):  # few queries say little about many
            start = time.perf_counter()
            update(queries[:tried], points, bandwidth)
            each = (time.perf_counter() - start) / tried
            counts[name] = tried = max(1, min(MOST, round(SECONDS / each)))
    for _ in range(ROUNDS):
        for name, update in contestants.items():
            start = time.perf_counter()
            update(queries[: counts[name]], points, bandwidth)
            best[name] = min(best[name], (time.perf_counter() - start) / counts[name])
    return {name: points.shape[0] / seconds for name, seconds in best.items()}


def worst(update, points, queries, bandwidth):
    """The largest error of a moved point."""
    exact = batched(queries.astype("float64"), points.astype("float64"), bandwidth)
    return abs(update(queries, points, bandwidth).astype("float64") - exact).max().item()


def extra(update, points, queries, bandwidth):
    """The most bytes held at once, less the result."""
    update(queries[:8], points[:8], bandwidth)
    tracemalloc.start()
    result = update(queries, points, bandwidth)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most - result.numpy().nbytes


def dropped():
    """How many times less work it is to leave out points that stand still, at two stopping rules."""
    print("\nPoints that stand still are left out of later updates (1,500 points, fixed data, path kept)")
    for tol in (1e-3, 1e-4):
        for seed, bandwidth in ((2, 2.5), (1, 2.5), (2, 1.0)):
            points, _ = blobs(seed)
            found = mean_shift(points, bandwidth, tol=tol, path=True)
            path = np.stack([step.numpy() for step in found.path])
            done = (path[1:] != path[:-1]).any(2).sum()
            total = found.n_iter * points.shape[0]
            print(f"  seed {seed}, bandwidth {bandwidth:<3}, tol {tol:.0e}: {found.n_iter:>3} updates, "
                  f"{len(found.centers):>3} clusters, {total / done:.1f} times less work")  # fmt: skip


def main():
    data, _ = blobs(2, each=N // 6 + 1, dtype="float32")
    order = mt.random.permutation(mt.random.generator(0), data.shape[0])
    points = data[order][:N]
    queries = points[:MOST]
    contestants, versions, left_out = all_contestants(points)
    lib = mt.backend.current()
    machine = [lib.device_name(), "one thread", *sys.argv[1:], f"Python {platform.python_version()}"]
    print(", ".join([*machine, f"NumPy {np.__version__}", *versions]))
    for words in left_out:
        print(f"left out: {words}")
    speed = [rates(contestants, points, queries, bandwidth) for bandwidth in BANDWIDTHS]
    few = queries[:100]
    away = (points + AWAY, few + AWAY)
    print(f"\none update, n = {N:,}, d = 2, float32; interactions per second, errors at bandwidth {BANDWIDTHS[0]}\n")
    headings = [*(f"h = {bandwidth}" for bandwidth in BANDWIDTHS), "error", f"{AWAY:,.0f} away", "extra memory"]
    print(f"{'':<20}" + "".join(f"{heading:>14}" for heading in headings))
    for name, update in contestants.items():
        some, sized = (2, few[:2]) if name == "loops" else (100, few)
        errors = worst(update, points, sized, 2.5), worst(update, away[0], away[1][:some], 2.5)
        memory = "–" if name.startswith(("torch", "KeOps")) else in_bytes(extra(update, points, sized, 2.5))
        cells = [*(in_rate(each[name], "/s") for each in speed), *(f"{error:.0e}" for error in errors), memory]
        print(f"{name:<20}" + "".join(f"{cell:>14}" for cell in cells))
    rounding = abs((few + AWAY).astype("float64") - (few.astype("float64") + AWAY)).max().item()
    print(f"\nRounding the points themselves to float32 costs {rounding:.0e} there.")

    many = mt.random.normal(mt.random.generator(0), (1_000_000, 2), dtype="float32")
    held = max(extra(gemm_tiled, many, many[:100], 1.0), extra(gemm_tiled, many[:100], many, 1.0))
    print(f"gemm_tiled with 1,000,000 points, or as many queries: {in_bytes(held)} beside input and output")
    dropped()

    print(f"\ngoals, at h = {BANDWIDTHS[0]}")
    reached = []
    for name, other, goal in GOALS:
        if name not in contestants or other not in contestants:
            print(f"  {name} over {other}: not measured")
            continue
        times = [each[name] / each[other] for each in speed]
        reached.append(times[0] >= goal)
        words = ", ".join(f"{each:.1f} at h = {bandwidth}" for each, bandwidth in zip(times, BANDWIDTHS, strict=True))
        print(f"  {name} over {other}: {words}; goal {goal}: {'reached' if reached[-1] else 'MISSED'}")
    reached.append(held <= ENOUGH)
    print(f"  extra memory: {in_bytes(held)}; goal {in_bytes(ENOUGH)}: {'reached' if reached[-1] else 'MISSED'}")
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
