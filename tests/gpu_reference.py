"""What the .cu kernels should give, in float64, and how far off their comments let them be."""

import numpy as np

EPS = 2.0**-24  # of float32, rounding to nearest


def product(a, b):
    """a @ b, and the error that a sum of k products may have in any order (Higham, section 3.1)."""
    exact = a.astype("float64") @ b.astype("float64")
    return exact, (abs(a).astype("float64") @ abs(b)) * (a.shape[1] + 1) * EPS


def update(queries, points, bandwidth):
    """One mean-shift update, and for each coordinate the error that `kernels.cu` allows."""
    n, d = points.shape
    queries, points = queries.astype("float64"), points.astype("float64")
    away = points - queries[:, None]
    squared = (away**2).sum(2) / (2 * bandwidth**2)
    weights = np.exp(-squared)
    total = weights.sum(1, keepdims=True)
    shift = (weights[:, :, None] * away).sum(1) / total
    # Each coordinate is moved by 2 eps of its distance from points[0], a difference by what both of its ends are.
    nudge = 2 * EPS * (abs(points - points[0]).max() + abs(queries - points[0]).max())
    relative = squared * (d + 2) * EPS + 2.0**-22 + np.sqrt(2 * squared * d) * nudge / bandwidth
    summing = (512 + n / (512 * 4) + 9) * EPS  # with the 4 warps of D = 64, the fewest
    wrong = (weights * (relative + summing))[:, :, None] * (abs(away) + abs(shift)[:, None])
    return queries + shift, wrong.sum(1) / total + nudge + EPS * (abs(queries) + 4 * abs(shift))
