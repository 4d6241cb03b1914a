"""What the simulator says when a kernel is wrong: facts in, an error with words out.

Each function returns the error for the simulator to raise. Its message names the source line, the thread, the block,
the array, the index, and what to write instead. What is advised here is taken literally in `tests/gpu/advice/`, where
for each broken kernel the mended one must run and be right.
"""

from typing import Any

from minitensor.errors import (
    BarrierError,
    DataRaceError,
    KernelError,
    LaunchError,
    OutOfBoundsError,
    StepLimitError,
    UnwrittenError,
)
from minitensor.gpu.advice import in_order, kept_inside
from minitensor.gpu.clues import Clues
from minitensor.gpu.device import WARP
from minitensor.gpu.facts import Facts, told
from minitensor.gpu.where import Access, At, Element

# --- two threads -----------------------------------------------------------------------------------------------------


def race(element: Element, one: Access, other: Access, turned: bool = False) -> DataRaceError:
    """Two threads touch one element, one of them writes, and nothing says which comes first.

    turned : whether `other` came first in the simulator
    """
    error = DataRaceError(
        f"data race on {element} of {element.space} memory:\n  {one}\n  {other}\n"
        f"nothing says which comes first; {in_order(element, one, other)}"
    )
    return told(error, Facts("race", element=element, accesses=(other, one) if turned else (one, other)))


def barrier_missed(at: At, other: At, how: str = "elsewhere") -> BarrierError:
    """A thread waits at a barrier that another does not come to.

    how : of the other, which "ended", or "waits" on its line, or is "elsewhere": went another way on its line
    """
    if loop := Clues(at.source, at.line).uneven_loop():
        mend = f"give every thread of the block the same rounds of `{loop}`, and guard reads and writes inside it"
    else:
        mend = "move cuda.syncthreads() out of the if, and guard reads and writes instead of returning early"
    error = BarrierError(
        f"{at} waits at this barrier, but {_missing(other, how)}; every thread of a block must come to the same "
        f"barrier: {mend}"
    )
    return told(error, Facts("barrier_missed", at, other=other, detail=how))


def shuffle_missed(at: At, other: At, mask: int, there: int, how: str = "elsewhere") -> BarrierError:
    """A thread waits for a shuffle, or at a warp barrier, that another of those the mask names does not come to.

    there : which lanes have come, as a mask; how : as for `barrier_missed`
    """
    what = "warp barrier" if "syncwarp" in at.text else "shuffle"
    error = BarrierError(
        f"{at} waits at this {what}, but {_missing(other, how)}; every thread that the mask names must come to the "
        f"same {what}: move it out of the if, or let the mask name those that come, {there & mask:#x}"
    )
    return told(error, Facts("shuffle_missed", at, other=other, detail=how))


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
    error = BarrierError(
        f"{at} is lane {at.lane} of its warp, which the mask {mask:#x} of this {what} leaves out; a thread may only "
        f"come to a {what} that names it: add {1 << at.lane:#x} to the mask, or keep this thread away"
    )
    return told(error, Facts("mask_without_caller", at, detail=f"{mask:#x}"))


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
    error = BarrierError(
        f"{use} uses what a shuffle gave it; it {where}, and asks lane {lane} of its warp, {why}; {mend}"
    )
    return told(error, Facts("shuffle_undefined", use, detail=f"lane {lane}"))


# --- one thread ------------------------------------------------------------------------------------------------------


def out_of_bounds(at: At, element: Element, does: str, dynamic: bool = False, wide: int = 1) -> OutOfBoundsError:
    """A thread touches what lies outside of an array.

    does : "reads", "writes" or "touches"; dynamic : shared memory whose size is given at the launch
    wide : how many neighbours are touched at once
    """
    array, index, _, shape = element
    axis = next(axis for axis, i in enumerate(index) if not 0 <= i < shape[axis])
    size = shape[axis]
    where = f"on axis {axis} of {array}, of shape {tuple(shape)}," if len(shape) > 1 else f"of {array}"
    allowed = f"the indices {where} go from 0 to {size - 1}" if size else f"{array} has no elements"
    if dynamic:
        mend = "its size is given at the launch, in bytes: kernel[grid, block, shared_bytes](...)"
    elif wide > 1 and index[axis] >= size:
        mend = f"{wide} neighbours are touched at once: ask whether the last of them is inside, first + {wide - 1} < n"
    else:
        mend = kept_inside(at, element, does)
    error = OutOfBoundsError(f"{at} {does} {element}, but {allowed}; {mend}")
    return told(error, Facts("out_of_bounds", at, element, does))


def unwritten(at: At, element: Element) -> UnwrittenError:
    """A thread reads an element that nobody has written. Where another thread has, without a barrier, it is a race."""
    mend = (
        "shared memory holds rubbish at first: fill all that is read, also a halo, the edge of a tile and what belongs "
        "to threads without an element of their own, for example with 0, and put cuda.syncthreads() after it"
        if element.space == "shared"
        else "write it first, or hand the kernel an array that is filled, such as zeros(...)"
    )
    error = UnwrittenError(f"{at} reads {element} of {element.space} memory, which nobody has written; {mend}")
    return told(error, Facts("unwritten", at, element, "reads"))


def unassigned_variable(at: At, name: str) -> UnwrittenError:
    """A thread uses a variable that it has not given a value, because it went another way."""
    error = UnwrittenError(
        f"{at} uses {name}, to which it has given no value on its way here; give {name} a value before the if or the "
        "loop that it went past"
    )
    return told(error, Facts("unassigned_variable", at, detail=name))


def endless(at: At, rounds: int, barriers: bool = False) -> StepLimitError:
    """A thread that does not leave a loop, or that passes more barriers than can be told apart."""
    what = (
        f"has passed {rounds:,} barriers, and more are not told apart; share the work out over launches"
        if barriers
        else f"has gone round this loop {rounds:,} times and not left it; is its condition ever false, "
        "and does it change inside the loop?"
    )
    return told(StepLimitError(f"{at} {what}"), Facts("endless", at, detail="barriers" if barriers else ""))


def misaligned(at: At, element: Element, does: str) -> KernelError:
    """`load4` or `store4` that does not begin at a multiple of 4. does : "reads" or "writes"."""
    index = element.indices[0]
    error = KernelError(
        f"{at} {does} 4 elements of {element.array} at once from {element} on; 16 bytes at once begin at an index that "
        f"is a multiple of 4: take {index - index % 4}, or {does.removesuffix('s')} one by one"
    )
    return told(error, Facts("misaligned", at, element, does))


# --- every thread ----------------------------------------------------------------------------------------------------


def two_arrays(at: At, name: str, new: bool = False) -> KernelError:
    """A name that is one array in some threads, and another, or none if it is new, in others."""
    what = (
        f"only some threads come here and know {name} afterwards; give {name} its array before the if or the loop"
        if new
        else f"{name} would be one array in some threads and another in others, which is not simulated; use each by a "
        "name of its own"
    )
    return told(KernelError(f"{at}\n{what}"), Facts("two_arrays", at, detail="new" if new else ""))


def too_much_shared(at: At, array: str, taken: int, most: int) -> LaunchError:
    """More shared memory than a block has. taken : bytes with this array; most : bytes that there are"""
    error = LaunchError(
        f"{at}\n{array} brings shared memory to {taken:,} bytes; a block has {most:,}, so take a smaller tile"
    )
    return told(error, Facts("too_much_shared", at))


def depends_on_order(kernel: str, element: Element, one: Any, other: Any, is_float: bool) -> DataRaceError:
    """Two orders of blocks and atomics give two results. element : the first that differs, and its two values."""
    mend = (
        "sums of floats are rounded in the order in which they are added: compare with a tolerance, or let each thread "
        "write its part and add the parts in a fixed order"
        if is_float and abs(one - other) <= 1e-3 * max(abs(one), abs(other))
        else "it uses what an atomic returned, or what came last: sort the result, or give each element to one thread"
    )
    error = DataRaceError(
        f"{kernel}: the result depends on the order of blocks and atomics: {element} is {one} in one order and "
        f"{other} in another; {mend}"
    )
    return told(error, Facts("depends_on_order", element=element))
