"""A photograph read, cut into regions, and written as pictures: what ``minitensor segment`` does."""

import contextlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.data import PHOTOGRAPHS, photograph
from minitensor.errors import InputError, MissingExtraError
from minitensor.segment import explained_variance, segment
from minitensor.segment.regions import join_small, link
from minitensor.text.bar import progress
from minitensor.text.numbers import in_seconds

Regions = Callable[..., np.ndarray]  # of (height, width, 3) uint8 and settings, the regions (height, width)


def read(name: str) -> Tensor:
    """The photo called `name`, (height, width, 3 or 4) uint8: one of `PHOTOGRAPHS`, or a picture file.

    A file is turned upright as its camera noted, and reduced to 8 bits. A file with the name of a bundled photo is
    ``./china``.
    Raises MissingExtraError without Pillow or scikit-learn, InputError if there is no such file or it is not a picture.
    """
    if name in PHOTOGRAPHS:
        return photograph(name)
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise MissingExtraError("reading a photo needs Pillow: pip install 'minitensor[lessons]'") from None
    if not Path(name).is_file():
        raise InputError(f"there is no file {name!r}; name a picture file, or {' or '.join(PHOTOGRAPHS)}")
    try:
        with Image.open(name) as file:
            turned = ImageOps.exif_transpose(file)
            return tensor(np.asarray(turned.convert("RGBA" if turned.has_transparency_data else "RGB")))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{name!r} is not a picture that can be read: {error}") from None


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


def cut(name: str, out: Path, space: float, colour: float, min_size: int, compare: bool = False) -> None:
    """Segment a photo, print what was found and how long it took, and write four pictures into the folder `out`.

    filtered.png : the colour to which each pixel moved
    regions.png : each region in its mean colour
    boundaries.png : the photo, with the edges of the regions drawn over it
    palette.png : the colours of the largest regions, each as wide as its region is large

    compare : whether to do the same with the `peers`, and print how long they took and what they explain

    A bar on stderr shows how far it has got. Raises MissingExtraError where Pillow, matplotlib or, for a bundled photo,
    scikit-learn is missing; InputError for what is not a picture and for settings that mean nothing.
    """
    photo = read(name)
    from minitensor import plot

    plot.headless()
    out.mkdir(parents=True, exist_ok=True)  # find out now, not after the work, whether it can be written
    pixels = photo.shape[0] * photo.shape[1]
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
    height, width = found.regions.shape
    count = found.colours.shape[0]
    sizes = tensor(np.bincount(found.regions.numpy().reshape(-1), minlength=count))
    explained = explained_variance(photo[:, :, :3], found.regions)
    print(f"{name}: {width} × {height} pixels, {count:,} regions in {in_seconds(seconds)}")
    print(f"Their mean colours explain {100 * explained:.1f}% of the photo's variance.")
    if compare:
        _compare(photo)
    flat = found.colours[found.regions.reshape(-1)].reshape(height, width, 3)
    for picture, file in (
        (found.filtered, "filtered.png"),
        (flat, "regions.png"),
        (plot.outlined(photo, found.regions), "boundaries.png"),
    ):
        print(f"wrote {plot.save_pixels(picture, out / file)}")
    print(f"wrote {plot.save(plot.palette(found.colours, sizes, f'{name}: {count:,} regions'), out / 'palette.png')}")
    plot.close_all()


def _compare(photo: Tensor) -> None:
    """Print seconds, regions and explained variance of each of the `peers`."""
    others, colours = peers(), photo[:, :, :3]
    if not others:
        print("There is nothing to compare with: pip install opencv-python-headless scikit-image")
        return
    print("For comparison (the more regions, the more they explain):")
    for name, regions_of in others.items():
        start = time.perf_counter()
        regions = tensor(regions_of(np.ascontiguousarray(colours.numpy())))
        seconds = time.perf_counter() - start
        count, explained = len(np.unique(regions.numpy())), explained_variance(colours, regions)
        print(f"  {name:<13}{count:>6,} regions in {in_seconds(seconds):>7} explain {100 * explained:.1f}%")
