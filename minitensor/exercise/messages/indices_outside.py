"""What is said of an index outside of its array: what let it through, and with which numbers."""

import numpy as np

from minitensor.exercise.messages.looking import Look, Told, quoted, sentence
from minitensor.gpu.advice import cause
from minitensor.gpu.clues import Clues
from minitensor.gpu.where import At, Element, axes_of


def out_of_bounds(look: Look) -> Told:
    at, element, does = look.one()
    axis = next(axis for axis, i in enumerate(element.indices) if not 0 <= i < element.shape[axis])
    why, shared = cause(at, element, does), element.space == "shared"
    lines = [f"{sentence(at.who)} {does} {element}; {_ends(element, axis)}."]
    either = Clues(at.source, at.line).alternatives()
    if why.kind == "negative":
        said = ["On a GPU a negative index does not count from the end: it lies before the array.",
                "Who stands first has nobody before it. What is to count in its place?"]  # fmt: skip
        return [*lines, f"{quoted(at)}{_here(look, at, why.text)}", *said], "negative"
    if why.kind == "swapped":
        clues = Clues(at.source, at.line)
        written = clues.indices(element.array, axis)
        lines += [
            f"Your guard let it in: line {each.line}, {each.written}{look.values(at, each.written)}."
            for each in clues.guards()
            if each.left in written and each.sign == "<"
        ][:1]
        said = ["The other way round it would fit: are rows and columns exchanged, in the index or in the guard?"]
        return [*lines, quoted(at), *said], "swapped"
    if why.kind == "memory":
        said = ["The index was read from memory. Is what is there right?"]
        return [*lines, f"{quoted(at)}{_here(look, at, why.text)}", *said], "outside"
    guard = why.guard
    held = f"line {guard.line}, {guard.written}{look.values(at, guard.written, why.text)}" if guard else ""
    if guard and why.kind == "guard":
        return [
            *lines, f"Your guard let it in: {held}.",
            f"Of {guard.right} numbers the last has the index {guard.right} - 1.",
        ], "guard"  # fmt: skip
    if guard and why.kind == "bound":
        said = [f"The size that it asks for is not that of this axis of {element.array}."]
        return [*lines, f"Your guard let it in: {held}.", *said], "guard"
    if guard:
        return [
            *lines, quoted(at), f"Your guard asks for {guard.left}: {held}.",
            "Has every neighbour a place there?" if shared
            else "Ask for every index of the line; or is one of them one too far?",
        ], "outside" if shared else "neighbour"  # fmt: skip
    if why.loop:
        said = ["It counts one too far, or it is not this array that it counts through."]
        if why.kind != "loop":
            said = [f"The loop keeps inside what it counts, but not {why.text or 'every index of this line'}."]
        return [*lines, quoted(at), f"The loop: {why.loop}{look.values(at, why.loop, why.text)}.", *said], "loop"
    if either and not shared:
        text, line = either[0]
        return [
            *lines, f"Your guard let it in: line {line}, {text}{look.values(at, text)}.",
            "With `or` one half is enough. A thread has an element only if both hold.",
        ], "guard"  # fmt: skip
    if shared:
        said = [f"Is {element.array} large enough for all that goes in, or is the index too large?"]
        return [*lines, f"{quoted(at)}{_here(look, at, why.text)}", *said], "outside"
    lines.append(f"{quoted(at)}{_here(look, at, why.text)}")
    if not _to_spare(at, element):
        return [
            *lines, f"This thread is none to spare: {element.array} has a place for its number in the grid.",
            "How is the index made of that number?",
        ], "outside"  # fmt: skip
    threads = int(np.prod(at.block_size)) * int(np.prod(at.grid_size))
    if len(element.shape) == axes_of(at.block_size, at.grid_size):
        lines.append(f"{threads:,} threads are launched, and {element.array} has {_many(element.shape)}.")
    return [*lines, "A thread without an element of its own must do nothing: no guard keeps this one away."], "guard"


def _to_spare(at: At, element: Element) -> bool:
    """Whether a thread's number in the grid is beyond an array, along some axis, whichever axis is x."""
    place = [b * n + t for b, n, t in zip(at.block, at.block_size, at.thread or (0, 0, 0), strict=True)]
    used = place[: len(element.shape)]
    fits = (all(i < n for i, n in zip(used, shape, strict=False)) for shape in (element.shape, element.shape[::-1]))
    return not all(fits) or any(place[len(element.shape) :])


def _many(shape: tuple[int, ...]) -> str:
    """``70 elements``."""
    size = int(np.prod(shape))
    return f"{size:,} element{'s' * (size != 1)}"


def _ends(element: Element, axis: int) -> str:
    """Where an array ends."""
    size, index, name = element.shape[axis], element.indices[axis], element.array
    if not size:
        return f"{name} has no elements"
    if len(element.shape) == 1:
        return f"{name} begins at 0" if index < 0 else f"{name} ends at {size - 1}"
    what = ("row", "column")[axis] if len(element.shape) == 2 else f"place along axis {axis}"
    if size == 1:
        return f"{name} has 1 {what}"
    what = what.replace("place", "places") if len(element.shape) > 2 else f"{what}s"
    return f"{name} has {size} {what}, 0 to {size - 1}"


def _here(look: Look, at: At, *texts: str) -> str:
    """What the variables were, at the end of a line."""
    values = look.values(at, *texts)
    return f"   here {values.removeprefix(' with ')}" if values else ""
