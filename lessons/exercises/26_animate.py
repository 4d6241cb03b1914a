"""26 Animate: something of your own that moves
Write, lesson 6, about 6 lines, 30 minutes.

Make an animation of whatever you like: points that walk uphill, a wave, a matrix that
turns a shape, the game of life. Return its frames, ten Tensors or more of one shape,
each different from the one before:

    (h, w)      a picture in grey              o . . .     . . . .     . . . .
    (h, w, 3)   a picture in red, green,       . . . .     . o . .     . . . .
                and blue, each from 0 to 1     . . . .     . . . .     . . o .
    (n, 2)      n points in the plane          frame 0     frame 1     frame 2

Then run this file, as a script: it writes mine.gif, which any browser shows.

Star: it goes round. The step from the last frame to the first is no larger than the
largest step between two neighbours; a step is the largest change of any number.
"""

import math

import minitensor as mt


def my_frames() -> list[mt.Tensor]:
    """Ten frames or more: all (h, w), all (h, w, 3) or all (n, 2)."""
    raise NotImplementedError


if __name__ == "__main__":
    mt.plot.animate(my_frames(), "mine.gif")
