"""Pictures in text of who touches what: the elements of shared memory, and what each block does to an array."""

import numpy as np

from minitensor.exercise.messages.looking import Look, listed, places
from minitensor.gpu.device import Dim3
from minitensor.gpu.where import At, Element, axes_of, shown

BLOCKS = 4  # that are shown


def thread_name(number: int, size: Dim3) -> str:
    """``t5``, or ``t(5,0)`` where blocks have two axes."""
    return "t" + label(number, size).replace(" ", "")


def label(number: int, size: Dim3) -> str:
    """``5``, or ``(1, 2)`` where there are two axes: a thread or a block by its number."""
    return shown((number % size.x, number // size.x % size.y, number // (size.x * size.y)), size)


def writers(look: Look, element: Element, at: At) -> dict[int, int]:
    """For each element of an array that a block writes, the first thread that does. at : a thread of that block"""
    found: dict[int, int] = {}
    for touched in look.touches(element.array, "store"):
        here = touched.blocks == block_number(at)
        for address, thread in zip(touched.addresses[here].tolist(), touched.threads[here].tolist(), strict=True):
            found.setdefault(address, thread)
    return found


def block_number(at: At) -> int:
    x, y, z = at.block
    return int(x + at.grid_size.x * (y + at.grid_size.y * z))


def who_writes(look: Look, element: Element, at: At) -> list[str]:
    """Two lines: elements of shared memory, and below each the thread that writes it."""
    size, here = element.shape[0], element.indices[0]
    near = {0, 1, 2, 3, here - 1, here, here + 1, size - 3, size - 2, size - 1}
    if axes_of(at.block_size) > 1:  # names of threads are wide
        near = {0, 1, here - 1, here, here + 1, size - 1}
    found, above, below, before = writers(look, element, at), [], [], -1
    for index in sorted(index for index in near if 0 <= index < size):
        if index != before + 1:
            above.append("..")
            below.append("")
        above.append(str(index))
        below.append(thread_name(found[index], at.block_size) if index in found else "?")
        before = index
    width = max(map(len, above + below)) + 2
    name = f"  {element.array}"
    rows = [
        head.ljust(len(name) + 4) + "".join(each.ljust(width) for each in row).rstrip()
        for head, row in ((name, above), ("", below))
    ]
    note = "t: which thread writes it, ?: nobody"
    return [rows[0], f"{rows[1]}      {note}" if len(rows[1]) + len(note) < 80 else rows[1]]


def what_it_reads(look: Look, element: Element, at: At) -> str:
    """``thread 0 reads s[0], s[1], s[2]``: all that a thread reads of an array on its line."""
    x, y, z = at.thread or (0, 0, 0)
    thread, read = x + at.block_size.x * (y + at.block_size.y * z), []
    for touched in look.touches(element.array, "load"):
        if touched.line == at.line:
            here = (touched.blocks == block_number(at)) & (touched.threads == thread)
            read += touched.addresses[here].tolist()
    read = list(dict.fromkeys(read)) or [element.indices[0]]
    several = [f"{element.array}[{index}]" for index in read[:3]]
    return f"{at.name} reads {', '.join(several)}{' ..' if len(read) > 3 else ''}"


def what_blocks_write(look: Look, element: Element, grid: Dim3, verb: str) -> list[str]:
    """Which elements of an array every block writes, where blocks write the same; and which nobody does."""
    shape, whole = look.shapes().get(element.array, element.shape), look.seen is not None and look.seen.whole
    by_block: dict[int, np.ndarray] = {}
    for touched in look.touches(element.array, "store", "atomic"):
        for block in np.unique(touched.blocks):
            part = touched.addresses[touched.blocks == block]
            by_block[int(block)] = np.union1d(by_block.get(int(block), part), part)
    if len(by_block) < 2:
        return []
    same = all(np.array_equal(part, next(iter(by_block.values()))) for part in by_block.values())
    every = np.unique(np.concatenate(list(by_block.values())))
    nobody = np.setdiff1d(np.arange(int(np.prod(shape))), every)
    numbers = [label(block, grid) for block in sorted(by_block)]
    several = listed(numbers) if len(numbers) <= BLOCKS else f"{', '.join(numbers[:3])} .. {numbers[-1]}"
    first = f"Blocks {several} {'all ' if len(numbers) > 2 else 'both '}{verb} "
    lines = [first + (places(every, shape, element.array) if same else f"the same elements of {element.array}")]
    lines[0] += f"; nobody writes {left_out(nobody, shape, element.array)}." if nobody.size and whole else "."
    lines += [
        f"  block {label(block, grid)}   {places(by_block[block], shape, element.array)}"
        for block in sorted(by_block)[:BLOCKS]
    ]
    return lines if len(by_block) <= BLOCKS else [*lines, "  .."]


def left_out(addresses: np.ndarray, shape: tuple[int, ...], name: str) -> str:
    """Elements by their places, or how many they are."""
    if len(shape) == 1 and (len(addresses) < 5 or addresses[-1] - addresses[0] + 1 == len(addresses)):
        return places(addresses, shape, name)
    return f"the other {len(addresses):,}"
