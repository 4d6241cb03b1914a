"""the letter that stays is the one that should be summed: rows are added up, and not columns"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    return (
        "ba",
        "aa->a",
        "a,b",
        "a,ab->ab",
        "ab->a",
        "ac,bc",
        "abc,acd->abd",
        "a,ab,b",
        "ab,ab->a",
        "ab,b",
    )
