"""Pages of lessons: what is made of sphinx-gallery's, the line of facts, cards, and what names in code mean."""

import re

import pytest
from making import code_links, lesson_cards, lesson_pages
from making.lesson_pages import Lesson

from minitensor.command.lesson import lessons

KNOWN = {
    2: Lesson(2, "02_matmul_loops", "Loops: three", "Loops", "three loops", 20, "lesson 1"),
    3: Lesson(3, "03_broadcasting", "Broadcasting: one rule", "Broadcasting", "the `(n,)` trap", 25, "lesson 2"),
    9: Lesson(9, "09_segment_a_photo", "A photo", "A photo", "pixels", 25, "lessons 2 and 3, and patience"),
}
WRITTEN = """\

.. only:: html

    .. note::
        :ref:`Go to the end <sphx_glr_download_lessons_03_broadcasting.py>`

.. rst-class:: sphx-glr-example-title

.. _sphx_glr_lessons_03_broadcasting.py:

Broadcasting: one rule
======================

Lesson 2 had loops, lesson 3 has none.

About 25 minutes. Needs
lesson 2.

.. GENERATED FROM PYTHON SOURCE LINES 11-14

After lesson 2
--------------

.. code-block:: Python

    print("lesson 2")

.. rst-class:: sphx-glr-script-out

 .. code-block:: none

    {printed}

Exercises 7 to 14 go with *lesson 2*.

.. container:: answers

   Yes.

.. _sphx_glr_download_lessons_03_broadcasting.py:

.. only:: html

  .. container:: sphx-glr-footer
"""


def page(printed="short"):
    return lesson_pages.page(WRITTEN.format(printed=printed), 3, KNOWN)


def test_a_page_has_its_number_and_its_facts_and_nothing_of_the_gallery():
    made = page()
    assert "\n3 · Broadcasting: one rule\n==========================\n" in made
    assert "About 25 minutes. Needs :doc:`lesson 2 </lessons/02_matmul_loops>`." in made
    assert ":doc:`Exercises 7 to 14 </exercises/lesson_03>` go with it." in made
    assert "``minitensor lesson 3``" in made
    assert ":download:`its notebook <03_broadcasting.ipynb>`" in made
    assert ":download:`the script <03_broadcasting.py>`" in made
    assert made.count("About 25 minutes") == 1
    assert not re.search("Go to the end|footer|download_", made)
    assert ".. fold:: Answers\n" in made


def test_other_lessons_and_exercises_are_links_in_paragraphs_alone():
    made = page()
    assert ":doc:`Lesson 2 </lessons/02_matmul_loops>` had loops, lesson 3 has none." in made
    assert ":doc:`Exercises 7 to 14 </exercises/lesson_03>` go with *lesson 2*." in made
    assert "\nAfter lesson 2\n-----" in made
    assert '    print("lesson 2")\n' in made
    assert lesson_pages.linked("Lesson 77, exercise 7, and Exercise 99.", 3, KNOWN) == (
        "Lesson 77, exercise 7, and Exercise 99."
    )


@pytest.mark.parametrize(
    ("printed", "broken"),
    [("a " * 50, True), ("a " * 44, False), ("loads  stores " * 7, False), ("x" * 30, False)],
)
def test_long_sentences_are_broken_and_tables_are_not(printed, broken):
    assert ("script-out words" in page(printed)) == broken


def test_without_exercises_none_are_promised():
    line = lesson_pages.line_of_facts(9, KNOWN)
    assert "xercise" not in line
    links = ":doc:`2 </lessons/02_matmul_loops>` and :doc:`3 </lessons/03_broadcasting>`"
    assert f"Needs lessons {links}, and patience." in line


def test_every_lesson_has_a_row_in_the_readme_and_a_card():
    known = lesson_pages.all_lessons()
    assert list(known) == list(lessons()) == list(lesson_cards.CHOSEN)
    assert all(each.minutes > 5 and each.needs and each.ideas for each in known.values())
    index = lesson_pages.index("Lessons\n=======\n", known)
    assert [f"   {n} · {each.name} <{each.stem}>" in index for n, each in known.items()] == [True] * len(known)
    with pytest.raises(KeyError):
        lesson_pages.all_lessons("| [1 Tensors](lessons/01_tensors.py) | pixels |\n")


def test_a_card_says_minutes_needs_and_exercises():
    assert lesson_cards.facts(KNOWN[3]) == ["25 minutes", "needs lesson 2", "exercises 7 to 14"]
    assert lesson_cards.facts(KNOWN[9])[-1].startswith("needs")


def test_a_picture_is_cut_and_its_margins_go(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="pictures are cut with Pillow")
    whole = image.new("RGB", (400, 400), "white")
    whole.paste("red", (100, 300, 140, 320))
    whole.save(tmp_path / "sphx_glr_03_dark_matter_002.png")
    found = lesson_cards.drawn(tmp_path, "03_dark_matter", 2)
    assert found == dict.fromkeys(("light", "dark"), tmp_path / "sphx_glr_03_dark_matter_002.png")
    card = lesson_cards.cut(found["light"], (0, 0.5, 1, 1))
    assert card.size == lesson_cards.SIZE
    assert card.getpixel((0, 0)) == (255, 255, 255)
    assert card.getpixel((320, 180)) == card.getpixel((40, 60)) == (255, 0, 0)
    assert lesson_cards.drawn(tmp_path, "03_dark_matter", 1) == {}
    whole.save(tmp_path / "sphx_glr_03_dark_matter_002_dark.png")
    assert lesson_cards.drawn(tmp_path, "03_dark_matter", 2)["dark"].stem.endswith("dark")
    assert lesson_cards.cut(found["light"], (0, 0, 0.2, 0.2)).getcolors() == [(640 * 360, (255, 255, 255))]


def test_names_in_a_lesson_mean_what_it_imports(tmp_path):
    script = tmp_path / "01_a.py"
    script.write_text(
        "import numpy as np\nimport minitensor as mt\nfrom minitensor import plot\n"
        "from minitensor.cluster import mean_shift\nmt.random.normal(1)\nplot.climbs()\nnp.sum(1)\nx.mean()\ny.mean()\n"
    )
    (tmp_path / "01_a.codeobj.json").write_text(
        '{"x": [{"module": "minitensor", "name": "Tensor"}],'
        ' "x.mean": [{"module": "minitensor", "name": "Tensor.mean"}],'
        ' "y.mean": [{"module": "numpy", "name": "ndarray.mean"}]}'
    )
    found = code_links.meanings(script)
    assert found["mt.random.normal"][0] == "minitensor.random.normal"
    assert found["plot.climbs"][0] == "minitensor.plot.climbs"
    assert found["mean_shift"] == ("minitensor.cluster.mean_shift",)
    assert found["x.mean"] == ("minitensor.Tensor.mean",)
    assert not {"np", "np.sum", "x", "y.mean"} & set(found)


def test_what_a_lesson_makes_itself_is_no_link(tmp_path):
    script = tmp_path / "01_a.py"
    script.write_text(
        "class Tensor:\n    pass\nx = Tensor()\nrows = 2\nfrom minitensor.matrix_product.rungs import rows\n"
        "import minitensor as mt\nmt.zeros(3)\n"
    )
    types = '{"x.T": [{"module": "minitensor", "name": "Tensor.T"}]}'
    (tmp_path / "01_a.codeobj.json").write_text(types)
    assert set(code_links.meanings(script)) == {"mt", "mt.zeros"}


def test_a_chain_does_not_begin_behind_a_dot():
    tokens = [(True, "x"), (False, "."), (True, "a"), (False, "("), (False, ")"), (False, "."), (True, "sum")]
    assert [each[2] for each in code_links.chains(tokens)] == ["x.a", "x"]
