"""04 Mirror: strides may be negative
Write, lesson 1, about 2 lines, 10 minutes.

With an offset, the place where it begins, a view can also be read backwards. The
element (row, column) is at place offset + row * strides[0] + column * strides[1]. Show
a picture in a mirror, left and right swapped, without moving a number:

    shape (2, 3), strides (3, 1)      as it is        in the mirror
    offset 0                          0   1   2        2   1   0     (these are places)
                                      3   4   5        5   4   3

The picture may itself be a view, with any offset and any strides, such as every second
column, a picture on its side, or one in a mirror. You need "Strides" of lesson 1.

Star: any number of axes, one at least, of which the last is mirrored: a line of pixels,
      a batch of pictures.
"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    raise NotImplementedError
