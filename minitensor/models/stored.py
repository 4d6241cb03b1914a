"""Named arrays and lists of words in a `.npz` file, of which every part is checked when it is read.

`.npz` is NumPy's zip of arrays. It may hold pickled objects, which run code when they are read: these are refused.
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.text.files import written
from minitensor.text.numbers import in_bytes

MOST = 2**28  # bytes of all arrays together, so that a small file cannot ask for all of the memory


def save_arrays(
    path: str | Path, kind: str, version: int, tensors: Mapping[str, Tensor], texts: Mapping[str, Sequence[str]]
) -> None:
    """Write them under their names, beside what they are (`kind`) and the version, whole or not at all.

    Raises WriteError, which names the file, where the system refuses.
    """
    arrays: dict[str, Any] = {name: x.numpy() for name, x in tensors.items()}
    arrays |= {name: np.asarray(list(words), dtype="str") for name, words in texts.items()}
    with written(path) as where, open(where, "wb") as file:
        np.savez(file, kind=np.asarray(kind), version=np.asarray(version), **arrays)


def load_arrays(
    path: str | Path, kind: str, version: int, tensors: Sequence[str], texts: Sequence[str]
) -> tuple[dict[str, Tensor], dict[str, tuple[str, ...]]]:
    """What `save_arrays` wrote, on the current backend: tensors of floats of one dtype, and tuples of words.

    Raises InputError, which names the file, for anything else.
    """
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
        missing, strange = sorted(wanted - arrays.keys()), sorted(arrays.keys() - wanted)
        raise InputError(f"{name} is no {kind}: missing are {missing}, and nobody knows {strange}")
    kinds = {each: arrays[each].dtype for each in tensors}
    if len(set(kinds.values())) > 1 or next(iter(kinds.values())) not in ("float32", "float64"):
        told = ", ".join(f"{each} {dtype}" for each, dtype in kinds.items())
        raise InputError(f"{name} is no {kind}: its numbers must be all float32 or all float64, and are {told:.200}")
    for each in tensors:
        if not np.isfinite(arrays[each]).all():
            raise InputError(f"{name} is no {kind}: {each} holds NaN or infinity")
    for each in texts:
        if arrays[each].dtype.kind != "U" or arrays[each].ndim != 1:
            raise InputError(f"{name} is no {kind}: {each} must be a row of words, and is {arrays[each].dtype}")
    return {each: tensor(arrays[each]) for each in tensors}, {each: tuple(arrays[each].tolist()) for each in texts}


def _read(path: str | Path, name: str, refusal: str) -> dict[str, np.ndarray]:
    """Every array in the file."""
    try:
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
    except IsADirectoryError:
        raise InputError(f"{name} is a folder; name a file that `save` wrote") from None
    except PermissionError:
        raise InputError(f"{name} may not be read; ask its owner, or copy it") from None
    except InputError:
        raise
    except Exception as error:  # what is raised for a damaged file can be nearly anything
        raise InputError(f"{refusal}, or it is damaged: {error}") from None
