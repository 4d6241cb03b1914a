"""Colours as a screen shows them, sRGB, and as an eye compares them, CIE L*u*v*.

Formulae: sRGB is IEC 61966-2-1, with its matrix and its white D65; L*u*v* is CIE 1976 (CIE 15:2004, section 8.2.2).
"""

from minitensor.core import checks
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, ShapeError
from minitensor.functions import clip, maximum, stack, where

# Linear red, green and blue to X, Y, Z (columns to rows). The rows' sums are the white D65, of which Y is 1.
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
TO_RGB = ((3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252))
_WHITE = tuple(sum(row) for row in TO_XYZ)
_WHITE_SUM = _WHITE[0] + 15 * _WHITE[1] + 3 * _WHITE[2]
WHITE_U, WHITE_V = 4 * _WHITE[0] / _WHITE_SUM, 9 * _WHITE[1] / _WHITE_SUM
DARK = (6 / 29) ** 3  # the Y below which L* is a straight line


def srgb_to_luv(rgb: Tensor) -> Tensor:
    """L*, u*, v* (..., 3) of sRGB colours (..., 3) from 0 to 1, in the same dtype.

    L* is the lightness, 0 for black and 100 for white; u* runs from green to red and v* from blue to yellow, both 0
    for grey. Equal distances look about equally different, which they do not in sRGB.

    >>> import minitensor as mt
    >>> [round(number, 1) for number in srgb_to_luv(mt.tensor([1.0, 0.0, 0.0])).tolist()]
    [53.2, 175.0, 37.8]

    Raises DTypeError if the colours are no floats, ShapeError if the last axis is not 3.
    """
    _check(rgb, "srgb_to_luv")
    # Both branches are computed, so the root is not given what lies below its domain.
    linear = where(rgb <= 0.04045, rgb / 12.92, ((maximum(rgb, 0.0) + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _matrix(TO_XYZ, rgb).T
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    total = x + 15 * y + 3 * z
    black = total <= 0
    total = where(black, 1.0, total)
    light = where(y > DARK, 116 * maximum(y, DARK) ** (1 / 3) - 16, y * (29 / 3) ** 3)
    u = where(black, 0.0, 13 * light * (4 * x / total - WHITE_U))
    v = where(black, 0.0, 13 * light * (9 * y / total - WHITE_V))
    return stack([light, u, v], axis=-1)


def luv_to_srgb(luv: Tensor) -> Tensor:
    """sRGB colours (..., 3) of L*, u*, v* (..., 3), in the same dtype; what no screen can show is clipped to 0 and 1.

    >>> import minitensor as mt
    >>> [round(number, 2) for number in luv_to_srgb(mt.tensor([53.24, 175.01, 37.76])).tolist()]
    [1.0, 0.0, 0.0]

    Raises DTypeError if the colours are no floats, ShapeError if the last axis is not 3.
    """
    _check(luv, "luv_to_srgb")
    light = luv[..., 0]
    black = light <= 0
    per = 13 * where(black, 1.0, light)
    u, v = luv[..., 1] / per + WHITE_U, maximum(luv[..., 2] / per + WHITE_V, 1e-6)
    y = where(light > 8, ((maximum(light, 8.0) + 16) / 116) ** 3, light / (29 / 3) ** 3)
    y = where(black, 0.0, y)
    xyz = stack([y * 9 * u / (4 * v), y, y * (12 - 3 * u - 20 * v) / (4 * v)], axis=-1)
    linear = clip(xyz @ _matrix(TO_RGB, luv).T, 0.0, 1.0)
    return clip(where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055), 0.0, 1.0)


def _matrix(rows: tuple[tuple[float, ...], ...], like: Tensor) -> Tensor:
    return tensor(rows, like=like)


def _check(colours: Tensor, name: str) -> None:
    checks.tensor(f"{name}: the colours", colours)
    if colours.dtype.kind != "f":
        raise DTypeError(f"{name}: the colours are {colours.dtype}, not floats; write .astype('float32') / 255")
    if not colours.shape or colours.shape[-1] != 3:
        raise ShapeError(f"{name}: the colours have shape {colours.shape}; the last axis must hold the 3 channels")
