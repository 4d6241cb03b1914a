"""Points that are hard on approximations, for the tests of grid, cells, Fourier series and their choice; a table."""

import numpy as np
from hypothesis import strategies as st

import minitensor as mt


@st.composite
def clouds(draw, most=3, width=8.0, dtypes=("float64", "float32")):
    """Points (n, d) as a Tensor: a few clusters, some points twice, perhaps an axis on which nothing changes.

    width : how wide the box of the points is at most, in bandwidths of 1
    """
    n, d = draw(st.integers(1, 60)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    middles = rng.uniform(0, width, (draw(st.integers(1, 4)), d))
    points = middles[rng.integers(len(middles), size=n)] + rng.normal(0, draw(st.sampled_from([0.0, 0.1, 1.0])), (n, d))
    points = np.clip(points, 0, width)
    if draw(st.booleans()):
        points[:, draw(st.integers(0, d - 1))] = 3.25
    if draw(st.booleans()):
        points[n // 2 :] = points[: n - n // 2]
    return mt.tensor(points + draw(st.sampled_from([0.0, -5.0, 100.3])), dtype=draw(st.sampled_from(dtypes)))


@st.composite
def lattices(draw, most=4):
    """Points (n, d) as a Tensor, many of them exactly eps apart as far as floats can tell; eps; and min_samples."""
    n, d = draw(st.integers(1, 70)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step = draw(st.sampled_from([1.0, 0.1, 1 / 3, 2.0**-10]))
    points = rng.integers(0, draw(st.integers(1, 9)), (n, d)) * step
    if draw(st.booleans()):
        points = points + rng.normal(size=(n, d)) * step
    if draw(st.booleans()):
        points[n // 2 :] = points[: n - n // 2]
    points = points + draw(st.sampled_from([0.0, 0.0, -2.5, 1e6]))
    eps = step * draw(st.sampled_from([0.5, 1.0, 2.0**0.5, 1.5, 2.0, 5.0**0.5, 3.0]))
    return mt.tensor(points, dtype=draw(st.sampled_from(["float64", "float32"]))), eps, draw(st.integers(1, 9))


def distances(found, exact):
    return np.sqrt(((found.numpy().astype("float64") - exact.numpy()) ** 2).sum(1))


def exact_means(queries, points, bandwidth):
    """In float64, by definition and not by products, seen from one of the points, so that nothing is lost far away."""
    q, x = (each.numpy().astype("float64") - points.numpy()[0] for each in (queries, points))
    weights = np.exp(-0.5 * ((q[:, None] - x) ** 2).sum(2) / bandwidth**2)
    return mt.tensor(weights @ x / weights.sum(1)[:, None] + points.numpy()[0]), weights.sum(1)


def rounding(points):
    """What storing a result in the dtype of the points costs."""
    return 8 * float(np.finfo(points.dtype).eps) * (float(abs(points).max().item()) + 1)


def same_partition(a, b):
    """Whether two labellings put the same points together, whatever the numbers."""
    return ((a[:, None] == a) == (b[:, None] == b)).all()


class Table:
    """What matters of a data frame: columns with names, and a way to NumPy."""

    def __init__(self, numbers, columns):
        self.numbers, self.columns = np.asarray(numbers), columns

    def __array__(self, dtype=None, copy=None):
        return self.numbers.astype(dtype or self.numbers.dtype)
