"""What mends a kernel: read from the facts of a race, or of an index outside, and from how the kernel is written."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from minitensor.gpu.clues import Clues, Guard
from minitensor.gpu.where import Access, At, Element, axes_of

ELSEWHERE = "what one launch has written, the next may read: end the kernel between the two and launch a second one"


def what_kind(element: Element, one: Access, other: Access) -> str:
    """Of the races.

    "which thread": both have a thread's number in its block where that in the grid is meant; both "add"; both write, so
    that it has no one "owner"; one writes "in place" what others still read; a block waits for another, "between
    blocks"; on the "same line" some read and others write; or a "barrier" is missing
    """
    kinds = {one.kind, other.kind}
    apart = one.at.block != other.at.block
    if apart and one.at.thread == other.at.thread and _forgets_the_block(one, other):
        return "which thread"
    if all(each.kind == "atomic" or _only_adds(each) for each in (one, other)):
        return "add"
    if kinds == {"store"} or any(Clues(each.at.source, each.at.line).swaps(each.array) for each in (one, other)):
        return "owner"
    if kinds == {"load", "store"} and element.space == "global":
        load, store = (one, other) if one.kind == "load" else (other, one)
        if load.at.line <= store.at.line:  # it wants what was there before
            return "in place"
    if element.space == "global" and one.at.grid_size != (1, 1, 1):
        return "between blocks"
    return "same line" if one.at.line == other.at.line and "atomic" not in kinds else "barrier"


def in_order(element: Element, one: Access, other: Access) -> str:
    """What puts the two in order."""
    kind = what_kind(element, one, other)
    if kind == "which thread":
        axes = axes_of(one.at.block_size, one.at.grid_size)
        return (
            f"both are {one.at.name} of their block, and cuda.threadIdx counts from 0 in each block: "
            f"cuda.grid({axes}) counts through all of them"
        )
    if kind == "add":
        return f"let each add in one step: cuda.atomic_add({one.array}, index, value)"
    if kind == "owner" and one.at.block != other.at.block:
        return "blocks run in any order and never wait for each other: give each element to one thread of one block"
    if kind == "owner":
        return "give each element to one thread"
    if kind == "in place":
        mend = "write to a second array, which no thread of this launch reads"
        if one.at.grid_size == (1, 1, 1):
            mend += "; as long as the grid is one block, cuda.syncthreads() between reading and writing will also do"
        return mend
    if kind == "between blocks":
        return f"blocks run in any order and never wait for each other, and a barrier is for one block; {ELSEWHERE}"
    if kind == "same line":
        mend = "read into a variable, then put cuda.syncthreads(), and then write"
    else:
        mend = "put cuda.syncthreads() between the two, also where the second is in the next round of a loop"
    return mend if element.space == "shared" else f"{mend}; that is enough as long as the grid is one block"


def _only_adds(access: Access) -> bool:
    """Whether the line adds to the array and does not read another element of it, as ``x[i] += x[i - 1]`` does."""
    return access.adds and len(Clues(access.at.source, access.at.line).indices(access.array)) == 1


def _forgets_the_block(*accesses: Access) -> bool:
    """Whether an index is made of the thread's number in its block, and of nothing that tells blocks apart."""
    for each in accesses:
        clues = Clues(each.at.source, each.at.line)
        store = None if each.kind == "atomic" else each.kind == "store"
        axes = [clues.indices(each.array, axis, store) for axis in range(3)]
        parts = [clues.made_of(index) for indices in axes for index in indices]
        if {"thread"} not in parts or any("memory" in made for made in parts):
            return False
    return True


class Cause(NamedTuple):
    """Why an index gets outside.

    kind : "negative", "swapped" rows and columns, read from "memory", a "guard" that lets its own bound through, a
        "bound" that is not the array's, a "neighbour" for whom nobody asked, a "loop" that goes too far, a neighbour
        "beside the loop", or "unguarded"
    text : the index as it is written, "" where the line has several; guard, loop : the one meant
    """

    kind: str
    text: str = ""
    guard: Guard | None = None
    loop: str = ""


def cause(at: At, element: Element, does: str) -> Cause:
    """Why an index gets outside, as the text around it tells."""
    array, index, _, shape = element
    axis = next(axis for axis, i in enumerate(index) if not 0 <= i < shape[axis])
    clues = Clues(at.source, at.line)
    guards = clues.guards()
    texts = clues.indices(array, axis, {"reads": False, "writes": True}.get(does))
    if index[axis] < 0:
        return Cause("negative", _the_one(texts) or _the_one([each for each in texts if "-" in each]))
    if len(shape) > 1 and all(0 <= i < n for i, n in zip(reversed(index), shape, strict=True)):
        return Cause("swapped")
    loops = clues.loops()
    kept = {guard.left for guard in guards if guard.sign == "<"} | loops.keys()
    text = _the_one(texts) or _the_one([each for each in texts if each not in kept])
    if "memory" in clues.made_of(text):
        return Cause("memory", text)
    for guard in guards:
        if guard.left == text and guard.sign in ("<", "<="):
            return Cause("guard" if guard.sign == "<=" else "bound", text, guard)
        if guard.sign == "<" and re.search(rf"\b{re.escape(guard.left)}\b", " ".join(texts)):
            return Cause("neighbour", text, guard)
    for name, loop in loops.items():
        if name == text or re.search(rf"\b{name}\b", text):
            return Cause("loop" if name == text else "beside the loop", text, loop=loop)
    return Cause("unguarded", text)


def kept_inside(at: At, element: Element, does: str) -> str:
    """What keeps the index inside."""
    array, index, _, shape = element
    size = next(n for i, n in zip(index, shape, strict=True) if not 0 <= i < n)
    kind, text, guard, loop = cause(at, element, does)
    if kind == "negative":
        behind = "on a GPU a negative index does not count from the end, it lies before the array"
        return f"{behind}; keep it out: if {text or 'the index'} >= 0: ..."
    if kind == "swapped":
        return "the other way round it would fit: are row and column swapped?"
    if kind == "memory":
        return f"that index was read from memory: is it right there? If not all are, keep them out: if {text} < {size}"
    if guard and kind == "guard":
        return f"the guard `{guard.written}` lets {guard.right} itself through: write {text} < {guard.right}"
    if guard and kind == "bound":
        return f"the guard `{guard.written}` lets it through: it must be the size of {array} that is compared with"
    if guard:
        ask = f"{text}: ask if {text} < {guard.right}: ..." if text else "every index of this line: ask for each"
        return f"the guard `{guard.written}` keeps {guard.left} inside, but not {ask}"
    if kind == "loop":
        return f"the loop `{loop}` goes too far: it must end at {size}"
    if loop:
        name = loop.removeprefix("for ").partition(" in ")[0]
        return f"the loop `{loop}` keeps {name} inside, but not {text}: ask if {text} < {size}: ..."
    guarded = "if i < n" if len(shape) == 1 else "if row < m and col < n"
    return f"threads without an element of their own must be kept out: {guarded}: ..."


def _the_one(texts: Sequence[str]) -> str:
    """The only one of them, if it is."""
    return texts[0] if len(texts) == 1 else ""
