"""Code in lessons links to the reference: the first time that a cell uses a name of this library, that is a link.

Two things say what a name means: the imports of the lesson, which are followed, and the types that its variables had
when sphinx-gallery ran it (``03_broadcasting.codeobj.json``), for methods such as ``images.mean``. A variable alone is
no link, nor is a name without an entry in the reference.
"""

import ast
import json
import re
from importlib import import_module
from pathlib import Path

HERE = "minitensor"


def setup(app):
    """To Sphinx this file is an extension, which changes code once all pages are read."""
    from docutils import nodes
    from pygments.lexers import PythonLexer
    from pygments.token import STANDARD_TYPES, Token
    from sphinx.transforms.post_transforms import SphinxPostTransform
    from sphinx.util.nodes import make_refnode

    class linked_code(nodes.General, nodes.TextElement):
        """Code whose words are nodes; Sphinx would colour a literal block from its text alone."""

    class CodeLinks(SphinxPostTransform):
        default_priority = 4  # before sphinx-gallery's, which links variables as well
        formats = ("html",)

        def run(self, **_):
            name = self.env.docname
            script = Path(self.env.srcdir, f"{name}.py")
            if not name.startswith("lessons/") or not script.exists():
                return
            found, before = meanings(script), ""
            for block in list(self.document.findall(nodes.literal_block)):
                if block.get("language", "").lower() == "python":
                    before += f"{block.rawsource}\n"
                    known = {each: to for each, to in found.items() if is_made(each, before, to)}
                    block.replace_self(linked_code("", "", *self.words(block.rawsource, known)))

        def words(self, code, known):
            tokens = list(PythonLexer(stripnl=False).get_tokens(code))
            links = {}  # first token: (one past the last, the entry that it links to)
            for start, stop, written in chains([(kind in Token.Name, text) for kind, text in tokens]):
                to = self.target(known.get(written, ()))
                if to and start not in links:
                    links[start] = stop, to
            at, done = 0, set()
            while at < len(tokens):
                stop, to = links.get(at, (at + 1, None))
                parts = [_word(*token) for token in tokens[at:stop]]
                yield from [self.link(to, parts)] if to and to not in done else parts
                done.add(to)
                at = stop

        def target(self, names):
            objects = self.env.get_domain("py").objects
            return next((each for each in names if each in objects), None)

        def link(self, name, parts):
            entry = self.env.get_domain("py").objects[name]
            builder = self.env._app.builder if hasattr(self.env, "_app") else self.app.builder
            return make_refnode(builder, self.env.docname, entry.docname, entry.node_id, parts, name)

    def _word(kind, text):
        while kind not in STANDARD_TYPES:
            kind = kind.parent
        short = STANDARD_TYPES[kind]
        return nodes.inline("", text, classes=[short]) if short else nodes.Text(text)

    def opened(writer, node):
        writer.body.append('<div class="highlight-python notranslate"><div class="highlight"><pre>')

    def closed(writer, node):
        writer.body.append("</pre></div></div>\n")

    app.add_node(linked_code, html=(opened, closed))
    app.add_post_transform(CodeLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def meanings(script):
    """What a lesson's names mean: "mt.einsum" is ("minitensor.einsum",); the first that the reference has counts."""
    text = script.read_text(encoding="utf-8")
    found, own = {}, written_here(text)
    for module, name, here in imports(text):
        whole = f"{module}.{name}" if name else module
        if whole.partition(".")[0] == HERE and here not in own:
            found[here] = (whole,)
    for written in attributes(text):
        first, _, rest = written.partition(".")
        if first in found and rest:
            found[written] = _places(found[first][0], rest)
    types = script.with_suffix(".codeobj.json")
    if types.exists():
        for written, places in json.loads(types.read_text(encoding="utf-8")).items():
            if "." in written and written not in found:
                names = [f"{each['module']}.{each['name']}" for each in places]
                kinds = {each["name"].partition(".")[0] for each in places}
                names = [each for each in names if each.startswith(f"{HERE}.") and not kinds & own]
                found |= {written: tuple(names)} if names else {}
    return found


def imports(text):
    """What a script imports: (module, name or None, what it is called here).

    >>> list(imports("import minitensor as mt; from minitensor.cluster import mean_shift"))
    [('minitensor', None, 'mt'), ('minitensor.cluster', 'mean_shift', 'mean_shift')]
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((each.name, None, each.asname) for each in node.names if each.asname)
            yield from ((each.name, None, each.name) for each in node.names if not each.asname)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module, each.name, each.asname or each.name) for each in node.names)


def written_here(text):
    """The names that a script gives to things of its own: what it assigns, its functions, their arguments, its classes.

    >>> sorted(written_here("import a; b = a.c\\nclass D:\\n    def e(self): pass"))
    ['D', 'b', 'e', 'self']
    """
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found


def is_made(written, before, meaning=()):
    """Whether the first name of a chain is imported or assigned in the cells up to here.

    There is no Tensor before there is minitensor: what has the name of one until then is the lesson's own.

    >>> is_made("mt.sum", "import minitensor as mt"), is_made("mt.sum", "mt.sum(x)")
    (True, False)
    >>> is_made("x.T", "x = Matrix()", ["minitensor.Tensor.T"])
    False
    """
    if any(".Tensor." in each for each in meaning) and "import minitensor" not in before:
        return False
    first = re.escape(written.partition(".")[0])
    imported = rf"\bimport\b(?: \([^)]*|[^\n]*)\b{first}\b"
    return bool(re.search(rf"{imported}|\b{first}\b[^=\n]*=|\bfor [^\n]*\b{first}\b", before))


def attributes(text):
    """All chains of names with dots in a script: {"mt.random.normal", ...}."""
    chains = (ast.unparse(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute))
    return {each for each in chains if all(part.isidentifier() for part in each.split("."))}


def _places(module, rest):
    """Names under which the reference may have a thing: as it is written, and where it is defined."""
    written = f"{module}.{rest}"
    try:
        thing = import_module(module)
    except ImportError:  # a class or a function was imported
        return (written,)
    for part in rest.split("."):
        thing = getattr(thing, part, None)
    home, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    return (written, f"{home}.{name}") if home and name else (written,)


def chains(tokens):
    """Runs of names with dots between: (first token, one past the last, "mt.random.normal"), the longest first.

    tokens : (whether it is a name, its text) of each. A chain does not begin behind a dot.

    >>> list(chains([(True, "mt"), (False, "."), (True, "sum"), (False, "("), (True, "x"), (False, ")")]))
    [(0, 3, 'mt.sum'), (0, 1, 'mt'), (4, 5, 'x')]
    """
    at = 0
    while at < len(tokens):
        if not tokens[at][0] or (at and tokens[at - 1][1] == "."):
            at += 1
            continue
        stop = at + 1
        while stop + 1 < len(tokens) and tokens[stop][1] == "." and tokens[stop + 1][0]:
            stop += 2
        for end in range(stop, at, -2):
            yield at, end, "".join(text for _, text in tokens[at:end])
        at = stop
