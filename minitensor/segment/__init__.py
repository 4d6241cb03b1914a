"""A picture cut into regions by mean shift in place and colour (Comaniciu and Meer 2002).

`reading.py` reads a picture from a file, `colour.py` gives colours the distances that an eye sees, `filter.py` moves
every pixel uphill, `regions.py` joins pixels that arrived together, and this file does it all to a picture.
"""

from collections.abc import Callable
from typing import NamedTuple

from minitensor import backend
from minitensor.core import checks
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, OutOfMemoryError, ShapeError
from minitensor.functions import concat
from minitensor.groups import by_size, means
from minitensor.segment.colour import luv_to_srgb, srgb_to_luv
from minitensor.segment.filter import mean_shift_filter
from minitensor.segment.regions import boundaries, explained_variance, join_small, link
from minitensor.text.numbers import in_bytes

__all__ = ["Segmentation", "as_rgb", "boundaries", "explained_variance", "mean_shift_filter", "memory_held", "segment"]

LINK = 0.4  # bandwidths between the last places of two neighbours up to which they are one region
BYTES = 400  # of memory for each pixel, if all are regions of their own; a photograph needs about half of it


class Segmentation(NamedTuple):
    """What `segment` found.

    regions : (height, width) int64, the region of each pixel; regions are numbered by size, the largest first
    colours : (regions, 3) float32, the mean colour of each, sRGB from 0 to 1
    filtered : (height, width, 3) float32, the colour to which each pixel moved, sRGB from 0 to 1
    """

    regions: Tensor
    colours: Tensor
    filtered: Tensor


def segment(
    photo: Tensor,
    space: float = 5.0,
    colour: float = 8.0,
    min_size: int = 50,
    *,
    lightness: float = 2.5,
    steps: int = 5,
    tile: int | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Segmentation:
    """Cut a photograph into regions of one colour each.

    photo : what `as_rgb` takes: (height, width), or (height, width, 1 to 4 channels), uint8, uint16, or floats 0 to 1
    space, colour : the bandwidths of mean shift, in pixels and in units of L*u*v*: how far a pixel looks, and how
        different a colour may be to pull it along
    min_size : pixels below which a region joins the neighbour of the nearest colour
    lightness : how much L* counts beside u* and v*. The noise of a camera, alike in red, green and blue, is about 2.5
        times as large in u* and v* as in L*, so that L* tells colours apart better.
    steps, tile, threads, progress : see `mean_shift_filter`

    space : beyond the picture there is nothing to see, so that a space wider than it costs no more
    Time: that of `mean_shift_filter`, and O(pixels·log(pixels)) for the regions. Memory: `memory_held`.

    >>> import minitensor as mt
    >>> photo = mt.tensor([[0.1, 0.12, 0.9, 0.88]] * 4)
    >>> found = segment(photo, space=2.0, min_size=2)
    >>> found.regions[0].tolist(), found.colours[:, 0].astype("float64").tolist()
    ([0, 0, 1, 1], [0.10..., 0.88...])

    Raises DTypeError, ShapeError or InputError for what is not a picture, InputError for settings that mean nothing;
    OutOfMemoryError, before the work, for a photo that does not fit into the memory that is free.
    """
    space, colour = checks.distance("segment: space", space), checks.distance("segment: colour", colour)
    if colour > 1e30:  # colours are counted in it, and must stay normal numbers of float32
        raise InputError(f"segment: colour={colour:g} is too large for float32; it must be 1e+30 or less")
    lightness = checks.positive("segment: lightness", lightness)
    min_size = checks.whole("segment: min_size", min_size, 1)
    _check_memory(photo)
    rgb = as_rgb(photo)
    scale = tensor([lightness, 1.0, 1.0], like=rgb)
    places = mean_shift_filter(
        srgb_to_luv(rgb) * scale, space, colour, steps=steps, tile=tile, threads=threads, progress=progress
    )
    colours = places[:, :, 2:]
    joined = join_small(link(places, LINK), colours, min_size)
    count = joined.max().item() + 1
    labels, _ = by_size(joined.reshape(-1), count)
    mean = means(rgb.reshape(-1, 3).astype("float64"), labels, count).astype("float32")
    return Segmentation(labels.reshape(*joined.shape), mean, luv_to_srgb(colours * colour / scale))


def memory_held(pixels: int) -> int:
    """Bytes that `segment` holds at most, besides the photo.

    >>> memory_held(4032 * 3024)
    4877107200
    """
    return BYTES * pixels


def _check_memory(photo: Tensor) -> None:
    """Raise OutOfMemoryError for a photo that would not fit."""
    checks.no_gradient("segment", photo)
    if not isinstance(photo, Tensor) or photo.ndim < 2:
        return  # as_rgb says what is wrong
    height, width = photo.shape[:2]
    need, free = memory_held(height * width), backend.of(photo.array).free_memory()
    if free is not None and need > free:
        raise OutOfMemoryError(
            f"segment: a photo of {width:,} × {height:,} pixels may take {in_bytes(need)}, and {in_bytes(free)} of "
            "memory are free; reduce it, or cut it in parts"
        )


def as_rgb(photo: Tensor) -> Tensor:
    """A picture as sRGB from 0 to 1, (height, width, 3) float32.

    photo : (height, width) or (height, width, 1) grey, with 2 channels grey and alpha, 3 red, green and blue, 4 and
        alpha; uint8 or uint16, whose largest number is white, or floats from 0 to 1

    What is transparent is laid on white.

    >>> import minitensor as mt
    >>> as_rgb(mt.tensor([[0, 255]], "uint8"))[0].tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """
    if not isinstance(photo, Tensor) or not (photo.dtype.kind == "f" or photo.dtype in ("uint8", "uint16")):
        kind = photo.dtype if isinstance(photo, Tensor) else type(photo).__name__
        raise DTypeError(f"the photo is {kind}; it must be a Tensor of uint8, of uint16, or of floats from 0 to 1")
    shape = photo.shape
    if photo.ndim == 2:
        photo = photo[:, :, None]
    if photo.ndim != 3 or 0 in shape or photo.shape[2] > 4:
        raise ShapeError(f"the photo has shape {shape}; it must be (height, width) or (height, width, 1 to 4 channels)")
    if photo.dtype.kind == "f":
        low, high = photo.min().item(), photo.max().item()
        if low != low:
            raise InputError("the photo holds NaN; write the number that such a pixel should have")
        if not (low >= 0 and high <= 1):
            raise InputError(
                f"the photo's numbers go from {low:g} to {high:g}; floats must be from 0 to 1: "
                "divide by the number for white, often 255"
            )
        whole = photo.astype("float32")
    else:
        whole = photo.astype("float32") / (255.0 if photo.dtype == "uint8" else 65535.0)
    colours = whole
    if whole.shape[2] in (2, 4):
        alpha = whole[:, :, -1:]
        colours = whole[:, :, :-1] * alpha + (1.0 - alpha)
    return concat([colours] * 3, axis=2) if colours.shape[2] == 1 else colours
