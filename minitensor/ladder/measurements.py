"""Measurements made on other machines, which travel with the package so that those without a GPU see them too."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
# Those in the wheel, or those of the checkout that this package runs from.
FOLDERS = (HERE / "measurements", HERE.parent / "docs" / "measurements")


def stored(folder: Path | None = None) -> list[dict[str, Any]]:
    """What `tests/benchmarks/gpu.py` wrote on machines with a GPU, the oldest first; empty if nobody ran it yet.

    folder : where the JSON files are; the package's own if not given

    Each has a "device", a "date", "versions", and for each ladder its rungs with their "seconds".
    """
    found = folder or next((each for each in FOLDERS if each.is_dir()), None)
    paths = sorted(found.glob("*.json")) if found else []
    return sorted((json.loads(path.read_text(encoding="utf-8")) for path in paths), key=lambda each: str(each["date"]))
