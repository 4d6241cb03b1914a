"""What a kernel did wrong, said to a learner: the fault first, a picture of who touches what, one next step."""

import re
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minitensor.errors import KernelError
from minitensor.exercise import two_threads
from minitensor.exercise.kinds import Case
from minitensor.exercise.looking import HARD, Look, line_of, quoted, sentence
from minitensor.exercise.touched import block_number, what_it_reads, who_writes, writers
from minitensor.gpu.advice import cause
from minitensor.gpu.clues import Clues
from minitensor.gpu.facts import Facts
from minitensor.gpu.where import At, Element

WIDTH, MOST = 88, 11  # letters of a line, and lines; one more will say where to read on


class Said(NamedTuple):
    """A message. lines : at most 11, of at most 88 letters; word : the name of a page, for `minitensor explain`"""

    lines: tuple[str, ...]
    word: str


def explained(error: Exception, kernel: Any = None, case: Case | None = None) -> Said:
    """What an error of the simulator means, in the words of the lesson.

    error : a `KernelError`, as it was raised by the launch
    kernel, case : what was launched, and how, with arrays as they were before. It is launched once more, on copies, to
        see who touches what; without them there is no such picture
    """
    facts: Facts | None = getattr(error, "facts", None)
    if facts is None:
        return Said(fitted(str(error).splitlines()), "launch" if isinstance(error, KernelError) else "raises")
    lines, word = SAY[facts.kind](Look(facts, error, kernel, case))
    return Said(fitted(lines), word)


def fitted(lines: list[str]) -> tuple[str, ...]:
    """Sentences wrapped, pictures and text of the kernel cut at the width; no more lines than there may be."""
    out: list[str] = []
    for line in filter(None, lines):
        if len(line) > WIDTH and (line.startswith("  ") or re.search(r"(^|   )line \d+: ", line)):
            out.append(f"{line[: WIDTH - 3]}...")
        else:
            out += (
                textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) if line[0] != " " else [line]
            )
    return tuple(line.replace(HARD, " ") for line in out[:MOST])


# --- an index outside ------------------------------------------------------------------------------------------------


def _out_of_bounds(look: Look) -> two_threads.Said:
    at, element, does = _facts(look)
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
            "Ask for every index that the line touches." if not shared else "Has every neighbour a place there?",
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
    threads = int(np.prod(at.block_size)) * int(np.prod(at.grid_size))
    return [
        *lines, f"{quoted(at)}{_here(look, at, why.text)}",
        f"{threads:,} threads are launched, and {element.array} has {int(np.prod(element.shape)):,} elements.",
        "A thread without an element of its own must do nothing: it needs a guard.",
    ], "guard"  # fmt: skip


def _ends(element: Element, axis: int) -> str:
    """Where an array ends."""
    size, index, name = element.shape[axis], element.indices[axis], element.array
    if not size:
        return f"{name} has no elements"
    if len(element.shape) == 1:
        return f"{name} begins at 0" if index < 0 else f"{name} ends at {size - 1}"
    what = ("rows", "columns")[axis] if len(element.shape) == 2 else f"elements along axis {axis}"
    return f"{name} has {size} {what}, 0 to {size - 1}"


def _here(look: Look, at: At, *texts: str) -> str:
    """What the variables were, at the end of a line."""
    values = look.values(at, *texts)
    return f"   here {values.removeprefix(' with ')}" if values else ""


def _facts(look: Look) -> tuple[At, Element, str]:
    at, element = look.facts.at, look.facts.element
    assert at is not None
    assert element is not None
    return at, element, look.facts.does


# --- what nobody has written -----------------------------------------------------------------------------------------


def _unwritten(look: Look) -> two_threads.Said:
    at, element, _ = _facts(look)
    if element.space != "shared":
        return [
            f"{sentence(at.who)} reads {element}, and nobody has written it.", quoted(at),
            f"{element.array} holds no numbers yet: write an element before you read it.",
        ], "unwritten"  # fmt: skip
    here, found = element.indices[0], writers(look, element, at)
    block = f"block {look_block(at)}"
    reads = f"{what_it_reads(look, element, at)}   {quoted(at)}"
    picture = who_writes(look, element, at) if found else []
    if look.seen is None:
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
    lines = [f"{element} is read and no thread of {block} ever writes it (a barrier will not help).", *picture, reads]
    threads = int(np.prod(at.block_size))
    if here < min(found):
        return [*lines, "Who fetches the number left of the block's first?"], "halo"
    if here > max(found) and len(set(found.values())) == threads:
        return [*lines, "Who fetches the number right of the block's last?"], "halo"
    if len(set(found.values())) < threads:
        idle = [number for number in range(threads) if number not in found.values()]
        which = (
            f"Threads {idle[0]} to {idle[-1]}" if idle[-1] - idle[0] == len(idle) - 1 > 0 else f"{len(idle)} threads"
        )
        return [*lines, f"{which} of the block write nothing there. Which number would do no harm?"], "unwritten"
    return [*lines, "Which thread is to write it?"], "unwritten"


def _too_early(look: Look, at: At, element: Element, writer: int) -> two_threads.Said:
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


def look_block(at: At) -> str:
    """A block as it is named: ``2``, or ``(2, 0)``."""
    return at.who.rpartition(" of block ")[2]


# --- barriers and the rest -------------------------------------------------------------------------------------------


def _barrier_missed(look: Look) -> two_threads.Said:
    at, other = look.facts.at, look.facts.other
    assert at is not None
    assert other is not None
    how = {"ended": "has ended", "waits": f"waits at that of {line_of(other)}"}
    never = how.get(look.facts.detail, f"went another way on {line_of(other)}")
    lines = [f"{sentence(at.who)} waits at the barrier of {line_of(at)}; {other.name} never comes: it {never}."]
    clues = Clues(at.source, at.line)
    guards = [each for each in clues.guards() if "thread" in clues.made_of(each.left) | clues.made_of(each.right)]
    if loop := clues.uneven_loop():
        mend = "Give every thread of the block the same rounds, and guard what is read and written inside."
        return [*lines, f"The loop that they do not go round alike: {loop}.", mend], "barrier"
    if guards:
        values = look.values(other, guards[0].written)
        lines.append(f"Your guard tells them apart: line {guards[0].line}, {guards[0].written}{values}.")
    return [
        *lines, "Every thread of a block must come to the same barrier, also one that has no element.",
        "Guard what is read and what is written, and not the barrier.",
    ], "barrier"  # fmt: skip


def _shuffle_missed(look: Look) -> two_threads.Said:
    at, other = look.facts.at, look.facts.other
    assert at is not None
    assert other is not None
    what = "warp barrier" if "syncwarp" in at.text else "shuffle"
    lines = [f"{sentence(at.who)} waits at the {what} of {line_of(at)}; {other.name} never comes to it.", quoted(at)]
    if other.line != at.line:
        lines.append(f"{sentence(other.name)} went another way: {quoted(other)}")
    return [
        *lines, f"Every thread that the mask names must come to the same {what}, also one that has no element.",
        "Guard what is read and what is written, or let the mask name those that come.",
    ], "shuffle"  # fmt: skip


def _endless(look: Look) -> two_threads.Said:
    at = look.facts.at
    assert at is not None
    if look.facts.detail:
        return _as_the_simulator(look, "endless")
    return [
        f"{sentence(at.who)} does not leave the loop of {line_of(at)}.", quoted(at),
        "What in its condition changes inside the loop, and does it ever make it false?",
    ], "endless"  # fmt: skip


def _unassigned(look: Look) -> two_threads.Said:
    at, name = look.facts.at, look.facts.detail
    assert at is not None
    return [
        f"{sentence(at.who)} uses {name}, and has given it no value on its way here.", quoted(at),
        f"Give {name} a value before the if or the loop that this thread went past.",
    ], "unassigned"  # fmt: skip


def _refused(look: Look) -> two_threads.Said:
    at = look.facts.at
    assert at is not None
    return [
        "The kernel cannot be translated to CUDA C++, so no thread has run.",
        quoted(at),
        f"{look.facts.detail}.",
    ], "refused"


def _as_the_simulator(look: Look, word: str) -> two_threads.Said:
    """Its own words, as sentences, without the path."""
    at, text = look.facts.at, str(look.error)
    if at is None:
        return [f"{sentence(text)}."], word
    head, _, body = text.partition("\n")
    file = head.removesuffix(at.source.numbered(at.line))
    body = re.sub(rf"{re.escape(file)}(\d+): ", r"line \1: ", body)
    first, *rest = body.split("; ")
    first = sentence(first) if first.startswith("thread ") else first  # else with a name, which is not to be changed
    return [f"{first}.", quoted(at), *(f"{sentence(part)}." for part in rest)], word


def _in_its_words(word: str) -> Callable[[Look], two_threads.Said]:
    return lambda look: _as_the_simulator(look, word)


SAY: dict[str, Callable[[Look], two_threads.Said]] = {
    "out_of_bounds": _out_of_bounds,
    "unwritten": _unwritten,
    "unassigned_variable": _unassigned,
    "race": two_threads.race,
    "depends_on_order": _in_its_words("any-order"),
    "barrier_missed": _barrier_missed,
    "shuffle_missed": _shuffle_missed,
    "mask_without_caller": _in_its_words("shuffle"),
    "shuffle_undefined": _in_its_words("shuffle"),
    "endless": _endless,
    "misaligned": _in_its_words("aligned"),
    "two_arrays": _in_its_words("two-arrays"),
    "too_much_shared": _in_its_words("shared-memory"),
    "refused": _refused,
}

# Every word that is said here. Each has a page.
WORDS = {
    "aligned", "any-order", "atomic", "barrier", "between-blocks", "endless", "guard", "halo", "in-place", "launch",
    "loop", "negative", "neighbour", "outside", "owner", "race", "raises", "refused", "shared-memory", "shuffle",
    "swapped", "two-arrays", "unassigned", "unwritten", "which-thread",
}  # fmt: skip


def signature(error: Exception) -> tuple[Any, ...]:
    """What tells one fault from another: two kernels that make the same mistake on the same launch have it in common.

    No line numbers and no names of variables, nor of shared memory, are in it.
    """
    facts: Facts | None = getattr(error, "facts", None)
    if facts is None:
        return (type(error).__name__, str(error).partition("\n")[0])
    element = facts.element and (facts.element.space == "shared" or facts.element.array, facts.element.indices)
    accesses = tuple((each.kind, *_person(each.at)) for each in facts.accesses)
    detail = {"unassigned_variable": "", "refused": re.sub("`[^`]*`", "``", facts.detail)}.get(facts.kind, facts.detail)
    people = _person(facts.at), _person(facts.other), accesses
    return (type(error).__name__, facts.kind, element, facts.does, *people, detail)


def _person(at: At | None) -> tuple[Any, ...]:
    return () if at is None or at.thread is None else (tuple(map(int, at.thread)), tuple(map(int, at.block)))
