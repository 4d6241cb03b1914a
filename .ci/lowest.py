"""Every lower bound in pyproject.toml as a pin, a line each: ``pip install -r <(python .ci/lowest.py)``."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = (project["optional-dependencies"][name] for name in ("lessons", "dask", "numba", "threads", "test", "docs"))
for each in sorted({*project["dependencies"], *(each for extra in extras for each in extra)}):
    if not each.startswith(project["name"]):
        print(re.sub(">=", "==", each))
