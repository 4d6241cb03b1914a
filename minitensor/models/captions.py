"""Captions that are measured: how much ink a digit has, where it leans, how wide it is.

A caption such as "a heavy narrow 7 leaning right" says more than the class, and says nothing that is not in the
picture: all but the digit are its moments. So any picture can be given its caption, one that a model made as well.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from minitensor.core import checks
from minitensor.core.counting import arange
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import maximum, sort, sqrt, where
from minitensor.models.words import one, words_of

LEANS = ("leaning left", "standing upright", "leaning right")
WEIGHTS, WIDTHS = ("light", "heavy"), ("narrow", "wide")


class Measures(NamedTuple):
    """What `measure` found, each (n,), in the dtype of the pictures.

    ink : the mean of all pixels, in their unit
    lean : how many pixels the strokes go to the right for each pixel upwards, 0 for an upright picture
    width : the standard deviation of the ink from left to right, in pixels
    """

    ink: Tensor
    lean: Tensor
    width: Tensor


class Thresholds(NamedTuple):
    """Where one word ends and the next begins, in the units of `Measures`; what is equal gets the second word.

    Only where left and right are equal, as those of pictures of one row are, is what equals both upright.

    ink : between light and heavy; left, right : upright is between them; width : between narrow and wide
    """

    ink: float
    left: float
    right: float
    width: float


def measure(images: Tensor, shape: tuple[int, int] = (8, 8)) -> Measures:
    """The moments of pictures (n, rows·columns), floats: 0 and less for paper, more for more ink.

    The lean is the slope of the line that tells best, in the least squares, where the ink of a row is. A picture whose
    ink is in one row leans by 0. Time and memory: O(n·rows·columns).

    >>> import minitensor as mt
    >>> slash = mt.tensor([[0.0, 0.0, 4.0, 0.0, 4.0, 0.0, 4.0, 0.0, 0.0]])
    >>> [round(each.item(), 3) for each in measure(slash, (3, 3))]
    [1.333, 1.0, 0.816]

    Raises ShapeError where the shape does not fit, InputError for a picture without ink, and as `checks.pictures`.
    """
    checks.pictures("measure: images", images)
    rows, columns = checks.sides("measure: images", shape, images)
    n, pixels = images.shape
    room = 2.0 ** (pixels - 1).bit_length()  # so that no sum overflows; of a power of two nothing is rounded
    ink = maximum(images, 0.0).reshape(n, rows, columns) / room
    total = ink.sum((1, 2))
    if not (total > 0).all():
        raise InputError(f"measure: images[{total.argmin().item()}] has no ink, so it has no middle; leave it out")
    ink = ink / total[:, None, None]
    of_rows, of_columns = ink.sum(2), ink.sum(1)
    down, along = arange(rows, dtype=images.dtype, like=images), arange(columns, dtype=images.dtype, like=images)
    down = down - (of_rows @ down)[:, None]  # (n, rows), from the middle of the ink
    along = along - (of_columns @ along)[:, None]
    high = (of_rows * down**2).sum(1)
    wide = (of_columns * along**2).sum(1)
    both = (ink * down[:, :, None] * along[:, None, :]).sum((1, 2))
    thin = high == 0
    return Measures(total / pixels * room, where(thin, 0.0, -both / where(thin, 1.0, high)), sqrt(wide))


def thresholds(images: Tensor, shape: tuple[int, int] = (8, 8)) -> Thresholds:
    """Thresholds by which half of these pictures are heavy, half are wide, and a third each leans left and right.

    images : as `measure` takes, and it raises as `measure` does. "Upright" so means: as the middle third of these.

    >>> from minitensor.data import digits
    >>> images, _ = digits()
    >>> [round(threshold, 3) for threshold in thresholds(images)]
    [4.891, -0.093, 0.012, 1.262]
    """
    ink, lean, width = (sort(each) for each in measure(images, shape))
    n = images.shape[0]
    return Thresholds(ink[n // 2].item(), lean[n // 3].item(), lean[2 * n // 3].item(), width[n // 2].item())


def describe(
    images: Tensor, digits: Tensor | Sequence[int], at: Thresholds, shape: tuple[int, int] = (8, 8)
) -> list[str]:
    """The caption of each picture, such as "a heavy narrow 7 leaning right".

    images : as `measure` takes; digits : what each is, from 0 to 9; at : where one word ends and the next begins

    >>> from minitensor.data import digits
    >>> images, truth = digits()
    >>> captions = describe(images, truth, thresholds(images))
    >>> captions[:2], len(set(captions))
    (['a light wide 0 leaning right', 'a heavy narrow 1 standing upright'], 102)

    Raises ShapeError where there is not a digit for each picture, InputError for one that is none, DTypeError for `at`
    that are no `Thresholds`; as `measure`.
    """
    if not isinstance(at, Thresholds):
        raise DTypeError(f"describe: at is of type {type(at).__name__}, not Thresholds; write at=thresholds(images)")
    ink, lean, width = (each.tolist() for each in measure(images, shape))
    given = digits.tolist() if isinstance(digits, Tensor) else digits
    named = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else None
    if named is None or len(named) != len(ink):
        raise ShapeError(f"describe: {images.shape[0]} pictures need as many digits, in one row, not {digits!s:.60}")
    for digit in named:
        checks.whole("describe: a digit", digit, 0, 9)
    return [
        f"a {WEIGHTS[i >= at.ink]} {WIDTHS[w >= at.width]} {digit} "
        f"{LEANS[1 if s == at.left == at.right else (s >= at.left) + (s >= at.right)]}"
        for i, s, w, digit in zip(ink, lean, width, named, strict=True)
    ]


def digit_of(caption: str) -> int:
    """The digit that a caption names; words are read as `Clip.embed_texts` reads them.

    >>> digit_of("A heavy, narrow 7.")
    7

    Raises InputError where it names none, or several; DTypeError for what is no text.
    """
    one("digit_of", caption)
    found = [word for word in words_of(caption) if len(word) == 1 and word in "0123456789"]
    if len(found) != 1:
        raise InputError(f"digit_of: {caption!r} names {len(found)} digits; a caption names one, such as 'a heavy 7'")
    return int(found[0])
