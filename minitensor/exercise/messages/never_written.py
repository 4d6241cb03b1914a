"""What is said of an element that is read and that nobody has written: which threads write around it."""

import numpy as np

from minitensor.exercise.messages.looking import Look, Told, line_of, quoted, sentence
from minitensor.exercise.messages.touched import block_number, what_it_reads, who_writes, writers
from minitensor.exercise.outcomes import WIDTH
from minitensor.gpu.where import At, Element, axes_of, shown


def unwritten(look: Look) -> Told:
    at, element, _ = look.one()
    if element.space != "shared":
        return [
            f"{sentence(at.who)} reads {element}, and nobody has written it.", quoted(at),
            f"{element.array} holds no numbers yet: write an element before you read it.",
        ], "unwritten"  # fmt: skip
    here, found = element.indices[0], writers(look, element, at)
    block = f"block {shown(at.block, at.grid_size)}"
    reads = what_it_reads(look, element, at)
    short = len(f"{reads}   {quoted(at)}") <= WIDTH
    picture = who_writes(look, element, at) if found else []
    if look.seen is None or not look.seen.whole:
        return [
            f"{sentence(at.who)} reads {element}, which nobody has written.", quoted(at),
            "Shared memory holds rubbish at first. Which thread is to write it?",
        ], "unwritten"  # fmt: skip
    if here in found:
        return _too_early(look, at, element, found[here])
    if not found:
        return [
            f"{element} is used and no thread of {block} ever writes into {element.array}.",
            f"{at.name}   {quoted(at)}",
            "Shared memory holds rubbish at first, not 0.",
            "Fill it before its first use, with cuda.syncthreads() after that.",
        ], "unwritten"  # fmt: skip
    lines = [f"{element} is read and no thread of {block} ever writes it (a barrier will not help).", *picture]
    lines += [f"{reads}   {quoted(at)}"] if short else [reads, quoted(at)]
    threads = int(np.prod(at.block_size))
    if here < min(found):
        return [*lines, "Who fetches the number left of the block's first?"], "halo"
    if here > max(found) and len(set(found.values())) == threads:
        return [*lines, "Who fetches the number right of the block's last?"], "halo"
    if len(set(found.values())) < threads:
        return [
            *lines, f"{_idle(threads, set(found.values()), at)} of the block write nothing there.",
            "Is one of them to write it, with a number that does no harm? Or should nobody read it?",
        ], "unwritten"  # fmt: skip
    return [*lines, "Which thread is to write it?"], "unwritten"


def _idle(threads: int, busy: set[int], at: At) -> str:
    """``Threads 6 to 31``, or how many they are."""
    idle = [number for number in range(threads) if number not in busy]
    if axes_of(at.block_size) == 1 and idle[-1] - idle[0] == len(idle) - 1 > 0:
        return f"Threads {idle[0]} to {idle[-1]}"
    return f"{len(idle):,} of the {threads:,} threads" if len(idle) > 1 else "One thread"


def _too_early(look: Look, at: At, element: Element, writer: int) -> Told:
    """Somebody writes it, and later."""
    store = next(
        each
        for each in look.touches(element.array, "store")
        if ((each.blocks == block_number(at)) & (each.addresses == element.indices[0])).any()
    )
    x, y, z = at.thread or (0, 0, 0)
    other = at._replace(line=store.line, thread=_thread(writer, at))
    itself = writer == x + at.block_size.x * (y + at.block_size.y * z)
    who = "it" if itself else other.name
    mend = "Write it first, then read." if itself else "Let all write first, then cuda.syncthreads(), then read."
    return [
        f"{sentence(at.who)} reads {element} ({line_of(at)}) before {who} writes it ({line_of(other)}).",
        quoted(at), quoted(other), mend,
    ], "unwritten" if itself else "race"  # fmt: skip


def _thread(number: int, at: At) -> tuple[int, int, int]:
    x, y, _ = at.block_size
    return number % x, number // x % y, number // (x * y)
