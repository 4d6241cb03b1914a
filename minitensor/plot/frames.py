"""An animation of anything: its frames are Tensors, pictures or points, and it is written to a file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.plot.style import INK, animated, close, figure, save, styled

SIDE, LEAST = 5.0, 0.5  # inches, of the longer side of a picture and at least of the shorter one
FASTEST, SLOWEST = 20, 1000  # milliseconds; quicker ones many browsers show slowly


@styled
def animate(frames: Iterable[Tensor], path: str | Path, interval: int = 100) -> Path:
    """Write an animation as a GIF, which begins again when it has ended, and return its path.

    frames : Tensors of one shape and of real numbers, which decides what is drawn: (n, 2) points in the plane, (h, w) a
        picture in grey, dark where the numbers of all frames are largest, (h, w, 3) red, green and blue, in uint8 or
        from 0 to 1
    path : ends in .gif; folders are made if need be
    interval : milliseconds from one frame to the next, 20 to 1000

    >>> import tempfile, minitensor as mt
    >>> picture = mt.eye(5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     animate([mt.roll(picture, step, axis=1) for step in range(5)], f"{folder}/new/mine.gif").name
    'mine.gif'

    Raises InputError where there are no frames, for numbers that are not finite, colours beyond 0 and 1, and the name
    of another kind of file; ShapeError and DTypeError, which name the frame; WriteError where no file can be written.
    """
    if Path(path).suffix.lower() != ".gif":
        raise InputError(f"animate: {str(path)!r} is not the name of an animation: end it in .gif")
    if not FASTEST <= interval <= SLOWEST:
        raise InputError(f"animate: the interval is {interval} ms; it must be from {FASTEST} to {SLOWEST}")
    arrays = _checked(list(frames))
    fig, show = (_points if arrays[0].shape[1:] == (2,) else _pictures)(arrays)
    animation = animated(fig, lambda frame: show(arrays[frame]), frames=len(arrays), interval=interval)
    try:
        return save(animation, path)
    finally:
        close(animation)


def _checked(frames: list[Any]) -> list[np.ndarray]:
    """The frames as NumPy arrays, of one shape that can be drawn."""
    if not frames:
        raise InputError("animate: there are no frames")
    for at, frame in enumerate(frames):
        if not isinstance(frame, Tensor) or frame.dtype.kind not in "biuf":
            kind = frame.dtype if isinstance(frame, Tensor) else type(frame).__name__
            raise DTypeError(f"animate: frame {at} is {kind}; frames are Tensors of real numbers")
    shape = frames[0].shape
    if not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)) or 0 in shape:
        kinds = "pictures, (h, w) or (h, w, 3), or points, (n, 2)"
        raise ShapeError(f"animate: frame 0 has shape {shape}; frames are {kinds}, with at least one number")
    for at, frame in enumerate(frames):
        if frame.shape != shape:
            raise ShapeError(
                f"animate: frame {at} has shape {frame.shape}, and frame 0 has {shape}; they must be equal"
            )
    arrays = [frame.numpy() for frame in frames]
    for at, array in enumerate(arrays):
        if not np.isfinite(array).all():
            raise InputError(f"animate: frame {at} holds {array[~np.isfinite(array)][0]}; all numbers must be finite")
        if len(shape) == 3 and array.dtype != np.uint8 and not (array.min() >= 0 and array.max() <= 1):
            colours = f"from {array.min():g} to {array.max():g}"
            raise InputError(f"animate: the colours of frame {at} go {colours}; they go from 0 to 1, or are uint8")
    return arrays


def _pictures(arrays: list[np.ndarray]) -> tuple[Any, Any]:
    """A figure, and what shows a picture in it."""
    tall, wide = arrays[0].shape[:2]
    longer = max(tall, wide)
    fig, ax = figure(width=max(SIDE * wide / longer, LEAST), height=max(SIDE * tall / longer, LEAST))
    ax.set_axis_off()
    low, high = float(min(map(np.min, arrays))), float(max(map(np.max, arrays)))
    image = ax.imshow(_drawable(arrays[0]), cmap="Greys", vmin=low, vmax=high, interpolation="nearest")
    return fig, lambda array: image.set_data(_drawable(array))


def _drawable(array: np.ndarray) -> np.ndarray:
    return array if array.dtype == np.uint8 else array.astype("float64")


def _points(arrays: list[np.ndarray]) -> tuple[Any, Any]:
    """A figure that is wide enough for the points of all frames, and what shows those of one in it."""
    fig, ax = figure(width=SIDE, height=SIDE)
    dots = ax.scatter(*arrays[0].T, s=14, color=INK, linewidths=0)
    every = np.concatenate(arrays).astype("float64")
    low, high = every.min(0), every.max(0)
    middle, reach = (low + high) / 2, 0.55 * (float((high - low).max()) or 1.0)
    ax.set(xlim=(middle[0] - reach, middle[0] + reach), ylim=(middle[1] - reach, middle[1] + reach), aspect="equal")
    return fig, dots.set_offsets
