"""A closed line whose radius swells and shrinks: points on a circle, and a wave that
runs once round it in 30 frames. Each frame is a new Tensor, made by arithmetic; a
Tensor that is written to and appended again would be one frame many times. It goes
round since the wave after 30 steps is where it was at step 0, and step 30 is left out.
"""

import math

import minitensor as mt


def my_frames() -> list[mt.Tensor]:
    """Ten frames or more: all (h, w), all (h, w, 3) or all (n, 2)."""
    angle = mt.linspace(0, 2 * math.pi, 200)
    frames = []
    for step in range(30):
        radius = 1 + 0.3 * mt.sin(5 * angle + 2 * math.pi * step / 30)
        frames.append(mt.stack([radius * mt.cos(angle), radius * mt.sin(angle)], 1))
    return frames


if __name__ == "__main__":
    mt.plot.animate(my_frames(), "mine.gif")
