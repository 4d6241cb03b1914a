"""a letter that is wanted in the result is missing right of the arrow, and so is summed"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    return (
        "ba",
        "aa->a",
        "a,b",
        "a,ab->ab",
        "ab->b",
        "ac,bc",
        "abc,acd->bd",
        "a,ab,b",
        "ab,ab->a",
        "ab,b",
    )
