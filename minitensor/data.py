"""Data to work on: clusters of several shapes with the truth beside them, and scikit-learn's digits and photographs."""

from minitensor import random
from minitensor.backend import get_backend, use_backend
from minitensor.core import checks
from minitensor.core.creation import full, tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import MissingExtraError
from minitensor.functions import concat
from minitensor.norms import norm
from minitensor.text.hints import install

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
    with use_backend("numpy"):  # in float64, which not every device has
        middles = random.uniform(rng, (clusters, 2), -35, 35)
        points = concat([random.normal(rng, (each, 2), std=5**0.5) + middle for middle in middles]).astype(dtype)
    return points.to(get_backend()), concat([full(each, i) for i in range(clusters)])


def shapes(seed: int, each: int = 200) -> dict[str, tuple[Tensor, Tensor]]:
    """Clusters in the plane that tell algorithms apart: for each name points, about 3 wide, and the cluster of each.

    round : three as wide as each other; moons : two half rings, each round an end of the other; stretched : three,
    each 3 by 1; sizes : a wide disc beside two small ones, all equally dense; densities : three, each
    three times as wide as the one before

    each : points in a cluster, (n, 2) float64; of sizes twice as many in the disc, and fewer in the small ones

    >>> {name: points.shape[0] for name, (points, truth) in shapes(seed=0, each=100).items()}
    {'round': 300, 'moons': 200, 'stretched': 300, 'sizes': 232, 'densities': 300}

    Raises InputError for fewer than 8.
    """
    each = checks.whole("shapes: each", each, 8)
    rng = random.generator(seed)

    def cloud(middle: tuple[float, float], width: float) -> Tensor:
        return random.normal(rng, (each, 2), std=width) + tensor(middle)

    def ring(count: int) -> Tensor:
        way = random.normal(rng, (count, 2))  # any direction is as likely as another
        return way / norm(way, axis=1, keepdims=True)

    def disc(middle: tuple[float, float], radius: float, count: int) -> Tensor:
        return ring(count) * (radius * random.uniform(rng, (count, 1)) ** 0.5) + tensor(middle)

    def moon(sign: float, middle: tuple[float, float]) -> Tensor:
        half = ring(each)
        half[:, 1] = sign * abs(half[:, 1])
        return half + random.normal(rng, (each, 2), std=0.08) + tensor(middle)

    slanted = tensor([[1.0, 0.8], [-0.3, 0.25]])
    found = {
        "round": [cloud((-1.0, -0.6), 0.22), cloud((1.0, -0.5), 0.22), cloud((0.1, 0.9), 0.22)],
        "moons": [moon(1, (-0.5, -0.25)), moon(-1, (0.5, 0.25))],
        "stretched": [cloud((0.0, at), 0.35) @ slanted for at in (-2.4, 0.0, 2.4)],
        "sizes": [disc((-0.6, 0.0), 1.0, 2 * each), *(disc((0.9, y), 0.4 / 1.4, each * 4 // 25) for y in (0.7, -0.7))],
        "densities": [cloud((-1.3, 0.7), 0.06), cloud((-0.9, -0.7), 0.18), cloud((0.9, 0.0), 0.54)],
    }
    return {
        name: (concat(parts), concat([full(len(part), number) for number, part in enumerate(parts)]))
        for name, parts in found.items()
    }


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
        raise MissingExtraError(f"the digits come with scikit-learn: {install('scikit-learn')}") from None
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
            f"the photo {name!r} comes with scikit-learn: {install('scikit-learn', 'pillow')}"
        ) from None
    try:
        import PIL  # noqa: F401  # scikit-learn reads pictures with it, and says so in other words
    except ImportError:
        raise MissingExtraError(f"reading a photo needs Pillow: {install('pillow')}") from None
    return tensor(load_sample_image(f"{name}.jpg"))
