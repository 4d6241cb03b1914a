"""Numbers in words: three digits and a unit."""

SECONDS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
PREFIXES = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0))


def in_seconds(seconds: float) -> str:
    """Three digits and a unit.

    >>> in_seconds(0.00123), in_seconds(12.3456)
    ('1.23 ms', '12.3 s')
    """
    return _with_unit(seconds, SECONDS)


def roughly(seconds: float) -> str:
    """Two digits and a unit: for what is not known better.

    >>> roughly(0.0491), roughly(1.23e-5), roughly(0.1234), roughly(2.0)
    ('49 ms', '12 µs', '120 ms', '2.0 s')
    """
    seconds = float(f"{seconds:.2g}")
    unit, size = next((each for each in SECONDS if seconds >= each[1]), SECONDS[-1])
    amount = float(f"{seconds / size:.2g}")
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def in_bytes(count: float) -> str:
    """Three digits and a unit, in powers of 1,000.

    >>> in_bytes(0), in_bytes(999_600), in_bytes(1_500_000)
    ('0 B', '1 MB', '1.5 MB')
    """
    return _with_unit(round(count), (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)))


def in_rate(per_second: float, what: str) -> str:
    """An amount per second, with its unit.

    >>> in_rate(2.98e11, "FLOP/s"), in_rate(4.5e9, " exp/s")
    ('298 GFLOP/s', '4.5 G exp/s')
    """
    return _with_unit(per_second, tuple((f"{prefix}{what}", size) for prefix, size in PREFIXES))


def in_percent(fraction: float) -> str:
    """At least two digits, however small the fraction is.

    >>> in_percent(1.234), in_percent(0.83), in_percent(0.0123), in_percent(0.00000456)
    ('123%', '83%', '1.2%', '0.00046%')
    """
    percent = 100 * fraction
    if percent >= 9.95:
        return f"{percent:,.0f}%"
    power = int(f"{percent:.1e}".partition("e")[2])  # of ten, once it is rounded
    return f"{percent:.{1 - power}f}%" if percent else "0%"


def in_share(fraction: float) -> str:
    """Three digits: for what was counted, and is exact.

    >>> in_share(0.125), in_share(1.0), in_share(2 / 3)
    ('12.5%', '100%', '66.7%')
    """
    return f"{digits(100 * fraction)}%"


def _with_unit(number: float, units: tuple[tuple[str, float], ...]) -> str:
    """The number in the largest unit in which it is at least 1 once it is rounded."""
    unit, size = next((each for each in units if number >= 0.9995 * each[1]), units[-1])
    return f"{digits(number / size)} {unit}"


def digits(number: float) -> str:
    return f"{number:.3g}" if number < 999.5 else f"{number:,.0f}"
