"""What cancellation costs: |q|² + |x|² − 2q·x in float32, centred and not, against exact distances in float64.

    python tests/benchmarks/cancellation.py

One Gaussian update of the course's six clusters (bandwidth 2.5), moved ever further from the origin. Printed is the
largest error of a moved point, and below it what rounding the answer itself to float32 costs.
"""

import minitensor as mt
from minitensor.cluster.meanshift import batched, gemm
from minitensor.data import blobs

BANDWIDTH = 2.5


def uncentred(points):
    """The update by the norm expansion, on the points as they are."""
    norms = mt.einsum("nd,nd->n", points, points)
    squared = mt.maximum(norms[:, None] + norms - 2 * (points @ points.T), 0.0)
    weights = (squared * (-0.5 / BANDWIDTH**2)).exp()
    return (weights @ points) / weights.sum(1, keepdims=True)


def main():
    points, _ = blobs(seed=2)
    print(f"{'moved by':>10}{'uncentred':>12}{'gemm':>12}{'rounding':>12}   largest error, float32")
    for offset in (0.0, 100.0, 1_000.0, 10_000.0):
        single = (points + offset).astype("float32")
        same = single.astype("float64")  # the very same points, so that only the arithmetic differs
        exact = batched(same, same, BANDWIDTH)
        found = (uncentred(single), gemm(single, single, BANDWIDTH), exact.astype("float32"))
        errors = [abs(moved.astype("float64") - exact).max().item() for moved in found]
        print(f"{offset:10,.0f}" + "".join(f"{error:12.1e}" for error in errors))


if __name__ == "__main__":
    main()
