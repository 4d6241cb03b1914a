"""Which digits are learned from and which are kept for the test, and copies of pictures that are changed a little."""

from collections.abc import Sequence

import numpy as np

from minitensor import random
from minitensor.core import checks
from minitensor.core.counting import arange
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import clip, concat, exp, floor, minimum, take, where
from minitensor.models.captions import Thresholds, describe, digit_of
from minitensor.models.words import of_each

DIGITS, HELD = 1797, 400  # how many there are in `minitensor.data.digits`, and how many are held out


def split(seed: int) -> tuple[Tensor, Tensor]:
    """The rows of `minitensor.data.digits` to learn from, (1397,) int64, and those held out for the test, (400,).

    >>> training, held = split(seed=0)
    >>> training.shape, held.shape, len({*training.tolist(), *held.tolist()})
    ((1397,), (400,), 1797)

    Raises InputError for a seed that is not a whole number, 0 or more.
    """
    order = random.permutation(random.generator(checks.whole("split: seed", seed, 0)), DIGITS)
    return order[HELD:], order[:HELD]


def altered(
    images: Tensor,
    rng: np.random.Generator,
    shape: tuple[int, int] = (8, 8),
    *,
    along: float = 1.0,
    down: float = 0.5,
    slant: float = 0.15,
    strength: float = 0.15,
) -> Tensor:
    """Copies of pictures (n, rows·columns), each moved, leaned and made fainter or stronger by chance.

    along, down : pixels by which a copy is moved at most, to either side; slant : pixels to the right for each pixel
    upwards at most; strength : the logarithm of the factor at most. No pixel gets more than the strongest there was.
    Between two pixels it is interpolated linearly; what leaves the picture is lost, and paper comes in.
    A copy that would lose all of its ink is the picture itself.

    A copy is a picture of the same digit, but neither of the same ink nor of the same lean or width: its caption has to
    be measured anew. Time and memory: O(n·rows·columns).

    >>> import minitensor as mt
    >>> from minitensor import random
    >>> image = mt.tensor([[0.0, 8.0, 0.0, 0.0]])
    >>> copy = altered(image, random.generator(0), (1, 4), slant=0, down=0, strength=0)
    >>> [round(pixel, 2) for pixel in copy[0].tolist()]
    [0.0, 5.81, 2.19, 0.0]

    Raises ShapeError where the shape does not fit, InputError for a bound that is negative, and as `checks.pictures`.
    """
    checks.pictures("altered: images", images)
    rows, columns = checks.sides("altered: images", shape, images)
    n, pixels = images.shape

    def chance(name: str, most: float) -> Tensor:
        """A number for each picture, (n, 1, 1)."""
        most = checks.number(f"altered: {name}", most, 0)
        return random.uniform(rng, (n, 1, 1), -most, most, like=images)

    upwards = (rows - 1) / 2 - arange(rows, dtype=images.dtype, like=images)[:, None]  # from the middle
    right = chance("along", along) + chance("slant", slant) * upwards  # (n, rows, 1)
    moved = _shifted(_shifted(images.reshape(n, rows, columns), right).mT, chance("down", down)).mT
    stronger = moved * exp(chance("strength", strength))
    copies = minimum(stronger, images.max()).reshape(n, pixels)
    return where((copies > 0).any(1, keepdims=True), copies, images)


def altered_pairs(
    images: Tensor,
    captions: Sequence[str],
    rng: np.random.Generator,
    *,
    at: Thresholds,
    times: int = 16,
    shape: tuple[int, int] = (8, 8),
) -> tuple[Tensor, list[str]]:
    """So many times the pictures, as they are and then `altered`, and their captions, each measured anew.

    images : (n, rows·columns); captions : of which each names a digit; at : where one word ends and the next begins
    Returns (times·n, rows·columns), and as many captions. It is what `train_clip` takes for `vary`, once `at` is given:
    ``partial(altered_pairs, at=thresholds(images))``. Raises as `altered`, `describe` and `digit_of`.

    >>> import minitensor as mt
    >>> from minitensor import random
    >>> slash = mt.tensor([[0.0, 0.0, 4.0, 0.0, 4.0, 0.0, 4.0, 0.0, 0.0]])
    >>> limits = Thresholds(ink=1.0, left=-0.5, right=0.5, width=1.0)
    >>> more, captions = altered_pairs(slash, ["a 1"], random.generator(0), at=limits, times=2, shape=(3, 3))
    >>> more.shape, captions
    ((2, 9), ['a heavy narrow 1 leaning right', 'a light narrow 1 leaning right'])
    """
    times = checks.whole("altered_pairs: times", times, 1)
    digits = [digit_of(caption) for caption in of_each("altered_pairs", images, captions)]
    more = concat([images, *(altered(images, rng, shape) for _ in range(times - 1))])
    return more, describe(more, digits * times, at, shape)


def _shifted(images: Tensor, by: Tensor) -> Tensor:
    """Each row of pictures (n, rows, columns) moved to the right by so many pixels, (n, rows or 1, 1)."""
    n, rows, columns = images.shape
    edge = zeros((n, rows, 1), like=images)
    padded = concat([edge, images, edge], axis=2).reshape(-1)
    source = arange(columns, dtype=images.dtype, like=images) + 1 - by  # in the padded picture
    source = clip(source, 0, columns + 1).expand(n, rows, columns)
    left = minimum(floor(source), columns)
    part = source - left
    begins = (arange(n * rows, dtype="int64", like=images) * (columns + 2)).reshape(n, rows, 1)
    at = begins + left.astype("int64")
    return take(padded, at) * (1 - part) + take(padded, at + 1) * part
