"""A picture cut into regions by mean shift in place and colour (Comaniciu and Meer 2002).

`filter.py` lets every pixel climb, `regions.py` joins pixels that arrived together, this file does both to a picture.
"""

from collections.abc import Callable
from typing import NamedTuple

from minitensor import backend
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat
from minitensor.segment.colour import luv_to_srgb, srgb_to_luv
from minitensor.segment.filter import climb
from minitensor.segment.regions import boundaries, by_size, explained_variance, join_small, link, means

__all__ = ["Segmentation", "as_rgb", "boundaries", "climb", "explained_variance", "segment"]

LINK = 0.4  # bandwidths between the last places of two neighbours up to which they are one region


class Segmentation(NamedTuple):
    """What `segment` found.

    regions : (height, width) int64, the region of each pixel; regions are numbered by size, the largest first
    colours : (regions, 3) float32, the mean colour of each, sRGB from 0 to 1
    filtered : (height, width, 3) float32, the colour to which each pixel climbed, sRGB from 0 to 1
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
    steps: int = 10,
    tile: int | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Segmentation:
    """Cut a photograph into regions of one colour each.

    photo : what `as_rgb` takes: (height, width), or (height, width, 1 to 4 channels), uint8, uint16, or floats 0 to 1
    space, colour : the bandwidths of mean shift, in pixels and in units of L*u*v*: how far a pixel looks, and how
        different a colour may be to pull it along
    min_size : pixels below which a region joins the neighbour of the nearest colour
    lightness : what L* counts beside u* and v*. The noise of a camera, alike in red, green and blue, is about 2.5
        times as large in u* and v* as in L*, so that L* tells colours apart better.
    steps, tile, threads, progress : see `climb`

    Time and memory: those of `climb`, and O(pixels·log(pixels)) for the regions.

    >>> import minitensor as mt
    >>> photo = mt.tensor([[0.1, 0.12, 0.9, 0.88]] * 4)
    >>> found = segment(photo, space=2.0, min_size=2)
    >>> found.regions[0].tolist(), found.colours[:, 0].astype("float64").tolist()
    ([0, 0, 1, 1], [0.10..., 0.88...])

    Raises DTypeError, ShapeError or InputError for what is no picture, InputError for settings that mean nothing.
    """
    if not 0 < lightness < float("inf"):
        raise InputError(f"segment: lightness={lightness}; it must be positive and finite")
    if not (isinstance(min_size, int) and min_size >= 1):
        raise InputError(f"segment: min_size={min_size}; it must be a whole number of pixels, 1 or more")
    rgb = as_rgb(photo)
    with backend.use_backend(rgb.backend):
        scale = tensor([lightness, 1.0, 1.0], "float32")
    places = climb(srgb_to_luv(rgb) * scale, space, colour, steps=steps, tile=tile, threads=threads, progress=progress)
    colours = places[:, :, 2:]
    regions = by_size(join_small(link(places, LINK), colours, min_size))
    mean = means(rgb.reshape(-1, 3).astype("float64"), regions.reshape(-1)).astype("float32")
    return Segmentation(regions, mean, luv_to_srgb(colours * colour / scale))


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
