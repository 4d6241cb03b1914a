"""Lessons: listed, run, read, and written as notebooks."""

import ast
import itertools
import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from minitensor.command import cells, lesson, notebook
from minitensor.command.line import main
from minitensor.exercise import files

pytest.importorskip("rich", reason="the command line prints with rich, an extra")
SCRIPT = '''"""A title
=======

Of ``one`` thing, see `NumPy <https://numpy.org>`_.
"""
from minitensor import plot
print("said")

# %%
# A heading
# ---------
# Words.
#
# .. math:: x^2
#
# .. container:: answers
#
#    1. Yes, ``x``.

# a comment
print(__name__, __file__.endswith("07_own.py"), type(plot).__name__)


def here():
    import inspect

    return inspect.getsource(here).splitlines()[0]

# %%
# .. code-block:: c++
#
#     int i;  // no
#
#     # heading
#
# Last words
# ----------

print(here())
plot.figure()
fig, _ = plot.figure()
'''


@pytest.fixture
def own_lesson(tmp_path, monkeypatch):
    """A checkout with one lesson, which draws two pictures."""
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "07_own.py").write_text(SCRIPT)
    monkeypatch.setattr(files, "HERE", tmp_path / "minitensor")
    files.exercises.cache_clear()
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    files.exercises.cache_clear()


def test_lessons_are_listed_with_their_titles(capsys):
    assert main(["lesson"]) == 0
    *lines, empty, hint = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) >= 6
    assert all(re.fullmatch(r" *\d+ +\d+ min  \w.{10,}", line) for line in lines)
    assert (empty, hint.partition(" runs")[0]) == ("", "minitensor lesson 1")


def test_a_lesson_that_is_not_there(capsys):
    assert main(["lesson", "99"]) == 1
    numbers = ", ".join(map(str, lesson.lessons()))
    assert f"there is no lesson 99; there are {numbers}" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--read"], ["--notebook"], ["--out", "x"]])
def test_without_a_number_there_is_nothing_to_do(words, capsys):
    assert main(["lesson", *words]) == 1
    assert "say which lesson; minitensor lesson lists them" in capsys.readouterr().err


def test_reading_takes_no_folder(own_lesson, capsys):
    assert main(["lesson", "7", "--read", "--out", "foo"]) == 1
    assert "--read writes nothing: leave --out away" in capsys.readouterr().err
    assert not (own_lesson / "foo").exists()


PRINTED = """
A title
-------
said

A heading
---------
__main__ True module

Last words
----------
def here():
"""
END = "\nThe text between: minitensor lesson 7 --read\n"


def test_a_lesson_runs_and_keeps_its_pictures_where_it_is_told(own_lesson, capsys):
    pictures = [own_lesson / "new" / f"07-{i}.png" for i in (1, 2)]
    assert main(["lesson", "7", "--out", str(own_lesson / "new")]) == 0
    script = own_lesson / "lessons" / "07_own.py"
    marks = f"picture 1: {pictures[0]}\npicture 2: {pictures[1]}\n"
    assert capsys.readouterr().out == f"{script}\n{PRINTED}{marks}{END}"
    assert min(picture.stat().st_size for picture in pictures) > 1_000


def test_a_lesson_without_a_screen_says_so_before_it_runs(own_lesson, capsys):
    assert main(["lesson", "7"]) == 0
    said, _, rest = capsys.readouterr().out.partition("\n\n")
    assert said.endswith("To keep them: minitensor lesson 7 --out DIR")
    assert rest.endswith(f"def here():\npicture 1\npicture 2\n{END}")
    assert sorted(path.name for path in own_lesson.iterdir()) == ["lessons"]


def test_a_backend_that_cannot_compute_is_named_before_anything_is_printed(own_lesson, capsys, monkeypatch):
    def refuse():
        raise lesson.InputError("no such card")

    monkeypatch.setattr(lesson.backend, "current", refuse)
    assert main(["lesson", "7", "--out", "x"]) == 1
    assert capsys.readouterr() == ("", "minitensor lesson: no such card\n")


def test_what_is_missing_is_named_at_once_before_anything_is_printed(own_lesson, capsys, monkeypatch):
    for module in ("sklearn", "PIL"):
        monkeypatch.setitem(sys.modules, module, None)
    assert main(["lesson", "7"]) == 1
    message = "minitensor lesson: the lessons need pillow, scikit-learn: pip install pillow scikit-learn\n"
    assert capsys.readouterr() == ("", message)


def test_an_error_in_a_lesson_is_at_its_line_and_leaves_the_program_as_it_was(own_lesson):
    path = own_lesson / "lessons" / "07_own.py"
    path.write_text(SCRIPT + "1 / 0\n")
    before = sys.modules["__main__"], sys.argv
    with pytest.raises(ZeroDivisionError) as caught:
        lesson.lesson(7)
    last = caught.traceback[-1]
    assert (str(last.path), last.lineno) == (str(path), len(SCRIPT.splitlines()))
    assert (sys.modules["__main__"], sys.argv) == before


def test_a_script_says_how_to_see_its_pictures(own_lesson):
    ran = subprocess.run(
        [sys.executable, "lessons/07_own.py"], capture_output=True, text=True, check=True, cwd=own_lesson
    )
    assert ran.stderr == "To see 2 pictures: minitensor lesson 7, or with --out DIR, which keeps them\n"


def test_a_lesson_is_read(own_lesson, capsys, monkeypatch):
    monkeypatch.setenv("PAGER", "cat")
    monkeypatch.setattr("pydoc.pager", print)
    assert main(["lesson", "7", "--read"]) == 0
    text = capsys.readouterr().out
    for words in ("A title", "NumPy", 'print("said")', "A heading", "# a comment", "Yes, x.", "int i;  // no"):
        assert words in text


def test_in_a_pipe_a_line_of_code_stays_a_line(own_lesson, capsys, monkeypatch):
    script = own_lesson / "lessons" / "07_own.py"
    line = f"long = [{', '.join(map(str, range(60)))}]  # [bold] :smile:"
    script.write_text(f"{script.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    monkeypatch.setenv("PAGER", "cat")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("pydoc.pager", print)
    assert main(["lesson", "7", "--read"]) == 0
    assert line in capsys.readouterr().out.splitlines()


def test_lessons_inside_a_wheel_are_found_first(own_lesson):
    inside = own_lesson / "minitensor" / "lessons"
    inside.mkdir(parents=True)
    (inside / "03_wheel.py").write_text('"""From the wheel\n==============\n"""')
    assert {number: lesson.title(path) for number, path in lesson.lessons().items()} == {3: "From the wheel"}


# Notebooks.
def test_a_lesson_becomes_a_notebook(own_lesson, capsys):
    assert main(["lesson", "7", "--notebook"]) == 0
    assert capsys.readouterr().out == "wrote 07_own.ipynb\n"
    book = json.loads((own_lesson / "07_own.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in book["cells"]]
    kinds = [cell["cell_type"] for cell in book["cells"]]
    assert kinds == ["markdown", "code", "code", "markdown", "code", "markdown", "code"]
    assert sources[0] == "# A title\n\nOf `one` thing, see [NumPy](https://numpy.org)."
    assert sources[1].endswith("plot.in_notebook()  # each picture once, below the cell that drew it; animations play")
    assert sources[3].startswith("## A heading\nWords.\n\n$$\nx^2\n$$\n")
    assert sources[3].endswith("<details><summary>answers</summary>\n\n1. Yes, `x`.\n\n</details>")
    assert sources[5].startswith("```c++\nint i;  // no\n\n# heading\n```\n")
    assert sources[6].startswith("print(here())\n")
    assert all(cell["outputs"] == [] for cell in book["cells"] if cell["cell_type"] == "code")


def test_a_notebook_is_never_written_over(own_lesson, capsys):
    (own_lesson / "07_own.ipynb").write_text("a learner's work")
    assert main(["lesson", "7", "--notebook"]) == 1
    assert "'07_own.ipynb' is there already and is left as it is" in capsys.readouterr().err
    assert main(["lesson", "7", "--notebook", "--out", "new"]) == 0
    assert (own_lesson / "new" / "07_own.ipynb").stat().st_size > 1_000
    assert (own_lesson / "07_own.ipynb").read_text() == "a learner's work"


@pytest.mark.parametrize(
    ("code", "shown"),
    [("plot.figure()", "plot.figure();"), ("plot.images(\n    x,\n)", "plot.images(\n    x,\n);"), ("x", "x"),
     ("fig = plot.figure()", "fig = plot.figure()"), ("", "")],
)  # fmt: skip
def test_what_draws_shows_no_value_beside_the_picture(code, shown):
    assert notebook._code(cells.Cell("", code, 0)) == shown


# What a lesson says of itself.
@pytest.mark.parametrize(
    ("last", "said"),
    [("About 30 minutes. Needs lesson 2.", (30, "lesson 2")),
     ("About 5 minutes. Needs lesson 6 and\nthe packages dask and distributed.",
      (5, "lesson 6 and the packages dask and distributed"))],
)  # fmt: skip
def test_the_last_paragraph_of_a_docstring_says_minutes_and_needs(tmp_path, last, said):
    path = tmp_path / "01_own.py"
    path.write_text(f'"""A title\n=======\n\nAbout 1 minutes. Needs nothing.\n\n{last}\n"""\n')
    assert cells.facts(path) == said
    assert cells.cells(path)[0].prose.endswith(last)


@pytest.mark.parametrize(
    "docstring",
    ["", '"""About 30 minutes. Needs lesson 2.\n\nMore."""', '"""Words. About 30 minutes. Needs lesson 2."""',
     '"""About ten minutes. Needs lesson 2."""', '"""About 30 minutes."""', '"""About 30 minutes. Needs lesson 2"""'],
)  # fmt: skip
def test_a_lesson_that_does_not_say_them_is_named(tmp_path, docstring):
    path = tmp_path / "01_own.py"
    path.write_text(f"{docstring}\nprint()\n")
    with pytest.raises(lesson.InputError, match=r"docstring of 01_own\.py must end with .*: About 30 minutes\. Needs"):
        cells.facts(path)


# Prose.
@pytest.mark.parametrize(
    ("line", "shown"),
    [("See `a page <https://a.example/b?c=1>`_.", "See [a page](https://a.example/b?c=1)."),
     ("See `a page <../explore/einsum.html?spec=ik,kj-%3Eij>`__.", "See a page."),
     ("See `one <../a.html>`__, `two <b.html#c>`_ and ``x``.", "See one, two and `x`."),
     (r"The modulus \|v\| is ``|``.", r"The modulus \|v\| is `|`.")],
)  # fmt: skip
def test_an_address_within_the_site_is_left_out_and_its_words_stay(line, shown):
    assert cells.markdown([line]) == shown


def test_a_table_is_markdowns():
    lines = ["Words:", "", "===== ========", "name  equals", "===== ========", "RMSE  ‖v‖₂ / √n, ``x``", "MAE   *no*",
             "===== ========", "", "End."]  # fmt: skip
    table = "| name | equals |\n| --- | --- |\n| RMSE | ‖v‖₂ / √n, `x` |\n| MAE | *no* |"
    assert cells.markdown(lines) == f"Words:\n\n{table}\n\nEnd."


def test_a_reader_sees_bars_and_no_address_within_the_site(own_lesson, capsys, monkeypatch):
    script = own_lesson / "lessons" / "07_own.py"
    own = r"The modulus \|v\| is in `the explorer <../explore/memory.html?stride=32>`__."
    script.write_text(SCRIPT.replace("# Words.", f"# {own}"), encoding="utf-8")
    monkeypatch.setenv("PAGER", "cat")
    monkeypatch.setattr("pydoc.pager", print)
    assert main(["lesson", "7", "--read"]) == 0
    text = capsys.readouterr().out
    assert "The modulus |v| is in the explorer." in text
    assert "explore/" not in text


@pytest.mark.parametrize("number", lesson.lessons())
def test_every_lesson_is_cut_into_cells_without_a_loss(number):
    path = lesson.lessons()[number]
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = cells.cells(path)
    for cell in parts:
        code = cell.code.splitlines()
        assert lines[cell.line : cell.line + len(code)] == code
        assert ".. " not in cell.prose.replace("...", "")
        assert "``" not in cell.prose.replace("```", "")
    whole = ast.parse("\n".join(lines))
    assert ast.dump(ast.parse("\n".join(cell.code for cell in parts))) == ast.dump(ast.Module(whole.body[1:], []))
    assert sum(len(cell.headings) for cell in parts) == sum(
        1 for above, line in itertools.pairwise(lines)
        if above and set(line.removeprefix("# ")) in ({"="}, {"-"})
    )  # fmt: skip


def test_a_notebook_of_the_lesson_on_dask_installs_it():
    without, needing = (json.dumps(notebook.notebook(lesson.lessons()[number])) for number in (3, 15))
    assert "dask[array]" in needing
    assert "dask" not in without


def test_the_first_cell_installs_what_is_missing_and_else_nothing(monkeypatch):
    asked = []
    code = notebook.SETUP.format(needed='{"rich": "rich", "no_such": "it[all]"}').partition("\n\nfrom minitensor")[0]
    exec(code.replace("%pip install --quiet {missing}", "asked.append(missing)"), {"asked": asked})
    assert asked == ['"it[all]"']
    asked.clear()
    code = code.replace("no_such", "json")
    exec(code.replace("%pip install --quiet {missing}", "asked.append(missing)"), {"asked": asked})
    assert asked == []


def test_this_library_is_installed_from_its_source(monkeypatch):
    words = {"Project-URL": ["Changelog, https://a.example/log", "Source, https://a.example/source"]}
    monkeypatch.setattr(notebook, "metadata", lambda name: SimpleNamespace(get_all=words.get))
    assert notebook._this_project() == {"minitensor": "minitensor-lessons @ git+https://a.example/source"}


def test_what_is_not_installed_is_not_known_by_its_name(monkeypatch):
    def unknown(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(notebook, "metadata", unknown)
    assert notebook._this_project() == {}
