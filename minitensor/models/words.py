"""Text as a bag of words: which of the known words occur in it. Their order, their case and commas do not matter."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import category, normalize

from minitensor.core import checks
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError

JOINERS = "\u200c\u200d"  # which stand within words of Persian and Hindi


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters.

    >>> words_of("A heavy 7, leaning right!")
    ['a', 'heavy', '7', 'leaning', 'right']

    One word may be written in several ways: é is one character, or e and an accent. Unicode's NFKC makes them one.
    """
    plain = normalize("NFKC", normalize("NFKC", text).casefold())
    parts = "".join(each if _of_a_word(each) or _in_a_word(each) else " " for each in plain).split()
    return [part for part in parts if any(map(_of_a_word, part))]


def _of_a_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _in_a_word(character: str) -> bool:
    """Accents, vowel signs and joiners, which are no word alone."""
    return category(character)[0] == "M" or character in JOINERS


def canonical(text: str) -> str:
    """What two texts share that are the same bag of words.

    >>> canonical("A heavy 7."), canonical("heavy, a 7")
    ('7 a heavy', '7 a heavy')
    """
    return " ".join(sorted(set(words_of(text))))


def vocabulary(texts: Iterable[str]) -> tuple[str, ...]:
    """Every word that occurs, once, in order.

    >>> vocabulary(["a heavy 7", "A light 2"])
    ('2', '7', 'a', 'heavy', 'light')
    """
    return tuple(sorted({word for text in set(texts) for word in words_of(text)}))


def bag_of_words(name: str, texts: Sequence[str], known: Sequence[str], *, like: Tensor | None = None) -> Tensor:
    """For each text which of the known words are in it: (n, words), 1 or 0.

    name : what a message begins with; like : a tensor whose backend and dtype the result has, float64 if not given

    >>> bag_of_words("embed_texts", ["7 heavy, HEAVY!", "a 7"], ["7", "a", "heavy"]).tolist()
    [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    >>> bag_of_words("embed_texts", ["a havy 7"], ["7", "a", "heavy", "light"])
    Traceback (most recent call last):
    minitensor.errors.InputError: embed_texts: the word 'havy' in 'a havy 7' is not known; did you mean heavy?

    Raises InputError for no text, a text without words and a word that is not known; DTypeError for what is no list of
    texts.
    """
    place = {word: number for number, word in enumerate(known)}
    rows = []
    for text in listed(name, texts):
        row = [0.0] * len(place)
        found = words_of(text)
        if not found:
            raise InputError(f"{name}: {text!r} has no word in it; write one such as {known[0]!r}")
        for word in found:
            if word not in place:
                raise InputError(f"{name}: the word {word!r:.40} in {text!r:.80} is not known; {_nearest(word, known)}")
            row[place[word]] = 1.0
        rows.append(row)
    return tensor(rows, like=like)


def listed(name: str, texts: Any) -> list[str]:
    """Texts as a list; raises DTypeError for anything else, InputError for no text."""
    if isinstance(texts, str):
        raise DTypeError(f"{name}: the texts are one text, {texts!r:.80}, not a list; write [{texts!r:.80}]")
    if not hasattr(texts, "__iter__") or isinstance(texts, Tensor):
        raise DTypeError(f"{name}: the texts are of type {type(texts).__name__}, not a list of texts")
    given = list(texts)
    for text in given:
        one(name, text)
    if not given:
        raise InputError(f"{name}: there are no texts; give one at least")
    return given


def one(name: str, text: Any) -> None:
    """Raise DTypeError unless it is a text."""
    if not isinstance(text, str):
        raise DTypeError(f"{name}: {text!r:.60} is of type {type(text).__name__}, not a text; write it in quotes")


def of_each(name: str, images: Tensor, captions: Any) -> list[str]:
    """The captions of pictures (n, pixels) as a list; raises unless each has one, as `listed`, and as `checks`."""
    checks.pictures(f"{name}: images", images)
    texts, n = listed(name, captions), images.shape[0]
    if len(texts) != n:
        raise ShapeError(f"{name}: {n} pictures and {len(texts)} captions; each picture needs one")
    return texts


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known[:40])}"
