"""The points that the clustering benchmarks share: the pixels of a photograph in 5-D."""

import numpy as np
from sklearn.datasets import load_sample_image


def pixels(rows, columns):
    """The first rows × columns of every fourth pixel of a photograph: (n, 5), three colours and two places."""
    photo = load_sample_image("china.jpg").astype("float64")[::4, ::4][:rows, :columns]
    places = np.stack(np.mgrid[: photo.shape[0], : photo.shape[1]], axis=2)
    return np.concatenate([photo / 16, places / 10], axis=2).reshape(-1, 5)
