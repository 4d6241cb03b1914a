"""The line that installs what is missing. Every hint is written here, and none names this project: another package
has the name `minitensor` on the index."""

# What the tour and the lessons need beside NumPy, by the names on the index: the extra `lessons`.
LESSONS = ("matplotlib", "pillow", "rich", "scikit-learn")


def install(*packages: str) -> str:
    """The line that installs `packages`, quoted as every shell takes it: cmd.exe knows double quotes alone.

    >>> install("numba"), install("dask[array]", "distributed")
    ('pip install numba', 'pip install "dask[array]" distributed')
    """
    return " ".join(["pip install", *(f'"{each}"' if set(each) & set("[]<>=") else each for each in packages)])
