"""Mean shift over a picture: every pixel moves uphill in place and colour at once (Comaniciu and Meer 2002)."""

import math
from collections.abc import Callable
from typing import NamedTuple

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.coordinates import by_axis, squared_distances
from minitensor.cluster.meanshift.attention import QUIET, attend, gaussian_keys
from minitensor.cluster.meanshift.update import LOST, lost
from minitensor.core import checks
from minitensor.core.counting import arange
from minitensor.core.creation import full, ones, zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat, maximum, permute_dims, stack

REACH = 2.4  # bandwidths that a pixel sees: a weight of 0.06 ends it, where colours are equal
STRETCH = 1.8  # of each step: with 2 or less no step leads downhill, and this one saves nearly half of the steps
SQUARINGS = 7  # that make a weight
POWER = 2**SQUARINGS
TINY = 1e-30  # the weights that a pixel sees have a sum of 1 or more, beyond the edge 0
FLOOR = TINY ** (1 / POWER)  # before it is squared: smaller weights count for nothing; subnormal numbers may be slow
TILES = 8  # tables of a backend's `chunk` that are worked on at once: 1 MB with NumPy, half of a core's cache or less
FARTHEST = 2.0**20  # bandwidths from 0 at which float32 still has an eighth of one


def mean_shift_filter(
    picture: Tensor,
    space: float,
    colour: float,
    *,
    steps: int = 5,
    tile: int | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Tensor:
    """Where every pixel of a picture (height, width, channels) is after `steps` updates of mean shift.

    space, colour : the bandwidths, in pixels and in units of the channels
    tile, threads : how the work is cut; the result depends on it only by rounding
    progress : called with the fraction that is done, from time to time

    Returns (height, width, 2 + channels), float32: row, column and colour of each pixel's last place, all in units of
    the bandwidths, so that distances between places need no scale.

    The pixels are points (row/space, column/space, colour/`colour`). At a distance of r bandwidths the weight is
    (1 − r²/256)¹²⁸, made by squaring seven times. It is within 0.003 of the Gaussian exp(−r²/2), which takes twice as
    long where there is no AVX-512 (tests/benchmarks/claims.py). A pixel sees the points of one disc, of radius
    `REACH`·`space` about where it started; the disc stays where it is while the pixel moves. Each step goes `STRETCH`
    times as far as the weighted mean of what the pixel sees. That is uphill as well: a parabola with its top at the
    mean touches the density from below where the pixel is, and what lies less than twice as far is higher up on it.

    Time: O(pixels·steps·s), where a disc has s pixels of the picture, some 18·space². Memory: O(pixels) and, a thread,
    one float32 table of the weights of a few tiles, `TILES` of the backend's chunks (1 MB with NumPy) or one tile's if
    that is more.

    Each tile is attention (`cluster/meanshift/attention.py`), where the weight is 0 if the pixel does not see the
    point. Its matrix products are small enough for a core's own cache, and the tiles are dealt out to threads, since
    BLAS and NumPy's multiplication need no interpreter. Colours are counted from the middle of what a tile sees; where
    they are still too far apart for distances out of a product, differences are taken, as in `update.py` there.

    >>> import minitensor as mt
    >>> stripes = mt.tensor([[[0.0], [0.2], [9.0], [9.2]]] * 3)
    >>> [round(number, 1) for number in mean_shift_filter(stripes, space=2.0, colour=1.0)[1, :, 2].tolist()]
    [0.1, 0.1, 9.1, 9.1]

    Raises DTypeError if the picture is not of floats, ShapeError if it has no pixels or not three axes, InputError for
    a bandwidth or a number of steps that means nothing, for NaN and infinity, and for a bandwidth so small that float32
    could not tell places apart.
    """
    space, colour, steps = _checked(picture, space, colour, steps)
    height, width, channels = picture.shape
    if tile is not None:
        tile = checks.whole("mean_shift_filter: tile", tile, 1)
    view = _view(picture, space, channels, tile)
    side, (down, across), (tall, wide) = view.side, view.margin, view.size
    rows, columns = (-(-size // side) * side for size in (height, width))
    lib = backend.of(picture.array)
    flat = picture.reshape(-1, channels)
    centre = by_axis(flat, "min") / 2 + by_axis(flat, "max") / 2
    # A channel at a time. Beyond the edge all is 0, the last channel too, which counts how often a point is there.
    padded = zeros((channels + 1, rows + 2 * down, columns + 2 * across), "float32", like=picture)
    inside = padded[:, down : down + height, across : across + width]
    inside[:-1] = permute_dims((picture - centre) / colour, (2, 0, 1)).astype("float32")
    inside[-1] = 1.0
    out = zeros((2 + channels, rows, columns), like=padded)
    in_a_row, tiles = columns // side, rows // side * (columns // side)

    def do(first: int) -> None:
        numbers = range(first, min(first + batch, tiles))
        corners = [(number // in_a_row * side, number % in_a_row * side) for number in numbers]
        count = len(corners)
        windows = stack([padded[:, i : i + tall, j : j + wide] for i, j in corners])
        windows = windows.reshape(count, channels + 1, tall * wide)[:, :, view.seen_by_any]
        colours, there = windows[:, :-1], windows[:, -1:]
        middle = (colours.min(2, keepdims=True) + colours.max(2, keepdims=True)) / 2
        points = concat([view.places.expand(count, *view.places.shape), colours - middle], axis=1)
        values = concat([points * there, there], axis=1).mT
        queries = points[:, :, view.own]
        keys = gaussian_keys(points, of_queries=False)
        farthest = -2 * keys[:, -1].min().item()  # the square of a distance from the middle
        keys = keys / POWER
        keys[:, -1] += 1.0
        by_product = lost(points[0].mT, math.sqrt(farthest / (channels + 2))) <= LOST
        floor = view.floor.array if 4 * farthest > 2 * POWER * (1 - FLOOR) else None
        one = ones((count, 1, side * side), like=padded)
        # One table for all steps, so that no new memory is asked for.
        table = zeros((count, side * side, keys.shape[2]), like=padded)

        def weigh(bases: Tensor) -> Tensor:
            weights = wrap(lib.square_in_place(bases.array, SQUARINGS, floor))
            weights *= view.sees
            return weights

        for _ in range(steps):
            if by_product:
                asking = gaussian_keys(queries, of_queries=True, one=one)
                sums = attend(asking.mT, keys, values, weigh, table).mT
            else:
                sums = attend(queries.mT, points, values, weigh, table, score=_by_difference).mT
            queries = queries + STRETCH * (sums[:, :-1] / maximum(sums[:, -1:], TINY) - queries)
        queries[:, 2:] += middle
        ends = queries.reshape(count, channels + 2, side, side)
        for number, (i, j) in enumerate(corners):
            out[:, i : i + side, j : j + side] = ends[number]

    batch = max(1, TILES * lib.chunk // view.sees.size)
    jobs = range(0, tiles, batch)
    with in_threads(threads or lib.threads()) as each:
        for number, _ in enumerate(each(do, jobs), 1):
            if progress:
                progress(number / len(jobs))
    out[0] += _middles(rows, side, out)[:, None] * (1 / space)
    out[1] += _middles(columns, side, out) * (1 / space)
    out[2:] += (centre / colour).astype("float32")[:, None, None]
    return permute_dims(out[:, :height, :width], (1, 2, 0)).copy()


class _View(NamedTuple):
    """What the pixels of a tile see, the same for every tile. A tile has side² pixels, and a window round it.

    margin, size : rows and columns of the window beyond the tile, on each side, and of all of it
    seen_by_any : (points,) int64, the places in the window that are in the disc of one of the tile's pixels
    places : (2, points) float32, their rows and columns, counted from the middle of the tile in bandwidths
    own : (side²,) int64, which of the points are the tile's own pixels
    sees : (side², points) float32, 1 where a pixel sees a point, else 0
    floor : (points,) float32, FLOOR; NumPy compares with a table in less time than with a number
    """

    side: int
    margin: tuple[int, int]
    size: tuple[int, int]
    seen_by_any: Tensor
    places: Tensor
    own: Tensor
    sees: Tensor
    floor: Tensor


def _view(picture: Tensor, space: float, channels: int, tile: int | None) -> _View:
    height, width, _ = picture.shape
    reach = math.ceil(min(REACH * space, height + width))  # which is beyond the picture
    margin = min(reach, height - 1), min(reach, width - 1)
    side = tile or _tile(*margin, channels)
    tall, wide = (side + 2 * each for each in margin)
    rows, columns = (arange(size, dtype="float64", like=picture) - (size - 1) / 2 for size in (tall, wide))
    grid = stack([rows[:, None].expand(tall, wide), columns.expand(tall, wide)], axis=-1)
    inner = grid[margin[0] : margin[0] + side, margin[1] : margin[1] + side].reshape(-1, 1, 2)
    grid = grid.reshape(-1, 2)
    sees = ((grid - inner) ** 2).sum(2) <= (reach + 0.5) ** 2
    any_sees = sees.any(0)
    numbers = arange(tall * wide, dtype="int64", like=picture)
    seen_by_any, grid, sees = numbers[any_sees], grid[any_sees], sees[:, any_sees]
    own = (((grid - inner) ** 2).sum(2) == 0).astype("int64").argmax(1)
    floor = full(seen_by_any.shape, FLOOR, "float32", like=picture)
    places = (grid.T / space).astype("float32").contiguous()
    return _View(side, margin, (tall, wide), seen_by_any, places, own, sees.astype("float32"), floor)


def _tile(down: int, across: int, channels: int) -> int:
    """The side of the largest tile whose products stay small: at most QUIET multiplications for all of its window."""
    side = 1
    while (side + 1) ** 2 * (side + 1 + 2 * down) * (side + 1 + 2 * across) * (4 + channels) <= QUIET:
        side += 1
    return side


def _middles(size: int, side: int, like: Tensor) -> Tensor:
    """For each row, or column, the middle of its tile."""
    return (arange(size, like=like) // side) * side + (side - 1) / 2


def _by_difference(queries: Tensor, points: Tensor, table: Tensor) -> Tensor:
    """What is squared, from differences of coordinates, (count, q, n).

    queries : (count, q, d); points : (count, d, n); table : memory for the result
    """
    for number in range(table.shape[0]):
        table[number] = 1.0 - squared_distances(queries[number], points[number]) / (2 * POWER)
    return table


def _checked(picture: Tensor, space: float, colour: float, steps: int) -> tuple[float, float, int]:
    """The bandwidths and the number of steps as Python's numbers, once everything has been found usable."""
    checks.no_gradient("mean_shift_filter", picture)
    checks.tensor("mean_shift_filter: the picture", picture)
    if picture.dtype.kind != "f":
        raise DTypeError(f"mean_shift_filter: the picture is {picture.dtype}, not floats; use .astype('float32')")
    if picture.ndim != 3 or 0 in picture.shape:
        raise ShapeError(
            f"mean_shift_filter: the picture has shape {picture.shape}, not (height, width, channels), each 1 or more"
        )
    space = checks.distance("mean_shift_filter: space", space)
    colour = checks.distance("mean_shift_filter: colour", colour)
    steps = checks.whole("mean_shift_filter: steps", steps, 1)
    low, high = picture.min().item(), picture.max().item()
    if not math.isfinite(high - low):
        raise InputError(f"mean_shift_filter: the picture's numbers go from {low:g} to {high:g}; they must be finite")
    sides, largest = max(picture.shape[:2]), max(abs(low), abs(high))
    for what, bandwidth, far in (("space", space, sides), ("colour", colour, largest)):
        if far > FARTHEST * bandwidth:
            raise InputError(
                f"mean_shift_filter: {what}={bandwidth:g} is too small beside {far:g}, where float32 could not tell "
                f"places apart; it must be {far / FARTHEST:.2g} or more"
            )
    return space, colour, steps
