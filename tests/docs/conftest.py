"""What makes the site lies in docs/making, which is no part of the package: here it can be imported."""

import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))
