"""one Tensor is written to again and again, and stands in the list many times"""

import math

import minitensor as mt


def my_frames() -> list[mt.Tensor]:
    """Ten frames or more: all (h, w), all (h, w, 3) or all (n, 2)."""
    frame = mt.zeros((20, 2))
    frames = []
    for step in range(30):
        frame[:, 0] = mt.arange(20.0)
        frame[:, 1] = mt.sin(mt.arange(20.0) + 2 * math.pi * step / 30)
        frames.append(frame)
    return frames


if __name__ == "__main__":
    mt.plot.animate(my_frames(), "mine.gif")
