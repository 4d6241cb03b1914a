"""a number is divided by 0 in the first frame"""

import math

import minitensor as mt


def my_frames() -> list[mt.Tensor]:
    """Ten frames or more: all (h, w), all (h, w, 3) or all (n, 2)."""
    frames = []
    for step in range(30):
        away = mt.arange(20.0)[:, None] ** 2 + mt.arange(30.0) ** 2
        frames.append(mt.sin(away * step) / (away * step))
    return frames


if __name__ == "__main__":
    mt.plot.animate(my_frames(), "mine.gif")
