"""Pictures read from files, as numbers of which it is known what is black and what is white."""

import math
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minitensor.backend import load
from minitensor.core import checks
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, MissingExtraError, OutOfMemoryError
from minitensor.text.hints import install
from minitensor.text.numbers import in_bytes

# No others are tried: to read some formats, EPS among them, Pillow starts other programs.
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")
BYTES = 16  # of memory for each pixel of a file, while Pillow decodes, turns and converts it
BITS, PHOTOMETRIC, WHITE_IS_ZERO = 258, 262, 0  # tags of TIFF, and a value of the second


class Photo(NamedTuple):
    """What was read from a file.

    pixels : (height, width) or (height, width, 3 or 4), on the current backend: uint8, or float32 from 0 to 1
    size : width and height in the file, upright
    """

    pixels: Tensor
    size: tuple[int, int]


def read(path: str | Path, most: int | None = None) -> Photo:
    """The first picture in a file of one of `FORMATS`, turned upright as its camera noted.

    most : pixels; a picture of more is reduced to about as many, each the mean of those that it stands for

    Eight bits a channel stay uint8. Grey of 9 to 16 bits becomes float32, 1.0 for the largest number of so many bits.
    Floats must be from 0 to 1 already. Whole numbers of 32 bits, or with a sign, do not say what is white and are
    refused. Colours of 16 bits a channel have 8 here: Pillow reads no more. Palettes, CMYK and YCbCr become red, green
    and blue (without a colour profile); what is transparent stays so, except that 16-bit grey is laid on white.

    Time and memory: O(pixels) of the file; of a JPEG with `most`, O(pixels) of the reduced one and little more.

    Raises MissingExtraError without Pillow, InputError if there is no such file, or it is not a picture, or the numbers
    in it mean nothing; OutOfMemoryError, before it is decoded, for a picture that does not fit into the free memory.
    """
    if most is not None:
        most = checks.whole("read: most", most, 1)
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtraError(f"reading a photo needs Pillow: {install('pillow')}") from None
    name = str(path)
    if Path(path).is_dir():
        raise InputError(f"{name!r} is a folder; name a picture file in it")
    try:
        with warnings.catch_warnings(), open(path, "rb") as opened:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # whether it fits is asked below
            warnings.filterwarnings("ignore", "Corrupt EXIF data|Truncated File Read")  # then it is taken as upright
            # Opened here and not by Pillow, which maps a file of which it knows the name into memory, and then turns
            # a TIFF wrongly.
            with Image.open(opened, formats=FORMATS) as file:
                return _decoded(file, name, most)
    except FileNotFoundError:
        raise InputError(f"there is no file {name!r}; name a picture file") from None
    except PermissionError:
        raise InputError(f"{name!r} may not be read; ask its owner, or copy it") from None
    except Image.DecompressionBombError:
        raise InputError(
            f"{name!r} claims to have more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels, which a small file may "
            "do to fill the memory; if it is a picture, reduce it with another program"
        ) from None
    except UnidentifiedImageError:
        known = f"{', '.join(FORMATS[:-1])} and {FORMATS[-1]}"
        raise InputError(f"{name!r} is not a picture that can be read: {known} are; save it as one of them") from None
    except (InputError, OutOfMemoryError):
        raise
    except Exception as error:  # what Pillow raises for a damaged file can be nearly anything
        raise InputError(f"{name!r} is not a picture that can be read, it may be damaged: {error}") from None


def _decoded(file: Any, name: str, most: int | None) -> Photo:
    """The open file's first picture."""
    from PIL import Image, ImageOps

    short, long = sorted(file.size)
    if most:
        file.draft(None, _within(file.size, most))  # a JPEG is decoded at a half, a quarter or an eighth of its size
    need, free = BYTES * file.size[0] * file.size[1], load("numpy").free_memory()
    if free is not None and need > free:
        raise OutOfMemoryError(
            f"{name!r}: {long:,} × {short:,} pixels take {in_bytes(need)} to decode, and {in_bytes(free)} of memory "
            "are free; reduce it with another program"
        )
    turned = ImageOps.exif_transpose(file)
    if turned.mode.startswith(("I", "F")):
        turned = Image.fromarray(_scaled(file, turned, name))
    else:
        turned = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    width, height = turned.size
    if most and width * height > most:
        turned = turned.resize(_within(turned.size, most), Image.Resampling.BOX)
    return Photo(tensor(np.asarray(turned)), (long, short) if width >= height else (short, long))


def _within(size: tuple[int, int], most: int) -> tuple[int, int]:
    """The size of the same shape with about `most` pixels, if it has more."""
    smaller = min(1.0, math.sqrt(most / (size[0] * size[1])))
    return max(1, round(size[0] * smaller)), max(1, round(size[1] * smaller))


def _scaled(file: Any, turned: Any, name: str) -> np.ndarray:
    """Grey of more than 8 bits, (height, width) float32, from 0 for black to 1 for white."""
    values, tags = np.asarray(turned), getattr(file, "tag_v2", {})
    if turned.mode == "F":
        grey, how = values.astype("float32"), "divide them by the number for white"
        low, high = grey.min(), grey.max()
        if low != low:
            raise InputError(f"{name!r} holds NaN; write the number that such a pixel should have")
        if not (low >= 0 and high <= 1):
            raise InputError(
                f"{name!r} holds floats from {low:g} to {high:g}; they must be from 0 to 1: {how}, or save 16 bits"
            )
    elif turned.mode == "I" and file.format == "TIFF":
        raise InputError(
            f"{name!r} holds whole numbers of 32 bits or with a sign, and does not say which is white; "
            "save it with 16 bits, or as floats from 0 to 1"
        )
    else:  # PNG and PPM of mode I have 16 bits too
        grey = values.astype("float32") / (2.0 ** tags.get(BITS, (16,))[0] - 1.0)
    if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        grey = 1 - grey
    if isinstance(clear := turned.info.get("transparency"), int):
        grey[values == clear] = 1
    return grey
