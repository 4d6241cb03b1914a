"""What a kernel did wrong, said to a learner: the fault first, a picture of who touches what, one next step."""

from typing import Any, NamedTuple

from minitensor.exercise.kinds import Case


class Said(NamedTuple):
    """A message. lines : at most 12, of at most 88 letters; word : the name of a page, for `minitensor explain`"""

    lines: tuple[str, ...]
    word: str


def explained(error: Exception, kernel: Any = None, case: Case | None = None) -> Said:
    """What an error of the simulator means, in the words of the lesson.

    error : a `KernelError`, as it was raised by the launch
    kernel, case : what was launched, and how, with arrays as they were before. It is launched once more, on copies, to
        see who touches what; without them there is no such picture
    """
    return Said((str(error),), "raises")


def signature(error: Exception) -> tuple[Any, ...]:
    """What tells one fault from another: two kernels that make the same mistake on the same launch have it in common.

    No line numbers and no names of variables, nor of shared memory, are in it.
    """
    return (type(error).__name__,)
