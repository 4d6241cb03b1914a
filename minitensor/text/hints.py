"""The line that installs what is missing. Every hint is written here, and none names this project: another package
has the name `minitensor` on the index."""

from importlib.util import find_spec

# What the tour and the lessons need beside NumPy, by the names on the index: the extra `lessons`.
MODULES = {"matplotlib": "matplotlib", "PIL": "pillow", "rich": "rich", "sklearn": "scikit-learn"}  # module: package
LESSONS = tuple(MODULES.values())


def missing() -> list[str]:
    """The packages of `LESSONS` that are not installed."""
    return [package for module, package in MODULES.items() if not _is_here(module)]


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # its place in sys.modules is taken by what is no module
        return False


def install(*packages: str) -> str:
    """The line that installs `packages`, quoted as every shell takes it: cmd.exe knows double quotes alone.

    >>> install("numba"), install("dask[array]", "distributed")
    ('pip install numba', 'pip install "dask[array]" distributed')
    """
    return " ".join(["pip install", *(f'"{each}"' if set(each) & set("[]<>=") else each for each in packages)])
