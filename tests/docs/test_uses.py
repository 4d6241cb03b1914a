"""Which lesson uses which name, read from its text."""

import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
if not (DOCS / "making").is_dir():
    pytest.skip("the site's sources are not here", allow_module_level=True)
pytest.importorskip("matplotlib", reason="the names of minitensor.plot need matplotlib")
sys.path.insert(0, str(DOCS))
from making.uses import lesson_title, used, used_in  # noqa: E402


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import minitensor as mt\nmt.zeros(3)", {"minitensor.zeros"}),
        ("import minitensor\nminitensor.norms.norm(x)", {"minitensor.norms.norm"}),
        ("from minitensor.norms import rmse as r\nr(a, b)", {"minitensor.norms.rmse"}),
        ("from minitensor import plot\nplot.climbs(c)", {"minitensor.plot.climbs"}),
        ("from minitensor.autograd import grad", {"minitensor.grad"}),  # an alias counts for its first name
        ("from minitensor.cluster import KMeans\nm = KMeans(3).fit(x)\nm.labels_",
         {"minitensor.cluster.KMeans", "minitensor.cluster.KMeans.fit", "minitensor.cluster.KMeans.labels_"}),
        ("import minitensor as mt\nx = mt.ones(3)\n(x - 1).copy()", {"minitensor.ones", "minitensor.Tensor.copy"}),
    ],
)  # fmt: skip
def test_what_is_used(text, names):
    assert used(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nx = np.zeros(3)\nx.sum()",
        "'a,b'.split(',')\n[1].copy()",
        "import minitensor as mt\nx = mt\nmt = 3",
        "rows = {}\nrows.copy()\nsize = 3",
        "from numpy import mean\nmean(x)",
    ],
)
def test_what_is_not_used(text):
    assert not {name for name in used(text) if name != "minitensor"}


def test_the_lessons_use_what_they_teach():
    found = used_in()
    assert "4" in [number for number, _, _ in found["minitensor.einsum"].lessons]
    assert ("15", "Exercise 15: specs", "exercises.html#exercise-15") in found["minitensor.einsum"].exercises
    assert "minitensor.linalg.qr" not in found


def test_the_title_of_a_lesson_has_no_number(tmp_path):
    lesson = tmp_path / "03_shapes.py"
    lesson.write_text('"""3. Shapes: how they meet\n====\n\nText."""\n')
    assert lesson_title(lesson) == "Shapes: how they meet"
