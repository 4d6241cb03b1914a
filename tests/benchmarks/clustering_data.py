"""What the clustering benchmarks share: the pixels of a photograph in 5-D, and a way of timing."""

import time

import numpy as np
from sklearn.datasets import load_sample_image


def pixels(rows, columns):
    """The first rows × columns of every fourth pixel of a photograph: (n, 5), three colours and two places."""
    photo = load_sample_image("china.jpg").astype("float64")[::4, ::4][:rows, :columns]
    places = np.stack(np.mgrid[: photo.shape[0], : photo.shape[1]], axis=2)
    return np.concatenate([photo / 16, places / 10], axis=2).reshape(-1, 5)


def quickest(calls, rounds):
    """Seconds of each call, the least of interleaved rounds."""
    least = dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            least[name] = min(least[name], time.perf_counter() - start)
    return least
