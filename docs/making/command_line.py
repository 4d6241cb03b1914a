"""``{commands}``: every command of ``minitensor``, its usage, arguments and options, from its parser."""

import argparse
import contextlib
import io
import re

from minitensor.command.line import COMMANDS, main, parser

# For each command lines that can be typed, and what each is for.
EXAMPLES = {
    "tour": {
        "minitensor tour": "about two minutes; tables, four pictures and an animation in minitensor-tour",
        "minitensor tour --quick --gpu 'RTX 4090'": "half a minute, with what is PREDICTED for that card",
        "minitensor tour --json > tour.json": "the numbers alone",
    },
    "lesson": {
        "minitensor lesson": "the list",
        "minitensor lesson 3": "run the third; pictures open as windows",
        "minitensor lesson 3 --read": "read it in the terminal",
        "minitensor lesson 3 --notebook": "a notebook of it, in this folder",
    },
    "start": {"minitensor start my-exercises": "then cd my-exercises"},
    "check": {
        "minitensor check": "the first exercise that is not done",
        "minitensor check 5": "the fifth",
        "minitensor check halo --json": "by name, for a program to read",
    },
    "hint": {"minitensor hint 5": "each time the next one"},
    "solution": {"minitensor solution 5": "and why it works"},
    "reset": {"minitensor reset 5": "begin again"},
    "exercises": {
        "minitensor exercises": "what is done, and what is next",
        "minitensor exercises --wrong": "for teachers",
    },
    "explain": {
        "minitensor explain halo": "a word that check used",
        "minitensor explain 'ij,jk->ik' 5x784 784x10": "an einsum on these shapes",
        "minitensor explain 'ij,jk,k->i' 30x40 40x50 50 --out network.png": "and its picture",
    },
    "grade": {"minitensor grade pupils --out grades.csv": "a line for each pupil and exercise"},
    "segment": {
        "minitensor segment flower --out regions": "a photograph that comes with scikit-learn",
        "minitensor segment me.jpg --out regions --colour 12 --min-size 200": "fewer, larger regions",
    },
    "doctor": {"minitensor doctor": "for anything missing, the line that installs it"},
}
SHOWN = {"explain": ["explain", "ij,jk->ik", "5x784", "784x10"]}  # run while the page is made


def commands():
    """The parser of each command, by its name, in the order of ``--help``."""
    chosen = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return dict(chosen.choices)


def usage(command):
    """``minitensor lesson [--out OUT] ...``, in lines of 76 characters at most."""
    made = argparse.HelpFormatter(command.prog, width=76)
    made.add_usage(command.usage, _own(command), command._mutually_exclusive_groups, "")
    return made.format_help().strip()


def _own(command):
    """What it takes, but for --help, which every command has."""
    return [each for each in command._actions if not isinstance(each, argparse._HelpAction)]


def arguments(command):
    """(what is typed, what it does) for each argument and option, with what it is if it is not given."""
    made = argparse.HelpFormatter(command.prog)
    found = []
    for each in _own(command):
        value = each.metavar or each.dest.upper()
        typed = f"{', '.join(each.option_strings)}{f' {value}' if each.nargs != 0 else ''}".strip()
        found.append((typed if each.option_strings else each.metavar or each.dest, made._expand_help(each)))
    return found


def output(words):
    """What a command prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(words)
    return re.sub(r"[ ]+$", "", out.getvalue(), flags=re.MULTILINE).rstrip()


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    from making.wide_tables import code, prose

    class Commands(SphinxDirective):
        def run(self):
            self.env.note_reread()
            return [self.section(name, command) for name, command in commands().items()]

        def section(self, name, command):
            title = nodes.title("", "", code(f"minitensor {name}"))
            section = nodes.section("", title, ids=[name], names=[f"minitensor-{name}"])
            self.state.document.note_explicit_target(section, section)
            section += nodes.paragraph("", "", *prose(command.description))
            section += nodes.literal_block("", usage(command), language="text")
            items = [_item([code(typed)], prose(what)) for typed, what in arguments(command)]
            section += nodes.definition_list("", *items, classes=["options"]) if items else []
            if command.epilog:
                section += nodes.paragraph("", "", *prose(command.epilog))
            typed = "\n".join(f"# {what}\n{line}" for line, what in EXAMPLES[name].items())
            section += nodes.literal_block("", typed, language="sh")
            if name in SHOWN:
                shown = output(SHOWN[name])
                section += nodes.literal_block("", f"$ minitensor {_typed(SHOWN[name])}\n{shown}", language="text")
            return section

    def _item(term, what):
        return nodes.definition_list_item(
            "", nodes.term("", "", *term), nodes.definition("", nodes.paragraph("", "", *what))
        )

    app.add_directive("commands", Commands)
    app.connect("html-page-context", _style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _style(app, page, template, context, doctree):
    from docutils import nodes

    if doctree is not None and any("options" in each["classes"] for each in doctree.findall(nodes.definition_list)):
        app.add_css_file("command_line.css")


def _typed(words):
    return " ".join(f"'{word}'" if re.search(r"[>,]", word) else word for word in words)


def unknown():
    """Commands without an example, and examples without a command: none."""
    return set(COMMANDS) ^ set(EXAMPLES) | set(COMMANDS) ^ set(commands())
