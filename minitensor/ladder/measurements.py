"""Measurements made on other machines, which travel with the package so that those without a GPU see them too."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
# Those in the wheel, or those of the checkout that this package runs from.
FOLDERS = (HERE / "measurements", HERE.parent / "docs" / "measurements")


def stored(folder: Path | None = None, of: str = "gpu") -> list[dict[str, Any]]:
    """What was measured, and written down, the oldest first; empty if nobody did yet.

    folder : where the JSON files are; the package's own if not given
    of : "gpu", what `tests/benchmarks/gpu.py` wrote on machines with a GPU: each has a "device", a "date", "versions",
        and for each ladder its rungs with their "seconds". "processor", what `tests/benchmarks/ladders.py` wrote: a
        "processor" and "climbs"; the names of these files begin with "ladders-"
    """
    found = folder or next((each for each in FOLDERS if each.is_dir()), None)
    paths = sorted(found.glob("*.json")) if found else []
    paths = [each for each in paths if each.name.startswith("ladders-") == (of == "processor")]
    return sorted((json.loads(path.read_text(encoding="utf-8")) for path in paths), key=lambda each: str(each["date"]))
