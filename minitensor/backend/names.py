"""What people call a backend that has another name here."""

from collections.abc import Sequence
from itertools import product

MEANT = {
    "np": "numpy", "cpu": "numpy", "simulator": "numpy", "cp": "cupy", "cuda": "cupy", "cuda12": "cupy",
    "cuda13": "cupy", "nvidia": "cupy", "gpu": "auto", "pytorch": "torch", "pt": "torch", "mps": "torch:mps",
    "metal": "torch:mps", "apple": "torch:mps", "xpu": "torch:xpu", "intel": "torch:xpu", "rocm": "torch:cuda",
    "amd": "torch:cuda",
}  # fmt: skip

KINDS = {f"{kind}{bits}" for kind, bits in product(("int", "uint", "float", "complex"), (8, 16, 32, 64, 128))} | {
    "bool"
}


def unknown(name: str, known: Sequence[str]) -> str:
    """What is said of a name that no backend has, with a question where one of those known is like it.

    >>> unknown("cuda", ["numpy", "cupy"])
    "there is no backend 'cuda'; do you mean cupy? Choose one of numpy, cupy"
    >>> unknown("nunpy", ["numpy", "cupy"])
    "there is no backend 'nunpy'; do you mean numpy? Choose one of numpy, cupy"
    >>> unknown("kitchen", ["numpy", "cupy"])
    "there is no backend 'kitchen'; choose one of numpy, cupy"
    """
    from difflib import get_close_matches

    asked = str(name).strip().lower()
    found = MEANT.get(asked) or MEANT.get(asked.partition(":")[0]) or next(iter(get_close_matches(asked, known, 1)), "")
    listed = ", ".join(known)
    if asked in KINDS:
        return f"there is no backend {name!r}; that is a dtype, write .astype({asked!r})"
    if found.partition(":")[0] in known:
        return f"there is no backend {name!r}; do you mean {found}? Choose one of {listed}"
    return f"there is no backend {name!r}; choose one of {listed}"
