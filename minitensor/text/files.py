"""Files written whole or not at all, and their names on a screen."""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from minitensor.errors import WriteError


def on_screen(name: str | Path) -> str:
    """The name of a file as a terminal may show it: what would command the terminal is written as an escape.

    >>> print(on_screen("a\\x1b[2J\\n.png"), on_screen("日本.png"))
    a\\x1b[2J\\n.png 日本.png
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name))


@contextlib.contextmanager
def written(path: str | Path) -> Iterator[Path]:
    """A path to write to; once the block has ended without an error, all of it takes the place of `path` at once.

    Folders are made if need be. The file is written under another name beside the old one, with the same ending, which
    it then replaces: a full disk, an error or Ctrl-C leaves what was there before. A link goes on pointing where it
    did. What is not a plain file, such as /dev/null, is written as it is.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with written(f"{folder}/new/a.txt") as where:
    ...         _ = where.write_text("all of it")
    ...     [(file.name, file.read_text()) for file in Path(folder, "new").iterdir()]
    [('a.txt', 'all of it')]

    Raises WriteError, which names the file, where the system refuses.
    """
    real = Path(path)
    if "\0" in str(path):
        raise WriteError(f"{str(path)!r} is no file name: it holds a zero byte")
    try:
        real = Path(path).resolve()
        real.parent.mkdir(parents=True, exist_ok=True)
        if real.exists() and not real.is_file():
            yield real
            return
        beside = real.with_name(f".{real.stem[:100]}-{secrets.token_hex(4)}{real.suffix}")
        try:
            yield beside
            if real.exists():
                shutil.copymode(real, beside)
            beside.replace(real)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        kept = "; the file that was there is as it was" if real.is_file() else ""
        raise WriteError(f"{str(path)!r} could not be written: {error.strerror or error}{kept}") from error
