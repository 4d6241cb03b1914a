"""The report of a launch, word for word."""

import numpy as np
import pytest

from minitensor.errors import KernelError
from minitensor.gpu import Launch, cuda, kernel
from minitensor.gpu.device import Dim3
from minitensor.gpu.source import source_of


@kernel
def halves(x, out, n):
    tile = cuda.shared_memory(np.float32, 64)
    i = cuda.grid(1)
    tile[cuda.threadIdx.x * 2] = x[i * 2]
    cuda.syncthreads()
    if i < n:
        out[i] = tile[cuda.threadIdx.x * 2] * 0.5


def test_the_report_is_the_source_beside_its_costs():
    launch = halves[2, 32](np.ones(128, "float32"), np.zeros(64, "float32"), 64)
    first = source_of(halves.function).line
    expected = """\
halves: 2 blocks of 32 threads, 2 warps in all
global memory: 64 loads, 64 stores, 24 sectors of 32 bytes, 66.7% coalesced
shared memory: 64 loads, 64 stores, 4 bank conflicts
2 barriers, 0 atomics
64 FLOPs, 0.0833 for each byte moved

loads  stores  sectors  coalesced  shared  conflicts  barriers  FLOPs   line
                                                                       @kernel
                                                                       def halves(x, out, n):
                                                                           tile = cuda.shared_memory(np.float32, 64)
                                                                           i = cuda.grid(1)
   64               16        50%      64          2                       tile[cuda.threadIdx.x * 2] = x[i * 2]
                                                             2             cuda.syncthreads()
                                                                           if i < n:
           64        8       100%      64          2               64          out[i] = tile[cuda.threadIdx.x * 2] * 0.5
"""
    numbered = expected.splitlines()
    for i in range(8):
        numbered[7 + i] = f"{numbered[7 + i][:71]}{first + i:>5}  {numbered[7 + i][71:]}"
    assert launch.report().splitlines() == numbered
    assert (
        halves[1, 32](np.ones(64, "float32"), np.zeros(32, "float32"), 0).report().startswith("halves: 1 block of 32")
    )


@kernel(device=True)
def bin_of(x):
    return int(x * 4)


@kernel
def histogram(x, counts):
    bins = cuda.shared_memory(np.int32, 4)
    i = cuda.threadIdx.x
    if i < 4:
        bins[i] = 0
    cuda.syncthreads()
    cuda.atomic_add(bins, bin_of(x[cuda.grid(1)]), 1)
    cuda.syncthreads()
    if i < 4:
        cuda.atomic_add(counts, i, bins[i])


def test_atomics_and_device_functions_are_in_the_report():
    x, counts = np.linspace(0, 0.99, 64).astype("float32"), np.zeros(4, "int32")
    report = histogram[2, 32](x, counts).report()
    assert counts.tolist() == np.bincount((x * 4).astype(int)).tolist()
    assert "4 barriers, 72 atomics, 64 of them in shared memory, which waited " in report
    [line] = [line for line in report.splitlines() if line.endswith("return int(x * 4)")]
    assert line.split()[0] == "64"  # FLOPs
    [line] = [line for line in report.splitlines() if "cuda.atomic_add(counts" in line]
    assert "8" in line.split()


def test_a_launch_on_a_gpu_has_no_report():
    launch = Launch("halves", Dim3(1), Dim3(1), source_of(halves.function))
    with pytest.raises(KernelError, match="halves: a real GPU does not count; launch it on NumPy tensors for a report"):
        launch.report()


def test_samples_are_what_the_first_warp_asked_for_at_first():
    launch = halves[2, 32](np.ones(128, "float32"), np.zeros(64, "float32"), 64)
    by_place = {(sample.array, sample.kind): sample for sample in launch.samples}
    assert by_place["x", "load"].addresses == list(range(0, 64, 2))
    assert by_place["x", "load"].threads == list(range(32))
    assert by_place["out", "store"].addresses == list(range(32))
    assert (by_place["tile", "load"].space, by_place["x", "load"].space) == ("shared", "global")
    assert by_place["x", "load"].itemsize == 4
