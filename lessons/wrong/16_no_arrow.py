"""the arrow is left out where a letter stands twice: then it is summed"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    return (
        "ba",
        "aa",
        "a,b",
        "a,ab->ab",
        "ab->b",
        "ac,bc",
        "abc,acd->abd",
        "a,ab,b",
        "ab,ab->a",
        "ab,b",
    )
