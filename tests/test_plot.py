"""Pictures show the numbers that they were given, and nothing is written unasked."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import minitensor as mt
from minitensor import plot
from minitensor.ladder import Climb, Row

CLIMB = Climb(
    "doubling",
    "eight numbers",
    "a machine",
    (
        Row("loops", "one by one", 0.0, note="skipped: about 9 s, limit 5 s"),
        Row("rows", "row by row", 0.0, 2e-3, 1.9e-3, 2.1e-3, 1.8e-3),
        Row("same", "as fast", 0.0, 2e-3, 1.9e-3, 2.1e-3, 1e-4, 1.0, 1.0, note="uneven: 100 µs at best"),
        Row("blas", "at once", 0.0, 1e-5, 0.9e-5, 1.1e-5, 0.8e-5, 200.0, 200.0, 1.0),
        Row("worse", "again", 0.0, 4e-3, 4e-3, 4e-3, 4e-3, 0.5, 0.0025, 1.0),
    ),
)
POINTS = mt.tensor([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]])
LABELS, CENTERS = mt.tensor([0, 0, 1]), mt.tensor([[0.5, 0.0], [5.0, 5.0]])


@pytest.fixture(autouse=True)
def _closed():
    yield
    plot.close_all()


def words(fig):
    return " ".join(text.get_text() for ax in fig.axes for text in ax.texts)


def test_a_climb_is_drawn_bar_by_bar():
    fig = plot.climbs(CLIMB, CLIMB)
    first, second = fig.axes
    for ax in (first, second):
        ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
        np.testing.assert_allclose(ends, [2e-3, 2e-3, 1e-5, 4e-3])
        assert [label.get_text() for label in ax.get_yticklabels()] == ["loops", "rows", "same", "blas", "worse"]
    for part in (
        "skipped: about 9 s",
        "2 ms  no faster than rows  (uneven: 100 µs at best)",
        "10 µs  200 times faster than rows",
        "4 ms  2 times slower than rows",
    ):
        assert part in words(fig)


def test_a_climb_of_skipped_rungs_is_still_a_picture(tmp_path):
    nothing = CLIMB._replace(rows=CLIMB.rows[:1])
    assert plot.save(plot.climbs(nothing), tmp_path / "a.png").stat().st_size > 1_000


def test_clusters_are_drawn_where_they_are(backend):
    points, labels, centers = (mt.tensor(x.numpy()) for x in (POINTS, LABELS, CENTERS))
    dots, crosses = plot.clusters(points, labels, centers, "two").axes[0].collections
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy())
    np.testing.assert_allclose(crosses.get_offsets(), CENTERS.numpy())
    colors = dots.get_facecolors()
    assert (colors[0] == colors[1]).all()
    assert (colors[0] != colors[2]).any()


def test_a_climb_stands_over_its_clusters():
    fig = plot.climb_and_clusters(CLIMB, POINTS, LABELS, CENTERS)
    assert "2 clusters found in 3 points" in fig.axes[1].get_title(loc="left")


def test_an_animation_goes_from_the_first_step_to_the_last(tmp_path):
    path = [POINTS, POINTS * 0.5, POINTS * 0.25]
    animation = plot.moving(path, LABELS)
    dots = animation._fig.axes[0].collections[1]
    animation._func(0)
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy())
    animation._func(10**6)
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy() * 0.25)
    with Image.open(plot.save(animation, tmp_path / "new" / "a.gif")) as image:
        assert image.n_frames > 3


def test_save_all_writes_each_open_picture_once(tmp_path):
    plot.climbs(CLIMB)
    plot.clusters(POINTS, LABELS, CENTERS)
    plot.moving([POINTS, CENTERS[:1] + POINTS * 0.0], LABELS)
    names = [path.name for path in plot.save_all(tmp_path, "lesson")]
    assert names == ["lesson_1.png", "lesson_2.png", "lesson_1.gif"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert plot.save_all(tmp_path, "lesson") == []


def test_without_a_screen_nothing_is_shown():
    plot.climbs(CLIMB)
    assert plot.is_headless()
    assert plot.show_all() == 1
    assert plot.show_all() == 0


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("matplotlib", "import minitensor.plot"),
        ("rich", "from minitensor.ladder import Climb, table; table(Climb('', '', '', ()))"),
        ("rich", "from minitensor.tour import tour; import pathlib; tour(pathlib.Path('x'))"),
        ("sklearn", "from minitensor.tour import products; products()"),
    ],
)
def test_without_an_extra_the_error_says_what_to_install(missing, code, tmp_path):
    blocked = f"import sys; sys.modules[{missing!r}] = None; {code}"
    ran = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 1
    assert "pip install 'minitensor[lessons]'" in ran.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())
