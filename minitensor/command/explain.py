"""What an einsum means, in text and as a drawing, or the page of a word: what ``minitensor explain`` does."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from minitensor.einsums.explain import explain_einsum
from minitensor.errors import InputError
from minitensor.text.files import on_screen

DIGITS = 19  # of the first sizes that 64 bits do not hold
AXES = 4  # of a spec that may be written without an arrow; longer it is taken for a word
PICTURES = (".png", ".svg", ".pdf")


def explain(spec: str, words: Sequence[str], out: Path | None = None) -> None:
    """Print what an einsum means, and draw its tensor network where a file for it is named.

    spec : or, where no shapes are given, a word that has a page, which is printed instead
    words : the shape of each operand, such as "5x784"; "" for a number

    >>> explain("i->i", ["3"])
    i->i with x0 (3,)
    ...

    Raises InputError for what is not a shape, or not the name of a picture, and the errors of `explain_einsum`.
    """
    if not words and not out and (page := page_of(spec)):
        print(page.read_text(encoding="utf-8").rstrip())
        return
    if out and out.suffix.lower() not in PICTURES:
        raise InputError(f"{str(out)!r} is not the name of a picture: end it in {', '.join(PICTURES)}")
    shapes = [shape_of(word) for word in words]
    print(explain_einsum(spec, *shapes))
    if out:
        from minitensor import plot

        plot.headless()
        print(f"\nwrote {on_screen(plot.save(plot.einsum(spec, *shapes), out))}")
        plot.close_all()


def page_of(word: str) -> Path | None:
    """Where the page of a word lies; None for what is an einsum.

    Raises InputError for a word that has no page.
    """
    if not re.fullmatch(r"[A-Za-z]\w*([-_ ]\w+)*", word):
        return None
    from minitensor.exercise.files import pages

    plain = re.sub("[_ ]", "-", word.lower())
    found = pages()
    if plain in found:
        return found[plain]
    if near := get_close_matches(plain, found, n=3):
        raise InputError(
            f"there is no page {word!r}: do you mean {', '.join(near[:-1])}{' or ' * (len(near) > 1)}{near[-1]}?"
        )
    if len(word) <= AXES:
        return None
    raise InputError(
        f"there is no page {word!r}: the word to look up is what a message of `minitensor check` ends with. "
        "An einsum is explained with the shape of each operand: minitensor explain 'ik,kj->ij' 5x784 784x10"
    )


def shape_of(word: str) -> tuple[int, ...]:
    """The shape that a word means. Raises InputError where it means none.

    >>> shape_of("5x784"), shape_of("")
    ((5, 784), ())
    """
    sizes = word.split("x") if word else []
    if not all(size.isascii() and size.isdigit() for size in sizes):
        raise InputError(f"{word!r} is not a shape: write its sizes with x between, such as 5x784")
    if large := next((size for size in sizes if len(size) >= DIGITS), None):
        raise InputError(f"{word!r}: the size {large} is too large: it must have fewer than {DIGITS} digits")
    return tuple(int(size) for size in sizes)
