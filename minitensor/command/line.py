"""What can be typed after ``minitensor``: ``tour``, ``lesson``, ``check`` and the others."""

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from minitensor import __version__
from minitensor.backend.threads import THREAD_VARIABLES, asked_threads
from minitensor.errors import InputError, MinitensorError

COMMANDS = (
    "tour", "lesson", "start", "check", "hint", "solution", "reset", "exercises", "explain", "grade", "segment",
    "doctor",
)  # fmt: skip
FOLDER = "folder for the pictures, made if need be"
OWN = "the folder of your exercises; else it is this one, one above it, or the only one in it"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command. Returns the exit code: 0 done, 1 it could not be done and the message says why. Of ``check``: 0
    right, 1 wrong, 2 not done yet.

    arguments : what was typed after ``minitensor``; this process's own if not given

    >>> main(["explain", "i,i->", "3", "4"])
    1
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without × or ² shows a question mark
    words = list(sys.argv[1:] if arguments is None else arguments)
    _check_command(words[0] if words else "")
    chosen = parser().parse_args(words)
    if chosen.command is None:
        parser().print_help()
        return 0
    for name, value in wrong_threads():
        print(f"minitensor: {name}={value!r} is no number of threads, and is not heeded", file=sys.stderr)
    try:
        code = _do(chosen)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except (MinitensorError, OSError, MemoryError) as error:
        if isinstance(error, OSError) and _nobody_reads(error):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the flush at exit is quiet too
            return 0
        print(f"minitensor {chosen.command}: {error or 'there is not enough memory'}", file=sys.stderr)
        return 1


def _nobody_reads(error: OSError) -> bool:
    """Whether it is the pipe that was closed at its other end, for which Windows has no error of its own."""
    on_windows = sys.platform == "win32" and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or on_windows


def wrong_threads() -> list[tuple[str, str]]:
    """The variables for the number of threads that name none."""
    asked = [(name, os.environ.get(name, "").strip()) for name in THREAD_VARIABLES]
    return [(name, value) for name, value in asked if value and not asked_threads(name)]


def _check_command(word: str) -> None:
    """End the process, as the parser does, with a hint where `word` is nearly a command."""
    near = get_close_matches(word, COMMANDS, n=1)
    if word not in COMMANDS and near:
        parser().error(f"there is no command {word!r}: do you mean {near[0]}?")


def _number(word: str) -> int:
    """The number of a lesson, as the parser asks for it."""
    if not (word.isascii() and word.isdigit()):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of a lesson; minitensor lesson lists them")
    return int(word)


def _add_exercise(command: argparse.ArgumentParser, without: str = "") -> None:
    """Which exercise, and in which folder; without : what a command does without a number, "" where it needs one."""
    command.add_argument(
        "exercise",
        metavar="number",
        nargs="?" if without else None,
        help="of the exercise, or its name" + (f"; without it, {without}" if without else ""),
    )
    command.add_argument("--dir", type=Path, help=OWN)


def parser() -> argparse.ArgumentParser:
    """Every command with its options, as ``--help`` shows them."""
    out = argparse.ArgumentParser(
        prog="minitensor",
        description="A small tensor framework whose core is read in an evening and which teaches for a month.",
    )
    out.add_argument("--version", action="version", version=f"minitensor {__version__}")
    commands = out.add_subparsers(dest="command", metavar="command")

    def command(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")

    tour = command("tour", "climb from Python loops to the fastest this machine has, with pictures")
    tour.add_argument("--out", type=Path, default=Path("minitensor-tour"), help=f"{FOLDER} (%(default)s)")
    tour.add_argument(
        "--quick",
        action="store_true",
        help="smaller inputs: about half a minute on two cores, longer where they are busy",
    )
    tour.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    tour.add_argument(
        "--gpu", default="RTX 3090", help="the card that GPU rungs are predicted for where there is none (%(default)s)"
    )

    lesson = command("lesson", "list the lessons, or run one, read it, or make a notebook of it")
    lesson.add_argument("number", type=_number, nargs="?", help="the lesson to run; without it they are listed")
    lesson.add_argument("--out", type=Path, help=f"{FOLDER}, instead of the screen; or for the notebook (this one)")
    instead = lesson.add_mutually_exclusive_group()
    instead.add_argument("--read", action="store_true", help="show the text and the code, page by page; run nothing")
    instead.add_argument("--notebook", action="store_true", help="write a Jupyter notebook of it; run nothing")

    start = command("start", "copy the exercises to a folder of your own, where progress is kept, too")
    start.add_argument("folder", type=Path, metavar="dir", help="such as my-exercises, made if need be")

    check = command("check", "check an exercise: what is right, what is wrong, and where")
    _add_exercise(check, "the first that is not done")
    check.epilog = "The exit status is 0 where it is right, 1 where it is wrong, 2 where it is not done yet."
    check.add_argument("--json", action="store_true", help="print one JSON object instead of words")

    _add_exercise(command("hint", "the next hint for an exercise"), "the one that `check` would check")
    solution = command("solution", "the solution of an exercise, and why it works; asks first if yours is not right")
    _add_exercise(solution)
    solution.add_argument("--yes", action="store_true", help="do not ask")
    _add_exercise(command("reset", "begin an exercise again; your old file is kept beside the new one"))

    listed = command("exercises", "list the exercises, those that are done, and their stars")
    listed.add_argument("--dir", type=Path, help=OWN)
    listed.add_argument(
        "--wrong", action="store_true", help="for teachers: the wrong answers that `check` knows, as Markdown"
    )

    explain = command("explain", "what a word of `check` means; or an einsum, and how it will be computed")
    explain.add_argument("spec", metavar="word", help="such as halo, or a spec such as 'ik,kj->ij'")
    explain.add_argument("shapes", nargs="*", metavar="shape", help="of each operand, such as 5x784; '' for a number")
    explain.add_argument(
        "--out",
        type=Path,
        help="file for a picture of the tensor network, such as network.png; its folder is made if need be",
    )

    grade = command("grade", "check the exercises of a class: a folder of pupils' folders")
    grade.add_argument("folder", type=Path, help="it holds a folder for each pupil, made by `minitensor start`")
    grade.add_argument("--out", type=Path, help="file for what is found, ending in .csv or .json; made anew")
    grade.add_argument(
        "--seed", type=int, default=0, help="of the random numbers; another makes other data (%(default)s)"
    )
    grade.add_argument(
        "--seconds", type=float, default=20.0, help="that one exercise of one pupil may take (%(default)s)"
    )

    segment = command("segment", "cut a photograph into regions by mean shift in place and colour")
    segment.add_argument("photo", help="a picture file, or china or flower, which come with scikit-learn")
    segment.add_argument("--out", type=Path, required=True, help=FOLDER)
    segment.add_argument(
        "--space", type=float, default=5.0, help="bandwidth in pixels, once the photo is reduced (%(default)s)"
    )
    segment.add_argument("--colour", type=float, default=8.0, help="bandwidth in L*u*v* (%(default)s)")
    segment.add_argument("--min-size", type=int, default=50, help="the fewest pixels of a region (%(default)s)")
    segment.add_argument(
        "--full", action="store_true", help="all the pixels of a large photo, else it is reduced to about a megapixel"
    )
    segment.add_argument("--compare", action="store_true", help="also with OpenCV and scikit-image, if installed")

    command("doctor", "what this machine can compute with, and what is missing")
    return out


def _do(chosen: argparse.Namespace) -> int:
    """Each command is imported when it is asked for: most need packages that others do without."""
    out = getattr(chosen, "out", None)
    if out:
        names_a_file = {"explain": "for the picture", "grade": "for what is found"}.get(chosen.command, "")
        _check_folder(out.parent if names_a_file else out)
        if names_a_file and out.is_dir():
            raise InputError(f"{str(out)!r} is a folder; --out names the file {names_a_file}")
    match chosen.command:
        case "tour":
            from minitensor.command.tour import tour

            tour(chosen.out, chosen.quick, chosen.json, chosen.gpu)
        case "lesson":
            from minitensor.command.lesson import lesson

            lesson(chosen.number, chosen.out, chosen.read, chosen.notebook)
        case "start" | "check" | "hint" | "solution" | "reset" | "exercises":
            return _practise(chosen)
        case "grade":
            from minitensor.command.grade import grade

            grade(chosen.folder, chosen.out, chosen.seed, chosen.seconds)
        case "explain":
            from minitensor.command.explain import explain

            explain(chosen.spec, chosen.shapes, chosen.out)
        case "segment":
            from minitensor.command.segment import cut

            cut(chosen.photo, chosen.out, chosen.space, chosen.colour, chosen.min_size, chosen.compare, chosen.full)
        case "doctor":
            from minitensor.command.doctor import doctor

            return 0 if doctor() else 1
    return 0


def _practise(chosen: argparse.Namespace) -> int:
    """The commands of a learner with a folder of exercises."""
    from minitensor.command import practice

    match chosen.command:
        case "start":
            practice.start(chosen.folder)
        case "check":
            return practice.check(chosen.exercise, chosen.dir, chosen.json)
        case "hint":
            practice.hint(chosen.exercise, chosen.dir)
        case "solution":
            return practice.solution(chosen.exercise, chosen.dir, chosen.yes)
        case "reset":
            practice.reset(chosen.exercise, chosen.dir)
        case "exercises" if chosen.wrong:
            from minitensor.command.wrong import wrong_answers

            print(wrong_answers())
        case "exercises":
            practice.exercises(chosen.dir)
    return 0


def _check_folder(folder: Path) -> None:
    """Raise InputError, before the work, where there cannot be such a folder or nothing can be written into it."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), Path())
    if not there.is_dir():
        raise InputError(f"{str(there)!r} is a file; --out needs a folder there: take another name")
    if not os.access(there, os.W_OK):
        raise InputError(f"nothing can be written into {str(there)!r}; name another folder after --out")
