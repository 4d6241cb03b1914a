"""What an exercise is: the calls that its answer must stand, what it may not use, its second goal, its hints."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from minitensor.exercise.drawing import Draw


@dataclass(frozen=True)
class Case:
    """One call of the learner's function, or one launch of the learner's kernel.

    arguments : in order; arrays and Tensors are copied for each run, and compared afterwards
    grid, block : of a kernel, None for a function. All arrays are compared after the launch, so that what is not
        written must be as it was
    raises : the error that is asked for instead of a result; says : a regular expression that its message must match
    """

    arguments: tuple[Any, ...]
    grid: int | tuple[int, ...] | None = None
    block: int | tuple[int, ...] | None = None
    raises: type[Exception] | None = None
    says: str = ""


Cases = Callable[[Draw], Iterable["Case | tuple[Any, ...]"]]  # a plain tuple is the arguments of a call


@dataclass(frozen=True)
class Star:
    """A second goal: more that must come out right, or something counted that must not be too much. Never a clock.

    goal : one sentence, as the learner reads it
    cases : what must come out right as well; what is counted is counted on the last of them. Without them that is the
        last case of the exercise
    most : what is counted, and how much it may be. Of a kernel: any number of `gpu.counters.Counters`, or "sectors". Of
        a function of Tensors: "operations" (on Tensors, wherever they are made from the arguments),
        "alive" (elements of Tensors made from the arguments that exist at one time, at most), "copied" (elements of
        results that do not lie in the memory of an argument). Of any: "indices" (square brackets in the text),
        "letters" (of einsum's specs in the text)
    holds : a function of the learner's module (a dict of its names) that returns what is not so, in a sentence, or ""
    """

    goal: str
    cases: Cases | None = None
    most: Mapping[str, int] = field(default_factory=dict)
    holds: Callable[[dict[str, Any]], str] | None = None


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """How an answer is run, where an exercise does not say otherwise."""
    return function(*arguments)


@dataclass(frozen=True)
class Exercise:
    """One exercise; its statement is in `lessons/exercises/NN_name.py`, of which the name is the last part.

    name : "mirror" for 04_mirror.py
    function : what the learner writes or mends; "" where blanks are to be filled in, the dictionary `answers`, whose
        keys are expressions that the program of the file gives a value
    cases : from small to large; they are run with numbers that say where they came from, and then with random ones
    hints : three, of rising strength; the last nearly says it
    must : what is counted and must hold for the answer to be right at all, in the form of a star
    stars : second goals, one or two
    without : what the text may not use, or import: "@", or names such as "where", "einsum", "cluster"
    call : how an answer is run, ``call(function, *arguments)``; its result is compared with that of the solution
    written : how a call is written in a message, ``written(*arguments)``, where the usual way would not be read
    digits : how many decimal digits of a float must be right, relative to the largest number of the result, or for
        float32 to what it can hold; None: all but the rounding of some sums
    large : a launch that fills a GPU, for the prediction that is shown
    """

    name: str
    function: str = ""
    cases: Cases | None = None
    hints: tuple[str, str, str] = ("", "", "")
    must: Star | None = None
    stars: tuple[Star, ...] = ()
    without: tuple[str, ...] = ()
    call: Callable[..., Any] = call
    written: Callable[..., str] | None = None
    digits: float | None = None
    large: Callable[[Draw], Case] | None = None

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters, as the exercise has them."""
        from minitensor.exercise.files import by_name  # whose texts are written for this class
        from minitensor.exercise.programs import known

        function = known(by_name(self.name)).function(self.function)
        return [each.arg for each in function.args.args] if function else []
