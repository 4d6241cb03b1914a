"""Named arrays and lists of words in a `.npz` file, of which every part is checked when it is read.

`.npz` is NumPy's zip of arrays. It may hold pickled objects, which run code when they are read: these are refused.
"""

import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from stat import S_ISREG
from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError
from minitensor.text.files import written
from minitensor.text.numbers import in_bytes

MOST = 2**28  # bytes of all arrays together, so that a small file cannot ask for all of the memory


def save_arrays(
    path: str | Path, kind: str, version: int, tensors: Mapping[str, Tensor], texts: Mapping[str, Sequence[str]]
) -> None:
    """Write them under their names, beside what they are (`kind`) and the version, whole or not at all.

    Raises WriteError, which names the file, where the system refuses; DTypeError for what is no path.
    """
    _checked("save", path)
    arrays: dict[str, Any] = {name: x.numpy() for name, x in tensors.items()}
    arrays |= {name: np.asarray(list(words), dtype="str") for name, words in texts.items()}
    with written(path) as where, open(where, "wb") as file:
        np.savez(file, kind=np.asarray(kind), version=np.asarray(version), **arrays)


def load_arrays(
    path: str | Path, kind: str, version: int, tensors: Sequence[str], texts: Sequence[str]
) -> tuple[dict[str, Tensor], dict[str, tuple[str, ...]]]:
    """What `save_arrays` wrote, on the current backend: tensors, float32 or float64, and tuples of words.

    Raises InputError, which names the file, for anything else; DTypeError for what is no path.
    """
    _checked("load", path)
    name = repr(str(path))
    arrays = _read(path, name, f"{name} is no {kind}")
    if arrays.get("kind", np.asarray("")).tolist() != kind or "version" not in arrays:
        raise InputError(f"{name} is no {kind}: it does not say that it is one; name a file that `save` wrote")
    found = arrays["version"].tolist()
    if type(found) is not int or found < 1:
        raise InputError(f"{name} is no {kind}: its version is {found!r:.40}, not a whole number, 1 or more")
    if found > version:
        raise InputError(
            f"{name} is of version {found} of a {kind}, and this minitensor reads up to {version}; install a later one"
        )
    wanted = {"kind", "version", *tensors, *texts}
    if wanted != arrays.keys():
        sides = (("it lacks", wanted - arrays.keys()), ("it has besides", arrays.keys() - wanted))
        told = " and ".join(f"{words} {', '.join(sorted(names))}" for words, names in sides if names)
        raise InputError(f"{name} is no {kind}: {told}; name a file that `save` wrote")
    for each in tensors:
        if arrays[each].dtype not in ("float32", "float64"):
            raise InputError(f"{name} is no {kind}: {each} must be float32 or float64, and is {arrays[each].dtype}")
        if not np.isfinite(arrays[each]).all():
            raise InputError(f"{name} is no {kind}: {each} holds NaN or infinity")
    for each in texts:
        if arrays[each].dtype.kind != "U" or arrays[each].ndim != 1:
            raise InputError(f"{name} is no {kind}: {each} must be a row of words, and is {arrays[each].dtype}")
    return {each: tensor(arrays[each]) for each in tensors}, {each: tuple(arrays[each].tolist()) for each in texts}


def _checked(name: str, path: Any) -> None:
    if not isinstance(path, (str, PathLike)):
        raise DTypeError(f"{name}: the path is of type {type(path).__name__}; name a file, such as 'clip.npz'")


def _read(path: str | Path, name: str, refusal: str) -> dict[str, np.ndarray]:
    """Every array in the file."""
    try:
        if not S_ISREG(Path(path).stat().st_mode):  # a pipe would wait for what never comes
            what = "a folder" if Path(path).is_dir() else "no plain file"
            raise InputError(f"{name} is {what}; name a file that `save` wrote")
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > MOST:
            raise InputError(
                f"{refusal}: it claims to hold {in_bytes(size)}, and more than {in_bytes(MOST)} is refused"
            )
        with np.load(path, allow_pickle=False) as archive:
            return {each: np.asarray(archive[each]) for each in archive.files}
    except FileNotFoundError:
        raise InputError(f"there is no file {name}; name one that `save` wrote") from None
    except PermissionError:
        raise InputError(f"{name} may not be read; ask its owner, or copy it") from None
    except InputError:
        raise
    except Exception as error:  # what is raised for a damaged file can be nearly anything
        raise InputError(f"{refusal}, or it is damaged: {error}") from None
