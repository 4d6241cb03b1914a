"""What is known of a fault, for those who say it in other words than `diagnoses.py`, or compare two faults."""

from typing import NamedTuple, TypeVar

from minitensor.errors import KernelError
from minitensor.gpu.where import Access, At, Element

Error = TypeVar("Error", bound=KernelError)


class Facts(NamedTuple):
    """What an error of the simulator is about. Its attribute `facts`; what does not apply is empty.

    kind : the function of `diagnoses.py` that speaks, such as "out_of_bounds", or "refused"
    at : the line, the thread and the block; other : another thread, that a barrier or a shuffle waits for
    element : what is touched, or would be; does : "reads", "writes" or "touches"
    accesses : of a race, the two of them, in the order in which they came
    detail : which of several faults of this kind: of a barrier "ended", "waits" or "elsewhere"; the variable that has
        no value; what CuPy's compiler refuses
    """

    kind: str
    at: At | None = None
    element: Element | None = None
    does: str = ""
    other: At | None = None
    accesses: tuple[Access, ...] = ()
    detail: str = ""


def told(error: Error, facts: Facts) -> Error:
    """The error, with what it is about."""
    error.facts = facts
    return error
