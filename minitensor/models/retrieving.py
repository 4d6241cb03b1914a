"""How well a `Clip` finds the caption of a picture among many, and a picture for a caption."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from minitensor.core.counting import arange
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import where
from minitensor.models.captions import digit_of
from minitensor.models.clip import Clip
from minitensor.models.words import canonical, listed, of_each


class Retrieval(NamedTuple):
    """What `retrieval` found; all but the last two are shares, from 0 to 1.

    top1, top5 : of pictures, whose own caption is the nearest of all, or among the nearest five
    digit : of pictures, whose nearest caption names the digit that their own names
    text1, text5 : of captions that a picture bears, for which the nearest picture bears it, or one of the nearest five
    pictures, captions : how many pictures there were, and how many captions to choose from; chance is 1/captions
    """

    top1: float
    top5: float
    digit: float
    text1: float
    text5: float
    pictures: int
    captions: int


def retrieval(clip: Clip, images: Tensor, captions: Sequence[str], among: Sequence[str] | None = None) -> Retrieval:
    """How often what belongs together is nearest: pictures to captions, and captions to pictures.

    images : (n, pixels), which should be held out from the training; captions : their own, n, each naming a digit
    among : the captions to choose from, their own if None; texts of the same words are one, and count once

    Time and memory: O(n·captions).

    >>> import minitensor as mt
    >>> from minitensor.models import train_clip
    >>> images, captions = mt.tensor([[1.0, 0.0]] * 20 + [[0.0, 1.0]] * 20), ["a 7"] * 20 + ["a 1"] * 20
    >>> retrieval(train_clip(images, captions, size=2, steps=40), images, captions).top1
    1.0

    Raises InputError where a picture's caption is not among them, ShapeError where
    there is not a caption for each picture, and as `Clip.embed_images`, `Clip.embed_texts` and `digit_of`.
    """
    own = of_each("retrieval", images, captions)
    choices = sorted(
        {canonical(text): text for text in (own if among is None else listed("retrieval", among))}.values()
    )
    place = {canonical(caption): number for number, caption in enumerate(choices)}
    if strange := sorted(caption for caption in set(own) if canonical(caption) not in place):
        raise InputError(f"retrieval: {strange[0]!r} is the caption of a picture, and not among those to choose from")
    similar = clip.embed_images(images) @ clip.embed_texts(choices).T
    numbers = tensor([place[canonical(caption)] for caption in own]).to(similar.backend)
    bears = numbers[:, None] == arange(len(choices), dtype="int64", like=similar)
    named = [digit_of(caption) for caption in choices]
    nearest = similar.argmax(1).tolist()
    return Retrieval(
        among_nearest(similar, bears, 1),
        among_nearest(similar, bears, 5),
        right_digit(nearest, numbers.tolist(), named),
        among_nearest(similar.T, bears.T, 1),
        among_nearest(similar.T, bears.T, 5),
        len(own),
        len(choices),
    )


def among_nearest(similar: Tensor, belongs: Tensor, k: int) -> float:
    """The share of the rows, of those with any column that belongs to them, of whose k most similar columns one does.

    similar : (rows, columns) floats; belongs : the same shape, bool. Where a column that does not belong is as similar
    as the best that does, it goes first: so encoders that tell nothing apart find nothing.

    >>> import minitensor as mt
    >>> belongs = mt.tensor([[True, False], [True, False]])
    >>> [among_nearest(mt.tensor([[0.9, 0.1], [0.2, 0.8]]), belongs, k) for k in (1, 2)]
    [0.5, 1.0]
    """
    best = where(belongs, similar, -math.inf).max(1, keepdims=True)
    before = (~belongs & ~(similar < best)).astype("int64").sum(1)  # so that NaN goes first
    some = belongs.any(1)
    return ((before < k) & some).astype("float64").sum().item() / some.astype("float64").sum().item()


def right_digit(nearest: Sequence[int], own: Sequence[int], digits: Sequence[int]) -> float:
    """The share of the pictures whose nearest caption names the digit that their own caption names.

    nearest, own : for each picture the number of a caption; digits : what each caption names

    >>> right_digit(nearest=[0, 2], own=[1, 1], digits=[7, 7, 4])
    0.5
    """
    return sum(digits[a] == digits[b] for a, b in zip(nearest, own, strict=True)) / len(own)
