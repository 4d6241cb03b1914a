"""``{run}``: Python that is run while the page is made, with what it printed below it, as it was printed.

The last line shows its value, as at Python's prompt. Names are shared within a page. Options: ``:raises: EinsumError``
where the code must end in that error, whose message is then shown as given; ``:hide-code:`` shows the output alone.
Code that raises otherwise, or fails to raise, ends the build.
"""

import ast
import contextlib
import io
import linecache
import traceback
from typing import ClassVar


class WrongExample(Exception):
    """Code on a page did not do what the page says of it."""


def ran(code, names, raises=None, file="example.py"):
    """What the code printed, the value of its last line, and the error that it ended in, as text.

    names : the names that it sees and may add to
    raises : the class of the error that it must end in, by name; none if not given
    file : what a kernel's diagnosis calls the place where it stands
    """
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)  # kernels are read from there
    tree, out = ast.parse(code, file), io.StringIO()
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(tree, file, "exec"), names)
            value = eval(compile(ast.Expression(last.value), file, "eval"), names) if last else None
            if value is not None:
                print(repr(value))
    except Exception as error:
        if raises not in [each.__name__ for each in type(error).__mro__]:
            raise WrongExample(f"it raises {type(error).__name__}\n\n{code}\n\n{traceback.format_exc()}") from error
        out.writelines(traceback.format_exception_only(error))
    else:
        if raises:
            raise WrongExample(f"it does not raise {raises}\n\n{code}\n\n{out.getvalue()}")
    return out.getvalue().rstrip("\n")


def shown(code, output, failed=False):
    """The nodes of code and of what came of it, each left out where it is empty."""
    from docutils import nodes

    kinds = [(code, "python", "run-code"), (output, "text", "run-error" if failed else "run-output")]
    blocks = [
        nodes.literal_block(text, text, language=language, classes=[kind]) for text, language, kind in kinds if text
    ]
    return nodes.container("", *blocks, classes=["run"])


def setup(app):
    from docutils.parsers.rst import directives
    from sphinx.errors import ExtensionError
    from sphinx.util.docutils import SphinxDirective

    class Run(SphinxDirective):
        has_content = True
        option_spec: ClassVar = {"raises": directives.unchanged_required, "hide-code": directives.flag}

        def run(self):
            self.env.note_reread()  # what the package does may have changed, though this page did not
            names = self.env.temp_data.setdefault("run", {"__name__": "__main__"})
            code, raises = "\n".join(self.content), self.options.get("raises")
            try:
                output = ran(code, names, raises, f"{self.env.docname} {self.lineno}/example.py")
            except (WrongExample, SyntaxError) as wrong:
                raise ExtensionError(f"{self.env.doc2path(self.env.docname)}:{self.lineno}: {wrong}") from wrong
            return [shown("" if "hide-code" in self.options else code, output, bool(raises))]

    app.add_directive("run", Run)
    app.connect("html-page-context", _style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _style(app, page, template, context, doctree):
    """The style sheet, on pages that show something run."""
    from docutils import nodes

    if doctree is not None and any("run" in each["classes"] for each in doctree.findall(nodes.container)):
        app.add_css_file("run.css")
