"""the frames grow: each has a point more than the one before"""

import math

import minitensor as mt


def my_frames() -> list[mt.Tensor]:
    """Ten frames or more: all (h, w), all (h, w, 3) or all (n, 2)."""
    points, frames = [], []
    for step in range(30):
        points.append([math.cos(step / 5), math.sin(step / 5)])
        frames.append(mt.tensor(points))
    return frames


if __name__ == "__main__":
    mt.plot.animate(my_frames(), "mine.gif")
