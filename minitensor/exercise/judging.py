"""Whether an answer is right: each call of an exercise, compared with the solution's; then its second goals.

Who ran the answer does not matter here: an `Answer` gives results, be they made in this process or in another.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from minitensor.exercise import files
from minitensor.exercise.blaming import blamed
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.counting import SHOWN, WORDS
from minitensor.exercise.drawing import Draw
from minitensor.exercise.faults import Said
from minitensor.exercise.kinds import Case, Cases, Exercise, Star
from minitensor.exercise.outcomes import Outcome
from minitensor.exercise.programs import known, names_of, written
from minitensor.exercise.relations import WORDS as WORDS_OF_RELATIONS
from minitensor.exercise.running import Result, counted, run
from minitensor.exercise.saying import fault

Key = tuple[str, int]  # which call: of the "cases", or of a star, "star 0"


class Answer(Protocol):
    """An answer that can be asked for what comes of a call, what it costs, and what a star's `holds` says of it."""

    def result(self, key: Key, case: Case) -> Result: ...

    def costs(self, key: Key, case: Case) -> dict[str, int]: ...

    def left(self, which: str, star: Star) -> str: ...


def calls(exercise: Exercise, cases: Cases, seed: int) -> list[Case]:
    """Every call: with legible numbers from small to large, and then with random ones."""
    drawn = chain.from_iterable(cases(Draw(seed, legible)) for legible in (True, False))
    return [each if isinstance(each, Case) else Case(tuple(each)) for each in drawn]


def solution_of(number: int, exercise: Exercise) -> Callable[..., Any]:
    answer: Callable[..., Any] = names_of(files.solution(number))[exercise.function]
    return answer


@lru_cache(256)
def of_solution(number: int, key: Key, seed: int) -> Result:
    """What the solution gives in a call; of a class, each pupil's is compared with it."""
    exercise = EXERCISES[number]
    case = dict(every_call(exercise, seed))[key]
    return run(exercise, solution_of(number, exercise), case)


def judged(number: int, exercise: Exercise, answer: Answer, seed: int = 0) -> Outcome:
    """The first call that goes wrong, or none, and which stars were reached."""
    assert exercise.cases
    every = calls(exercise, exercise.cases, seed)
    for at, case in enumerate(every):
        yours, right = answer.result(("cases", at), case), of_solution(number, ("cases", at), seed)
        if said := fault(exercise, case, yours, right):
            word, clause = blamed(number, exercise, every, at, lambda n, case: answer.result(("cases", n), case))
            if word:  # which says more than how the numbers relate
                related = said.word in WORDS_OF_RELATIONS and case.raises is None
                said = Said((*(said.lines[:-1] if related else said.lines), clause), word)
            return Outcome(number, exercise.name, "wrong", said.lines, said.word)
    if exercise.must and (open_ := _left(number, exercise, answer, exercise.must, "must", seed)):
        return Outcome(number, exercise.name, "wrong", (f"{exercise.must.goal} {open_}",), "forbidden")
    left = [_left(number, exercise, answer, star, f"star {at}", seed) for at, star in enumerate(exercise.stars)]
    words = [f"Star {'open' if open_ else 'reached'}: {star.goal} {open_}".rstrip() for star, open_ in
             zip(exercise.stars, left, strict=True)]  # fmt: skip
    counts = _side_by_side(number, exercise, answer, seed)
    what = "launches" if every[-1].grid is not None else "calls"
    lines = (f"{number} {exercise.name} is right: {len(every)} {what} give what the solution gives.",
             *_table(counts), *words)  # fmt: skip
    return Outcome(number, exercise.name, "right", lines, "", tuple(not each for each in left), counts)


def _table(counts: Mapping[str, tuple[int, int]]) -> list[str]:
    """What was counted, yours beside the solution's."""
    wide = max(map(len, counts), default=0)
    head = [f"  {'':<{wide}} {'yours':>10} {'solution':>10}"] if counts else []
    return head + [f"  {name:<{wide}} {yours:>10,} {theirs:>10,}" for name, (yours, theirs) in counts.items()]


def _left(number: int, exercise: Exercise, answer: Answer, star: Star, which: str, seed: int) -> str:
    """What a star still asks for, in a sentence; "" if it is reached."""
    if star.cases:
        for at, case in enumerate(calls(exercise, star.cases, seed)):
            yours = answer.result((which, at), case)
            if said := fault(exercise, case, yours, of_solution(number, (which, at), seed)):
                return " ".join(" ".join(said.lines[:3]).split())  # the call, what is expected, and yours
    if star.holds and (open_ := answer.left(which, star)):
        return open_
    if star.most:
        costs = answer.costs(*counted_on(exercise, star, which, seed))
        over = [f"{costs[name]:,} {WORDS.get(name, name)}" for name, most in star.most.items()
                if name in costs and costs[name] > most]  # fmt: skip
        if not costs:
            return "It could not be counted: the answer fails with Tensors that count."
        if over:
            limit = "the most is" if which == "must" else "the star is at"
            wanted = ", ".join(f"{most:,} {WORDS.get(name, name)}" for name, most in star.most.items())
            return f"Yours: {', '.join(over)}; {limit} {wanted}."
    return ""


def counted_on(exercise: Exercise, star: Star, which: str, seed: int) -> tuple[Key, Case]:
    """The call on which a star counts: the last of its own that gives a result, or of the exercise's."""
    for name, cases in ((which, star.cases), ("cases", exercise.cases)):
        every = calls(exercise, cases, seed) if cases else []
        if found := [at for at, case in enumerate(every) if not case.raises]:
            return (name, found[-1]), every[found[-1]]
    raise AssertionError(f"{exercise.name} has no call that gives a result")


def _side_by_side(number: int, exercise: Exercise, answer: Answer, seed: int) -> dict[str, tuple[int, int]]:
    """Of what the first star counts, or of a launch, yours and the solution's."""
    star = next((each for each in exercise.stars if each.most), None)
    if star is None:
        return {}
    key, case = counted_on(exercise, star, f"star {exercise.stars.index(star)}", seed)
    yours, theirs = answer.costs(key, case), counts_of_solution(number, exercise, case)
    names = [name for name in SHOWN if case.grid is not None and (yours.get(name) or theirs.get(name))]
    return {WORDS.get(name, name): (yours.get(name, 0), theirs[name]) for name in dict.fromkeys((*names, *star.most))}


def counts_of_solution(number: int, exercise: Exercise, case: Case) -> dict[str, int]:
    path = files.solution(number)
    text = known(path).function(exercise.function)
    assert text
    return counted(exercise, solution_of(number, exercise), case, str(path)) | written(text)


def every_call(exercise: Exercise, seed: int) -> Iterator[tuple[Key, Case]]:
    """All calls that `judged` may ask for, with their keys."""
    parts = [("cases", exercise.cases), ("must", exercise.must.cases if exercise.must else None)]
    parts += [(f"star {at}", star.cases) for at, star in enumerate(exercise.stars)]
    for which, cases in parts:
        for at, case in enumerate(calls(exercise, cases, seed) if cases else ()):
            yield (which, at), case
