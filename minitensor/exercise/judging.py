"""Whether an answer is right: each call of an exercise, compared with the solution's; then its second goals.

Who ran the answer does not matter here: an `Answer` gives results, be they made in this process or in another.
"""

import ast
from collections.abc import Mapping
from typing import Protocol

from minitensor.exercise.calls import Key, calls, costs_of_solution, counted_on, of_solution
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.counting import SHOWN, WORDS
from minitensor.exercise.kinds import Case, Star
from minitensor.exercise.messages.blaming import blamed
from minitensor.exercise.messages.faults import Said
from minitensor.exercise.messages.relations import WORDS as WORDS_OF_RELATIONS
from minitensor.exercise.messages.saying import fault
from minitensor.exercise.outcomes import Outcome
from minitensor.exercise.programs import written
from minitensor.exercise.running import Result

PRINTED = 8  # lines of what an answer printed that are shown


class Answer(Protocol):
    """An answer that can be asked for what comes of a call, what a call of a function costs, and what a star's `holds`
    says. tree : the function's text, read, if it is known"""

    @property
    def tree(self) -> ast.AST | None: ...

    def result(self, key: Key, case: Case) -> Result: ...

    def costs(self, key: Key, case: Case) -> Mapping[str, int]: ...

    def left(self, which: str, star: Star) -> str: ...


def judged(number: int, answer: Answer, seed: int = 0) -> Outcome:
    """The first call that goes wrong, or none, and which stars were reached."""
    exercise = EXERCISES[number]
    every = calls(number, "cases", seed)
    for key, case in every:
        yours = answer.result(key, case)
        said = fault(exercise, case, yours, of_solution(number, key, seed))
        if said and yours.error and yours.error.kinds[0] == "NotImplementedError":
            line = yours.error.lines[-1][0] if yours.error.lines else 0
            return Outcome(number, exercise.name, "undone", said.lines, line=line)
        if said:
            word, clause = blamed(number, key, answer.result, seed)
            if word:  # which says more than how the numbers relate
                said = Said((*said.lines[: -1 if said.word in WORDS_OF_RELATIONS else None], clause), word)
            lines = (*said.lines, *_printed(yours.printed))
            return Outcome(number, exercise.name, "wrong", lines, said.word)
    if exercise.must and (missing := _left(number, answer, exercise.must, "must", seed)):
        return Outcome(number, exercise.name, "wrong", (exercise.must.goal, *missing), "too-much")
    left = [_left(number, answer, star, f"star {at}", seed) for at, star in enumerate(exercise.stars)]
    words = [line for star, missing in zip(exercise.stars, left, strict=True)
             for line in (f"Star {'open' if missing else 'reached'}: {star.goal}", *missing)]  # fmt: skip
    counts = _side_by_side(number, answer, seed)
    what = "launches" if every[-1][1].grid is not None else "calls"
    first = f"{number} {exercise.name} is right: {len(every)} {what} give what the solution gives."
    stars = tuple(not each for each in left)
    return Outcome(number, exercise.name, "right", (first, *_table(counts), *words), "", stars, counts)


def _printed(text: str) -> list[str]:
    """What an answer printed in the call that went wrong, as far as it is short."""
    lines = text.splitlines()
    more = [f"  ... and {len(lines) - PRINTED} lines more"] if len(lines) > PRINTED else []
    return ["It printed:", *(f"  {line[:100]}" for line in lines[:PRINTED]), *more] if lines else []


def _left(number: int, answer: Answer, star: Star, which: str, seed: int) -> list[str]:
    """What a star still asks for, in a few lines; none if it is reached."""
    for key, case in calls(number, which, seed):
        said = fault(EXERCISES[number], case, answer.result(key, case), of_solution(number, key, seed))
        if said:
            return [f"  {line}" for line in said.lines[:3]]  # the call, what is expected, and yours
    if star.holds and (missing := answer.left(which, star)):
        return [f"  {missing}"]
    if not star.most:
        return []
    costs = _costs(answer, *counted_on(number, which, seed))
    if not star.most.keys() <= costs.keys():
        return ["  It could not be counted: the answer takes numbers out of Tensors that count, or fails with them."]
    over = [name for name, most in star.most.items() if costs[name] > most]
    yours, wanted = (
        ", ".join(f"{counts[name]:,} {WORDS.get(name, name)}" for name in over) for counts in (costs, star.most)
    )
    limit = "the most is" if which == "must" else "the star is at"
    return [f"  Yours: {yours}; {limit} {wanted}."] if over else []


def _costs(answer: Answer, key: Key, case: Case) -> dict[str, int]:
    """All that is counted of a call: of a launch, its result has it."""
    found = answer.result(key, case).counts if case.grid is not None else answer.costs(key, case)
    return {**found, **(written(answer.tree) if answer.tree else {})}


def _side_by_side(number: int, answer: Answer, seed: int) -> dict[str, tuple[int, int]]:
    """What the first star counts, and all that a launch costs: yours and the solution's."""
    stars = EXERCISES[number].stars
    at = next((at for at, star in enumerate(stars) if star.most), None)
    if at is None:
        return {}
    key, case = counted_on(number, f"star {at}", seed)
    yours, theirs = _costs(answer, key, case), costs_of_solution(number, key, seed)
    launch = [name for name in SHOWN if yours.get(name) or theirs.get(name)] if case.grid is not None else []
    return {
        WORDS.get(name, name): (yours.get(name, 0), theirs[name]) for name in dict.fromkeys((*launch, *stars[at].most))
    }


def _table(counts: Mapping[str, tuple[int, int]]) -> list[str]:
    """What was counted, yours beside the solution's."""
    wide = max(map(len, counts), default=0)
    head = [f"  {'':<{wide}} {'yours':>10} {'solution':>10}"] if counts else []
    return head + [f"  {name:<{wide}} {yours:>10,} {theirs:>10,}" for name, (yours, theirs) in counts.items()]
