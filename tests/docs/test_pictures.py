"""Each picture of a lesson has a text for those who do not see it, and is written for a light and for a dark page."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib")
pytest.importorskip("sphinx", reason="the site needs Sphinx: pip install -e '.[docs]'")

import matplotlib.pyplot as plt
from making import films, pictures
from making.dark import DARK_PAGE, LIGHT_PAGE
from PIL import Image
from sphinx.errors import ExtensionError

from minitensor import plot
from minitensor.plot.style import animated

CELL = """x = 1
# alt: The first picture,
#      in two lines.
plot.images(x)
# a comment
# alt: The second.
plot.images(x)
"""


@pytest.fixture(autouse=True)
def _closed():
    yield
    plot.close_all()


def test_the_texts_of_a_cell():
    assert pictures.alt_texts(CELL) == ["The first picture, in two lines.", "The second."]
    assert pictures.alt_texts("x = 1  # alt: not on a line of its own\n") == []
    assert pictures.alt_texts("# alt:\nplot.images(x)") == [""]
    assert pictures.alt_texts("# alt: at the end\n#   of all") == ["at the end of all"]


def test_a_text_is_missing_or_empty_or_too_much():
    assert pictures.wrong_texts(0, []) == pictures.wrong_texts(2, ["one", "two"]) == ""
    assert "picture 2 of 2 has no alternative text; write '# alt: " in pictures.wrong_texts(2, ["one"])
    assert "says nothing" in pictures.wrong_texts(1, [""])
    assert "2 alternative texts, and draws 1 pictures" in pictures.wrong_texts(1, ["one", "two"])


def test_pages_do_not_show_the_texts():
    page = "".join(f"    {line}\n" for line in CELL.splitlines())
    source = [page]
    pictures.hide_alt(None, "lessons/01_tensors", source)
    assert source[0] == "    x = 1\n    plot.images(x)\n    # a comment\n    plot.images(x)\n"
    other = [page]
    pictures.hide_alt(None, "manual", other)
    assert other[0] == page


def variables(folder):
    count = iter(range(1, 100))
    names = SimpleNamespace(next=lambda: str(folder / "lessons" / f"sphx_{next(count):03}.png"))
    (folder / "lessons").mkdir()
    return {"image_path_iterator": names, "src_file": str(folder / "03_some.py")}


def scrape(folder, code):
    block = SimpleNamespace(content=code, lineno=12)
    return pictures.scraper(block, variables(folder), {"src_dir": str(folder)})


def test_two_drawings_are_written_and_shown(tmp_path):
    _, ax = plot.figure(width=5, height=2)
    ax.plot([0, 1])
    assert scrape(tmp_path, CELL[:58]) == (
        "\n.. drawn:: /lessons/sphx_001.webp\n   :alt: The first picture, in two lines.\n   :size: 400 160\n\n"
    )
    for name, page in (("sphx_001.webp", LIGHT_PAGE), ("sphx_001_dark.webp", DARK_PAGE)):
        with Image.open(tmp_path / "lessons" / name) as image:
            assert image.size == (720, 288)
            assert image.convert("RGB").getpixel((0, 0)) == Image.new("RGB", (1, 1), page).getpixel((0, 0))
    assert plt.get_fignums() == []


def test_a_wide_picture_has_no_more_pixels_than_a_column_can_show(tmp_path):
    plot.figure(width=16, height=1)
    assert ":size: 1280 80\n" in scrape(tmp_path, CELL[:58])
    with Image.open(tmp_path / "lessons" / "sphx_001.webp") as image:
        assert image.size == (1472, 92)


def test_a_picture_without_a_text_fails_the_build(tmp_path):
    plot.figure()
    with pytest.raises(
        ExtensionError, match=r"03_some.py, the cell at line 12: picture 1 of 1 has no alternative text"
    ):
        scrape(tmp_path, "plot.figure()")
    assert plt.get_fignums() == []


def test_the_same_figure_gives_the_same_files(tmp_path):
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _, ax = plot.figure()
        ax.scatter(*np.random.default_rng(0).random((2, 50)))
        scrape(tmp_path / name, CELL[:58])
        written.append([path.read_bytes() for path in sorted((tmp_path / name / "lessons").iterdir())])
    assert len(written[0]) == 2
    assert written[0] == written[1]


def test_a_drawing_in_few_colours_keeps_that_of_the_page():
    table = np.full((40, 40, 3), [19, 20, 22], "uint8")
    table[10:20] = np.random.default_rng(0).integers(0, 256, (10, 40, 3))
    few = pictures.in_few_colours(table, DARK_PAGE)
    assert len(np.unique(few.reshape(-1, 3), axis=0)) <= 256
    assert (few[:10] == [19, 20, 22]).all()


def test_a_photograph_is_not_drawn_in_few_colours(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype("uint8")
    pictures.save(noise, tmp_path / "photo.webp", LIGHT_PAGE)
    with Image.open(tmp_path / "photo.webp") as image:
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 10000
    lines = np.full((200, 200, 3), 255, "uint8")
    lines[::7] = [63, 84, 142]
    pictures.save(lines, tmp_path / "lines.webp", LIGHT_PAGE)
    with Image.open(tmp_path / "lines.webp") as image:
        assert (np.asarray(image.convert("RGB")) == lines).all()


def square(frame, ax):
    ax.clear()
    ax.set_axis_off()
    ax.fill([0, 1, 1, 0], [0, 0, 1, 1], color=("#000000", "#9d1f0f", "#ffffff")[min(frame, 2)])


def test_an_animation_is_written_once_for_each_frame_that_differs(tmp_path):
    fig, ax = plot.figure(width=2, height=2)
    animated(fig, lambda frame: square(frame, ax), frames=5, interval=100)
    assert ".. film:: /lessons/sphx_001.webp" in (shown := scrape(tmp_path, CELL[:58]))
    assert ":times: 100 100 300\n" in shown
    assert ":size: 160 160\n" in shown
    folder = tmp_path / "lessons"
    assert len(list(folder.iterdir())) == 6
    with Image.open(folder / "sphx_001_dark.webp") as film, Image.open(folder / "sphx_001_strip_dark.webp") as strip:
        assert film.n_frames == 3
        assert strip.size == (2 * film.width, 2 * film.height)
        whole = np.asarray(strip.convert("RGB"))
        for at in range(3):
            film.seek(at)
            y, x = (at // 2) * film.height, (at % 2) * film.width
            assert (whole[y : y + film.height, x : x + film.width] == np.asarray(film.convert("RGB"))).all()
        assert (whole[film.height :, film.width :] == [19, 20, 22]).all()  # an empty place
    with Image.open(folder / "sphx_001_still.webp") as still, Image.open(folder / "sphx_001.webp") as film:
        assert (np.asarray(still.convert("RGB")) == np.asarray(film.convert("RGB"))).all()
    assert plt.get_fignums() == []


def test_frames_side_by_side():
    assert [films.columns(count) for count in (1, 2, 4, 5, 60)] == [1, 2, 2, 3, 8]
