"""A link to another page, for the directives that build their nodes."""


def link(env, words, kind, target):
    """A node that Sphinx makes a link of. kind : "doc" for a page, "ref" for a label"""
    from docutils import nodes
    from sphinx import addnodes

    to = addnodes.pending_xref(
        "", refdomain="std", reftype=kind, reftarget=target, refexplicit=True, refwarn=True, refdoc=env.docname
    )
    to += nodes.inline("", words)
    return to
