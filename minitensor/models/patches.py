"""Mean shift on patches: a denoiser whose every pixel sees only its neighbourhood, so that it makes new pictures.

The ideal denoiser returns its data. If each pixel decides by itself which pictures it may belong to, neighbours may
decide for different ones, and what comes out is put together from parts of many. Kamb and Ganguli (2024) show that this
explains most of what convolutional diffusion models create.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from minitensor.cluster.coordinates import largest
from minitensor.core import checks
from minitensor.core.counting import arange
from minitensor.core.creation import ones, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import stack
from minitensor.models.diffusion import Denoiser, checked, ideal_denoiser, weighed
from minitensor.models.softmax import Softmax

MEMORY = 2**21  # bytes of the tables
TABLES = 2  # numbers held for each pixel of a pair

Window = int | Callable[[float], int]


def patch_denoiser(
    data: Tensor,
    shape: Sequence[int] = (8, 8),
    k: Window = 7,
    log_weights: Tensor | None = None,
    memory: int = MEMORY,
) -> Denoiser:
    """A denoiser whose every pixel sees the k × k pixels about it, cut at the border, and the data at that place alone.

    data : (n, rows·columns), float32 or float64; shape : (rows, columns) of a picture
    k : the side of the window in pixels, an odd number; or a function of sigma that gives it, as the noise that is left
        decides how far a pixel should look: all over the picture while the shape is open, and then near by, makes
        whole digits without copies. From 2·max(rows, columns) − 1 on it is `ideal_denoiser`
    log_weights : (n,), the logarithm of how much each picture counts, all alike if not given
    memory : bytes of the tables

    Returns a function of x (samples, rows·columns) and sigma, as `ideal_denoiser` does.

    At each pixel this is a step of mean shift of bandwidth σ on the patches of the data there, of which only the middle
    pixel is kept: Σ wᵢ xᵢ / Σ wᵢ, where xᵢ is this pixel of picture i and wᵢ = exp(−|patch of x − patch i|²/2σ²). The
    squared differences of a pixel are made once and then summed over all the windows that it is in, along one axis and
    then the other: two products with a band of ones. Nothing is subtracted, so float32 loses no digits of a distance,
    as a product of the patches of each pixel would, in as much time or more (tests/benchmarks/diffusion.py).

    Time: O(samples·n·rows·columns·(rows + columns)), of which most is in the products, and the exponentials, one for
    each pixel of a pair. Memory: 2·rows·columns numbers for each pair of sample and picture of a tile, which has so
    many pairs that this is `memory` or less, but one at least; and O((samples + n)·rows·columns).

    >>> import minitensor as mt
    >>> denoise = patch_denoiser(mt.tensor([[0.0, 0.0, 0.0, 0.0], [4.0, 4.0, 4.0, 4.0]]), (1, 4), k=1)
    >>> [round(pixel, 3) for pixel in denoise(mt.tensor([[4.0, 4.0, 0.0, 2.0]]), 0.5)[0].tolist()]
    [4.0, 4.0, 0.0, 2.0]

    Raises DTypeError, ShapeError and InputError as `ideal_denoiser` does, ShapeError where the shape is not that of the
    data, and InputError for a k that is even or no whole number.
    """
    checks.no_gradient("patch_denoiser", data)
    checks.pictures("patch_denoiser: the data", data)
    rows, columns = checks.sides("patch_denoiser: the data", shape, data)
    memory = checks.whole("patch_denoiser: memory", memory, 1)
    if not callable(k):
        _odd(k)
    kept, raised = weighed("patch_denoiser", data, log_weights)
    whole, data = ideal_denoiser(data, log_weights), kept
    count, middle = data.shape[0], data.mean(0)
    # A pixel at a time, the pictures side by side in memory; and what is to be averaged, (rows, columns, n, 2).
    pixels = (data - middle).T.contiguous().reshape(rows, columns, 1, count)
    values = stack([pixels[:, :, 0], ones((rows, columns, count), like=data)], axis=-1)
    most = float(np.finfo(data.dtype).max)
    penalty, reach = None if raised is None else (raised * raised)[:, 0] * -0.5, largest(pixels)

    def denoise(x: Tensor, sigma: float) -> Tensor:
        sigma = checked("patch_denoiser", x, sigma, data)
        window = _odd(k(sigma) if callable(k) else k)
        if window >= 2 * max(rows, columns) - 1:  # all pixels see all, and so have the same weights
            return whole(x, sigma)
        asking = (x.astype(data.dtype) - middle).T.contiguous().reshape(rows, columns, x.shape[0], 1)
        widest = max(reach, largest(asking)) if x.size else reach
        if 4 * widest * widest * min(window, rows) * min(window, columns) > most:  # the square of a distance
            raise InputError(f"patch_denoiser: pixels are up to {widest:.2g} from their mean; scale data and x to less")
        down, across = band(rows, window, data), -band(columns, window, data)
        found = zeros((rows, columns, x.shape[0]), like=data)
        pairs = max(1, memory // (TABLES * data.shape[1] * data.dtype.itemsize))
        width = min(count, pairs)
        for here in _spans(x.shape[0], max(1, pairs // width)):
            means = Softmax(0.5 / sigma**2)
            for there in _spans(count, width):
                table = asking[:, :, here] - pixels[..., there]
                table *= table
                shape = table.shape
                table = (down @ table.reshape(rows, -1)).reshape(rows, columns, -1)
                table = (across @ table).reshape(*shape)
                if penalty is not None:
                    table += penalty[there] * (2 * sigma**2)
                means.add(table, values[:, :, there])
            found[:, :, here] = means.means()[..., 0]
        return found.reshape(rows * columns, x.shape[0]).T + middle

    return denoise


def band(size: int, k: int, like: Tensor) -> Tensor:
    """The matrix (size, size) whose product with numbers is their sums over windows of k, cut at both ends.

    >>> import minitensor as mt
    >>> (band(5, 3, mt.zeros(1)) @ mt.tensor([1.0, 10.0, 100.0, 1000.0, 10000.0])).tolist()
    [11.0, 111.0, 1110.0, 11100.0, 11000.0]
    """
    place = arange(size, dtype="int64", like=like)
    return ((place[:, None] - place).abs() <= k // 2).astype(like.dtype)


def _spans(count: int, size: int) -> Iterator[slice]:
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def _odd(k: int) -> int:
    side = checks.whole("patch_denoiser: k", k, 1)
    if side % 2 == 0:
        raise InputError(f"patch_denoiser: k={side} is even, so a window has no middle; write {side - 1} or {side + 1}")
    return side
