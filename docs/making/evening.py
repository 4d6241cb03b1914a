"""The files of the evening: which they are is in the README, how long they are is counted."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
A_MINUTE = 7  # lines that one reads: a guess, of somebody who looks things up


class File(NamedTuple):
    """A file to be read. path : from the root; what : its idea; lines : how many it has"""

    path: str
    what: str
    lines: int

    @property
    def minutes(self) -> int:
        """How long it takes to read, to five minutes.

        >>> File("", "", 119).minutes
        15
        """
        return 5 * max(1, round(self.lines / A_MINUTE / 5))


def files() -> list[File]:
    """Those that the README names, in its order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## An evening\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\d+\. \[`([^`]+)`\]\([^)]*\): (.*)$", text, re.MULTILINE)
    return [File(path, what, (ROOT / path).read_text(encoding="utf-8").count("\n")) for path, what in found]


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class TheFile(SphinxDirective):
        """``{evening} 3``: what the third file is, how long it is, and under it the file itself."""

        required_arguments = 1
        has_content = True

        def run(self):
            number = int(self.arguments[0])
            file = files()[number - 1]
            what = file.what[0].upper() + file.what[1:]
            head = f"*`{file.path}`, {file.lines} lines, about {file.minutes} minutes. {what}*"
            code = nodes.literal_block("", (ROOT / file.path).read_text(encoding="utf-8"), language="python")
            code["linenos"] = True
            code["classes"].append("whole-file")
            self.env.note_dependency(str(ROOT / file.path))
            return [*self.parse_text_to_nodes(head), *self.parse_content_to_nodes(), code]

    class Order(SphinxDirective):
        """``{evening-order}``: the list of them."""

        def run(self):
            rows = [
                f"{n}. [`{file.path}`]({Path(file.path).parent.name}_{Path(file.path).stem.strip('_')}): {file.what} "
                f"*{file.lines} lines, about {file.minutes} minutes.*"
                for n, file in enumerate(files(), 1)
            ]
            total = sum(file.lines for file in files())
            hours = sum(file.minutes for file in files()) / 60
            self.env.note_dependency(str(ROOT / "README.md"))
            text = "\n".join(rows) + f"\n\nTogether {total:,} lines, some {hours:.1f} hours."
            return self.parse_text_to_nodes(text)

    app.add_directive("evening", TheFile)
    app.add_directive("evening-order", Order)
    return {"parallel_read_safe": True}
