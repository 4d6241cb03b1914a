"""Mean shift over a picture: every pixel moves uphill in place and colour at once (Comaniciu and Meer 2002)."""

import math
from collections.abc import Callable

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.meanshift.attention import QUIET, attend, exp_in_place, gaussian_keys
from minitensor.core import checks
from minitensor.core.creation import arange, ones, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, ShapeError
from minitensor.functions import concat, maximum, stack

REACH = 2.4  # bandwidths that a pixel sees: a weight of exp(−2.4²/2) = 0.06 ends it, where colours are equal
TINY = 1e-30  # the weight of a pixel in the picture is 1 or more, beyond the edge 0
FLOOR = math.log(TINY)  # of exponents: smaller weights count for nothing, and subnormal numbers may be slow
TILES = 8  # tables of a backend's `chunk` that are worked on at once: 1 MB with NumPy, half of a core's cache or less


def mean_shift_filter(
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
    tile, threads : how the work is cut; the result depends on it only by rounding
    progress : called with the fraction that is done, from time to time, from any thread

    Returns (height, width, 2 + channels), float32: row, column and colour of each pixel's last place, all in units of
    the bandwidths, so that distances between places need no scale.

    The pixels are points (row/space, column/space, colour/`colour`), and the kernel is a Gaussian. A pixel sees the
    points of one disc, of radius `REACH`·`space` about where it started; the disc stays where it is while the pixel
    moves, so every update is uphill. Time: O(pixels·steps·space²). Memory: O(pixels) and, a thread, one float32 table
    of the weights of a few tiles, `TILES` of the backend's chunks (1 MB with NumPy) or one tile's if that is more.

    Each tile is attention (`cluster/meanshift/attention.py`), where the weight is 0 if the pixel does not see the
    point. Its matrix products are small enough for a core's own cache, and the tiles are dealt out to threads, since
    BLAS and NumPy's exponential need no interpreter.

    >>> import minitensor as mt
    >>> stripes = mt.tensor([[[0.0], [0.2], [9.0], [9.2]]] * 3)
    >>> [round(number, 1) for number in mean_shift_filter(stripes, space=2.0, colour=1.0)[1, :, 2].tolist()]
    [0.1, 0.1, 9.1, 9.1]

    Raises DTypeError if the picture is not of floats, ShapeError if it has no pixels or not three axes, InputError for
    a bandwidth or a number of steps that means nothing.
    """
    space, colour, steps = _checked(picture, space, colour, steps)
    height, width, channels = picture.shape
    reach = math.ceil(REACH * space)
    side = checks.whole("mean_shift_filter: tile", tile, 1) if tile is not None else _tile(reach, channels)
    rows, columns = (-(-size // side) * side for size in (height, width))
    whole = side + 2 * reach  # the side of what a tile sees
    lib = backend.of(picture.array)
    # Beyond the edge all is 0, the last channel too, which counts how often a point is there.
    padded = zeros((rows + 2 * reach, columns + 2 * reach, channels + 1), "float32", like=picture)
    padded[reach : reach + height, reach : reach + width, :-1] = (picture / colour).astype("float32")
    padded[reach : reach + height, reach : reach + width, -1] = 1.0
    here = arange(whole, like=padded) - (whole - 1) / 2
    grid = stack([here[:, None].expand(whole, whole), here.expand(whole, whole)], axis=-1)
    seen, grid = _discs(grid, reach, side), grid / space
    out = zeros((rows, columns, 2 + channels), like=padded)

    def weigh(scores: Tensor) -> Tensor:
        weights = exp_in_place(scores, FLOOR)
        weights *= seen
        return weights

    def do(tiles: list[tuple[int, int]]) -> None:
        count = len(tiles)
        points = stack([_points(padded[i : i + whole, j : j + whole], grid) for i, j in tiles])
        values = points.reshape(count, whole * whole, channels + 3)
        keys = gaussian_keys(values[:, :, :-1].mT.contiguous(), of_queries=False)
        inner = points[:, reach : reach + side, reach : reach + side, :-1]
        queries = inner.reshape(count, side * side, channels + 2).mT.contiguous()
        one = ones((count, 1, side * side), like=padded)
        # One table for all steps, so that no new memory is asked for.
        table = zeros((count, side * side, whole * whole), like=padded)
        for _ in range(steps):
            asking = gaussian_keys(queries, of_queries=True, one=one)
            sums = attend(asking.mT, keys, values, weigh, table).mT.contiguous()
            queries = sums[:, :-1] / maximum(sums[:, -1:], TINY)
        places = queries.mT.reshape(count, side, side, channels + 2)
        for number, (i, j) in enumerate(tiles):
            block = out[i : i + side, j : j + side]
            block[...] = places[number]
            block[:, :, 0] += (i + (side - 1) / 2) / space
            block[:, :, 1] += (j + (side - 1) / 2) / space

    corners = [(i, j) for i in range(0, rows, side) for j in range(0, columns, side)]
    batch = max(1, TILES * lib.chunk // (whole * side) ** 2)
    jobs = [corners[start : start + batch] for start in range(0, len(corners), batch)]
    with in_threads(threads or lib.threads()) as each:
        for number, _ in enumerate(each(do, jobs), 1):
            if progress and (number % 64 == 0 or number == len(jobs)):
                progress(number / len(jobs))
    return out[:height, :width].copy()


def _points(window: Tensor, grid: Tensor) -> Tensor:
    """What a tile sees, (side, side, 3 + channels): row and column, counted from its middle, colour, and a 1."""
    return concat([grid * window[:, :, -1:], window], axis=2)


def _discs(grid: Tensor, reach: int, side: int) -> Tensor:
    """1 where a pixel of a tile sees a point, else 0: (pixels of the tile, points of the window)."""
    points = grid.reshape(1, -1, 2)
    pixels = grid[reach : reach + side, reach : reach + side].reshape(side * side, 1, 2)
    return (((points - pixels) ** 2).sum(2) <= (reach + 0.5) ** 2).astype("float32")


def _tile(reach: int, channels: int) -> int:
    """The side of the largest tile whose products stay small: side²·(side + 2·reach)²·(4 + channels) at most."""
    product = math.sqrt(QUIET / (4 + channels))
    return max(1, math.floor(math.sqrt(reach * reach + product) - reach))


def _checked(picture: Tensor, space: float, colour: float, steps: int) -> tuple[float, float, int]:
    """The bandwidths and the number of steps as Python's numbers, once everything has been found usable."""
    checks.tensor("mean_shift_filter: the picture", picture)
    if picture.dtype.kind != "f":
        raise DTypeError(f"mean_shift_filter: the picture is {picture.dtype}, not floats; use .astype('float32')")
    if picture.ndim != 3 or 0 in picture.shape:
        raise ShapeError(
            f"mean_shift_filter: the picture has shape {picture.shape}, not (height, width, channels), each 1 or more"
        )
    space = checks.distance("mean_shift_filter: space", space)
    colour = checks.distance("mean_shift_filter: colour", colour)
    return space, colour, checks.whole("mean_shift_filter: steps", steps, 1)
