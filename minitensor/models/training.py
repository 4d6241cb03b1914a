"""Training a `Clip`: a contrastive loss that knows equal captions, batches, and when to stop."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from minitensor import random
from minitensor.autograd import value_and_grad
from minitensor.backend.threads import blas_limited
from minitensor.core import checks
from minitensor.core.creation import full, tensor
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError
from minitensor.functions import minimum, take
from minitensor.models.adam import begin, descend
from minitensor.models.clip import Clip, Weights
from minitensor.models.layers import dense, encode, log_sum_exp
from minitensor.models.scale import scale_of
from minitensor.models.words import bag_of_words, canonical, of_each, vocabulary
from minitensor.text.bar import progress as bar

START, SHARPEST = math.log(1 / 0.07), math.log(100)  # of the sharpness, both as in Radford et al.
EVERY, PATIENCE = 20, 400  # steps between two looks at the pairs held back; steps without a better look to stop after
Pairs = tuple[Tensor, list[str]]  # pictures (n, pixels), and n captions
Vary = Callable[[Tensor, list[str], np.random.Generator], Pairs]


def contrastive_loss(of_images: Tensor, of_texts: Tensor, same: Tensor, sharpness: Tensor) -> Tensor:
    """How surprised one is, in nats, at the text that a picture has, and at the picture that a text has; the mean.

    of_images, of_texts : (n, size), of length 1; row i of both is a pair
    same : (n, n) bool, symmetric: whether texts i and j are equal, so that picture i belongs to both
    sharpness : a number; e to it multiplies the cosines
    Returns one number: the mean over rows and columns of the cross entropy (InfoNCE: van den Oord et al. 2018; Radford
    et al. 2021), where equal texts share what is expected of them evenly. Memory: four tables (n, n).

    >>> import minitensor as mt
    >>> x = mt.tensor([[1.0, 0.0], [1.0, 0.0]])  # one text twice, and pictures that nothing tells apart: log 2
    >>> round(contrastive_loss(x, x, mt.ones((2, 2), dtype="bool"), mt.tensor(1.0)).item() / math.log(2), 6)
    1.0
    """
    scores = (of_images @ of_texts.T) * sharpness.exp()
    expected = same.astype(scores.dtype)
    expected = expected / expected.sum(1, keepdims=True)
    return (log_sum_exp(scores, 0) + log_sum_exp(scores, 1)).mean() * 0.5 - (scores * expected).sum() / scores.shape[0]


def train_clip(
    images: Tensor,
    captions: Sequence[str],
    *,
    seed: int = 0,
    size: int = 16,
    hidden: int = 128,
    inner: int = 32,
    steps: int = 1200,
    batch: int = 256,
    rate: float = 0.01,
    held: float = 0.1,
    vary: Vary | None = None,
    dtype: DType = "float32",
    progress: bool = False,
    report: Callable[[int, float, float], None] | None = None,
) -> Clip:
    """A `Clip` that has learned which picture belongs to which caption.

    images : (n, pixels), float32 or float64, n 20 or more; captions : n texts, of which several may be equal: texts of
        the same words are the same text
    seed : of all that is drawn by chance; one seed gives one clip
    size, hidden, inner : the lengths of an embedding, and of the layer in the middle of pictures and of texts
    steps : of `descend`, at most; batch : pairs in each; rate : of the first step, from which it falls to 0 as a cosine
    held : the share of the pairs that is held back. Every 20 steps the loss on these is looked at; the weights with the
        least are kept, and after 400 steps without a better look it ends
    vary : (images, captions, generator) → more of both, for the pairs that are not held back: `altered_pairs`, say
    dtype : of the weights, float32 or float64. The mean and the spread of the pictures are always float64, so that
        pictures far from 0 lose nothing before they are centred; progress : whether a bar on stderr shows how far it is
    report : called at each look with the step, the loss of the batch before it (NaN at first), and that of the pairs
        held back, in nats

    BLAS takes one thread meanwhile. Time: O(steps·batch·(pixels·hidden + batch)); tests/benchmarks/clip.py has seconds.
    Memory: O(n·pixels + batch²).

    >>> import minitensor as mt
    >>> images = mt.tensor([[1.0, 0.0]] * 20 + [[0.0, 1.0]] * 20)
    >>> clip = train_clip(images, ["ink left"] * 20 + ["ink right"] * 20, size=2, steps=40)
    >>> texts = ["Right ink", "left"]
    >>> texts[clip.cosines(images[:1], clip.embed_texts(texts)).argmax().item()]
    'left'

    Raises InputError for fewer than 20 pairs, for captions that all have the same words and for a loss that is no
    number any more; ShapeError where there is not a caption for each picture.
    """
    images, captions = _checked(images, captions)
    steps, batch = checks.whole("train_clip: steps", steps, 1), checks.whole("train_clip: batch", batch, 2)
    rate = checks.positive("train_clip: rate", rate)
    size, hidden, inner = (
        checks.whole(f"train_clip: {name}", value, 1)
        for name, value in (("size", size), ("hidden", hidden), ("inner", inner))
    )
    checks.choice("train_clip: dtype", str(dtype), ("float32", "float64"))
    rng = random.generator(checks.whole("train_clip: seed", seed, 0))
    seen, looked = _apart(rng, images, captions, checks.number("train_clip: held", held, 0, 0.5))
    if vary is not None:
        if not callable(vary):
            raise DTypeError(
                f"train_clip: vary is of type {type(vary).__name__}, not a function, such as altered_pairs"
            )
        more = vary(*seen, rng)
        if not (isinstance(more, Sequence) and len(more) == 2):
            raise DTypeError(f"train_clip: vary gave a {type(more).__name__}, not two: pictures and captions")
        seen = _checked(*more)
    clip = _untrained(rng, seen[0], [*captions, *seen[1]], size, hidden, inner, dtype)
    bag_of = {text: canonical(text) for text in sorted({*captions, *seen[1]})}
    written = {bag: text for text, bag in bag_of.items()}  # of texts with the same words, one
    numbers = {bag: number for number, bag in enumerate(written)}
    bags = bag_of_words("train_clip", list(written.values()), clip.words, like=clip.weights.text_first)
    pairs, test = (
        (clip.standard(some).astype(dtype), tensor([numbers[bag_of[text]] for text in texts]).to(images.backend))
        for some, texts in (seen, looked)
    )

    def loss(*given: Tensor) -> Tensor:
        weights, (some, texts) = Weights._make(given[:-2]), given[-2:]
        of_images, of_texts = encode(some, *weights[:4]), encode(take(bags, texts), *weights[4:8])
        return contrastive_loss(of_images, of_texts, texts[:, None] == texts[None, :], weights.sharpness)

    weights, last, least, best = clip.weights, math.nan, math.inf, (0, clip.weights)
    slopes, memory = value_and_grad(loss, tuple(range(len(weights)))), begin(weights)
    with blas_limited(1), bar("clip", progress) as show:
        for step, rows in enumerate(_batches(rng, pairs[0].shape[0], batch, steps + 1, images.backend)):
            if step % EVERY == 0 or step == steps:
                found = loss(*weights, *test).item()
                if not math.isfinite(found):
                    raise InputError(f"train_clip: the loss is {found} after {step} steps; take a smaller rate")
                if found < least:
                    least, best = found, (step, weights)
                if report:
                    report(step, last, found)
                if show:
                    show(step, steps, f"loss {found:.2f} on pairs held back")
                if step == steps or step - best[0] >= PATIENCE:
                    break
            value, gradients = slopes(*weights, *(take(each, rows) for each in pairs))
            falling = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
            moved, memory = descend(weights, gradients, memory, falling)
            weights, last = Weights._make([*moved[:-1], minimum(moved[-1], SHARPEST)]), value.item()
    return Clip(best[1], clip.words, clip.middle, clip.spread)


def _checked(images: Tensor, captions: Sequence[str]) -> Pairs:
    """Pairs that one can learn from."""
    texts, n = of_each("train_clip", images, captions), images.shape[0]
    different = len({canonical(text) for text in set(texts)})
    if n < 20 or different < 2:
        raise InputError(f"train_clip: {n} pairs and {different} captions of different words; it takes 20 and 2")
    return images, texts


def _apart(
    rng: np.random.Generator, images: Tensor, captions: list[str], held: float
) -> list[tuple[Tensor, list[str]]]:
    """The pairs to learn from and those to look at, by chance: 2 of these at least."""
    order = random.permutation(rng, len(captions), like=images)
    back = max(2, round(held * len(captions)))
    parts = order[back:], order[:back]
    return [(images[rows], [captions[row] for row in rows.tolist()]) for rows in parts]


def _untrained(
    rng: np.random.Generator, images: Tensor, captions: list[str], size: int, hidden: int, inner: int, dtype: DType
) -> Clip:
    """A clip that knows the mean picture and the words, and nothing else."""
    unit = scale_of(images)
    pixels = images.astype("float64") / unit
    words, middle, spread = vocabulary(captions), pixels.mean(0) * unit, pixels.std() * unit
    if not spread > 0:
        raise InputError("train_clip: all pixels of all pictures are equal; there is nothing to learn")
    sides = (images.shape[1], hidden), (hidden, size), (len(words), inner), (inner, size)
    layers = [x for inputs, outputs in sides for x in dense(rng, inputs, outputs, dtype, like=middle)]
    return Clip(Weights._make([*layers, full((), START, dtype, like=middle)]), words, middle, spread)


def _batches(rng: np.random.Generator, n: int, batch: int, count: int, place: str) -> Iterator[Tensor]:
    """So many times the row numbers of a batch: all rows by chance, then again, as in shuffled cards."""
    batch = min(batch, n)
    while count > 0:
        order = random.permutation(rng, n).to(place)
        for start in range(0, n - batch + 1, batch)[:count]:
            yield order[start : start + batch]
        count -= n // batch
