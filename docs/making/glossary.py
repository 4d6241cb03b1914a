"""The first mention of a word of the glossary on a page becomes a link to it: in prose alone, with no mark in the text.

Which words there are, `docs/glossary.md` says. A word that means something else elsewhere, as "block" does, is linked
only on the pages that its entry names.
"""

import re
from dataclasses import dataclass
from pathlib import Path

GLOSSARY = Path(__file__).parents[1] / "glossary.md"
# Words of ordinary English, or of two trades: they are linked only where their entry says that they are shown.
ELSEWHERE_ANOTHER = {
    "kernel", "thread", "block", "grid", "launch", "register", "barrier", "race", "atomic", "bank", "halo", "cluster",
    "density", "mode", "bandwidth", "axis", "eps", "code", "probe", "recall", "shape", "view", "mask", "batch", "climb",
    "loss", "cosine", "order", "expand", "promotion", "tile", "occupancy", "divergence",
}  # fmt: skip
WITH_LESSON_7 = ("manual", "reference/gpu")  # pages on which the words of the GPU lesson mean what they mean there
NOT_ON = ("glossary", "index", "changelog", "measurements", "lessons/index")


@dataclass(frozen=True)
class Term:
    """A word of the glossary, the first word of its entry, and the pages that the entry leads to."""

    word: str
    entry: str
    pages: tuple[str, ...]

    def on(self, page: str) -> bool:
        """Whether the word means this on a page."""
        if self.word not in ELSEWHERE_ANOTHER:  # a longer name of the entry, "thread block", is plain
            return True
        return page in self.pages or (page in WITH_LESSON_7 and "lessons/07_gpu_kernels" in self.pages)


def terms(text: str) -> list[Term]:
    """The words of a glossary's text.

    >>> terms("```{glossary}\\nbank\\nbanks of memory\\n  A part. See [it](lessons/07_x.rst).\\n```")[1]
    Term(word='banks of memory', entry='bank', pages=('lessons/07_x',))
    """
    found = []
    for block in re.findall(r"^```\{glossary\}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for entry in re.split(r"\n\s*\n", block.strip()):
            words = [line for line in entry.splitlines() if not line.startswith(" ")]
            pages = tuple(re.sub(r"\.(rst|md)$", "", page) for page in re.findall(r"\]\((\w[\w/.]*)\)", entry))
            found += [Term(word, words[0], pages) for word in words]
    return found


def forms(word: str) -> list[str]:
    """A word and its plural.

    >>> forms("axis"), forms("bank conflict"), forms("query point")[1], forms("race")[1]
    (['axis', 'axes'], ['bank conflict', 'bank conflicts'], 'query points', 'races')
    """
    if word.endswith("axis"):
        return [word, word[:-2] + "es"]
    if re.search(r"[^aeiou]y$", word):
        return [word, word[:-1] + "ies"]
    if word.endswith(("ss", "ch", "x")):
        return [word, word + "es"]
    return [word] if word.endswith("s") else [word, word + "s"]


def pattern(found: list[Term]) -> tuple[re.Pattern | None, dict[str, str]]:
    """What finds these words in a text, the longest first, and the entry that each form stands for."""
    by_form = {}
    for term in found:
        for form in forms(term.word):
            by_form.setdefault(form if _is_name(term.word) else form.lower(), term.entry)
    if not by_form:
        return None, {}
    each = [
        form if _is_name(form) else f"(?i:{form})" for form in map(re.escape, sorted(by_form, key=len, reverse=True))
    ]
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(each)})(?![\w-])"), by_form


def _is_name(word: str) -> bool:
    """Whether a word is told by its capitals, as CLIP is from clip."""
    return sum(letter.isupper() for letter in word) > 1


def pieces(text: str, found: tuple[re.Pattern | None, dict[str, str]], used: set[str]) -> list[tuple[str, str]]:
    """A text cut at the entries that are mentioned for the first time: (piece, the entry or ""). `used` grows.

    >>> pieces("Two axes. An axis.", pattern([Term("axis", "axis", ())]), set())
    [('Two ', ''), ('axes', 'axis'), ('. An axis.', '')]
    """
    look, by_form = found
    made, at = [], 0
    for mention in look.finditer(text) if look else ():
        word = by_form.get(mention[0]) or by_form[mention[0].lower()]
        if word not in used:
            used.add(word)
            made += [(text[at : mention.start()], "")] * (mention.start() > at) + [(mention[0], word)]
            at = mention.end()
    return made + [(text[at:], "")] * (at < len(text))


def setup(app):
    app.connect("doctree-read", _link)
    return {"parallel_read_safe": True}


def _link(app, doctree):
    from docutils import nodes
    from sphinx import addnodes

    page = app.env.docname
    if page in NOT_ON:
        return
    app.env.note_dependency(str(GLOSSARY))
    listed = terms(GLOSSARY.read_text(encoding="utf-8"))
    found, used = pattern([term for term in listed if term.on(page)]), set()
    closed = (
        nodes.literal, nodes.literal_block, nodes.reference, nodes.title, nodes.term, nodes.raw, nodes.math,
        nodes.Admonition, nodes.topic, nodes.sidebar, nodes.caption, nodes.footnote, addnodes.pending_xref,
        addnodes.desc_signature, addnodes.download_reference, addnodes.toctree,
    )  # fmt: skip
    for text in list(doctree.findall(nodes.Text)):
        above, inside = text.parent, False
        while above is not None and not isinstance(above, closed):
            inside = inside or isinstance(above, nodes.paragraph)
            if {"uses", "names", "sphx-glr-footer", "sphx-glr-signature"} & set(above.get("classes", ())):
                break
            above = above.parent
        if above is not None or not inside:
            continue
        cut = pieces(str(text), found, used)
        if any(word for _, word in cut):
            made = []
            for piece, word in cut:
                shown = nodes.inline(piece, piece, classes=["glossed"] if word else [])
                made.append(
                    addnodes.pending_xref(
                        "", shown, refdomain="std", reftype="term", reftarget=word, refdoc=page, refexplicit=True,
                        refwarn=True,
                    ) if word else nodes.Text(piece)
                )  # fmt: skip
            text.parent.replace(text, made)
