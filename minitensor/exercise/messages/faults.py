"""What a kernel did wrong, said to a learner: the fault first, a picture of who touches what, one next step."""

import re
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

from minitensor.errors import KernelError
from minitensor.exercise.kinds import Case
from minitensor.exercise.messages import indices_outside, never_written, two_threads
from minitensor.exercise.messages.looking import HARD, Look, Told, line_of, quoted, sentence
from minitensor.exercise.outcomes import WIDTH
from minitensor.gpu.clues import Clues
from minitensor.gpu.facts import Facts
from minitensor.gpu.where import At

MOST = 11  # lines; one more will say where to read on


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


def _barrier_missed(look: Look) -> Told:
    at, other = look.two()
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


def _shuffle_missed(look: Look) -> Told:
    at, other = look.two()
    what = "warp barrier" if "syncwarp" in at.text else "shuffle"
    lines = [f"{sentence(at.who)} waits at the {what} of {line_of(at)}; {other.name} never comes to it.", quoted(at)]
    if other.line != at.line:
        lines.append(f"{sentence(other.name)} went another way: {quoted(other)}")
    return [
        *lines, f"Every thread that the mask names must come to the same {what}, also one that has no element.",
        "Guard what is read and what is written, or let the mask name those that come.",
    ], "shuffle"  # fmt: skip


def _endless(look: Look) -> Told:
    at = look.facts.at
    assert at is not None
    if look.facts.detail:
        return _as_the_simulator(look, "endless")
    return [
        f"{sentence(at.who)} does not leave the loop of {line_of(at)}.", quoted(at),
        "What in its condition changes inside the loop, and does it ever make it false?",
    ], "endless"  # fmt: skip


def _unassigned(look: Look) -> Told:
    at, name = look.facts.at, look.facts.detail
    assert at is not None
    return [
        f"{sentence(at.who)} uses {name}, and has given it no value on its way here.", quoted(at),
        f"Give {name} a value before the if or the loop that this thread went past.",
    ], "unassigned"  # fmt: skip


def _refused(look: Look) -> Told:
    at = look.facts.at
    assert at is not None
    return [
        "The kernel cannot be translated to CUDA C++, so no thread has run.",
        quoted(at),
        f"{_begun(look.facts.detail, at)}.",
    ], "refused"


def _as_the_simulator(look: Look, word: str) -> Told:
    """Its own words, as sentences, without the path."""
    at, text = look.facts.at, str(look.error)
    if at is None:
        return [f"{sentence(text.partition(': ')[2])}."], word  # without the name of the kernel
    head, _, body = text.partition("\n")
    file = head.removesuffix(at.source.numbered(at.line))
    body = re.sub(rf"{re.escape(file)}(\d+): ", r"line \1: ", body)
    first, *rest = body.split("; ")
    return [f"{_begun(first, at)}.", quoted(at), *(f"{sentence(part)}." for part in rest)], word


def _begun(text: str, at: At) -> str:
    """A sentence with a capital letter, but for one that begins with a name of the kernel's text."""
    first = text.partition(" ")[0]
    return text if re.search(rf"\b{re.escape(first)}\b", quoted(at)) else sentence(text)


def _in_its_words(word: str) -> Callable[[Look], Told]:
    return lambda look: _as_the_simulator(look, word)


SAY: dict[str, Callable[[Look], Told]] = {
    "out_of_bounds": indices_outside.out_of_bounds,
    "unwritten": never_written.unwritten,
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
