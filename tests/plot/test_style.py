"""Where pictures go: nothing is written unasked, and nothing is left open."""

import gc
import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text
from pictures import CENTERS, CLIMB, LABELS, POINTS, bars_hide_their_scale
from PIL import Image

from minitensor import plot


def test_a_figure_has_the_rows_and_columns_and_size_that_it_is_given():
    fig, axes = plot.figure(2, 3, width=5.0, height=4.0, sharex=True)
    assert axes.shape == (2, 3)
    assert tuple(fig.get_size_inches()) == (5.0, 4.0)
    axes[0, 0].set_xlim(2, 7)
    assert axes[1, 0].get_xlim() == (2, 7)
    assert plot.figure()[1] is not axes[0, 0]


def test_importing_changes_no_setting_of_matplotlib():
    code = "import matplotlib as m; old = dict(m.rcParams); import minitensor.plot; print(dict(m.rcParams) == old)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize("name", plot.__all__)
def test_every_picture_is_drawn_in_one_style(name):
    no_drawing = {
        "close_all",
        "drawn",
        "in_notebook",
        "headless",
        "is_headless",
        "palette",
        "save",
        "save_all",
        "save_pixels",
        "show_all",
    }
    assert hasattr(getattr(plot, name), "__wrapped__") == (name not in no_drawing)


def test_a_picture_looks_the_same_whatever_the_settings():
    def looks(fig):
        fig.draw_without_rendering()
        ax = fig.axes[0]
        words = [*fig.findobj(Text), ax.title, *ax.get_xticklabels()]
        return [(each.get_text(), each.get_fontsize()) for each in words], ax.spines["top"].get_visible()

    found = looks(plot.climbs(CLIMB))
    assert not found[1]
    with plt.rc_context({"font.size": 30, "axes.titlesize": 40, "axes.spines.top": True}):
        assert looks(plot.climbs(CLIMB)) == found


def test_save_makes_the_folders_and_returns_the_path(tmp_path):
    path = tmp_path / "new" / "deep" / "a.png"
    fig, ax = plot.figure(width=3.0, height=2.0)
    ax.set_facecolor("#ff0000")
    assert plot.save(fig, str(path)) == path
    assert [each.name for each in path.parent.iterdir()] == ["a.png"]
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size == (330, 220)
        assert image.convert("RGB").getpixel((165, 110)) == (255, 0, 0)


def test_save_all_writes_each_open_picture_once(tmp_path):
    plot.climbs(CLIMB)
    moving = plot.moving([POINTS, CENTERS[:1] + POINTS * 0.0], LABELS)
    last = plot.clusters(POINTS, LABELS, CENTERS)
    assert plot.drawn()[1:] == [moving, last]
    names = [path.name for path in plot.save_all(tmp_path, "lesson", 4)]
    assert names == ["lesson-4.png", "lesson-5.gif", "lesson-6.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert plot.save_all(tmp_path, "lesson") == []


def test_an_animation_is_saved_at_the_speed_at_which_it_is_shown(tmp_path):
    animation = plot.moving([POINTS, POINTS * 0.5], LABELS)
    with Image.open(plot.save(animation, tmp_path / "new" / "a.gif")) as image:
        assert image.format == "GIF"
        assert image.n_frames > 3
        assert image.info["duration"] == pytest.approx(animation._interval, abs=10)


def test_without_a_screen_nothing_is_shown():
    plot.climbs(CLIMB)
    assert plot.is_headless()
    assert plot.show_all() == 1
    assert plot.show_all() == 0


def test_with_a_screen_every_figure_is_shown_once(monkeypatch):
    shown = []
    monkeypatch.setattr(matplotlib, "get_backend", lambda: "QtAgg")
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.get_fignums()))
    plot.figure()
    plot.figure()
    assert not plot.is_headless()
    assert plot.show_all() == 2
    assert [len(figures) for figures in shown] == [2]
    assert plt.get_fignums() == []


def test_headless_draws_without_a_screen(monkeypatch):
    used = []
    monkeypatch.setattr(matplotlib, "use", used.append)
    plot.headless()
    assert used == ["Agg"]


def test_an_animation_that_nobody_saw_is_closed_in_silence(recwarn):
    plot.moving([POINTS, POINTS * 0.5], LABELS)
    assert plot.show_all() == 1
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []
    assert plt.get_fignums() == []


def test_close_all_leaves_nothing_to_save(tmp_path):
    plot.climbs(CLIMB)
    plot.moving([POINTS, POINTS * 0.5], LABELS)
    plot.close_all()
    assert plot.save_all(tmp_path, "lesson") == []
    assert list(tmp_path.iterdir()) == []


def test_bars_that_hide_their_scale_are_seen():
    fig, ax = plot.figure()
    ax.barh([0, 1], [3, 30], left=1)
    assert not bars_hide_their_scale(fig)
    ax.set_xscale("log")
    assert bars_hide_their_scale(fig)
    ax.set_xlabel("time on a logarithmic axis")
    assert not bars_hide_their_scale(fig)
