"""Points that are hard on hashes, and hashes for them, for the tests of `minitensor.cluster.lsh`."""

import numpy as np

import minitensor as mt
from minitensor.cluster.lsh import fitting
from minitensor.cluster.lsh.hashing import draw

KINDS = ("sign", "stable")


def fitted(points, kind="stable", tables=3, bits=6, probes=4, goal=0.3, seed=0):
    """A hashing with which queries read about this share of the points."""
    hashing = draw(mt.random.generator(seed), kind, tables, bits, points)
    if kind == "sign":
        return hashing
    sample = fitting.sample(mt.random.generator(seed), points)
    return hashing.narrowed(fitting.fit_width(*sample, hashing, probes, goal))


def exact(queries, points, k):
    """The k nearest by definition, in float64, of equally near the lesser number; −1 and infinity beyond all."""
    q, x = (np.asarray(each, "float64") for each in (queries, points))
    squared = ((q[:, None] - x) ** 2).sum(2)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    short = ((0, 0), (0, k - order.shape[1]))
    distance = np.sqrt(np.take_along_axis(squared, order, 1))
    return np.pad(order, short, constant_values=-1), np.pad(distance, short, constant_values=np.inf)


def recall(found, right):
    """The share of the right neighbours that are among those found."""
    return np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), right.tolist(), strict=True)])


def clusters(seed, n, d, spread=0.3, dtype="float32"):
    """Points (n, d) in 20 clusters."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(20, d))[rng.integers(20, size=n)] + spread * rng.normal(size=(n, d))).astype(dtype)


ADVERSARIAL = {
    "duplicates": lambda rng: np.repeat(rng.normal(size=(4, 3)), 30, 0),
    "one point": lambda rng: rng.normal(size=(1, 3)),
    "all equal": lambda rng: np.full((60, 2), 2.5),
    "collinear": lambda rng: rng.normal(size=(80, 1)) * [1.0, -2.0, 0.5] + 3,
    "a far outlier": lambda rng: np.concatenate([rng.normal(size=(70, 2)), [[1e5, -3e4]]]),
    "clusters 1e6 apart": lambda rng: rng.normal(size=(90, 2)) + np.repeat([[1, 1], [1e6, 0], [0, -1e6]], 30, 0),
    "constant features": lambda rng: np.stack([rng.normal(size=70), np.full(70, 7.0), np.full(70, 1.0)], 1),
    "d = 1": lambda rng: rng.normal(size=(100, 1)),
    "d = 64": lambda rng: rng.normal(size=(90, 64)),
    "far from the origin": lambda rng: rng.integers(-40, 40, (90, 3)) / 8 + 1e5,
    "tiny": lambda rng: rng.normal(size=(80, 3)) * 1e-30,
    "huge": lambda rng: rng.normal(size=(80, 3)) * 1e30,
}
