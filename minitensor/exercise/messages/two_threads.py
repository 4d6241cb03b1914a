"""What is said of two threads and one element: who of them does what, and what would put them in order."""

from collections.abc import Callable

import numpy as np

from minitensor.exercise.messages.looking import Look, Told, line_of, listed, quoted, sentence
from minitensor.exercise.messages.touched import what_blocks_write
from minitensor.gpu.advice import what_kind
from minitensor.gpu.clues import Clues
from minitensor.gpu.where import Access, Element


def race(look: Look) -> Told:
    element, (one, other) = _facts(look)
    return KINDS[what_kind(element, one, other)](look)


def _facts(look: Look) -> tuple[Element, tuple[Access, Access]]:
    one, other = look.facts.accesses
    assert look.facts.element is not None
    return look.facts.element, (one, other)


def _which_thread(look: Look) -> Told:
    element, (one, other) = _facts(look)
    verb = "add to" if one.adds and other.adds else "write"
    axes = 2 if max(one.at.block_size.y, one.at.grid_size.y) > 1 else 1
    lines = what_blocks_write(look, element, one.at.grid_size, verb)
    return [
        *(lines or [f"{sentence(one.at.who)} and {other.at.who} both touch {element}."]),
        quoted(one.at),
        f"threadIdx counts within a block. cuda.grid({axes}) counts through all of them.",
    ], "which-thread"


def _add(look: Look) -> Told:
    element, (one, other) = _facts(look)
    one, other = sorted((one, other), key=_place)
    return [
        f"{sentence(one.at.who)} and {_beside(one, other)} add to {element} at the same time.",
        *_both(one, other),
        "Each reads the old number, adds to it and writes it back: one of the two is lost.",
        f"cuda.atomic_add({one.array}, index, value) reads, adds and writes in one step.",
    ], "atomic"


def _owner(look: Look) -> Told:
    element, (one, other) = _facts(look)
    verbs = {"store": "writes", "load": "reads", "atomic": "changes"}
    if one.kind == other.kind:
        one, other = sorted((one, other), key=_place)
    what = (
        f"{sentence(one.at.who)} and {_beside(one, other)} both write {element}; nothing says which comes last."
        if one.kind == other.kind
        else f"{sentence(one.at.who)} {verbs[one.kind]} {element} and {_beside(one, other)} {verbs[other.kind]} it."
    )
    apart = one.at.block != other.at.block
    return [
        what,
        *_both(one, other),
        "Blocks run in any order, and a barrier orders one block only." if apart else "",
        "Which thread owns this element? Let no other touch it.",
    ], "owner"


def _in_place(look: Look) -> Told:
    element, (one, other) = _facts(look)
    load, store = (one, other) if one.kind == "load" else (other, one)
    written, read = (f" ({line_of(at)})" if load.at.line != store.at.line else "" for at in (store.at, load.at))
    first = f"{sentence(store.at.who)} writes {element}{written} while {_beside(store, load)} still reads it{read}."
    unused = _unused(look, element)
    lines = [first, *_both(load, store)]
    if unused:
        lines.append(f"A barrier orders one block only{_who_reads(look, element)}.")
        return [*lines, f"Write to {listed(unused)}, which nobody reads."], "in-place"
    if one.at.grid_size == (1, 1, 1):
        return [
            *lines,
            "In one block cuda.syncthreads() between reading and writing would order them. With more",
            "blocks that is not enough: which thread alone is to touch this element?",
        ], "in-place"
    lines.append(f"A barrier orders one block only{_who_reads(look, element)}.")
    mend = "Let one thread alone read and write an element, or both of two that change places."
    return [*lines, mend], "in-place"


def _between_blocks(look: Look) -> Told:
    element, (one, other) = _facts(look)
    does = {"load": "reads", "store": "writes", "atomic": "changes"}
    return [
        f"{sentence(one.at.who)} {does[one.kind]} {element} and {other.at.who} {does[other.kind]} it.",
        *_both(one, other),
        "Blocks run in any order and never wait for each other; a barrier is for one block.",
        "What one launch has written, the next may read.",
    ], "between-blocks"


def _same_line(look: Look) -> Told:
    element, (one, other) = _facts(look)
    load, store = (one, other) if one.kind == "load" else (other, one)
    return [
        f"{sentence(store.at.who)} writes {element} while {_beside(store, load)} reads it, on one line.",
        quoted(load.at),
        "Nothing says which comes first, the reading or the writing.",
        "Read into a variable, then cuda.syncthreads(), then write.",
    ], "race"


def _barrier(look: Look) -> Told:
    element, (one, other) = _facts(look)
    does = {"load": "reads", "store": "writes", "atomic": "changes"}
    inside = set(Clues(one.at.source, one.at.line).rounds()) & set(Clues(other.at.source, other.at.line).rounds())
    again = inside and one.at.line > other.at.line  # the second comes in the next round
    return [
        f"{sentence(one.at.who)} {does[one.kind]} {element} and {_beside(one, other)} {does[other.kind]} it, with no "
        "barrier between.",
        *_both(one, other),
        "The loop comes round: one round may not write before all have read in the round before."
        if again
        else "Nothing says which comes first.",
        f"cuda.syncthreads() belongs after {line_of(one.at)}"
        + (", in the loop." if again else f" and before {line_of(other.at)}, outside of any if."),
    ], "race"


KINDS: dict[str, Callable[[Look], Told]] = {
    "which thread": _which_thread,
    "add": _add,
    "owner": _owner,
    "in place": _in_place,
    "between blocks": _between_blocks,
    "same line": _same_line,
    "barrier": _barrier,
}


def _place(access: Access) -> tuple[int, ...]:
    """Where a thread is in the order of blocks, and in its block."""
    return (*reversed(tuple(access.at.block)), *reversed(tuple(access.at.thread or ())))


def _both(one: Access, other: Access) -> list[str]:
    return list(dict.fromkeys([quoted(one.at), quoted(other.at)]))


def _beside(one: Access, other: Access) -> str:
    """The other thread; its block too, if that is another."""
    return other.at.name if one.at.block == other.at.block else other.at.who


def _unused(look: Look, element: Element) -> list[str]:
    """Arrays like this one that the launch was given and does not touch."""
    touched = {each.array for each in look.seen.touches} if look.seen else set()
    shapes = look.shapes()
    like = shapes.get(element.array)
    return [name for name, shape in shapes.items() if shape == like and name not in touched]


def _who_reads(look: Look, element: Element) -> str:
    """``; here 2 blocks read all of p``."""
    loads = look.touches(element.array, "load")
    if not loads:
        return ""
    blocks = np.unique(np.concatenate([each.blocks for each in loads]))
    read = [
        np.unique(np.concatenate([each.addresses[each.blocks == block] for each in loads])).size for block in blocks
    ]
    all_of = "all of " if min(read) == loads[0].size else ""
    return f"; here {len(blocks)} blocks read {all_of}{element.array}" if len(blocks) > 1 else ""
