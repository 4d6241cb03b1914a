"""A class on one page: who has what right, what most have wrong, and all of it as a table for other programs."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minitensor.command.patience import SECONDS
from minitensor.errors import InputError
from minitensor.exercise.classroom.folders import pupils
from minitensor.exercise.classroom.grading import Graded, Row, graded
from minitensor.text.bar import progress
from minitensor.text.files import on_screen, written

ENDINGS = (".csv", ".json")
COLUMNS = ("pupil", "number", "exercise", "status", "stars", "of", "word", "says")
SAYS, COMMON = 300, 5  # letters of what is said, in a table; how many of the common faults are printed


def grade(folder: Path, out: Path | None = None, seed: int = 0, seconds: float = SECONDS) -> None:
    """Check the exercises of every pupil, print a line for each, and write all of it where a file is named.

    folder : it holds a folder for each pupil; out : ends in .csv or .json
    seed : of the random numbers; seconds : that one exercise of one pupil may take, as many as `check` waits for

    Raises InputError for a folder without pupils, a file with another ending, no time at all, a negative seed.
    """
    if out and out.suffix.lower() not in ENDINGS:
        raise InputError(f"{str(out)!r}: end the name of the file in {' or '.join(ENDINGS)}")
    if not seconds > 0:
        raise InputError(f"--seconds {seconds:g}: it must be more than 0")
    if seed < 0:
        raise InputError(f"--seed {seed}: it must be 0 or more")
    found, folders = [], pupils(folder)
    with progress("grade", shown=True) as step:
        for at, each in enumerate(folders):
            if step:
                step(at, len(folders), on_screen(each.name))
            found.append(graded(each, seed, seconds, hidden=folder))
        if step:
            step(len(folders), len(folders), "done")
    print(summary(found))
    if out:
        text = as_json(found, seed) if out.suffix.lower() == ".json" else as_csv(found)
        with written(out) as where:
            where.write_text(text, encoding="utf-8", newline="")
        print(f"wrote {on_screen(out)}")


def summary(found: Sequence[Graded]) -> str:
    """A line for each pupil, and what most have wrong."""
    wide = max(5, *(len(on_screen(each.pupil)) for each in found))
    lines = [f"{'pupil':<{wide}}  right  stars  wrong  not done"]
    for each in found:
        wrong = sum(row.status == "wrong" for row in each.rows)
        rest = len(each.rows) - each.right - wrong
        lines.append(f"{on_screen(each.pupil):<{wide}}  {each.right:>5}  {each.stars:>5}  {wrong:>5}  {rest:>8}")
    lines.append(f"of {len(found[0].rows)} exercises with {sum(len(row.stars) for row in found[0].rows)} stars")
    lines += [f"{on_screen(each.pupil)} was not graded: {on_screen(each.note)}." for each in found if each.note]
    faults = Counter((row.number, row.name, row.word) for each in found for row in each.rows if row.status == "wrong")
    common = [(fault, count) for fault, count in faults.most_common(COMMON) if count > 1]
    if common:
        lines += ["", "The same fault, by several (minitensor explain WORD):"]
        lines += [f"  {count:>3}  {number} {name}: {word}" for (number, name, word), count in common]
    return "\n".join(lines)


def as_csv(found: Sequence[Graded]) -> str:
    """A row for each exercise of each pupil."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found:
        for row in each.rows:
            says = " ".join(" ".join(row.lines).split())[:SAYS] if row.status == "wrong" else each.note
            cells = (each.pupil, row.number, row.name, row.status, sum(row.stars), len(row.stars), row.word, says)
            writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    """What a spreadsheet would take for a formula is text."""
    text = on_screen(cell) if isinstance(cell, str) else cell
    return f"'{text}" if isinstance(text, str) and text.startswith(("=", "+", "-", "@")) else text


def as_json(found: Sequence[Graded], seed: int) -> str:
    """All that is known of every pupil."""

    def row_of(row: Row) -> dict[str, Any]:
        return row._asdict() | {"stars": list(row.stars), "lines": list(row.lines)}

    pupils_found = [
        {
            "pupil": each.pupil,
            "right": each.right,
            "stars": each.stars,
            "note": each.note,
            "exercises": [row_of(row) for row in each.rows],
        }
        for each in found
    ]
    return json.dumps({"seed": seed, "pupils": pupils_found}, indent=2) + "\n"
