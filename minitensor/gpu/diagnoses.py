"""What the simulator says when a kernel is wrong: facts in, an error with words out.

Each function returns the error for the simulator to raise. Its message names the source line, the thread, the block,
the array, the index, and what to write instead. What is advised here is taken literally in `tests/gpu/advice/`, where
for each broken kernel the mended one must run and be right.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from minitensor.errors import (
    BarrierError,
    DataRaceError,
    KernelError,
    LaunchError,
    OutOfBoundsError,
    StepLimitError,
    UnwrittenError,
)
from minitensor.gpu.clues import Clues
from minitensor.gpu.device import WARP, Dim3
from minitensor.gpu.source import Source

ELSEWHERE = "what one launch has written, the next may read: end the kernel between the two and launch a second one"


class At(NamedTuple):
    """A line of a kernel and the thread that is there.

    thread, block : their indices (x, y, z); thread is None where a line is wrong for every thread
    block_size, grid_size : how many threads a block has along each axis, and how many blocks the grid
    """

    source: Source
    line: int
    thread: Sequence[int] | None = None
    block: Sequence[int] = (0, 0, 0)
    block_size: Dim3 = Dim3(1)
    grid_size: Dim3 = Dim3(1)

    @property
    def text(self) -> str:
        """``kernels.py:12: total += a[row, inner]``."""
        return self.source.at(self.line)

    @property
    def name(self) -> str:
        """``thread 3``, or ``thread (3, 0)`` where blocks have two axes."""
        return f"thread {_shown(self.thread or (), self.block_size)}"

    @property
    def who(self) -> str:
        """``thread 3 of block (0, 1)``."""
        return f"{self.name} of block {_shown(self.block, self.grid_size)}"

    @property
    def lane(self) -> int:
        x, y, z = self.thread or (0, 0, 0)
        return (x + self.block_size.x * (y + self.block_size.y * z)) % WARP

    def __str__(self) -> str:
        return f"{self.text}\n{self.who}" if self.thread is not None else self.text


class Access(NamedTuple):
    """A thread that touches an array. kind : "load", "store" or "atomic"

    adds : whether the line adds to the element, as ``array[i] += x`` does
    """

    at: At
    kind: str
    array: str
    adds: bool = False

    def __str__(self) -> str:
        adds = "adds to" if "atomic_add" in self.at.text else "changes"
        does = {"load": "reads", "store": "writes", "atomic": adds}[self.kind]
        return f"{self.at.who} {does} it: {self.at.text}"


# --- two threads -----------------------------------------------------------------------------------------------------


def race(element: str, space: str, one: Access, other: Access) -> DataRaceError:
    """Two threads touch one element, one of them writes, and nothing says which comes first.

    element : such as "tile[7]"; space : "global" or "shared"; one : the access that came first in the simulator
    """
    return DataRaceError(
        f"data race on {element} of {space} memory:\n  {one}\n  {other}\n"
        f"nothing says which comes first; {_in_order(space, one, other)}"
    )


def _in_order(space: str, one: Access, other: Access) -> str:
    """What puts the two in order."""
    kinds = {one.kind, other.kind}
    apart = one.at.block != other.at.block
    barrier = space == "shared" or one.at.grid_size == (1, 1, 1)
    if apart and one.at.thread == other.at.thread and _forgets_the_block(one, other):
        axes = _axes(one.at.block_size, one.at.grid_size)
        return (
            f"both are {one.at.name} of their block, and cuda.threadIdx counts from 0 in each block: "
            f"cuda.grid({axes}) counts through all of them"
        )
    if all(each.kind == "atomic" or _only_adds(each) for each in (one, other)):
        return f"let each add in one step: cuda.atomic_add({one.array}, index, value)"
    if kinds == {"store"} or any(Clues(each.at.source, each.at.line).swaps(each.array) for each in (one, other)):
        if apart:
            return "blocks run in any order and never wait for each other: give each element to one thread of one block"
        return "give each element to one thread"
    if kinds == {"load", "store"} and space == "global":
        load, store = (one, other) if one.kind == "load" else (other, one)
        if load.at.line <= store.at.line:  # it wants what was there before
            mend = "write to a second array, which no thread of this launch reads"
            if barrier:
                mend += (
                    "; as long as the grid is one block, cuda.syncthreads() between reading and writing will also do"
                )
            return mend
    if not barrier:
        return f"blocks run in any order and never wait for each other, and a barrier is for one block; {ELSEWHERE}"
    if one.at.line == other.at.line and "atomic" not in kinds:
        mend = "read into a variable, then put cuda.syncthreads(), and then write"
    else:
        mend = "put cuda.syncthreads() between the two, also where the second is in the next round of a loop"
    return mend if space == "shared" else f"{mend}; that is enough as long as the grid is one block"


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


def barrier_missed(at: At, other: At, how: str = "elsewhere") -> BarrierError:
    """A thread waits at a barrier that another does not come to.

    how : of the other, which "ended", or "waits" on its line, or is "elsewhere": went another way on its line
    """
    if loop := Clues(at.source, at.line).uneven_loop():
        mend = f"give every thread of the block the same rounds of `{loop}`, and guard reads and writes inside it"
    else:
        mend = "move cuda.syncthreads() out of the if, and guard reads and writes instead of returning early"
    return BarrierError(
        f"{at} waits at this barrier, but {_missing(other, how)}; every thread of a block must come to the same "
        f"barrier: {mend}"
    )


def shuffle_missed(at: At, other: At, mask: int, there: int, how: str = "elsewhere") -> BarrierError:
    """A thread waits for a shuffle, or at a warp barrier, that another of those the mask names does not come to.

    there : which lanes have come, as a mask; how : as for `barrier_missed`
    """
    what = "warp barrier" if "syncwarp" in at.text else "shuffle"
    return BarrierError(
        f"{at} waits at this {what}, but {_missing(other, how)}; every thread that the mask names must come to the "
        f"same {what}: move it out of the if, or let the mask name those that come, {there & mask:#x}"
    )


def _missing(other: At, how: str) -> str:
    undefined = "what a GPU then does is undefined: it may go on without it, or wait for ever"
    if how == "ended":
        return f"{other.name} has ended, and {undefined}"
    if how == "waits":
        return f"{other.name} waits at {other.text}, and {undefined}"
    return f"{other.name} went another way at {other.text}, and {undefined}"


def mask_without_caller(at: At, mask: int) -> BarrierError:
    """A thread calls a shuffle, or a warp barrier, whose mask does not name it."""
    what = "warp barrier" if "syncwarp" in at.text else "shuffle"
    return BarrierError(
        f"{at} is lane {at.lane} of its warp, which the mask {mask:#x} of this {what} leaves out; a thread may only "
        f"come to a {what} that names it: add {1 << at.lane:#x} to the mask, or keep this thread away"
    )


def shuffle_undefined(use: At, shuffle: At, lane: int) -> BarrierError:
    """A thread uses what a shuffle gave it, and the lane that it asked had nothing to give.

    use : where it is used; shuffle : where it was asked for; lane : which lane of its warp was asked
    """
    threads = use.block_size.x * use.block_size.y * use.block_size.z
    x, y, z = use.thread or (0, 0, 0)
    number = x + use.block_size.x * (y + use.block_size.y * z)
    exists = number - number % WARP + lane < threads
    if exists:
        why = "which was not there, so the value is undefined"
        mend = "let every lane that is asked come to the shuffle and be named by its mask, or do not use the value"
    else:
        why = "which does not exist, so the value is undefined"
        mend = f"launch blocks of {WARP} threads, or a multiple, or give the width, or do not use the value"
    where = "asked for it here" if use.line == shuffle.line else f"asked for it at {shuffle.text}"
    return BarrierError(
        f"{use} uses what a shuffle gave it; it {where}, and asks lane {lane} of its warp, {why}; {mend}"
    )


# --- one thread ------------------------------------------------------------------------------------------------------


def out_of_bounds(
    at: At, array: str, shape: Sequence[int], index: Sequence[int], does: str, dynamic: bool = False
) -> OutOfBoundsError:
    """A thread touches what lies outside of an array.

    does : "reads", "writes" or "touches"; dynamic : shared memory whose size is given at the launch
    """
    axis = next(axis for axis, i in enumerate(index) if not 0 <= i < shape[axis])
    size = shape[axis]
    where = f"on axis {axis} of {array}, of shape {tuple(shape)}," if len(shape) > 1 else f"of {array}"
    allowed = f"the indices {where} go from 0 to {size - 1}" if size else f"{array} has no elements"
    shown = f"{array}[{', '.join(str(i) for i in index)}]"
    if dynamic:
        mend = "its size is given at the launch, in bytes: kernel[grid, block, shared_bytes](...)"
    else:
        mend = _kept_inside(at, array, shape, index, does, axis)
    return OutOfBoundsError(f"{at} {does} {shown}, but {allowed}; {mend}")


def _kept_inside(at: At, array: str, shape: Sequence[int], index: Sequence[int], does: str, axis: int) -> str:
    """What keeps the index inside."""
    size = shape[axis]
    clues = Clues(at.source, at.line)
    guards = clues.guards()
    texts = clues.indices(array, axis, {"reads": False, "writes": True}.get(does))
    if index[axis] < 0:
        text = _the_one(texts) or _the_one([each for each in texts if "-" in each]) or "the index"
        behind = "on a GPU a negative index does not count from the end, it lies before the array"
        return f"{behind}; keep it out: if {text} >= 0: ..."
    if len(shape) > 1 and all(0 <= i < n for i, n in zip(reversed(index), shape, strict=True)):
        return "the other way round it would fit: are row and column swapped?"
    loops = clues.loops()
    kept = {guard.left for guard in guards if guard.sign == "<"} | loops.keys()
    text = _the_one(texts) or _the_one([each for each in texts if each not in kept])
    if "memory" in clues.made_of(text):
        return f"that index was read from memory: is it right there? If not all are, keep them out: if {text} < {size}"
    for left, sign, right, written in guards:
        if left == text and sign == "<=":
            return f"the guard `{written}` lets {right} itself through: write {text} < {right}"
        if left == text and sign == "<":
            return f"the guard `{written}` lets it through: it must be the size of {array} that is compared with"
        if sign == "<" and re.search(rf"\b{re.escape(left)}\b", " ".join(texts)):
            ask = f"{text}: ask if {text} < {right}: ..." if text else "every index of this line: ask for each"
            return f"the guard `{written}` keeps {left} inside, but not {ask}"
    for name, loop in loops.items():
        if name == text:
            return f"the loop `{loop}` goes too far: it must end at {size}"
        if re.search(rf"\b{name}\b", text):
            return f"the loop `{loop}` keeps {name} inside, but not {text}: ask if {text} < {size}: ..."
    guard = "if i < n" if len(shape) == 1 else "if row < m and col < n"
    return f"threads without an element of their own must be kept out: {guard}: ..."


def _the_one(texts: Sequence[str]) -> str:
    """The only one of them, if it is."""
    return texts[0] if len(texts) == 1 else ""


def unwritten(at: At, element: str, space: str) -> UnwrittenError:
    """A thread reads an element that nobody has written. Where another thread has, without a barrier, it is a race."""
    mend = (
        "shared memory holds rubbish at first: fill all that is read, also a halo, the edge of a tile and what belongs "
        "to threads without an element of their own, for example with 0, and put cuda.syncthreads() after it"
        if space == "shared"
        else "write it first, or hand the kernel an array that is filled, such as zeros(...)"
    )
    return UnwrittenError(f"{at} reads {element} of {space} memory, which nobody has written; {mend}")


def unassigned_variable(at: At, name: str) -> UnwrittenError:
    """A thread uses a variable that it has not given a value, because it went another way."""
    return UnwrittenError(
        f"{at} uses {name}, to which it has given no value on its way here; give {name} a value before the if or the "
        "loop that it went past"
    )


def endless(at: At, rounds: int) -> StepLimitError:
    """A thread that does not leave a loop."""
    return StepLimitError(
        f"{at} has gone round this loop {rounds:,} times and not left it; is its condition ever false, "
        "and does it change inside the loop?"
    )


def misaligned(at: At, array: str, index: int, does: str) -> KernelError:
    """`load4` or `store4` that does not begin at a multiple of 4. does : "reads" or "writes"."""
    return KernelError(
        f"{at} {does} 4 elements of {array} at once from {array}[{index}] on; 16 bytes at once begin at an index that "
        f"is a multiple of 4: take {index - index % 4}, or {does.removesuffix('s')} one by one"
    )


# --- every thread ----------------------------------------------------------------------------------------------------


def two_arrays(at: At, name: str, new: bool = False) -> KernelError:
    """A name that is one array in some threads, and another, or none if it is new, in others."""
    if new:
        return KernelError(
            f"{at}\nonly some threads come here and know {name} afterwards; give {name} its array before the if or the "
            "loop"
        )
    return KernelError(
        f"{at}\n{name} would be one array in some threads and another in others, which is not simulated; use each by a "
        "name of its own"
    )


def too_much_shared(at: At, array: str, taken: int, most: int) -> LaunchError:
    """More shared memory than a block has. taken : bytes with this array; most : bytes that there are"""
    return LaunchError(
        f"{at}\n{array} brings shared memory to {taken:,} bytes; a block has {most:,}, so take a smaller tile"
    )


def depends_on_order(kernel: str, element: str, one: Any, other: Any, is_float: bool) -> DataRaceError:
    """Two orders of blocks and atomics give two results. element : the first that differs, and its two values."""
    mend = (
        "sums of floats are rounded in the order in which they are added: compare with a tolerance, or let each thread "
        "write its part and add the parts in a fixed order"
        if is_float and abs(one - other) <= 1e-3 * max(abs(one), abs(other))
        else "it uses what an atomic returned, or what came last: sort the result, or give each element to one thread"
    )
    return DataRaceError(
        f"{kernel}: the result depends on the order of blocks and atomics: {element} is {one} in one order and "
        f"{other} in another; {mend}"
    )


def _axes(*sizes: Dim3) -> int:
    """How many axes a launch uses."""
    return max(3 if size.z > 1 else 2 if size.y > 1 else 1 for size in sizes)


def _shown(index: Sequence[int], size: Dim3) -> str:
    """``3`` in one dimension, ``(3, 0)`` in two: one number is enough where the launch has one axis."""
    used = _axes(size)
    return str(tuple(map(int, index[:used]))) if used > 1 else str(int(index[0])) if len(index) else ""
