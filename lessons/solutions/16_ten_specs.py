"""What is wanted stands right of the arrow; every other letter is summed. A letter
twice in one term walks the diagonal; a letter in both terms and in the result
multiplies without summing.

Without an arrow a letter that stands twice is summed, so the arrow can go where just
that is wanted: "ba" is the transpose, since the result has a first. It must stay where
a letter stands twice and is kept (1, 3, 6, 8), or stands once and is summed (4).
"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    return (
        "ba",
        "aa->a",
        "a,b",
        "a,ab->ab",
        "ab->b",
        "ac,bc",
        "abc,acd->abd",
        "a,ab,b",
        "ab,ab->a",
        "ab,b",
    )


def other_way() -> tuple[str, ...]:
    """The same, every arrow written: 47 letters."""
    return (
        "mn->nm",
        "nn->n",
        "m,n->mn",
        "m,mn->mn",
        "mn->n",
        "mk,nk->mn",
        "bmk,bkn->bmn",
        "m,mn,n->",
        "mn,mn->m",
        "mn,n->m",
    )
