"""Pictures of which every region is known, and two scores of a segmentation against the truth."""

import numpy as np
from sklearn.datasets import load_sample_image
from sklearn.metrics import adjusted_rand_score


def mosaic(seed, height=240, width=320, regions=30, apart=40, noise=18):
    """Wobbly Voronoi regions in colours of the two bundled photographs, shaded smoothly, with noise.

    apart : the least distance in RGB of two colours; noise : its standard deviation, both of 255
    Returns (height, width, 3) uint8, and the region of each pixel, (height, width).
    """
    rng = np.random.default_rng(seed)
    pixels = np.concatenate([load_sample_image(name).reshape(-1, 3) for name in ("china.jpg", "flower.jpg")])
    colours = []
    while len(colours) < regions:
        colour = pixels[rng.integers(len(pixels))].astype(float)
        if all(np.linalg.norm(colour - other) >= apart for other in colours):
            colours.append(colour)
    middles = rng.uniform(0, 1, (regions, 2)) * (height, width)
    rows, columns = np.mgrid[:height, :width]
    rows, columns = rows + _smooth(rng, rows.shape, 8, 4), columns + _smooth(rng, rows.shape, 8, 4)
    squared = (rows[..., None] - middles[:, 0]) ** 2 + (columns[..., None] - middles[:, 1]) ** 2
    truth = squared.argmin(-1)
    shaded = np.array(colours)[truth] + _smooth(rng, truth.shape, 60, 6)[..., None]
    noisy = shaded + rng.normal(0, noise, shaded.shape)
    return np.clip(np.round(noisy), 0, 255).astype("uint8"), truth


def _smooth(rng, shape, width, size):
    """Noise blurred by a Gaussian of standard deviation `width`, its own standard deviation made `size`."""
    across = [np.fft.fftfreq(side)[:, None] if axis == 0 else np.fft.fftfreq(side) for axis, side in enumerate(shape)]
    damped = np.exp(-2 * (np.pi * width) ** 2 * (across[0] ** 2 + across[1] ** 2))
    blurred = np.fft.ifft2(np.fft.fft2(rng.normal(size=shape)) * damped).real
    return size * blurred / blurred.std()


def scores(found, truth, near=2):
    """The adjusted Rand index, and the F of the boundaries: a pixel of one counts if the other has one `near` it."""
    edges = [_edges(labels) for labels in (found, truth)]
    precision, recall = (
        (one & _grown(other, near)).sum() / max(one.sum(), 1) for one, other in (edges, reversed(edges))
    )
    f = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return adjusted_rand_score(truth.ravel(), found.ravel()), f


def _edges(labels):
    out = np.zeros(labels.shape, bool)
    out[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    out[:-1] |= labels[:-1] != labels[1:]
    return out


def _grown(mask, near):
    """What is at most `near` pixels from a pixel of the mask."""
    height, width = mask.shape
    padded, out = np.pad(mask, near), np.zeros_like(mask)
    for y in range(-near, near + 1):
        for x in range(-near, near + 1):
            if x * x + y * y <= near * near:
                out |= padded[near + y : near + y + height, near + x : near + x + width]
    return out
