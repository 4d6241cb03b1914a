"""The broadcasting rule, on shapes alone, and its picture in text.

Line the shapes up at their *last* axis. Where a shape has no axis left, think of it as having size 1 there. On each
axis the sizes must then be equal, or one of them must be 1: that one is stretched, by reading the same element again
and again (stride 0), never by copying it.
"""

from collections.abc import Sequence

from minitensor.errors import BroadcastError

Shape = tuple[int, ...]


def broadcast_shapes(*shapes: Sequence[int]) -> Shape:
    """The shape of an elementwise operation on tensors of these shapes.

    >>> broadcast_shapes((5, 1), (3,))
    (5, 3)
    >>> broadcast_shapes((2, 0), (1, 1))
    (2, 0)

    Raises BroadcastError, with the picture of `explain_broadcast`, where they do not fit.
    """
    result = _broadcast(shapes)
    if result is None:
        raise BroadcastError(explain_broadcast(*shapes))
    return result


def explain_broadcast(*shapes: Sequence[int], names: Sequence[str] = "abcdefgh") -> str:
    """How shapes line up, as text: one column an axis, what is stretched, what disagrees, what to write instead.

    names : what the operands are called in the picture, one for each shape

    >>> print(explain_broadcast((5, 1), (3,)))
    axis  -2  -1
    a      5   1  shape (5, 1)
    b      .   3  shape (3,)
    ->     5   3  shape (5, 3)
    axis -2: b has no such axis and is repeated 5 times
    axis -1: a has size 1 and is stretched to 3

    >>> print(explain_broadcast((5,), (5, 3)))
    axis  -2  -1
    a      .   5  shape (5,)
    b      5   3  shape (5, 3)
    ->     5   !
    axis -2: a has no such axis and is repeated 5 times
    axis -1: the sizes 5 (a), 3 (b) disagree; they must be equal, or 1
    fix: give a a new last axis, a[:, None], which makes it (5, 1)
    """
    ndim = max((len(shape) for shape in shapes), default=0)
    labels = [str(name) for name in names] if len(names) >= len(shapes) else [f"#{i}" for i in range(len(shapes))]
    notes, result = [], []
    for axis in range(-ndim, 0):
        present = [(name, shape[axis]) for name, shape in zip(labels, shapes, strict=False) if len(shape) >= -axis]
        size = _size_on_axis([size for _, size in present])
        result.append("!" if size is None else str(size))
        if size is None:
            sizes = ", ".join(f"{size} ({name})" for name, size in present)
            notes.append(f"axis {axis}: the sizes {sizes} disagree; they must be equal, or 1")
            continue
        absent = [name for name, shape in zip(labels, shapes, strict=False) if len(shape) < -axis]
        stretched = [name for name, own in present if own != size]
        if absent and size != 1:
            has, is_ = ("has", "is") if len(absent) == 1 else ("have", "are")
            notes.append(f"axis {axis}: {', '.join(absent)} {has} no such axis and {is_} repeated {size} times")
        if stretched:
            has, is_ = ("has", "is") if len(stretched) == 1 else ("have", "are")
            notes.append(f"axis {axis}: {', '.join(stretched)} {has} size 1 and {is_} stretched to {size}")

    rows = [["axis", *(str(axis) for axis in range(-ndim, 0))]]
    for name, shape in zip(labels, shapes, strict=False):
        rows.append([name, *["."] * (ndim - len(shape)), *(str(size) for size in shape)])
    rows.append(["->", *result])
    whole = _broadcast(shapes)
    shape_column = ["", *(f"  shape {tuple(shape)}" for shape in shapes), "" if whole is None else f"  shape {whole}"]
    name_width = max(len(row[0]) for row in rows)
    width = max((len(cell) for row in rows for cell in row[1:]), default=0)
    lines = [
        (row[0].ljust(name_width) + "".join(f"  {cell:>{width}}" for cell in row[1:]) + shape).rstrip()
        for row, shape in zip(rows, shape_column, strict=True)
    ]
    return "\n".join(lines + notes + ([] if whole is not None else [_fix(shapes, labels)]))


def _size_on_axis(sizes: Sequence[int]) -> int | None:
    """The size that the sizes on one axis broadcast to, or None where they disagree."""
    others = {size for size in sizes if size != 1}
    return None if len(others) > 1 else others.pop() if others else 1


def _broadcast(shapes: Sequence[Sequence[int]]) -> Shape | None:
    ndim = max((len(shape) for shape in shapes), default=0)
    result = []
    for axis in range(-ndim, 0):
        size = _size_on_axis([shape[axis] for shape in shapes if len(shape) >= -axis])
        if size is None:
            return None
        result.append(size)
    return tuple(result)


def _fix(given: Sequence[Sequence[int]], names: Sequence[str]) -> str:
    """One change of one operand that makes the shapes fit, or the plain rule where there is none."""
    shapes = [tuple(shape) for shape in given]
    for i, (name, shape) in enumerate(zip(names, shapes, strict=False)):
        others = shapes[:i] + shapes[i + 1 :]
        for new in range(1, max((len(other) for other in others), default=0) - len(shape) + 1):
            longer = shape + (1,) * new
            if _broadcast([*others, longer]) is not None:
                what = "a new last axis" if new == 1 else f"{new} new last axes"
                index = ", ".join([":"] * len(shape) + ["None"] * new)
                return f"fix: give {name} {what}, {name}[{index}], which makes it {longer}"
    for i, (name, shape) in enumerate(zip(names, shapes, strict=False)):
        if len(shape) >= 2 and _broadcast([*shapes[:i], *shapes[i + 1 :], (*shape[:-2], *shape[:-3:-1])]) is not None:
            return f"fix: transpose {name}, {name}.mT"
    return "fix: reshape or slice one of them until the sizes on each axis are equal, or 1"
