"""Guidance: a denoiser that also heeds what the picture should be, made of data or of another denoiser.

Three ways, by what is known of the wish. A number for each picture of the data: `guided_by_data` counts those more
that match, which is exact. A function of any picture that has a gradient: `guided_by_gradient` moves each guess uphill.
A linear encoder: `guided_by_projection` moves each guess to the nearest picture that is encoded as wished.
"""

import math
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np

from minitensor.autograd import grad
from minitensor.cluster.coordinates import largest
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import isfinite, maximum
from minitensor.linalg import pinv
from minitensor.models.diffusion import LEFT_OUT, Denoiser, for_each, ideal_denoiser

Score = Callable[[Tensor], Tensor]  # pictures (samples, d) → how well each matches, (samples,)


def guided_by_data(
    data: Tensor, match: Tensor, strength: float, make: Callable[..., Denoiser] = ideal_denoiser, **options: Any
) -> Denoiser:
    """The denoiser of data in which each picture counts e^(strength·match) times as much.

    data : (n, d); match : (n,), how well each picture fits, such as the cosine between its embedding and that wished
    strength : 0 is no guidance; the larger, the more the best matches count alone
    make : which denoiser, `ideal_denoiser` or `patch_denoiser`; options : what it takes besides, such as k

    This is exact: with p(wish | picture) in proportion to e^(strength·match), Bayes' rule multiplies the weight of a
    picture, e to the power of −|x − xᵢ|²/2σ², by it.

    >>> import minitensor as mt
    >>> data = mt.tensor([[0.0], [10.0]])
    >>> denoise = guided_by_data(data, match=mt.tensor([0.0, 1.0]), strength=50.0)
    >>> denoise(mt.tensor([[4.0]]), 5.0).tolist()
    [[10.0]]

    Raises DTypeError and ShapeError unless there is a match for each picture, a float, DeviceError for one on another
    backend, InputError for one that is NaN, a strength that is no number and options that `make` does not take, and
    what `make` raises.
    """
    strength = checks.number("guided_by_data: strength", strength)
    if not callable(make):
        raise DTypeError(f"guided_by_data: make={make!r:.60}; give it ideal_denoiser or patch_denoiser, without quotes")
    try:
        signature(make).bind(data, log_weights=match, **options)
    except TypeError as error:
        told = getattr(make, "__name__", "make")
        raise InputError(f"guided_by_data: {told} takes no such options: {error}; choose another make=") from None
    if not strength:
        return make(data, **options)
    checks.pictures("guided_by_data: the data", data)
    for_each("guided_by_data: the match", match, data)
    if strength < 0 and match.min().item() == -math.inf:
        raise InputError("guided_by_data: the match has −∞, which a strength below 0 makes infinite; leave it out")
    better = match.astype("float64") * math.copysign(1.0, strength)
    below = better - better.max()  # only what lies between weights counts, so the strength may be as large as it likes
    return make(data, log_weights=maximum(below, -2 * LEFT_OUT / abs(strength)) * abs(strength), **options)


def guided_by_gradient(denoise: Denoiser, score: Score, strength: float, width: float = 4.0) -> Denoiser:
    """A denoiser whose guesses D are moved uphill on a score: D + strength·σ²w²/(σ² + w²)·∇score(D).

    score : a function of pictures, (samples, d), made of minitensor's functions, that gives how well each matches,
        (samples,); the score of one picture must not depend on the others
    strength : how much one more of the score counts, as a logarithm of probability; 0 is no guidance
    width : w, the standard deviation of the data along an axis, in their units; the digits' is about 4

    With p(wish | picture) in proportion to e^(strength·score), the right guess is D + σ²∇ₓ log p(wish | x). What stands
    for it here takes the score at D for the mean of all pictures that x may be, and, for how D moves with x, what holds
    for normal data of that width, w²/(σ² + w²). So it is approximate, unlike `guided_by_data`, but it goes beyond the
    data. The gradient is made by `minitensor.grad`. Time and memory: those of the denoiser, of the score and its tape.

    >>> import minitensor as mt
    >>> from minitensor.models import ideal_denoiser
    >>> denoise = guided_by_gradient(ideal_denoiser(mt.tensor([[1.0, 2.0]])), lambda x: x.sum(1), 1.0, width=1.0)
    >>> denoise(mt.tensor([[1.0, 2.0]]), 1.0).tolist()
    [[1.5, 2.5]]

    Raises InputError for a strength or a width that means nothing and where the gradient is not finite, and the
    denoiser ShapeError for a score that does not give one number a picture.
    """
    strength = checks.number("guided_by_gradient: strength", strength)
    width = checks.positive("guided_by_gradient: width", width)

    def total(x: Tensor) -> Tensor:
        scores = score(x)
        checks.tensor("guided_by_gradient: the score", scores)
        if scores.shape != x.shape[:1]:
            raise ShapeError(
                f"guided_by_gradient: the score of {x.shape} is {scores.shape}; give each picture one number"
            )
        return scores.sum()

    uphill = grad(total)

    def guided(x: Tensor, sigma: float) -> Tensor:
        guess = denoise(x, sigma)
        if not guess.size or not strength:
            return guess
        slope = uphill(guess).plain()
        if not isfinite(slope).all():
            raise InputError(
                "guided_by_gradient: the gradient of the score is not finite; keep the score away from 0/0, √0, log 0"
            )
        spread = sigma * (width / math.hypot(sigma, width))  # of the pictures that x may be; no square overflows
        far = strength * (spread * spread)
        if not largest(slope) * abs(far) < float(np.finfo(slope.dtype).max):  # NaN is not
            raise InputError(
                f"guided_by_gradient: strength={strength:g} at noise {sigma:.3g} moves pictures beyond the largest "
                "float; take a smaller one"
            )
        return guess + slope * far

    return guided


def guided_by_projection(denoise: Denoiser, encoder: Tensor, embedding: Tensor) -> Denoiser:
    """A denoiser whose guesses D are moved as little as possible to be encoded as wished: D + A⁺(e − A D).

    encoder : A, (m, d), of floats: a picture x, (d,), has the embedding A x, (m,)
    embedding : e, (m,), or one for each sample, (samples, m)

    A⁺ is the pseudo-inverse (`linalg.pinv`). A A⁺ e = e for every e that some picture has, so each guess has the
    embedding exactly, and so does the sample that the last of them is; what the encoder does not see is the denoiser's.
    This is the null-space method (Wang, Yu and Zhang 2023). Of a denoiser that does not know of the wish the move may
    be far; of one that `guided_by_data` leads to pictures with about this embedding it is small.

    >>> import minitensor as mt
    >>> from minitensor.models import ideal_denoiser
    >>> sums = mt.tensor([[1.0, 1.0]])
    >>> denoise = guided_by_projection(ideal_denoiser(mt.tensor([[1.0, 5.0]])), sums, mt.tensor([10.0]))
    >>> [round(pixel, 6) for pixel in denoise(mt.tensor([[0.0, 0.0]]), 1.0)[0].tolist()]
    [3.0, 7.0]

    Raises ShapeError where the embedding has not the size that the encoder gives, DTypeError for what are no floats,
    DeviceError for two backends, InputError for NaN; the denoiser ShapeError where pictures or samples do not fit.
    """
    checks.points("guided_by_projection: the encoder", encoder)
    checks.tensor("guided_by_projection: the embedding", embedding)
    checks.together("guided_by_projection: embedding", embedding, "the encoder", encoder)
    m, d = encoder.shape
    if embedding.ndim not in (1, 2) or embedding.shape[-1] != m:
        raise ShapeError(
            f"guided_by_projection: the embedding has shape {embedding.shape}; this encoder, {encoder.shape}, "
            f"makes {m} numbers: ({m},), or (samples, {m})"
        )
    checks.points("guided_by_projection: the embedding", embedding.reshape(-1, m))
    back = pinv(encoder)

    def guided(x: Tensor, sigma: float) -> Tensor:
        checks.tensor("guided_by_projection: x", x)
        if x.ndim != 2 or x.shape[1] != d or (embedding.ndim == 2 and embedding.shape[0] != x.shape[0]):
            raise ShapeError(
                f"guided_by_projection: x has shape {x.shape}; pictures are ({embedding.shape[0]}, {d})"
                if embedding.ndim == 2
                else f"guided_by_projection: x has shape {x.shape}; pictures are (samples, {d})"
            )
        checks.together("guided_by_projection: x", x, "the encoder", encoder)
        guess = denoise(x, sigma)
        return guess + (embedding - guess @ encoder.T) @ back.T

    return guided
