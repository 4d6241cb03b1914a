"""Programs inside text, as doctests write them: read, run, and held to what the text says comes out.

The pages of `minitensor explain` and the bodies of the manual's directives are such texts. What is shown of a program
is what came out when the site was made; where that is not what the text says, the site is not made.
"""

import contextlib
import doctest
import io
import linecache
import re
import sys
import warnings
from itertools import pairwise
from typing import Any, NamedTuple

CHECK = doctest.OutputChecker()
ELLIPSIS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Wrong(Exception):
    """A program of the site does not do what its text says."""


class Prose(NamedTuple):
    """A paragraph."""

    text: str


class Step(NamedTuple):
    """Statements up to the next that gives something. line : their first in the file that the message names

    output : what they printed; error : what they raised
    """

    source: str
    line: int
    output: str
    error: Exception | None


class Page(NamedTuple):
    """word, about : of the first line, ``word: what it is about.``; parts : paragraphs and steps, in order"""

    word: str
    about: str
    parts: list[Prose | Step]

    @property
    def halves(self) -> tuple[list[Prose | Step], list[Prose | Step]]:
        """What is broken, and from "Mend" on what mends it."""
        mend = next((i for i, each in enumerate(self.parts) if isinstance(each, Prose) and mends(each)), None)
        return (self.parts, []) if mend is None else (self.parts[:mend], self.parts[mend:])

    @property
    def error(self) -> Exception | None:
        """The first that a step raised."""
        return next((each.error for each in self.parts if isinstance(each, Step) and each.error), None)


def mends(prose: Prose) -> bool:
    return prose.text.startswith("Mend")


def pieces(text: str) -> list[str | list[doctest.Example]]:
    """Paragraphs, and between them the statements that stand together.

    >>> [each if isinstance(each, str) else len(each) for each in pieces("One.\\n\\n    >>> 1 + 1\\n    2\\n\\nTwo.")]
    ['One.', 1, 'Two.']
    """
    found: list[str | list[doctest.Example]] = []
    for each in doctest.DocTestParser().parse(text):
        if isinstance(each, doctest.Example):
            if not found or isinstance(found[-1], str):
                found.append([])
            found[-1].append(each)  # type: ignore[union-attr]
        else:
            found += [" ".join(part.split()) for part in each.split("\n\n") if part.strip()]
    return found


def read(text: str, word: str = "") -> Page:
    """Run the programs of a text. Raises Wrong where one does not do what stands below it.

    word : of a text without a first line that names it
    """
    about = ""
    if not word:
        first, _, text = text.partition("\n")
        word, _, about = first.partition(": ")
    names: dict[str, Any] = {"__name__": "manual"}
    parts: list[Prose | Step] = []
    files = 0
    for piece in pieces(text):
        if isinstance(piece, str):
            parts.append(Prose(piece))
        else:
            files += 1
            parts += _run(piece, word if files == 1 else f"{word}_{files}", names)
    return Page(word, about, parts)


def _run(examples: list[doctest.Example], stem: str, names: dict[str, Any]) -> list[Step]:
    """Statements as one file, in which the simulator finds the text of their kernels."""
    name = f"<manual>/{stem.replace('-', '_')}.py"
    texts = spaced([each.source for each in examples])
    whole = "".join(texts)
    linecache.cache[name] = (len(whole), None, whole.splitlines(keepends=True), name)
    steps, waiting, line, begins = [], "", 1, 1
    for each, source in zip(examples, texts, strict=True):
        output, error = _one(compile("\n" * (line - 1) + source, name, "single", dont_inherit=True), names)
        _hold(each, output, error, stem)
        waiting += source
        line += source.count("\n")
        if output or error:
            steps.append(Step(waiting, begins, output, error))
            waiting, begins = "", line
    return [*steps, Step(waiting, begins, "", None)] if waiting else steps


def spaced(sources: list[str]) -> list[str]:
    """Statements of a file, with an empty line before and after each that has several lines.

    >>> spaced(["a = 1\\n", "def f():\\n    return a\\n", "f()\\n"])
    ['a = 1\\n', '\\ndef f():\\n    return a\\n', '\\nf()\\n']
    """
    long = [each.count("\n") > 1 for each in sources]
    before = [False, *(one or other for one, other in pairwise(long))]
    return [f"\n{each}" if apart else each for each, apart in zip(sources, before, strict=True)]


def _one(code: Any, names: dict[str, Any]) -> tuple[str, Exception | None]:
    """What a statement prints, and what it raises."""
    out, shown = io.StringIO(), sys.displayhook
    sys.displayhook = sys.__displayhook__
    try:
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what an example is about may warn
            exec(code, names)
    except Exception as error:
        return out.getvalue(), error
    finally:
        sys.displayhook = shown
    return out.getvalue(), None


def _hold(example: doctest.Example, output: str, error: Exception | None, where: str) -> None:
    """Raise Wrong unless this came out which the text says."""
    if error is None:
        wanted, got = example.want, output
        right = example.exc_msg is None and CHECK.check_output(wanted, got, ELLIPSIS)
    else:
        wanted, got = example.exc_msg or example.want, told(error)
        right = example.exc_msg is not None and CHECK.check_output(wanted, got, ELLIPSIS)
    if not right:
        raise Wrong(
            f"{where}: {example.source.strip()}\nshould give\n{wanted or 'nothing'}\nand gives\n{got}"
        ) from error


def told(error: Exception) -> str:
    """An error as Python prints it, without the way to it.

    >>> told(KeyError("x"))
    "KeyError: 'x'\\n"
    """
    kind = type(error)
    module = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    said = error.msg if isinstance(error, SyntaxError) else error  # without the place
    return f"{module}{kind.__qualname__}: {said}\n"


def earned(text: str, kind: str, word: str) -> Page:
    """The page, run. Raises Wrong where its first error is not of this kind, or where it has none and should."""
    page = read(text)
    error = page.error
    known = {type(error).__name__, getattr(getattr(error, "facts", None), "kind", "")} if error else {""}
    if kind not in known:
        raise Wrong(f"{word}: the kernel should earn {kind or 'no error'}, and earns {error!r}")
    if not page.halves[1]:
        raise Wrong(f"{word}: nothing mends the kernel")
    return page


def named(error: Exception | None) -> list[int]:
    """The lines of a program that a message names.

    >>> named(ValueError("thread 7 writes it: race.py:8: s[t] = x[t]"))
    [8]
    """
    return sorted({int(each) for each in re.findall(r"\b\w+\.py:(\d+): ", str(error or ""))})
