"""NumPy's other way to write an einsum, with a list of numbers after each operand, to a spec."""

import operator
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from minitensor.core.intake import a_class
from minitensor.core.tensor import Tensor
from minitensor.einsums.parser import DOTS, letters
from minitensor.errors import DTypeError, EinsumError


def in_letters(name: str, spec: Any, operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...], str]:
    """The spec, the operands, and which letter stands for which number, if they were numbers."""
    return (str(spec), operands, "") if isinstance(spec, str) else spelled(name, (spec, *operands))


@contextmanager
def naming(words: str) -> Iterator[None]:
    """Add to what an error says of letters what the caller calls them."""
    try:
        yield
    except EinsumError as error:
        if words:
            raise EinsumError(f"{error}\n({words})") from None
        raise


def spelled(name: str, given: Sequence[Any]) -> tuple[str, tuple[Any, ...], str]:
    """The spec, the operands, and for messages which letter stands for which number.

    name : of the function that asks; given : operands and lists of labels in turn, and maybe the labels of the output

    The labels are whole numbers, 0 or more, and ``...``. In the order of their size they become a, b, c and so on.

    >>> spelled("einsum_plan", [(2, 3), [0, 7], (3, 4), [7, 9], [0, 9]])
    ('ab,bc->ac', ((2, 3), (3, 4)), 'a is label 0, b is 7, c is 9')

    Without labels for the output they are those that stand once, in ascending order, after ``...``.

    Raises DTypeError where the second of those given is no list of labels, EinsumError for other labels.
    """
    if len(given) < 2 or not _is_list(*given[:2]):
        kind = type(given[0]).__name__ if given else "nothing"
        raise DTypeError(f"{name}: the spec comes first, such as 'ij,jk->ik', not a {kind}")
    operands, lists = tuple(given[: len(given) // 2 * 2 : 2]), [*given[1::2]]
    for number, (operand, labels) in enumerate(zip(operands, lists, strict=True)):
        if not _is_list(operand, labels):
            raise EinsumError(
                f"{name}: after operand {number} stands {a_class(labels)}, not the list of its labels\n"
                "fix: write them as whole numbers, such as [0, 1]"
            )
    if len(given) % 2:
        if not isinstance(given[-1], (list, tuple)):
            raise EinsumError(
                f"{name}: the last of those given is {a_class(given[-1])}, without labels\n"
                "fix: write a list of them after every operand, and maybe one more for the output"
            )
        lists.append(given[-1])
    terms = [[_label(name, number, label) for label in labels] for number, labels in enumerate(lists)]
    if not len(given) % 2:
        times = Counter(chain.from_iterable(terms))
        once = sorted(label for label, count in times.items() if count == 1 and label is not ...)
        terms.append([..., *once] if ... in times else once)
    known = sorted({label for term in terms for label in term if label is not ...})
    letter_of = dict(zip(known, letters(), strict=False)) | {...: DOTS}
    *inputs, output = ("".join(letter_of[label] for label in term) for term in terms)
    words = ", ".join(f"{letter_of[label]} is {'label ' * (label == known[0])}{label}" for label in known)
    return f"{','.join(inputs)}->{output}", operands, words


def _is_list(operand: Any, labels: Any) -> bool:
    """Whether labels stand after an operand; a tuple may also be a shape, but not where operands are Tensors."""
    return isinstance(labels, list) or (isinstance(labels, tuple) and isinstance(operand, Tensor))


def _label(name: str, number: int, label: Any) -> Any:
    if label is ...:
        return label
    try:
        found = -1 if isinstance(label, bool) else operator.index(label)
    except TypeError:
        found = -1
    if found < 0:
        raise EinsumError(
            f"{name}: list {number} has the label {label!r:.30}\nfix: write whole numbers, 0 or more, and ... for "
            "further axes"
        )
    return found
