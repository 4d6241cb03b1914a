"""What is said of a broken kernel: the fault first, exact, short, with a word; and what tells two faults apart."""

import re
from functools import cache

import numpy as np
import pytest
from exercise.broken import BROKEN, lines
from gpu.test_advice import PAIRS
from many import for_each

from minitensor.errors import KernelError
from minitensor.exercise.messages.faults import MOST, SAY, WORDS, explained, signature
from minitensor.exercise.outcomes import WIDTH
from minitensor.gpu import cuda, diagnoses, kernel, simulator


def error_of(broken, launched=None):
    arguments = [value.copy() if isinstance(value, np.ndarray) else value for value in broken.case.arguments]
    with pytest.raises(KernelError) as caught:
        (launched or broken.kernel)[broken.case.grid, broken.case.block](*arguments)
    return caught.value


@cache
def known(name):
    """The error of a broken kernel, launched once for all tests."""
    return error_of(BROKEN[name])


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(simulator, "ROUNDS", 100)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_said_of_a_broken_kernel(name):
    broken = BROKEN[name]
    said = explained(known(name), broken.kernel, broken.case)
    whole = "\n".join(said.lines)
    assert said.word == broken.word, whole
    assert " ".join(said.lines).startswith(broken.first), whole
    for part in broken.holds:
        assert part in " ".join(said.lines), f"{part!r} is not in\n{whole}"


@for_each(BROKEN)
def test_a_message_is_short_and_has_no_path(name):
    broken = BROKEN[name]
    for said in explained(known(name), broken.kernel, broken.case), explained(known(name)):
        assert 2 <= len(said.lines) <= MOST
        assert max(map(len, said.lines)) <= WIDTH
        assert ".py" not in "".join(said.lines)
        "".join(said.lines).encode("cp1252")
        assert said.word in WORDS


@for_each(PAIRS)
def test_whatever_a_diagnosis_is_given_it_is_said(pair):
    with pytest.raises(KernelError) as caught:
        pair().broken()
    said = explained(caught.value)
    assert len(said.lines) <= MOST
    assert max(map(len, said.lines)) <= WIDTH
    assert said.word in WORDS
    assert not re.search(r"\.py\b|\bNone\b|\{|\}", " ".join(said.lines))


def test_every_diagnosis_is_said():
    named = {name for name, value in vars(diagnoses).items() if getattr(value, "__module__", "") == diagnoses.__name__}
    assert {name for name in named if not name.startswith("_")} | {"refused"} == set(SAY)


def test_every_word_is_said_of_some_kernel():
    assert {broken.word for broken in BROKEN.values()} | {"launch", "raises", "any-order"} == WORDS


def test_nothing_is_changed_by_looking():
    broken = BROKEN["thread_for_grid"]
    before = [np.copy(value) for value in broken.case.arguments]
    explained(known("thread_for_grid"), broken.kernel, broken.case)
    for one, other in zip(before, broken.case.arguments, strict=True):
        assert np.array_equal(one, other)


def test_a_launch_that_does_not_fit():
    broken = BROKEN["no_guard"]
    with pytest.raises(KernelError) as caught:
        broken.kernel[3, 2000](*broken.case.arguments)
    said = explained(caught.value)
    assert said.word == "launch"
    assert "it must be from 1 to 1,024" in " ".join(said.lines)


def test_another_error():
    said = explained(ZeroDivisionError("division by zero"))
    assert said == (("division by zero",), "raises")


@kernel
def those_above(x, count, out, n):
    i = cuda.grid(1)
    if i < n and x[i] > 35:
        out[cuda.atomic_add(count, 0, 1)] = x[i]


def test_results_that_depend_on_the_order():
    x, count, out = np.arange(70, dtype="float32"), np.zeros(1, "int32"), np.zeros(70, "float32")
    with pytest.raises(KernelError) as caught:
        those_above[3, 32](x, count, out, 70, order="check")
    assert explained(caught.value).word == "any-order"


# The same mistake, written in another way.


@kernel
def guard_with_other_names(x, out, n):
    #
    # further down
    number = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if n >= number:
        value = x[number]
        out[number] = value * value + 1


@kernel
def halo_with_other_names(x, out, n):
    tile = cuda.shared_memory(np.float32, 34)
    number = cuda.grid(1)
    tile[cuda.threadIdx.x + 1] = x[number] if number < n else np.float32(0)
    cuda.syncthreads()
    if number < n:
        out[number] = (tile[cuda.threadIdx.x] + tile[cuda.threadIdx.x + 1]) / np.float32(3)


@pytest.mark.parametrize(
    ("name", "other"),
    [("guard_lets_n_through", guard_with_other_names), ("halo_that_nobody_fetches", halo_with_other_names)],
)
def test_the_same_mistake_has_the_same_signature(name, other):
    broken = BROKEN[name]
    assert signature(known(name)) == signature(error_of(broken, other))


def test_other_mistakes_have_other_signatures():
    alike = [name for name in BROKEN if BROKEN[name].case.grid == 3 and len(BROKEN[name].case.arguments) == 3]
    found = {}
    for name in alike:
        found.setdefault(signature(known(name)), []).append(name)
    shared = sorted(sorted(names) for names in found.values() if len(names) > 1)
    assert shared == [
        ["barrier_in_the_guard", "home_before_the_barrier"],
        ["guard_lets_n_through", "no_guard"],
    ]


def test_a_signature_can_be_compared_and_kept():
    for name in BROKEN:
        assert isinstance(hash(signature(known(name))), int)


def test_names_and_lines_are_not_in_a_signature():
    for name in BROKEN:
        text = repr(signature(known(name)))
        assert not re.search(r"\bs\b|\btotal\b|\.py|\bline\b", text), (name, text)


def test_lines_are_those_of_the_file():
    said = explained(known("guard_lets_n_through"), BROKEN["guard_lets_n_through"].kernel, lines())
    number = int(re.search(r"line (\d+), i <= n", said.lines[1])[1])
    text = BROKEN["guard_lets_n_through"].kernel.function.__code__.co_filename
    with open(text, encoding="utf-8") as file:
        assert file.read().splitlines()[number - 1].strip() == "if i <= n:"
