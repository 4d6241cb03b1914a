"""The command line, as a person types it."""

import errno
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import minitensor as mt
import minitensor.__main__
from minitensor import plot
from minitensor.backend.threads import THREAD_VARIABLES
from minitensor.command import tour
from minitensor.command.line import COMMANDS, main, parser
from minitensor.ladder import Ceilings, Climb, Ladder, Row, Work
from minitensor.matrix_product import rungs as matmul

pytest.importorskip("rich", reason="the command line prints with rich, an extra")


@pytest.fixture(scope="module")
def quick_tour(tmp_path_factory):
    """The folder of one quick tour, and what it printed as JSON."""
    out = tmp_path_factory.mktemp("tour")
    command = [sys.executable, "-m", "minitensor", "tour", "--quick", "--json", "--out", str(out / "pictures")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=out)
    return out, json.loads(ran.stdout)


@pytest.mark.thorough
def test_the_tour_writes_four_pictures_and_an_animation(quick_tour):
    out, report = quick_tour
    assert sorted(path.name for path in out.iterdir()) == ["pictures"]
    files = {path.name: path.read_bytes()[:6] for path in (out / "pictures").iterdir()}
    pictures = dict.fromkeys(("matmul.png", "mean_shift.png", "roofline.png", "gpu.png"), b"\x89PNG\r\n")
    assert files == pictures | {"mean_shift.gif": b"GIF89a"}
    assert sorted(report["files"]) == sorted(str(out / "pictures" / name) for name in files)


@pytest.mark.thorough
def test_the_tour_climbs_both_ladders_to_the_top(quick_tour):
    _, report = quick_tour
    assert [climb["ladder"] for climb in report["climbs"]] == ["matmul", "matmul", "matmul", "mean shift"]
    assert "1,797 digits (1,797 × 64 times 64 × 10, float32)" in report["climbs"][1]["title"]
    assert report["mean_shift"]["clusters"] == 6
    for climb in report["climbs"]:
        # Without Numba, an extra, the last rung is skipped.
        top = next(row for row in reversed(climb["rows"]) if not row["note"].startswith("skipped: compiled loops need"))
        assert top["rung"] in ("blas", "threads", "compiled")
        assert top["seconds"] > 0


@pytest.mark.thorough
def test_the_tour_places_every_rung_under_the_ceilings(quick_tour):
    _, report = quick_tour
    for climb, kind in zip(report["climbs"], ["float32"] * 3 + ["float64"], strict=True):
        under, work = climb["ceilings"], climb["work"]
        assert (under["dtype"], under["backend"]) == (kind, "numpy")
        limits = [under["flops_per_second"], work["flops"] / work["traffic"] * under["bytes_per_second"]]
        if work["exps"]:
            limits.append(work["flops"] / work["exps"] * under["exps_per_second"])
        for row in climb["rows"]:
            expected = row["seconds"] and pytest.approx(work["flops"] / row["seconds"] / min(limits))
            assert row["fraction"] == expected


def test_the_tour_prints_tables_for_people(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        Ladder,
        "climb",
        lambda self, *inputs, title, **options: CLIMB._replace(title=title, work=Work(1.0, 1.0), ceilings=UNDER),
    )
    monkeypatch.setattr(tour, "ceilings", lambda kind: UNDER)
    monkeypatch.setattr(tour, "simulations", lambda quick: {"[counted]": []})
    monkeypatch.setattr(tour, "predictions", lambda gpu, quick: {})
    monkeypatch.setattr(plot, "save", lambda picture, path: path)  # pictures take long, and the quick tour has some
    assert main(["tour", "--quick", "--out", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert text.count("× before") == 4
    assert "loops skipped: too slow" in text
    assert "[counted]" in text
    assert "Next: minitensor lesson 1 " in text
    assert "found 6 clusters in 300 points" in text
    assert str(tmp_path / "mean_shift.gif") in text.replace("\n", "")


UNDER = Ceilings(10e9, 100e9, 1e9, "numpy", "float32")
CLIMB = Climb("matmul", "", "a machine", (Row("loops", "", 0.0, note="skipped: too slow"),))


def test_a_folder_that_cannot_be_written_is_found_out_at_once(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["tour", "--out", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith("minitensor tour: ")


def test_a_card_that_is_not_known_is_found_out_at_once(tmp_path, capsys):
    assert main(["tour", "--gpu", "RTX 9090", "--out", str(tmp_path / "out")]) == 1
    assert "no facts of a GPU called 'RTX 9090'; there are of RTX A6000, RTX 3090," in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
def test_the_tour_predicts_the_climb_on_a_gpu(quick_tour):
    _, report = quick_tour
    products, updates = report["predicted"].values()
    assert list(products) == [rung.__name__ for rung in matmul.GPU_RUNGS]
    assert list(updates) == ["gpu_fused", "gpu_tiled"]
    seconds = [found["seconds"] for found in products.values()]
    assert seconds == sorted(seconds, reverse=True)
    assert {found["gpu"] for found in products.values()} == {"RTX 3090"}
    assert products["gpu_naive"]["bound"] == "L1"


def test_explain_prints_the_text_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", "ik,kj->ij", "5x784", "784x10"]) == 0
    assert capsys.readouterr().out == f"{mt.explain_einsum('ik,kj->ij', (5, 784), (784, 10))}\n"
    assert not list(tmp_path.iterdir())


def test_explain_takes_numbers_without_axes(capsys):
    assert main(["explain", "i,->i", "3", ""]) == 0
    assert capsys.readouterr().out == f"{mt.explain_einsum('i,->i', (3,), ())}\n"


def test_explain_draws_where_it_is_told(tmp_path, capsys):
    picture = tmp_path / "new" / "network.png"
    assert main(["explain", "ik,kj->ij", "5x784", "784x10", "--out", str(picture)]) == 0
    assert capsys.readouterr().out.endswith(f"largest intermediate  none\n\nwrote {picture}\n")
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ik,kj->ix", "5x784", "784x10"],
         "the output names 'x', which no operand has\n"
         "  ik,kj->ix\n"
         "          ^\n"
         "fix: use a letter from the left of '->', or leave 'x' out"),
        (["ik,kj->ij", "5x784", "785x10"],
         "'k' has two sizes: 784 on axis 1 of operand 0, shape (5, 784); 785 on axis 0 of operand 1, shape (785, 10)\n"
         "  ik,kj->ij\n"
         "   ^ ^\n"
         "fix: slice or permute the operands until the sizes are equal, or give the axes different letters"),
        (["ik,kj->ij", "5x784"],
         "the spec has 2 terms, but 1 operand came with it\n"
         "  ik,kj->ij\n"
         "     ^^\n"
         "fix: write one term for each operand, with ',' between"),
        (["ik", "5,784"], "'5,784' is not a shape: write its sizes with x between, such as 5x784"),
        (["ik", "5x"], "'5x' is not a shape: write its sizes with x between, such as 5x784"),
        (["ik", "5x²"], "'5x²' is not a shape: write its sizes with x between, such as 5x784"),
        (["ij", f"3x{'9' * 19}"],
         f"'3x{'9' * 19}': the size {'9' * 19} is too large: it must have fewer than 19 digits"),
        (["i", "5", "--out", "loops.txt"], "'loops.txt' is not the name of a picture: end it in .png, .svg, .pdf"),
    ],
)  # fmt: skip
def test_explain_points_at_what_is_wrong(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", *arguments]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"minitensor explain: {message}\n")
    assert not list(tmp_path.iterdir())


def test_a_module_and_a_script_are_the_same_command_line():
    assert minitensor.__main__.main is main
    ran = subprocess.run([sys.executable, "-m", "minitensor", "lesson"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("  1  ")


def test_explain_needs_no_extra(tmp_path):
    code = "import sys\nfor each in ('matplotlib', 'rich'): sys.modules[each] = None\n"
    code += "from minitensor.command.line import main; sys.exit(main(['explain', 'ij->i', '2x3']))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("ij->i with x0 (2, 3)\n")


def test_alone_it_shows_the_help(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: minitensor")
    assert "what this machine can compute with" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_what_it_does(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    paragraphs = capsys.readouterr().out.split("\n\n")
    assert re.fullmatch(r"[A-Z].*\.", paragraphs[1], re.DOTALL)


@pytest.mark.parametrize("value", ["banana", "0", "-1", "1.5", "²"])
def test_a_number_of_threads_that_is_none_is_named(value, monkeypatch, capsys):
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert main(["explain", "i->i", "3"]) == 0
    error = f"minitensor: OMP_NUM_THREADS={value!r} is no number of threads, and is not heeded\n"
    assert capsys.readouterr().err == error


@pytest.mark.parametrize("value", ["", "2", " 2 ", "4,2"])
def test_a_number_of_threads_that_is_one_is_not(value, monkeypatch, capsys):
    for name in THREAD_VARIABLES:
        monkeypatch.setenv(name, value)
    assert main(["explain", "i->i", "3"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("platform", "error", "code"),
    [
        ("linux", BrokenPipeError(errno.EPIPE, "Broken pipe"), 0),
        ("win32", OSError(errno.EINVAL, "Invalid argument"), 0),
        ("win32", OSError(errno.EINVAL, "Invalid argument", "a:b"), 1),
        ("linux", OSError(errno.EINVAL, "Invalid argument"), 1),
    ],
)
def test_a_pipe_that_nobody_reads_is_no_error(platform, error, code, monkeypatch, capsys):
    def fail(chosen):
        raise error

    closed = []
    monkeypatch.setattr("minitensor.command.line._do", fail)
    monkeypatch.setattr("os.dup2", lambda *_: closed.append(True))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(fileno=lambda: 1))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("sys.platform", platform)
        assert main(["doctor"]) == code
    assert closed == [True] * (1 - code)
    assert (capsys.readouterr().err == "") == (code == 0)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's pipe")
def test_what_is_printed_last_meets_a_closed_pipe_in_silence():
    command = f"{sys.executable} -m minitensor lesson | true"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert ran.stderr == ""


@pytest.mark.parametrize("arguments", [["dance"], ["lesson", "two"], ["explain"]])
def test_a_wrong_command_shows_the_right_ones(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: minitensor" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tuor"], "there is no command 'tuor': do you mean tour?"),
        (["lessons", "3"], "there is no command 'lessons': do you mean lesson?"),
        (["lesson", "tensors"], "argument number: 'tensors' is no number of a lesson; minitensor lesson lists them"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"error: {message}")


def test_every_command_is_known_to_the_hint():
    (commands,) = (action.choices for action in parser()._actions if isinstance(action.choices, dict))
    assert tuple(commands) == COMMANDS


def test_the_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"minitensor {mt.__version__}\n"


@pytest.mark.parametrize(
    ("missing", "codes"),
    [
        ("matplotlib", ["import minitensor.plot", "from minitensor.command.lesson import lesson; lesson(3)"]),
        ("rich", ["from minitensor.ladder import Climb, table; table(Climb('', '', '', ()))",
                  "from minitensor.command.tour import tour; import pathlib; tour(pathlib.Path('x'))"]),
        ("sklearn", ["from minitensor.command.tour import products; products()",
                     "from minitensor.command.lesson import lesson; lesson(1)"]),
    ],
)  # fmt: skip
def test_without_an_extra_the_error_says_what_to_install(missing, codes, tmp_path):
    attempts = "\n".join(f"try: exec({code!r})\nexcept ImportError: traceback.print_exc()" for code in codes)
    blocked = f"import sys, traceback; sys.modules[{missing!r}] = None\n{attempts}"
    ran = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stderr
    assert len(re.findall(r"^minitensor\.errors\.\w+: .*pip install ", ran.stderr, re.M)) == len(codes), ran.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["tour"], ["lesson", "7"], ["segment", "nowhere.jpg"], ["explain", "i->i", "3"]])
@pytest.mark.parametrize("under", ["", "new/deeper"])
def test_a_file_where_a_folder_should_be_is_refused_before_the_work(words, under, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text("words")
    out = Path("README.md", under, "x.png") if words[0] == "explain" else Path("README.md", under)
    assert main([*words, "--out", str(out)]) == 1
    printed = capsys.readouterr()
    message = f"minitensor {words[0]}: 'README.md' is a file; --out needs a folder there: take another name\n"
    assert (printed.out, printed.err) == ("", message)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize("words", [["tour"], ["lesson", "7"], ["segment", "nowhere.jpg"]])
def test_a_folder_that_takes_no_files_is_refused_before_the_work(words, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("os.access", lambda path, mode: False)  # a superuser may write everywhere
    assert main([*words, "--out", str(tmp_path / "new")]) == 1
    message = f"minitensor {words[0]}: nothing can be written into {str(tmp_path)!r}; name another folder after --out\n"
    assert capsys.readouterr() == ("", message)


def test_explain_writes_no_picture_over_a_folder(tmp_path, capsys):
    (tmp_path / "x.png").mkdir()
    assert main(["explain", "i->i", "3", "--out", str(tmp_path / "x.png")]) == 1
    assert capsys.readouterr().err.endswith("x.png' is a folder; --out names the file for the picture\n")


@pytest.mark.parametrize("command", ["tour", "lesson", "segment", "explain"])
def test_help_says_that_folders_are_made(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "made if need be" in " ".join(capsys.readouterr().out.split())
