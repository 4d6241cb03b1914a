"""What the front page takes from the README: the two commands that a newcomer types, as they are tested."""

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def commands() -> list[str]:
    """The lines of the README that make an environment: the tour's and the tests'."""
    return [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("python3 -m venv")]


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Command(SphinxDirective):
        """``{command} 1``: the first of the two commands."""

        required_arguments = 1

        def run(self):
            self.env.note_dependency(str(README))
            # Line by line: on a phone a long line would hide its end.
            text = commands()[int(self.arguments[0]) - 1].replace(" && ", " &&\n  ")
            return [nodes.literal_block("", text, language="sh")]

    app.add_directive("command", Command)
    return {"parallel_read_safe": True}
