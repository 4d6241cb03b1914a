"""Run every lesson twice at once, as ``minitensor lesson N --out FOLDER`` and as its notebook in a real kernel, and
compare what they print: the headings, the text, the place of each picture.

``python .ci/lessons.py [N ...]``, with nbclient and ipykernel beside minitensor; it writes into the working directory.
"""

import difflib
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from minitensor.command.lesson import lessons
from minitensor.command.line import main as minitensor

SECONDS = 300  # for each
COMMAND = [sys.executable, "-m", "minitensor", "lesson"]


def main() -> None:
    Path("notebooks").mkdir(exist_ok=True)
    for number in map(int, sys.argv[1:] or lessons()):
        print(f"\n=== lesson {number}", flush=True)
        script = lessons()[number]
        minitensor(["lesson", str(number), "--notebook", "--out", "notebooks"])
        with open("printed", "w+", encoding="utf-8") as printed:
            running = subprocess.Popen([*COMMAND, str(number), "--out", "pictures"], stdout=printed)
            try:
                of_notebook = "".join(run(Path("notebooks", f"{script.stem}.ipynb"), Path("pictures")))
                failed = running.wait(SECONDS)
            finally:
                running.kill()
            printed.seek(0)
            path, _, text = printed.read().partition("\n")
            text = text.partition("\nThe text between: ")[0]  # which a notebook has
        print(path, text, sep="\n")
        if failed:
            raise SystemExit(f"lesson {number} ended with {failed}")
        each = (plain(words, script).splitlines() for words in (text, of_notebook))
        if difference := list(difflib.unified_diff(*each, "the script", "the notebook", lineterm="")):
            raise SystemExit("\n".join([f"lesson {number} prints something else as a notebook:", *difference]))


def run(file: Path, pictures: Path):
    """What the notebook prints, as ``minitensor lesson`` would print it."""
    book = nbformat.read(file, as_version=4)
    nbformat.validate(book)
    NotebookClient(book, timeout=SECONDS, resources={"metadata": {"path": "."}}).execute()
    count = 0
    for cell in book.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^##? (.*)$", re.sub(r"^```.*?^```", "", cell.source, flags=re.M | re.S), re.M):
                yield f"\n{heading}\n{'-' * len(heading)}\n"
            continue
        for output in cell.outputs:
            if output.output_type == "stream":
                if output.name == "stdout":
                    yield output.text
            elif output.output_type == "display_data":
                count += 1
                ending = "gif" if "text/html" in output.data else "png"
                yield f"picture {count}: {pictures / f'{file.name[:2]}-{count}.{ending}'}\n"
            else:
                raise SystemExit(f"{file}: a value is shown that the script does not print, below\n{cell.source}")


def plain(text: str, script: Path) -> str:
    """The text without what is not the same in a cell: the file, and the numbers of lines in a listing of a kernel."""
    lines = {line.strip() for line in script.read_text(encoding="utf-8").splitlines()} - {""}
    text = re.sub(r"\b(\w+\.py|cell):\d+", "file:line", text)
    return "\n".join(listed(line, lines) for line in text.splitlines())


def listed(line: str, lines: set[str]) -> str:
    """The same line of a listing, whatever number it has."""
    words = re.fullmatch(r"(.*)\b\d+  (.*)", line)
    return f"{' '.join(words[1].split())} : {words[2]}" if words and words[2].strip() in lines else line


main()
