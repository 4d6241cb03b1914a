"""The arithmetic of CUDA C++ on vectors of NumPy, an element for each thread.

- A whole number narrower than int is computed as int, and wraps only where it is stored: so has C++ it.
- The operands of an operation are brought to a common type by C++'s rules (`common`), not by NumPy's.
- float32 numbers below 2⁻¹²⁶ count as 0, as operands and as results, because CuPy has its compiler flush them
  (``-ftz=true``). float64 keeps its own.
- A float beyond an integer's range becomes the nearest integer there is, and NaN becomes 0: C++ does not say what
  happens, a GPU does this.
- exp, log and their kin of float32 are computed in float64 and rounded once.
- Nothing is fused: a GPU's compiler may make one instruction of a product and a sum, which rounds once and not twice.
  `fused` is what it would give.
"""

import numpy as np

BOOL, INT, LONG, FLOAT, DOUBLE = map(np.dtype, ("bool", "int32", "int64", "float32", "float64"))
TINY = np.float32(2.0**-126)  # the least normal float32


def promoted(dtype: np.dtype) -> np.dtype:
    """The type in which C++ computes with a number: int for what is narrower.

    >>> promoted(np.dtype("uint8")), promoted(np.dtype("uint32"))
    (dtype('int32'), dtype('uint32'))
    """
    return INT if dtype.kind == "b" or (dtype.kind in "iu" and dtype.itemsize < 4) else dtype


def common(one: np.dtype, other: np.dtype) -> np.dtype:
    """The type in which C++ computes with two numbers: its usual arithmetic conversions.

    >>> common(np.dtype("int32"), np.dtype("uint32")), common(np.dtype("int64"), np.dtype("float32"))
    (dtype('uint32'), dtype('float32'))
    """
    one, other = promoted(one), promoted(other)
    if "f" in (one.kind, other.kind):
        return max((each for each in (one, other) if each.kind == "f"), key=lambda each: each.itemsize)
    if one.itemsize != other.itemsize:
        return max(one, other, key=lambda each: each.itemsize)
    return one if one.kind == "u" else other


def flushed(x: np.ndarray) -> np.ndarray:
    """x with its subnormal numbers as zeros of the same sign, if it is float32.

    >>> flushed(np.array([1e-40, -1e-40, 1.5], "float32")).tolist()
    [0.0, -0.0, 1.5]
    """
    if x.dtype != FLOAT:
        return x
    small = np.abs(x) < TINY
    return x * ~small if small.any() else x


def converted(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """x as C++ converts it, and where C++ does not say, as NVRTC's PTX does: to the nearest that 32 bits hold.

    >>> converted(np.array([-2.7, 3e9, np.nan]), np.dtype("int32")).tolist()
    [-2, 2147483647, 0]
    """
    if x.dtype == dtype:
        return x
    if dtype == BOOL:
        return flushed(x) != 0
    if x.dtype.kind == "f":
        if dtype.kind == "f":
            return flushed(flushed(x).astype(dtype))
        wide = dtype if dtype.itemsize >= 4 else np.dtype("uint32") if dtype.kind == "u" else INT  # as PTX has it
        kind = np.iinfo(wide)
        whole = np.trunc(np.nan_to_num(x.astype(DOUBLE), nan=0.0, posinf=np.inf, neginf=-np.inf))
        inside = np.clip(whole, kind.min, float(kind.max) if wide.itemsize == 4 else np.nextafter(float(kind.max), 0))
        out = inside.astype(wide)
        if wide.itemsize == 8:
            out[whole >= float(kind.max)] = kind.max
        return out.astype(dtype)
    return x.astype(dtype)


def fused(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """x·y + z of float32, rounded once: what a GPU's compiler makes of a product and a sum.

    The product is exact in float64. The sum is rounded to odd there, so that rounding it again is as rounding once.
    Source: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Trans. Computers 57(4), 2008.

    >>> x = np.float32([1 + 2.0**-12])
    >>> float(fused(x, x, -x * x)[0])
    5.960464477539063e-08
    """
    product, z = flushed(x).astype(DOUBLE) * flushed(y).astype(DOUBLE), flushed(z).astype(DOUBLE)
    total = product + z
    back = total - product
    lost = (product - (total - back)) + (z - back)  # what the sum in float64 rounded away
    bits = total.view(np.int64)
    even = np.isfinite(total) & (lost != 0) & (bits & 1 == 0)
    step = np.where((lost > 0) == (total > 0), 1, -1)
    return flushed(np.where(even, bits + step, bits).view(DOUBLE).astype(FLOAT))
