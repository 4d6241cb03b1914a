"""The simulator's manual: what is shown was run, a text that is not so makes no site, and nothing is left out."""

import doctest
import importlib
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest
from making.programs import Prose, Step, Wrong, earned, named, read, spaced

from minitensor.exercise.files import pages
from minitensor.gpu import Card, diagnoses
from minitensor.gpu.counters import Counters
from minitensor.gpu.report import Launch

DOCS = Path(__file__).parents[2] / "docs"
RACE = """race: two threads, one element.

    >>> import minitensor as mt
    >>> from minitensor.gpu import cuda, kernel
    >>> @kernel
    ... def added(out):
    ...     out[0] += 1
    >>> out = mt.zeros(1)
    >>> added[1, 4](out)
    Traceback (most recent call last):
        ...
    minitensor.errors.DataRaceError: ...

Nothing says who comes first.

Mend: in one step.

    >>> @kernel
    ... def mended(out):
    ...     cuda.atomic_add(out, 0, 1.0)
    >>> launch = mended[1, 4](out)
    >>> out.tolist()
    [4.0]
"""


def directives(name, page="manual.md"):
    """The arguments, options and text of each directive of that name on a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for fence, arguments, body in re.findall(rf"^(`{{3,}}){{{name}}} (.*)\n((?:.*\n)*?)\1$".replace(r"\1$", r"(?:\1)$"),
                                             text, re.M):  # fmt: skip
        assert fence
        yield arguments.split(), dict(re.findall(r"^:(\w+): (.*)$", body, re.M))


# What is run.
def test_a_text_is_split_into_what_is_broken_and_what_mends_it():
    page = earned(RACE, "race", "race")
    assert (page.word, page.about) == ("race", "two threads, one element.")
    broken, mended = page.halves
    assert [type(each) for each in broken] == [Step, Prose]
    assert mended[0] == Prose("Mend: in one step.")
    assert mended[-1].output == "[4.0]\n"
    assert "data race on out[0]" in str(page.error)


def test_the_message_names_the_lines_that_are_shown():
    step = earned(RACE, "race", "race").parts[0]
    assert {step.source.splitlines()[line - step.line] for line in named(step.error)} == {"    out[0] += 1"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[4.0]", "[3.0]"),
        ("    [4.0]\n", ""),
        ("DataRaceError", "OutOfBoundsError"),
        ("    ...     out[0] += 1", "    ...     cuda.atomic_add(out, 0, 1.0)"),
        ("Mend: in one step.", "In one step."),
        ("    Traceback (most recent call last):\n        ...\n    minitensor.errors.DataRaceError: ...\n", ""),
    ],
)
def test_a_text_that_is_not_so_is_refused(before, after):
    assert before in RACE
    with pytest.raises(Wrong):
        earned(RACE.replace(before, after), "race", "race")


@pytest.mark.parametrize("kind", ["out_of_bounds", "", "OutOfBoundsError"])
def test_another_diagnosis_than_the_one_that_is_named_is_refused(kind):
    with pytest.raises(Wrong, match="should earn"):
        earned(RACE, kind, "race")


def test_a_diagnosis_goes_by_its_kind_or_by_its_error():
    assert earned(RACE, "race", "race")
    assert earned(RACE, "DataRaceError", "race")


def test_what_follows_on_an_error_that_nobody_expects_is_not_run():
    with pytest.raises(Wrong, match="ZeroDivisionError"):
        read("\n    >>> 1 / 0\n", "none")


def test_statements_of_several_lines_stand_apart():
    assert spaced(["a = 1\n", "b = 2\n"]) == ["a = 1\n", "b = 2\n"]
    assert spaced(["def f():\n    pass\n", "f()\n"]) == ["def f():\n    pass\n", "\nf()\n"]


@pytest.mark.parametrize("name", ["programs", "pieces"])
def test_the_examples_of_what_others_use_are_right(name):
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    found = doctest.testmod(importlib.import_module(f"making.{name}"))
    assert found.failed == 0 < found.attempted


# What is there.
def test_every_diagnosis_has_its_place():
    kinds = {name for name, each in inspect.getmembers(diagnoses, inspect.isfunction)
             if each.__module__ == diagnoses.__name__ and not name.startswith("_")}  # fmt: skip
    shown = {options.get("kind"): anchors for anchors, options in directives("diagnosis")}
    assert {"race", "out_of_bounds", "depends_on_order"} < kinds
    assert kinds | {"refused"} <= set(shown)
    anchors = {anchor for each, _ in directives("diagnosis") for anchor in each}
    assert {kind.replace("_", "-") for kind in kinds} <= anchors


def test_every_word_about_kernels_has_its_place():
    words = {word for word, path in pages().items() if "cuda" in path.read_text(encoding="utf-8")}
    anchors = [anchor for each, _ in directives("diagnosis") for anchor in each]
    assert words <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_every_counter_has_its_entry():
    properties = {name for name, each in vars(Counters).items() if isinstance(each, property)}
    wanted = {each.name for each in fields(Counters)} | properties
    wanted |= {each.name for each in fields(Launch)} - {
        "name", "grid", "block", "source", "counters", "lines", "samples", "kernel", "types",
    }  # fmt: skip
    shown = [name for each, _ in directives("counters", "manual/counters.md") for name in each]
    assert sorted(shown) == sorted(wanted)
    assert all(options["unit"] for _, options in directives("counters", "manual/counters.md"))


# What cannot be said.
def test_every_construct_that_is_refused_has_a_sample():
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    from making.language import SAMPLES, message_of

    from minitensor.gpu.refused import REFUSED

    assert {each.__name__ for each in REFUSED} - {each.__name__ for each in SAMPLES} == {"AsyncFor"}
    for construct, statement in SAMPLES.items():
        assert message_of(statement) == REFUSED[construct]


def test_a_statement_or_a_launch_that_is_not_refused_makes_no_site():
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    from making.language import launched, message_of

    with pytest.raises(Wrong, match="takes it"):
        message_of("x[i] = 1.0")
    with pytest.raises(Wrong, match="nothing is wrong"):
        launched("doubled[1, 8](x, n)")


# The prediction.
def test_how_far_off_predictions_are():
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    from making import predictions

    from minitensor.gpu.predict import known_error

    table = predictions.measured()
    found = predictions.accuracy([float(row["ratio"]) for row in table])
    mean, points, _, _ = known_error("RTX 3090", compiled=True)
    assert (found.points, found.mean) == (points, pytest.approx(mean))
    assert found.mean < found.worst
    assert 0.9 < found.within < 1
    assert predictions.accuracy([1.49, 1 / 1.49, 1.51, 1 / 1.51]).within == 0.5


def test_pairs_that_are_in_order_are_counted():
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    from making.predictions import apart, ordered

    def row(published, predicted, source="a", design="d"):
        return {"gpu": "g", "side": "9", "source": source, "design": design,
                "published": published, "predicted": predicted}  # fmt: skip

    assert ordered([row("1", "2"), row("2", "3")]) == (1, 0, 1)
    assert ordered([row("1", "3"), row("2", "2")]) == (0, 0, 1)
    assert ordered([row("1", "3"), row("2", "3")]) == (0, 1, 1)
    assert ordered([row("1", "2"), row("2", "3", source="b")]) == (0, 0, 0)
    assert apart([row("1", "2"), row("3", "2", source="b"), row("9", "2", design="e")]) == 3


def test_the_picture_has_a_point_for_each_measurement_and_a_text_in_its_place():
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    from making.predictions import measured, picture

    table = measured()
    drawn = picture(table)
    assert drawn.count("<title>") == len(table)
    assert re.search(r'role="img" aria-label="[^"]*46 points[^"]+"', drawn)
    places = [float(each) for each in re.findall(r'cx="([\d.]+)"', drawn)]
    assert 84 <= min(places) <= max(places) <= 480


def test_every_fact_of_a_card_is_in_the_table():
    pytest.importorskip("sphinx", reason="the site is made by Sphinx")
    from making.predictions import FACTS

    assert {each.name for each in fields(Card)} == {"gpu", *FACTS}
