"""The process in which a pupil's programs run: it gets them on stdin, and sends what comes of each call on stdout.

It judges nothing: whoever started it does, by its own solutions. See `grading.py`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from minitensor import backend
from minitensor.exercise import files
from minitensor.exercise.calls import counted_on, every_call
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.classroom.guard import guard
from minitensor.exercise.classroom.plain import of_result
from minitensor.exercise.programs import read
from minitensor.exercise.running import Result, attempt, counted, failure, run


def main() -> None:
    """Run every job that stdin names, ``{"token", "seed", "jobs": [[number, path], ...], "work", "hidden"}``; a line
    for each."""
    asked = json.loads(sys.stdin.readline())
    channel = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what a program prints goes nowhere
        os.dup2(nothing, number)
    readable = [
        Path(each) for each in (*filter(None, sys.path), sys.prefix, sys.base_prefix, files.HERE, asked["work"])
    ]
    hidden = [files.lessons_folder() / "solutions", files.lessons_folder() / "wrong", Path(asked["hidden"])]
    guard(readable, hidden)
    with backend.use_backend("numpy"):
        send(channel, {"token": asked["token"], "number": 0})  # it has begun
        for number, path in asked["jobs"]:
            found = calls_of(number, Path(path), asked["seed"])
            send(channel, {"token": asked["token"], "number": number} | found)


def send(channel: int, line: dict[str, Any]) -> None:
    data = json.dumps(line).encode() + b"\n"
    while data:
        data = data[os.write(channel, data) :]


def calls_of(number: int, path: Path, seed: int) -> dict[str, Any]:
    """What comes of every call of an exercise's function in a file, as JSON has it."""
    exercise, where = EXERCISES[number], str(path)
    names, error = attempt(where, lambda: read(path).names())
    if error is None and exercise.function not in names:
        error = NameError(f"there is no {exercise.function}")
    if error is not None:
        return {"results": [["cases", 0, of_result(Result(error=failure(error, where)))]], "costs": [], "left": {}}
    function, results, well = names[exercise.function], [], True
    for (which, at), case in every_call(number, seed).items():
        result = run(exercise, function, case, where, explain=well)
        results.append([which, at, of_result(result)])
        well = well and not result.error
        if result.error and result.error.stopped:  # what comes next would not end, either
            return {"results": results, "costs": [], "left": {}}
    costs, left = [], {}
    goals = [("must", exercise.must), *((f"star {n}", star) for n, star in enumerate(exercise.stars))]
    for name, star in goals:
        if star and star.most:
            key, case = counted_on(number, name, seed)
            if case.grid is None:  # of a launch its result has them
                costs.append([*key, counted(exercise, function, case, where)])
        if star and star.holds:
            holds = star.holds
            said, error = attempt(where, lambda holds=holds: holds(names))  # type: ignore[misc]
            left[name] = str(said) if error is None else f"it raises {type(error).__name__}"
    return {"results": results, "costs": costs, "left": left}


if __name__ == "__main__":
    main()
