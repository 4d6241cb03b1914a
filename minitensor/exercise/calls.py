"""The calls that an answer must stand, and what the solution makes of them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from minitensor.exercise import files
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case
from minitensor.exercise.programs import known, names_of, written
from minitensor.exercise.running import Result, counted, run

MOST = 2048  # results that are kept: those of all exercises, as a class is graded pupil by pupil
Key = tuple[str, int]  # which call: of the "cases", of what "must" hold, or of a star, "star 0"


@lru_cache(64)
def every_call(number: int, seed: int) -> dict[Key, Case]:
    """All calls of an exercise: with legible numbers from small to large, and then with random ones."""
    exercise = EXERCISES[number]
    parts = {"cases": exercise.cases, "must": exercise.must and exercise.must.cases}
    parts |= {f"star {at}": star.cases for at, star in enumerate(exercise.stars)}
    found: dict[Key, Case] = {}
    for which, cases in parts.items():
        drawn = [each for legible in (True, False) for each in (cases(Draw(seed, legible)) if cases else ())]
        for at, each in enumerate(drawn):
            found[which, at] = each if isinstance(each, Case) else Case(tuple(each))
    return found


def calls(number: int, which: str, seed: int) -> list[tuple[Key, Case]]:
    """Those of one part."""
    return [(key, case) for key, case in every_call(number, seed).items() if key[0] == which]


def counted_on(number: int, which: str, seed: int) -> tuple[Key, Case]:
    """The call on which a star counts: the last of its own that gives a result, or of the exercise's."""
    both = (*calls(number, "cases", seed), *calls(number, which, seed))
    return [(key, case) for key, case in both if not case.raises][-1]


def solution_of(number: int) -> Any:
    return names_of(files.solution(number))[EXERCISES[number].function]


@lru_cache(MOST)
def of_solution(number: int, key: Key, seed: int) -> Result:
    """What the solution gives in a call; of a class, each pupil's is compared with it."""
    return run(EXERCISES[number], solution_of(number), every_call(number, seed)[key])


@lru_cache(MOST)
def of_known(number: int, path: Path, key: Key, seed: int) -> Result:
    """What a wrong answer gives that is known; in a class many make the same mistake."""
    answer = names_of(path)[EXERCISES[number].function]
    return run(EXERCISES[number], answer, every_call(number, seed)[key], str(path))


@lru_cache(MOST)
def costs_of_solution(number: int, key: Key, seed: int) -> dict[str, int]:
    path = files.solution(number)
    text = known(path).function(EXERCISES[number].function)
    assert text
    case = every_call(number, seed)[key]
    if case.grid is not None:
        return dict(of_solution(number, key, seed).counts) | written(text)
    return counted(EXERCISES[number], solution_of(number), case, str(path)) | written(text)
