"""What a learner may do besides solving: loop, flood, raise, exit, return what is not asked for, change the input."""

import ast
import signal

import numpy as np
import pytest

import minitensor as mt
from minitensor.errors import InputError
from minitensor.exercise import check, files
from minitensor.exercise.calls import calls
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.programs import forbidden

MIRROR, DOT, ADD, DISTANCES = 4, 6, 30, 17


def solved(number, function, body, tmp_path, above=""):
    """A learner's file: the stub with this body. Returns its path."""
    lines = files.stub(number).read_text(encoding="utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if line.strip() == "raise NotImplementedError")
    lines[at : at + 1] = [f"    {line}" for line in body.splitlines()]
    path = tmp_path / files.stub(number).name
    path.write_text("\n".join([*lines, above, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "word", "sentence"),
    [
        ("while True:\n    pass", "endless", "does not come to an end"),
        ("while True: pass", "endless", "does not come to an end"),
        ("for _ in iter(int, 1): pass", "endless", "does not come to an end"),
        ("list(0 for _ in iter(int, 1))", "endless", "does not come to an end"),
        ("n = 0\nwhile n < 10:\n    try:\n        n -= 1\n    except Exception:\n        n = 0", "endless", "does not"),
        ("while True:\n    print('again')", "flood", "prints more than"),
        ("raise ValueError('mine')", "raises", "raises ValueError: mine"),
        ("import sys\nsys.exit(0)", "raises", "ends the program"),
        ("import os\nos._exit(0)", "raises", "ends the program"),
        ("breakpoint()\nreturn 0.0", "raises", "waits for input: all that it needs are its arguments.\n  line "),
        ("raise KeyboardInterrupt", "raises", "raises KeyboardInterrupt"),
        ("return a[10 ** 9]", "raises", "raises IndexError"),
        ("return [1.0]", "wrong-type", "returns a list, where a float is asked for"),
        ("return None", "wrong-type", "returns nothing (None)"),
        ("return mt.tensor(1.0)", "wrong-type", "returns a Tensor"),
        ("return float('nan')", "not-a-number", "nan"),
        ("a.append(1.0)\nreturn 0.0", "changed-input", "changes a"),
        ("return float(input('how much? '))", "raises", "waits for input"),
        ("return float(round(sum(x * y for x, y in zip(a, b)) - 1e-9, 9))", "numbers", "expected"),
        ("return recursion(a, b)", "raises", "raises NameError"),
        ("return dot(a, b)", "raises", "RecursionError"),
        ("return 12345.0", "numbers", "expected"),
    ],
)
def test_whatever_a_function_does_is_told_in_a_sentence(body, word, sentence, tmp_path):
    path = solved(DOT, "dot", body, tmp_path, "import minitensor as mt")
    outcome = check(DOT, path=path)
    assert outcome.status == "wrong"
    assert outcome.word == word, outcome.text
    assert sentence in outcome.text
    assert "Traceback" not in outcome.text
    assert outcome.text.endswith(f"(more: `minitensor explain {word}`)")
    if "expected" in outcome.text:
        assert outcome.text.index("expected  ") < outcome.text.index("yours  ")


def test_ctrl_c_goes_through(tmp_path):
    body = "import signal\nsignal.raise_signal(signal.SIGINT)"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            check(DOT, path=solved(DOT, "dot", body, tmp_path))
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("while True:\n        m = m", "endless"),
        ("col, row = cuda.grid(2)\n    out[row] = 1", "refused"),
        ("raise RuntimeError('mine')", "refused"),
    ],
)
def test_a_kernel_is_stopped_and_refused_too(body, word, tmp_path):
    outcome = check(ADD, path=solved(ADD, "add", body.replace("\n    ", "\n"), tmp_path))
    assert outcome.status == "wrong"
    assert outcome.word == word, outcome.text


@pytest.mark.parametrize("number", [MIRROR, DOT, ADD])
def test_what_runs_is_the_learners_file(number, tmp_path):
    path = solved(number, EXERCISES[number].function, "return None", tmp_path, 'raise RuntimeError("mine")')
    outcome = check(number, path=path)
    assert outcome.status == "wrong"
    assert "RuntimeError: mine" in outcome.text
    assert "line " in outcome.text


def test_a_file_that_is_no_python_names_the_line(tmp_path):
    outcome = check(DOT, path=solved(DOT, "dot", "return (a", tmp_path))
    assert (outcome.status, outcome.word) == ("wrong", "syntax")
    assert "line " in outcome.text


def test_what_is_not_utf_8_is_said(tmp_path):
    (tmp_path / "06_dot.py").write_bytes(b"# \xff\n")
    assert "UTF-8" in check(DOT, path=tmp_path / "06_dot.py").text


def test_a_function_that_is_gone_is_named(tmp_path):
    (tmp_path / "06_dot.py").write_text("x = 1\n", encoding="utf-8")
    outcome = check(DOT, path=tmp_path / "06_dot.py")
    assert outcome.status == "wrong"
    assert "no dot" in " ".join(outcome.text.split())


def test_a_body_that_still_ends_unwritten_is_not_done(tmp_path):
    outcome = check(DOT, path=solved(DOT, "dot", "total = 0.0\nraise NotImplementedError", tmp_path))
    assert outcome.status == "undone"
    assert outcome.line


def test_what_an_exercise_is_to_be_done_without_is_read_from_the_text():
    def matmul_rows(a, b):
        return a @ b

    outcome = check("matmul_rows", matmul_rows)
    assert (outcome.status, outcome.word) == ("wrong", "forbidden")
    assert "uses @" in outcome.text


def test_a_helper_of_the_same_file_may_not_use_it_either(tmp_path):
    number = next(number for number, each in EXERCISES.items() if each.name == "matmul_rows")
    path = solved(number, "matmul_rows", "return helper(a, b)", tmp_path, "def helper(a, b):\n    return a @ b")
    assert check(number, path=path).word == "forbidden"


def test_parameters_may_have_other_names_and_prints_are_shown(tmp_path):
    path = solved(DOT, "dot", "print('between', a[:1])\nreturn 0.0", tmp_path)
    assert "It printed:\n  between [2.0]" in check(DOT, path=path).text
    text = files.solution(28).read_text(encoding="utf-8").replace("celsius", "x").replace("i < n", "i < n - 1")
    (tmp_path / "28.py").write_text(text, encoding="utf-8")
    assert check(28, path=tmp_path / "28.py").word == "off-by-one"


def test_in_a_notebook_a_function_is_given():
    def dot(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    outcome = mt.exercise.check(DOT, dot)
    assert (outcome.status, outcome.stars) == ("right", (True,))
    assert str(outcome) == repr(outcome) == outcome.text


def test_in_a_notebook_the_sentences_speak_of_a_cell():
    def dot(a, b):
        raise NotImplementedError

    outcome = check(DOT, dot)
    assert outcome.status == "undone"
    assert outcome.lines[0].startswith("6 is not done yet. Go on in your cell, line ")
    assert check(DOT, 3).lines[0].startswith("Your cell has no dot that is a function")
    assert check(1, {}).lines[0] == "1 is not done yet: 5 of 5 blanks are empty."


@pytest.mark.filterwarnings("error")
def test_what_waits_to_be_awaited_is_of_a_wrong_type(tmp_path):
    path = solved(DOT, "dot", "return 0.0", tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("\ndef dot", "\nasync def dot"), encoding="utf-8")
    assert "returns a coroutine, where a float is asked for" in check(DOT, path=path).text


def test_of_an_endless_recursion_the_line_that_calls_is_shown(tmp_path):
    lines = check(DOT, path=solved(DOT, "dot", "return dot(a, b)", tmp_path)).lines
    assert [line.partition(": ")[2] for line in lines[1:]] == ["return dot(a, b)"]


def test_in_a_notebook_the_blanks_are_a_dictionary():
    from minitensor.exercise.blanks import truth

    answers = truth(1)
    assert check(1, answers).status == "right"
    first = next(iter(answers))
    assert check(1, answers | {first: (99, 99)}).status == "wrong"
    assert check(1, {first: answers[first]}).status == "undone"
    assert "no blank" in check(1, {"kitchen": 1}).text
    with pytest.raises(InputError, match="give a dictionary"):
        check(1, 3)


def test_an_answer_that_is_computed_is_not_a_prediction(tmp_path):
    text = files.stub(1).read_text(encoding="utf-8").replace(": ...", ": len('abc')", 1)
    (tmp_path / "01.py").write_text(text, encoding="utf-8")
    outcome = check(1, path=tmp_path / "01.py")
    assert (outcome.status, outcome.word) == ("wrong", "predict")


def test_a_fraction_and_a_product_are_written_out_too(tmp_path):
    from minitensor.exercise.blanks import truth

    key, value = next((key, value) for key, value in truth(5).items() if isinstance(value, int))
    path = tmp_path / "05.py"
    text = files.stub(5).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.strip().startswith(f'"{key}"'))
    path.write_text(text.replace(line, line.replace("...", f"2 * {value} / 2")), encoding="utf-8")
    assert check(5, path=path).status == "undone"  # that one is right, and others are left


@pytest.mark.parametrize("which", [0, 99, "kitchen", -1, "1.5"])
def test_an_exercise_that_there_is_not(which):
    with pytest.raises(InputError, match="there is no exercise"):
        check(which, lambda: None)


def test_an_answer_is_needed():
    with pytest.raises(InputError, match="give your function"):
        check(DOT)


def test_nothing_is_printed_nothing_is_written_and_no_trace_is_left(tmp_path, capsys):
    import sys

    before = sys.gettrace(), sys.stdout
    path = solved(DOT, "dot", "print('here')\nreturn 0.0", tmp_path)
    check(DOT, path=path)
    assert (sys.gettrace(), sys.stdout) == before
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == [path]


def test_another_seed_makes_other_data():
    one, other = (calls(DISTANCES, "cases", seed)[-1][1].arguments[0] for seed in (0, 1))
    assert not np.array_equal(one.numpy(), other.numpy())
    assert check(DISTANCES, path=files.solution(DISTANCES), seed=7).status == "right"


def test_the_message_in_the_readme_is_what_is_printed():
    readme = (files.lessons_folder().parent / "README.md").read_text(encoding="utf-8")
    assert f"```text\n{check('rmse', path=files.wrong(11)['trap']).text}\n```" in readme


def test_a_numpy_array_is_named_as_one():
    outcome = check("distances", lambda x, y: np.zeros((len(x), len(y))))
    assert outcome.word == "wrong-type"
    assert "returns a NumPy array, where a Tensor is asked for" in outcome.text


def test_a_learners_own_variable_may_have_the_name_of_what_is_not_to_be_used():
    assert forbidden(ast.parse("def f(x):\n    for norm in x:\n        print(norm)"), ("norm",)) is None
    assert forbidden(ast.parse("def f(norm):\n    return norm"), ("norm",)) is None
    assert forbidden(ast.parse("def f(x):\n    norm = 1\n    return mt.norms.norm(x)"), ("norm",)) == ("norm", 3)
    assert forbidden(ast.parse("def f(x):\n    return norm(x)"), ("norm",)) == ("norm", 2)
