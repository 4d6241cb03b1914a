"""the number of the frame does not reach the picture, for instance by a division that gives 0"""

import math

import minitensor as mt


def my_frames() -> list[mt.Tensor]:
    """Ten frames or more: all (h, w), all (h, w, 3) or all (n, 2)."""
    frames = []
    for step in range(30):
        turn = step // 30
        frames.append(mt.sin(mt.arange(20.0)[:, None] + mt.arange(30.0) + 2 * math.pi * turn))
    return frames


if __name__ == "__main__":
    mt.plot.animate(my_frames(), "mine.gif")
