"""Run a lesson's notebook in a real kernel and print what ``minitensor lesson N --out FOLDER`` prints: the headings,
the text, and where the pictures are. ``python .ci/as_notebook.py 01_tensors.ipynb FOLDER`` needs nbclient, ipykernel.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main(file: str, folder: str) -> None:
    book = nbformat.read(file, as_version=4)
    nbformat.validate(book)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": "."}}).execute()
    count = 0
    for cell in book.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^##? (.*)$", re.sub(r"^```.*?^```", "", cell.source, flags=re.M | re.S), re.M):
                print(f"\n{heading}\n{'-' * len(heading)}")
            continue
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stdout":
                print(output.text, end="")
            elif output.output_type == "display_data":
                count += 1
                ending = "gif" if "text/html" in output.data else "png"
                print(f"picture {count}: {Path(folder, f'{Path(file).name[:2]}-{count}.{ending}')}")
            elif output.output_type == "execute_result":
                raise SystemExit(f"a value is shown that the script does not print: {cell.source}")
            else:
                print(output.get("text", output), file=sys.stderr)


main(*sys.argv[1:])
