"""Data to work on: round clusters with the truth beside them, and scikit-learn's digits and photographs."""

from minitensor import random
from minitensor.core import checks
from minitensor.core.creation import full, tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import MissingExtraError
from minitensor.functions import concat

PHOTOGRAPHS = ("china", "flower")


def blobs(seed: int, clusters: int = 6, each: int = 250, dtype: str = "float64") -> tuple[Tensor, Tensor]:
    """The course's data: round clusters in the plane, their middles anywhere between −35 and 35, variance 5.

    Returns the points, (clusters·each, 2), and the number of the cluster that each was drawn from, int64.

    >>> points, truth = blobs(seed=1)
    >>> points.shape, truth.shape
    ((1500, 2), (1500,))

    Raises InputError for no clusters or none of their points.
    """
    clusters, each = checks.whole("blobs: clusters", clusters, 1), checks.whole("blobs: each", each, 1)
    rng = random.generator(seed)
    middles = random.uniform(rng, (clusters, 2), -35, 35)
    parts = [random.normal(rng, (each, 2), std=5**0.5) + middle for middle in middles]
    return concat(parts).astype(dtype), concat([full(each, i) for i in range(clusters)])


def digits() -> tuple[Tensor, Tensor]:
    """Handwritten digits of 8 × 8 pixels: (1797, 64) float64, from 0 for paper to 16 for ink, and what each is, int64.

    >>> images, truth = digits()
    >>> images.shape, images.max().item(), truth[:4].tolist()
    ((1797, 64), 16.0, [0, 1, 2, 3])

    Raises MissingExtraError without scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise MissingExtraError("the digits come with scikit-learn: pip install 'minitensor[lessons]'") from None
    found = load_digits()
    return tensor(found.data), tensor(found.target)


def photograph(name: str) -> Tensor:
    """The photograph called `name`, one of `PHOTOGRAPHS`: (427, 640, 3) uint8, red, green and blue.

    >>> photograph("flower").shape
    (427, 640, 3)

    Raises InputError for another name, MissingExtraError without scikit-learn or Pillow.
    """
    checks.choice("photograph: photograph", name, PHOTOGRAPHS)
    try:
        from sklearn.datasets import load_sample_image
    except ImportError:
        raise MissingExtraError(
            f"the photo {name!r} comes with scikit-learn: pip install 'minitensor[lessons]'"
        ) from None
    try:
        import PIL  # noqa: F401  # scikit-learn reads pictures with it, and says so in other words
    except ImportError:
        raise MissingExtraError("reading a photo needs Pillow: pip install 'minitensor[lessons]'") from None
    return tensor(load_sample_image(f"{name}.jpg"))
