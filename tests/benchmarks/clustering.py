"""Every clustering here beside its peers, side by side in one run, on one thread and on two.

    python tests/benchmarks/clustering.py [PART ...]     kmeans, dbscan, lsh, mean_shift; all if none is named

Each part is a file of its own, clustering_PART.py, which says what it measures and what its goals are; it runs in a
process of its own, as BLAS and OpenMP look only once how many threads they may take. Exits with 1 where one was missed.
"""

import os
import subprocess
import sys
from pathlib import Path

PARTS = ("kmeans", "dbscan", "lsh", "mean_shift")
THREADS = (1, 2)


def main(wanted):
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"no part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    missed = 0
    for part in wanted or PARTS:
        for threads in THREADS:
            print(f"\n## {part}, {threads} thread{'s' * (threads > 1)}", flush=True)
            limits = {f"{name}_NUM_THREADS": str(threads) for name in ("OPENBLAS", "MKL", "OMP", "NUMBA")}
            file = Path(__file__).with_name(f"clustering_{part}.py")
            missed |= subprocess.run([sys.executable, file], env=os.environ | limits).returncode
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
