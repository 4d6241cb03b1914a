"""Diffusion with no network: the ideal denoiser of a data set, and samplers that walk from noise to a picture.

The ideal denoiser is one step of mean shift with the noise as its bandwidth. A sampler takes many such steps, each only
part of the way, while the bandwidth shrinks.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from minitensor import random
from minitensor.cluster.coordinates import squared_distances
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.tiles import tiles
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.core import checks
from minitensor.core.creation import ones, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat, isfinite, sqrt
from minitensor.models.softmax import Softmax
from minitensor.text.bar import progress as bar

Denoiser = Callable[[Tensor, float], Tensor]  # (x, sigma) → the guess of the clean pictures, both (samples, d)
Step = Callable[[int, int, str], None]  # how many steps are done, of how many, and words: what a progress bar takes
METHODS = ("euler", "heun", "ancestral")
FAINTEST, STRONGEST = 1e-18, 1e18  # noise whose square float32 holds
LEFT_OUT = 1e30  # the logarithm of how little counts as nothing
FAINT = float(np.finfo("float64").tiny) / float(np.finfo("float64").eps)  # a sum of weights below it has lost digits


def ideal_denoiser(data: Tensor, log_weights: Tensor | None = None, memory: int = MEMORY) -> Denoiser:
    """The best guess there is of a clean picture, given it with noise, if all pictures there are were these.

    data : (n, d), float32 or float64: the pictures; log_weights : (n,), the logarithm of how much each counts, all
        alike if not given; −∞, or 1e30 less than the largest, leaves a picture out
    memory : bytes of its tables

    Returns a function of x (samples, d), pictures with noise, and of sigma, its standard deviation, which gives the
    guesses, (samples, d), in the dtype of the data.

    The guess is the mean of the pictures that x may have been, E[x₀ | x] = Σ wᵢ xᵢ / Σ wᵢ, wᵢ = exp(−|x − xᵢ|²/2σ²):
    a step of Gaussian mean shift of bandwidth σ, made by `weighted_means` of `cluster/meanshift/update.py`. With a
    log-weight λᵢ the exponent is λᵢ − |x − xᵢ|²/2σ², which is a distance as well, in one dimension more: the pictures
    lie σ·√(2(λ_max − λᵢ)) above the space of the data, and x lies in it, so the same step serves.

    All is computed in float64. Where σ is so small that even that holds no weight, the weights are counted from the
    largest: the guess is then the nearest picture, or the mean of those equally near. Of float32, products would lose
    the distances, and differences take longer than float64 does (tests/benchmarks/diffusion.py).
    Time: O(samples·n·d). Memory: `memory` and O((samples + n)·d).

    >>> import minitensor as mt
    >>> denoise = ideal_denoiser(mt.tensor([[0.0, 0.0], [2.0, 4.0]]))
    >>> x = mt.tensor([[0.0, 1.0]])
    >>> [[round(pixel, 3) for pixel in denoise(x, sigma)[0].tolist()] for sigma in (0.1, 2.0, 100.0)]
    [[0.0, 0.0], [0.365, 0.73], [1.0, 1.999]]

    Raises DTypeError, ShapeError and InputError for data that are not (n, d) floats, none, or not finite, and for
    weights that are not (n,), NaN, or all −∞; the denoiser for such an x, and InputError for a sigma that is not from
    1e-18 to 1e18. No samples are no mistake.
    """
    checks.no_gradient("ideal_denoiser", data)
    checks.pictures("ideal_denoiser: the data", data)
    memory = checks.whole("ideal_denoiser: memory", memory, 1)
    kept, raised = weighed("ideal_denoiser", data, log_weights)
    kept = kept.astype("float64")

    def denoise(x: Tensor, sigma: float) -> Tensor:
        sigma = checked("ideal_denoiser", x, sigma, data)
        queries, points = x.astype("float64"), kept
        if raised is not None:
            queries = concat([queries, zeros((x.shape[0], 1), like=kept)], axis=1)
            points = concat([kept, raised * sigma], axis=1)
        means, totals = weighted_means(queries, points, sigma, memory=memory)
        lost = totals[:, 0] < FAINT
        if lost.any():
            means[lost] = _from_afar(queries[lost], points, sigma, memory)
        return means[:, : data.shape[1]].astype(data.dtype)

    return denoise


def weighed(name: str, data: Tensor, log_weights: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """The pictures that count, (m, d), and how far above the data each lies, (m, 1), in units of the noise."""
    if log_weights is None:
        return data, None
    checks.no_gradient(name, data, log_weights)
    for_each(f"{name}: the log_weights", log_weights, data)
    wide = log_weights.astype("float64")
    counts = wide > wide.max() - LEFT_OUT
    kept = wide[counts]
    return data[counts], sqrt(2.0 * (kept.max() - kept)).astype(data.dtype)[:, None]


def for_each(name: str, numbers: Tensor, data: Tensor) -> None:
    """Raise unless there is a number for each picture, (n,) floats beside the data: −∞ may be, but not all, nor NaN."""
    checks.tensor(name, numbers)
    have, are = ("have", "are") if name.endswith("s") else ("has", "is")
    if numbers.shape != data.shape[:1]:
        n = data.shape[0]
        fix = f"write .reshape({n})" if numbers.size == n else f"give each of the {n} pictures one number"
        raise ShapeError(f"{name} {have} shape {numbers.shape}, not ({n},); {fix}")
    if numbers.dtype.kind != "f":
        raise DTypeError(f"{name} {are} {numbers.dtype}, not floats; use .astype('float64')")
    checks.together(name, numbers, "the data", data)
    most = numbers.max().item()
    if not -math.inf < most < math.inf:
        what = "−∞ for every picture" if most == -math.inf else "NaN or ∞"
        raise InputError(f"{name} {have} {what}; give finite numbers, or −∞ for what should not count")


def checked(name: str, x: Tensor, sigma: float, data: Tensor) -> float:
    """Sigma as a float. Raises unless it is a noise that floats can square, and x is (samples, d) finite floats."""
    checks.no_gradient(name, x, sigma)
    found = checks.positive(f"{name}: sigma", sigma, "it is the standard deviation of the noise and must be")
    if not FAINTEST <= found <= STRONGEST:
        raise InputError(f"{name}: sigma={found:g}; it must be from {FAINTEST:g} to {STRONGEST:g}; scale the data")
    checks.pictures(f"{name}: x", x, least=0)
    checks.matrices(name, x, data, words=("x", "data"), rows=True)
    return found


def _from_afar(x: Tensor, data: Tensor, sigma: float, memory: int) -> Tensor:
    """The weighted means of weights that are counted from the largest. Memory: three tables of a tile."""
    middle = data.mean(0)
    points, queries = data - middle, x - middle
    values = concat([points, ones((points.shape[0], 1), like=points)], axis=1)
    found, columns, of_rows = zeros(queries.shape, like=queries), points.T.contiguous(), Softmax()
    for here, there in tiles(queries.shape[0], points.shape[0], 24, memory):
        of_rows = Softmax(0.5 / sigma**2) if there.start == 0 else of_rows
        of_rows.add(-squared_distances(queries[here], columns[:, there]), values[there])
        if there.stop == points.shape[0]:
            found[here] = of_rows.means()
    return found + middle


class Journey(NamedTuple):
    """How noise became pictures.

    samples : (samples, d), where it ended; levels : the noise at each stop
    places, guesses : for each stop, where the samples were, (samples, d), and what the denoiser saw in them
    """

    samples: Tensor
    levels: tuple[float, ...]
    places: tuple[Tensor, ...]
    guesses: tuple[Tensor, ...]


def sample(
    denoise: Denoiser,
    noise: Tensor,
    levels: Sequence[float],
    method: str = "heun",
    *,
    seed: int | None = None,
    path: bool = False,
    progress: bool = False,
    on_step: Step | None = None,
) -> Tensor | Journey:
    """Pictures from noise: from each level to the next, and from the last to 0, as a denoiser leads.

    denoise : a function of x (samples, d) and sigma that gives a guess of the clean pictures
    noise : (samples, d) normal numbers of standard deviation 1
    levels : what `noise_levels` gives, falling
    method : "euler" goes straight from σ to σ′: x ← D + (σ′/σ)(x − D), where D is the guess. That is a step of mean
        shift of which 1 − σ′/σ is done: the last, to 0, is done whole. "heun" looks again where that leads, and goes by
        the mean of both slopes: two guesses for each step but the last, and an error that falls with the square of the
        steps (Karras et al. 2022, algorithm 1). Both follow one path, the probability flow: the same noise gives the
        same picture. "ancestral" goes straight to a lower level, √(σ′² − s²), and adds new noise of strength
        s = σ′√(1 − σ′²/σ²), so that it forgets where it came from (Song et al. 2021)
    seed : of the new noise, for "ancestral" alone, which needs it
    path : whether to return a `Journey`, with all stops, instead of the samples alone
    progress : whether a bar on stderr shows how far it is
    on_step : called after each step with how many are done, of how many, and words

    Time: a guess for each level, two with "heun". Memory: O(samples·d), and the path if asked for.

    >>> import minitensor as mt
    >>> from minitensor.models import ideal_denoiser, noise_levels
    >>> noise = mt.random.normal(mt.random.generator(0), (3, 2))
    >>> made = sample(ideal_denoiser(mt.tensor([[1.0, 5.0]])), noise, noise_levels(8), "euler")
    >>> made.tolist()
    [[1.0, 5.0], [1.0, 5.0], [1.0, 5.0]]

    Raises InputError for levels that do not fall or are not positive, an unknown method, "ancestral" without a seed,
    the others with one, and noise or a guess with NaN or infinity; DTypeError and ShapeError for noise that is not
    (samples, d), float32 or float64, and for a denoiser whose guess has another shape.
    """
    checks.choice("sample: method", method, METHODS)
    levels = _falling(levels)
    checks.no_gradient("sample", noise)
    checks.pictures("sample: the noise", noise, least=0)
    if method == "ancestral" and seed is None:
        raise InputError("sample: 'ancestral' adds new noise at each step and needs a seed=; 'euler' and 'heun' do not")
    if method != "ancestral" and seed is not None:
        raise InputError(f"sample: {method!r} adds no noise, so seed={seed!s:.60} decides nothing; leave it out")
    rng = random.generator(seed) if method == "ancestral" else None
    x, places, guesses = noise * levels[0], [], []
    with bar("diffusion", progress) as show:
        for number, (sigma, lower) in enumerate(zip(levels, (*levels[1:], 0.0), strict=True), 1):
            guess = _guess(denoise, x, sigma)
            if path:
                places.append(x)
                guesses.append(guess)
            added = lower * math.sqrt(1.0 - (lower / sigma) ** 2) if rng else 0.0
            moved = guess + (x - guess) * (math.sqrt(lower**2 - added**2) / sigma)
            if method == "heun" and lower:
                slopes = (x - guess) / sigma + (moved - _guess(denoise, moved, lower)) / lower
                moved = x + slopes * ((lower - sigma) / 2)
            x = moved + random.normal(rng, x.shape, like=x) * added if rng and added else moved
            for tell in filter(None, (show, on_step)):
                tell(number, len(levels), f"noise {sigma:.2g}")
    return Journey(x, levels, tuple(places), tuple(guesses)) if path else x


def _guess(denoise: Denoiser, x: Tensor, sigma: float) -> Tensor:
    guess = denoise(x, sigma)
    checks.tensor("sample: what the denoiser gave", guess)
    if guess.shape != x.shape:
        raise ShapeError(f"sample: the denoiser made {guess.shape} of {x.shape}; a guess has the shape of its picture")
    if not isfinite(guess).all():
        raise InputError(
            f"sample: the denoiser made NaN or infinity at noise {sigma:.3g}; look at what it does with x and sigma"
        )
    return guess.plain()


def _falling(levels: Sequence[float]) -> tuple[float, ...]:
    given = levels.tolist() if isinstance(levels, Tensor) else levels
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise InputError(f"sample: levels={levels!s:.60}; they are a row of numbers, such as noise_levels(18)")
    found = tuple(checks.positive("sample: a level", level) for level in given)
    if not found or any(a <= b for a, b in pairwise(found)):
        raise InputError(f"sample: levels={found!s:.60}; they must fall, as those of noise_levels(18) do")
    return found
