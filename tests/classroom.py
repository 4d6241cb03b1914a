"""Three small exercises in a folder of their own, and what a checker says of them, for tests of the command line."""

from pathlib import Path

from minitensor.exercise import Outcome, files
from minitensor.exercise.kinds import Exercise, Star

STUBS = {
    "01_look": '"""01 Look: what a shape is\nPredict, lesson 1, 2 blanks, 2 minutes.\n"""\n\nx = (2, 3)\n'
    'answers = {\n    "len(x)": ...,\n    "x[0]": ...,\n}\n',
    "02_double": '"""02 Double: twice a number, whatever it is, and this sentence is so long that it must be wrapped\n'
    'Write, lesson 1, about 1 line, 5 minutes.\n"""\n\n\ndef double(x: float) -> float:\n    """Twice x."""\n'
    "    raise NotImplementedError\n",
    "03_last": '"""03 Last: an index too far\nMend, lesson 2, 1 line, 5 minutes.\n"""\n\n\n'
    "def last(x: list) -> float:\n"
    '    """The last."""\n    return x[len(x)]\n',
}
SOLUTIONS = {
    "01_look": '"""Two axes."""\n\nx = (2, 3)\nanswers = {\n    "len(x)": 2,\n    "x[0]": 2,\n}\n',
    "02_double": '"""Times two × 2."""\n\n\ndef double(x: float) -> float:\n    """Twice x."""\n    return 2 * x\n',
    "03_last": '"""One less."""\n\n\ndef last(x: list) -> float:\n    """The last."""\n    return x[len(x) - 1]\n',
}
EXERCISES = {
    1: Exercise("look", hints=("count", "count the axes", "it is 2")),
    2: Exercise(
        "double", "double", hints=("add", "add it to itself", "2 * x"), stars=(Star("no sum"), Star("no loop"))
    ),
    3: Exercise("last", "last", hints=("count from 0", "one less", "len(x) - 1")),
}


def furnish(root: Path) -> None:
    """Write the lessons' folders that `files` looks into."""
    for kind, texts in (("exercises", STUBS), ("solutions", SOLUTIONS), ("wrong", {}), ("pages", {})):
        (root / "lessons" / kind).mkdir(parents=True)
        for name, text in texts.items():
            (root / "lessons" / kind / f"{name}.py").write_text(text, encoding="utf-8")
    page = "halo: the numbers beside a block.\n\n    >>> 1 + 1\n    2\n\nMend: fetch them × 2.\n"
    (root / "lessons" / "pages" / "halo.txt").write_text(page, encoding="utf-8")
    (root / "lessons" / "pages" / "in-place.txt").write_text("in-place: over what others read.\n", encoding="utf-8")


def forget_files() -> None:
    for each in (files.exercises, files.wrong, files.pages, files.header):
        each.cache_clear()


def judged(which: int, function: object = None, *, path: Path, seed: int = 0) -> Outcome:
    """A checker that believes what a file says of itself: a comment such as ``# right **``."""
    text = path.read_text(encoding="utf-8")
    status = next((each for each in ("right", "wrong") if f"# {each}" in text), "undone")
    reached = tuple(n < text.count("*") for n in range(len(EXERCISES[which].stars)))
    return Outcome(which, path.stem[3:], status, (f"{which} is {status}.",), stars=reached)
