"""x and y meet in the wrong axes: one letter stands for axes of two sizes"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    return (
        "ba",
        "aa->a",
        "a,b",
        "a,ab->ab",
        "ab->b",
        "ac,cb",
        "abc,acd->abd",
        "a,ab,b",
        "ab,ab->a",
        "ab,b",
    )
