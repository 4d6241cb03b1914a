"""the letters of the result stand in the wrong order"""


def ten_specs() -> tuple[str, ...]:
    """The ten texts, in the order of the list above."""
    return (
        "ba",
        "aa->a",
        "b,a",
        "a,ab->ab",
        "ab->b",
        "ac,bc",
        "abc,acd->abd",
        "a,ab,b",
        "ab,ab->a",
        "ab,b",
    )
