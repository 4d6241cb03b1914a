"""27 Threads: which threads have work, and what their reads cost

along: 2 × 6 blocks of 32 are 384 threads, and there are 288 numbers. down: 48 blocks of
32 are 1,536. The guard keeps the rest away, so both read 288 numbers. A row is 192
bytes, 6 sectors, and both blocks of a row together touch each of them once: 6 × 6.
Going down, each of the 6 threads with work wants a number of another row, which is
another sector: 48 × 6. The next warp wants the next 4 bytes of the same sectors, and
touches them again.
"""

import minitensor as mt
from minitensor.gpu import cuda, kernel


@kernel
def doubled(x, out, m, n, down):
    col, row = cuda.grid(2)
    if down:
        row, col = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = 2 * x[row, col]


x, out = mt.ones((6, 48), "float32"), mt.zeros((6, 48), "float32")
along = doubled[(2, 6), (32, 1)](x, out, 6, 48, 0)
down = doubled[(1, 48), (32, 1)](x, out, 6, 48, 1)
idle = [each.n_blocks * each.threads - x.size for each in (along, down)]

answers = {
    "idle[0]": 96,  # threads of `along` that do nothing
    "idle[1]": 1248,  # the same of `down`
    "down.counters.global_loads": 288,  # numbers read, counted for each thread
    "along.counters.load_sectors": 36,  # sectors that these reads touch
    "down.counters.load_sectors": 288,  # the same of `down`
}
