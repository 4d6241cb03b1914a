"""The exercises on the command line: begin, check, a hint, a solution, begin again, and the list of them."""

import json
import shutil
import textwrap
from itertools import groupby
from pathlib import Path

from minitensor.command.patience import SECONDS, patience
from minitensor.errors import InputError, WriteError
from minitensor.exercise import Outcome, files, folder
from minitensor.exercise import check as judged
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.classroom import bodies
from minitensor.exercise.folder import Folder, Progress, near, shown
from minitensor.text.files import written

RIGHT, WRONG, UNDONE = 0, 1, 2  # the exit status of a check
HINTS = 3
TOGETHER = "\0"  # a blank at which no line ends


def start(path: Path) -> None:
    """Copy the exercises to a folder, and say which is the first. Nothing that is there already is written over."""
    lost = path.is_dir() and not (path / folder.NAME).exists()
    opened, copied = folder.start(path)
    there = len(files.exercises()) - len(copied)
    print(f"{_exercises(len(copied))} copied to {shown(path)}." if copied else f"{shown(path)} has all exercises.")
    if there and copied:
        print(f"{_exercises(there)} there already, left as {'it was' if there == 1 else 'they were'}.")
    if there and lost:
        print(f"{folder.NAME} is new: an exercise that you have solved counts as done when it is checked again.")
    _next(opened, "Begin with" if not any(each.done for each in opened.progress.values()) else "Next")
    print("When you have filled in what is missing: minitensor check")


def _exercises(count: int) -> str:
    return f"{count} exercise was" if count == 1 else f"{count} exercises were"


def check(word: str | None = None, named: Path | None = None, as_json: bool = False) -> int:
    """Check one exercise, or the first that is not done, and print what is right or wrong. Returns the exit status.

    word : its number or its name; named : the learner's folder; as_json : print one JSON object
    """
    opened = folder.find_one(named)
    number = files.number_of(word) if word is not None else opened.current()
    if number is None:
        _all_done(opened, as_json)
        return RIGHT
    path = near(_file(opened, number))
    first = f"{_name(number)} takes longer than {SECONDS:.0f} seconds, and was stopped. Does it wait for anything?"
    hanging = Outcome(number, EXERCISES[number].name, "wrong", (first,), "endless")
    with patience(json.dumps(hanging.asdict()) if as_json else hanging.text):
        outcome = judged(number, path=path)
    if as_json:
        _print_json(opened, number, outcome)
    else:
        print(outcome.text)
        if outcome.status == "right":
            _go_on(opened, number, outcome)
    return {"right": RIGHT, "wrong": WRONG, "undone": UNDONE}[outcome.status]


def _go_on(opened: Folder, number: int, outcome: Outcome) -> None:
    """Say what is open now that an exercise is right: its solution, and the next one."""
    if lost := _lost(opened, number):
        print("A teacher's `minitensor grade` would refuse it:")
        print(_wrapped("  ", f"{lost}."))
    solved, unkept = _keep(opened, number, outcome)
    print(f"\nThe solution, and why it works: {shown(solved)}")
    _next(opened)
    if unkept:
        print(unkept)


def _lost(opened: Folder, number: int) -> str:
    """Why an answer that is right here would not be right in grading; "" for nothing."""
    return bodies.lost(files.stub(number), opened.file(number), EXERCISES[number].function)


def _print_json(opened: Folder, number: int, outcome: Outcome) -> None:
    more: dict[str, str | None] = {"file": str(opened.file(number))}
    if outcome.status == "right":
        more["refused"] = _lost(opened, number) or None
        solved, unkept = _keep(opened, number, outcome)
        more["solution"] = str(solved)
        if unkept:
            more["unkept"] = unkept
        following = opened.current()
        more["next"] = None if following is None else str(opened.file(following))
    print(json.dumps(outcome.asdict() | more, indent=2))


def _keep(opened: Folder, number: int, outcome: Outcome) -> tuple[Path, str]:
    """Write down that an exercise is right, with the stars it has or had.

    Returns where its solution is now, and why nothing could be written, "" where it was
    """
    kept = opened.of(number)
    before = kept.stars + [False] * len(outcome.stars)
    kept.done, kept.stars = True, [now or then for now, then in zip(outcome.stars, before, strict=False)]
    try:
        opened.keep()
        return opened.unlock(number), ""
    except WriteError as error:
        return files.solution(number), _unkept(error)


def _unkept(error: WriteError) -> str:
    return f"(Your progress could not be kept: {error})"


def _next(opened: Folder, word: str = "Next") -> None:
    number = opened.current()
    if number is None:
        reached = [all(opened.of(each).stars) for each in files.exercises()]
        rest = "with every star" if all(reached) else "and minitensor exercises shows the stars that are open"
        print(f"All exercises are done, {rest}.")
    else:
        path = opened.file(number)
        print(f"{word}: {shown(path)}:{folder.line_of(path)}")


def _all_done(opened: Folder, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"status": "right", "done": len(files.exercises()), "next": None}, indent=2))
    else:
        _next(opened)


def hint(word: str | None = None, named: Path | None = None) -> None:
    """Print the next hint for an exercise; after the last, all of them."""
    opened = folder.find_one(named)
    number = files.number_of(word) if word is not None else opened.current()
    if number is None:
        _next(opened)
        return
    texts, kept, name = EXERCISES[number].hints, opened.of(number), _name(number)
    if kept.hints >= len(texts):
        print(f"{name}: these are all of its hints.")
        for at, text in enumerate(texts, 1):
            print(_wrapped(f"{at}. ", text))
        print(f"Its solution: minitensor solution {number}")
        return
    kept.hints += 1
    print(f"{name}, hint {kept.hints} of {len(texts)}:")
    print(_wrapped("  ", texts[kept.hints - 1]))
    try:
        opened.keep()
    except WriteError as error:
        print(_unkept(error))


def solution(word: str, named: Path | None = None, anyway: bool = False) -> int:
    """Print the solution of an exercise and say where it is. Where that is not done it asks first, unless `anyway`."""
    opened, number = folder.find_one(named), files.number_of(word)
    kept = opened.of(number)
    if not (kept.done or kept.solution_seen or anyway or _agreed(number, opened)):
        return 1
    first = not (kept.done or kept.solution_seen)
    kept.solution_seen |= first
    path, unkept = files.solution(number), ""
    try:
        if first:
            opened.keep()
        path = opened.unlock(number)
    except WriteError as error:
        unkept = _unkept(error)
    print(path.read_text(encoding="utf-8").rstrip())
    print(f"\nThis is {shown(path)}")
    if unkept:
        print(unkept)
    return 0


def _agreed(number: int, opened: Folder) -> bool:
    left = HINTS - opened.of(number).hints
    hints = (
        f" {left} of its {HINTS} hints {'is' if left == 1 else 'are'} left (minitensor hint {number})."
        if left > 0
        else ""
    )
    print(f"{_name(number)} is not done yet.{hints}")
    try:
        answer = input("Show the solution all the same? [y/N] ")
    except EOFError:  # nobody is there to answer
        print(f"\nIt is not shown. Without a question: minitensor solution {number} --yes")
        return False
    return answer.strip().lower() in ("y", "yes")


def reset(word: str, named: Path | None = None) -> None:
    """Begin an exercise again, with a fresh copy; the old file is kept beside it."""
    opened, number = folder.find_one(named), files.number_of(word)
    path, fresh = opened.file(number), files.exercises()[number].read_text(encoding="utf-8")
    if path.exists():
        old = path.read_bytes()
        if old.decode("utf-8", "replace").splitlines() == fresh.splitlines():
            print(f"{shown(path)} is as it was at the beginning.")
        else:
            beside = next(each for each in _old_names(path) if not each.exists())
            with written(beside) as where:
                where.write_bytes(old)
            print(f"Yours is now in {shown(beside)}")
    folder.put(path, fresh)
    kept = opened.of(number)
    kept.done, kept.stars, kept.hints = False, [], 0
    opened.keep()
    print(f"Begin again: {shown(path)}:{folder.line_of(path)}")


def _old_names(path: Path) -> "list[Path]":
    return [path.with_name(f"{path.stem}.old{f'-{n}' if n > 1 else ''}.py") for n in range(1, 1000)]


def exercises(named: Path | None = None) -> None:
    """List the exercises by lesson: which are done, with which stars, and what each is about."""
    opened = folder.find(named)
    headers = [files.header(number) for number in files.exercises()]
    longest = max((len(each.name) for each in headers), default=0)
    for lesson, group in groupby(headers, lambda each: each.lesson):
        print(f"Lesson {lesson}")
        for each in group:
            print(_listed(each, opened.of(each.number) if opened else Progress(), longest))
    print()
    if opened is None:
        print(f"They are copied to a folder of yours by: {folder.FIRST}")
        return
    kept = [opened.of(each.number) for each in headers]
    reached = [star for each in kept for star in each.stars]
    stars = sum(len(each.stars) for each in EXERCISES.values())
    done = sum(each.done for each in kept)
    where = shown(opened.path)
    place = "this folder" if where == "." else where
    print(f"{done} of {len(headers)} done, {sum(reached)} of {stars} stars in {place}")
    if not all(reached):
        print("A star (*) that is still open is a dot; minitensor check N says what it asks for.")
    _next(opened)


def _listed(header: files.Header, kept: Progress, longest: int) -> str:
    """One exercise: whether it is done, its stars, its number and its name, what it is about."""
    mark = "done" if kept.done else "seen" if kept.solution_seen else ""
    stars = "".join("*" if reached else "." for reached in kept.stars)
    head = f"{mark:<5}{stars:<3}{header.number:>2}  {header.name:<{longest}}  "
    kind = f"({header.kind}, {header.minutes} min)".replace(" ", TOGETHER)
    width = max(min(shutil.get_terminal_size().columns, 100), len(head) + 20)
    about = f"{header.title.partition(': ')[2] or header.title} {kind}"
    text = textwrap.fill(about, width, initial_indent=head, subsequent_indent=" " * len(head))
    return text.replace(TOGETHER, " ")


def _name(number: int) -> str:
    return f"{number} {files.header(number).name}"


def _file(opened: Folder, number: int) -> Path:
    path = opened.file(number)
    if not path.is_file():
        raise InputError(f"{shown(path)!r} is not there; minitensor reset {number} makes a new one")
    return path


def _wrapped(mark: str, text: str) -> str:
    width = max(40, min(shutil.get_terminal_size().columns, 88))
    return textwrap.fill(" ".join(text.split()), width, initial_indent=mark, subsequent_indent=" " * len(mark))
