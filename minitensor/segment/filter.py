"""Mean shift over a picture: every pixel climbs in place and colour at once (Comaniciu and Meer 2002)."""

import math
from collections.abc import Callable

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.meanshift.update import QUIET
from minitensor.core.creation import arange, ones, zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat, maximum, stack

REACH = 2.4  # bandwidths that a pixel sees: a weight of exp(−2.4²/2) = 0.06 ends it, where colours are equal
TINY = 1e-30  # the weight of a pixel in the picture is 1 or more, beyond the edge 0
FLOOR = math.log(TINY)  # of exponents: smaller weights count for nothing, and subnormal numbers would be slow
TILES = 8  # tables of a backend's `chunk` that are worked on at once: 1 MB with NumPy, half of a core's cache or less


def climb(
    picture: Tensor,
    space: float,
    colour: float,
    *,
    steps: int = 10,
    tile: int | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Tensor:
    """Where every pixel of a picture (height, width, channels) is after `steps` updates of mean shift.

    space, colour : the bandwidths, in pixels and in units of the channels
    tile, threads : how the work is cut; the result does not depend on it but for rounding
    progress : called with the fraction that is done, from time to time, from any thread

    Returns (height, width, 2 + channels), float32: row, column and colour of each pixel's last place, all in units of
    the bandwidths, so that distances between places need no scale.

    The pixels are points (row/space, column/space, colour/`colour`), and the kernel is a Gaussian. A pixel sees the
    points of one disc, of radius `REACH`·`space` about where it started; the disc stays where it is while the pixel
    moves, so every update is a climb. Time: O(pixels·steps·space²). Memory: O(pixels) and, a thread, one float32 table
    of the weights of a few tiles, `TILES` of the backend's chunks (1 MB with NumPy) or one tile's if that is more.

    A tile's exponents −|q − p|²/2 = q·p − |p|²/2 − |q|²/2 are one matrix product, since each norm is a column that
    meets a column of ones; its weighted sums and total weights are another. Both are small enough for a core's own
    cache, and the tiles are dealt out to threads, as BLAS and NumPy's exponential need no interpreter.

    >>> import minitensor as mt
    >>> stripes = mt.tensor([[[0.0], [0.2], [9.0], [9.2]]] * 3)
    >>> [round(number, 1) for number in climb(stripes, space=2.0, colour=1.0)[1, :, 2].tolist()]
    [0.1, 0.1, 9.1, 9.1]

    Raises DTypeError if the picture is not of floats, ShapeError if it has no pixels or not three axes, InputError for
    a bandwidth or a number of steps that means nothing.
    """
    _check(picture, space, colour, steps)
    height, width, channels = picture.shape
    reach = math.ceil(REACH * space)
    side = tile or _tile(reach, channels)
    rows, columns = (-(-size // side) * side for size in (height, width))
    whole = side + 2 * reach  # the side of what a tile sees
    home = backend.load(picture.backend)
    with backend.use_backend(picture.backend):
        # Beyond the edge all is 0, the last channel too, which counts how often a point is there.
        padded = zeros((rows + 2 * reach, columns + 2 * reach, channels + 1), "float32")
        padded[reach : reach + height, reach : reach + width, :-1] = (picture / colour).astype("float32")
        padded[reach : reach + height, reach : reach + width, -1] = 1.0
        here = arange(whole, dtype="float32") - (whole - 1) / 2
        grid = stack([here[:, None].expand(whole, whole), here.expand(whole, whole)], axis=-1)
        seen = _discs(grid, reach, side)
        grid, one = grid / space, ones((1, 1, side * side), "float32")
        out = zeros((rows, columns, 2 + channels), "float32")

    def do(tiles: list[tuple[int, int]]) -> None:
        points = stack([_points(padded[i : i + whole, j : j + whole], grid) for i, j in tiles])
        flat = points.reshape(len(tiles), whole * whole, channels + 3)
        place = flat[:, :, :-1]
        norms = (place * place).sum(2, keepdims=True) * -0.5
        left = concat([place, norms, (norms * 0.0) + 1.0], axis=2)
        sums = flat.mT
        inner = points[:, reach : reach + side, reach : reach + side, :-1]
        query = inner.reshape(len(tiles), side * side, channels + 2).mT
        some = one.expand(len(tiles), 1, side * side)
        weights = None
        for _ in range(steps):
            right = concat([query, some, (query * query).sum(1, keepdims=True) * -0.5], axis=1)
            # One table for all steps: the first use of new memory takes longer than the product.
            weights = (
                left @ right if weights is None else wrap(home.matmul_into(left.array, right.array, weights.array))
            )
            home.exp_in_place(weights.array, FLOOR)
            weights *= seen
            moved = sums @ weights
            query = moved[:, :-1] / maximum(moved[:, -1:], TINY)
        query = query.mT.reshape(len(tiles), side, side, channels + 2)
        for number, (i, j) in enumerate(tiles):
            block = out[i : i + side, j : j + side]
            block[...] = query[number]
            block[:, :, 0] += (i + (side - 1) / 2) / space
            block[:, :, 1] += (j + (side - 1) / 2) / space

    corners = [(i, j) for i in range(0, rows, side) for j in range(0, columns, side)]
    batch = max(1, TILES * home.chunk // (whole * side) ** 2)
    jobs = [corners[start : start + batch] for start in range(0, len(corners), batch)]
    with in_threads(threads or home.threads()) as each:
        for number, _ in enumerate(each(do, jobs), 1):
            if progress and (number % 64 == 0 or number == len(jobs)):
                progress(number / len(jobs))
    return out[:height, :width].copy()


def _points(window: Tensor, grid: Tensor) -> Tensor:
    """What a tile sees, (side, side, 3 + channels): row and column, counted from its middle, colour, and a 1."""
    return concat([grid * window[:, :, -1:], window], axis=2)


def _discs(grid: Tensor, reach: int, side: int) -> Tensor:
    """1 where a pixel of a tile sees a point, else 0: (points of the window, pixels of the tile)."""
    points = grid.reshape(-1, 1, 2)
    pixels = grid[reach : reach + side, reach : reach + side].reshape(1, side * side, 2)
    return (((points - pixels) ** 2).sum(2) <= (reach + 0.5) ** 2).astype("float32")


def _tile(reach: int, channels: int) -> int:
    """The side of the largest tile whose products stay small: side²·(side + 2·reach)²·(4 + channels) at most."""
    product = math.sqrt(QUIET / (4 + channels))
    return max(1, math.floor(math.sqrt(reach * reach + product) - reach))


def _check(picture: Tensor, space: float, colour: float, steps: int) -> None:
    if not isinstance(picture, Tensor) or picture.dtype.kind != "f":
        kind = picture.dtype if isinstance(picture, Tensor) else type(picture).__name__
        raise DTypeError(f"climb: the picture is {kind}, not a Tensor of floats; use .astype('float32')")
    if picture.ndim != 3 or 0 in picture.shape:
        raise ShapeError(f"climb: the picture has shape {picture.shape}, not (height, width, channels), each 1 or more")
    for name, value in (("space", space), ("colour", colour)):
        if not (isinstance(value, (int, float)) and 0 < value < math.inf):
            raise InputError(f"climb: {name}={value}; a bandwidth is a distance and must be positive and finite")
    if not (isinstance(steps, int) and steps >= 1):
        raise InputError(f"climb: steps={steps}; it must be a whole number, 1 or more")
