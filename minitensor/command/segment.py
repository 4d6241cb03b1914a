"""A photograph read, cut into regions, and written as pictures: what ``minitensor segment`` does."""

import contextlib
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.data import PHOTOGRAPHS, photograph
from minitensor.errors import InputError, OutOfMemoryError
from minitensor.segment import as_rgb, explained_variance, memory_held, segment
from minitensor.segment.reading import Photo, read
from minitensor.segment.regions import join_small, link
from minitensor.text.bar import progress
from minitensor.text.hints import install
from minitensor.text.numbers import in_bytes, in_seconds

Regions = Callable[..., np.ndarray]  # of (height, width, 3) uint8 and settings, the regions (height, width)
MEGAPIXEL = 2**20  # 1,024²: to about as many a larger photo is reduced
FILES = ("filtered.png", "regions.png", "boundaries.png", "palette.png")


def photo_of(name: str, full: bool = False) -> Photo:
    """The photo called `name`: one of `PHOTOGRAPHS`, or a picture file as `read` reads it.

    full : whether to keep all the pixels of a file with more than MEGAPIXEL; else it is reduced to about as many.
    A file with the name of a bundled photo is ``./china``. Raises what `photograph` and `read` raise.
    """
    if name in PHOTOGRAPHS:
        pixels = photograph(name)
        return Photo(pixels, (pixels.shape[1], pixels.shape[0]))
    if not Path(name).exists():
        raise InputError(f"there is no file {name!r}; name a picture file, or {' or '.join(PHOTOGRAPHS)}")
    return read(name, None if full else MEGAPIXEL)


def peers() -> dict[str, Regions]:
    """Other ways to cut a photo, by name, if installed: OpenCV's mean shift, and two of scikit-image's.

    OpenCV only filters: the regions of its filtered picture are found by our code.
    """
    found: dict[str, Regions] = {}
    with contextlib.suppress(ImportError):
        import cv2

        def opencv(
            picture: np.ndarray,
            space: float = 10,
            colour: float = 20,
            level: int = 0,
            distance: float = 5,
            min_size: int = 50,
        ) -> np.ndarray:
            filtered = tensor(cv2.pyrMeanShiftFiltering(picture, space, colour, maxLevel=level), "float32")
            return join_small(link(filtered, distance), filtered, min_size).numpy()

        found["OpenCV"] = opencv
    with contextlib.suppress(ImportError):
        from skimage import segmentation

        found["quick shift"] = partial(segmentation.quickshift, rng=0, kernel_size=3, max_dist=10, ratio=0.7)
        found["Felzenszwalb"] = partial(segmentation.felzenszwalb, scale=100, sigma=0.8, min_size=50)
    return found


def cut(
    name: str, out: Path, space: float, colour: float, min_size: int, compare: bool = False, full: bool = False
) -> None:
    """Segment a photo, print what was found and how long it took, and write four pictures into the folder `out`.

    filtered.png : the colour to which each pixel moved
    regions.png : each region in its mean colour
    boundaries.png : the photo, with the edges of the regions drawn over it
    palette.png : the colours of the largest regions, each as wide as its region is large

    compare : whether to do the same with the `peers`, and print how long they took and what they explain
    full : whether to work on all pixels of a photo with more than MEGAPIXEL; else it is reduced to about as many

    Of a larger photo it is said beforehand what all of it would take. A bar on stderr shows how far the work has got,
    and the time that is left. Raises MissingExtraError where Pillow, matplotlib or, for a bundled photo, scikit-learn
    is missing; InputError for what is not a picture, for settings that mean nothing, and where the photo itself would
    be written over; OutOfMemoryError, before the work, for a photo that does not fit; WriteError.
    """
    _keep_the_photo(name, out)
    photo, (width, height) = photo_of(name, full)
    from minitensor import plot

    plot.headless()
    out.mkdir(parents=True, exist_ok=True)  # find out now, not after the work, whether it can be written
    if width * height > MEGAPIXEL:
        reduced = f"reduced to {photo.shape[1]:,} × {photo.shape[0]:,}; all of them (--full)"
        need = in_bytes(memory_held(width * height))
        print(f"{name}: {width:,} × {height:,} pixels, {'which' if full else reduced} may take {need} of memory")
    height, width = photo.shape[:2]
    pixels = height * width
    try:
        with progress("mean shift", True) as step:
            start = time.perf_counter()
            found = segment(
                photo,
                space,
                colour,
                min_size,
                progress=step and (lambda part: step(round(part * pixels), pixels, "pixels")),
            )
            seconds = time.perf_counter() - start
    except OutOfMemoryError as error:
        raise OutOfMemoryError(f"{error}{'; without --full it is reduced to a megapixel' if full else ''}") from None
    count = found.colours.shape[0]
    sizes = tensor(np.bincount(found.regions.numpy().reshape(-1), minlength=count))
    explained = explained_variance(as_rgb(photo), found.regions)
    print(f"{name}: {width} × {height} pixels, {count:,} regions in {in_seconds(seconds)}")
    print(f"Their mean colours explain {100 * explained:.1f}% of the photo's variance.")
    if compare:
        _compare(photo)
    flat = found.colours[found.regions.reshape(-1)].reshape(height, width, 3)
    for picture, file in zip((found.filtered, flat, plot.outlined(photo, found.regions)), FILES, strict=False):
        print(f"wrote {plot.save_pixels(picture, out / file)}")
    shown = name.encode(errors="replace").decode()  # a font cannot draw the bytes of a name that are no text
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # of a name in letters that the font does not have
        print(f"wrote {plot.save(plot.palette(found.colours, sizes, f'{shown}: {count:,} regions'), out / FILES[-1])}")
    plot.close_all()


def _keep_the_photo(name: str, out: Path) -> None:
    """Raise InputError if one of the files to be written is the photo."""
    for file in FILES:
        if name not in PHOTOGRAPHS and Path(name).exists() and (out / file).exists() and (out / file).samefile(name):
            raise InputError(
                f"{str(out / file)!r} is the photo, and would be written over; name another folder after --out"
            )


def _compare(photo: Tensor) -> None:
    """Print seconds, regions and explained variance of each of the `peers`."""
    others, colours = peers(), as_rgb(photo)
    if not others:
        print(f"There is nothing to compare with: {install('opencv-python-headless', 'scikit-image')}")
        return
    eight_bits = np.round(colours.numpy() * 255).astype("uint8")
    print("For comparison (the more regions, the more they explain):")
    for name, regions_of in others.items():
        start = time.perf_counter()
        regions = tensor(regions_of(eight_bits))
        seconds = time.perf_counter() - start
        count, explained = len(np.unique(regions.numpy())), explained_variance(colours, regions)
        print(f"  {name:<13}{count:>6,} regions in {in_seconds(seconds):>7} explain {100 * explained:.1f}%")
