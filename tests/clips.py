"""Small clips that have learned nothing, and small pictures with captions, for the tests of models."""

import numpy as np

import minitensor as mt
from minitensor import random
from minitensor.models.clip import Clip, Weights
from minitensor.models.layers import dense

WORDS = ("1", "7", "a", "heavy", "light")


def clip_of(seed=0, pixels=6, hidden=5, inner=4, size=3, words=WORDS, dtype="float64"):
    """Weights by chance, on the current backend."""
    rng = random.generator(seed)
    sides = (pixels, hidden), (hidden, size), (len(words), inner), (inner, size)
    layers = [x for inputs, outputs in sides for x in dense(rng, inputs, outputs, dtype)]
    layers = [layer + random.normal(rng, layer.shape, std=0.1, dtype=dtype) for layer in layers]
    middle, spread = random.normal(rng, (pixels,), dtype=dtype), mt.tensor(1.5, dtype=dtype)
    return Clip(Weights(*layers, mt.tensor(2.0, dtype=dtype)), words, middle, spread)


def pairs_of(seed=0, n=60, pixels=6, dtype="float64"):
    """Pictures that are bright in one half or the other, strong or faint, and captions that say so."""
    rng = np.random.default_rng(seed)
    right, heavy = rng.integers(0, 2, (2, n))
    images = rng.normal(0, 0.05, (n, pixels)) + 1
    images[:, : pixels // 2] += np.where(right, 0, 1 + heavy)[:, None]
    images[:, pixels // 2 :] += np.where(right, 1 + heavy, 0)[:, None]
    captions = [f"a {('light', 'heavy')[h]} {(1, 7)[r]}" for r, h in zip(right, heavy, strict=True)]
    return mt.tensor(images.astype(dtype)), captions
