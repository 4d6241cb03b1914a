"""The page of GPU measurements, made of what `tests/benchmarks/gpu.py` wrote: a table for each ladder and machine."""

import re
from pathlib import Path

from minitensor.ladder import stored
from minitensor.text.numbers import in_percent, in_rate, in_seconds

COMMAND = "python tests/benchmarks/gpu.py"
NOBODY = f"""Nobody has measured a GPU yet. On a machine with one, ``{COMMAND}`` does it within five minutes, and
writes a file from which this page makes its tables. Until then there are no times here, since none may be quoted that
nobody measured. What the GPU rungs load, store and compute can be counted without a GPU: ``minitensor tour`` shows it.
"""
ABOUT = f"""Each was made by ``{COMMAND}``: every result is checked before it is timed; times are medians of one call,
device synchronised, and "spread" is from the fastest to the slowest round.
"""


def setup(app):
    """To Sphinx this file is an extension, which writes the page before pages are read."""
    folder = Path(app.srcdir)
    (folder / "measurements.rst").write_text(page(stored(folder / "measurements")), encoding="utf-8")
    return {"parallel_read_safe": True}


def page(measurements):
    """The page as reStructuredText, the newest measurement first; without any it says so."""
    parts = [_heading("GPU measurements", "="), ABOUT if measurements else NOBODY]
    for found in reversed(measurements):
        parts += [_heading(f"{_plain(found['device'])}, {found['date']}", "-"), _machine(found)]
        parts += [_matmul(found["matmul"]), *_mean_shift(found["mean_shift"])]
    return "\n".join(parts)


def _machine(found):
    versions = ", ".join(f"{_plain(name)} {_plain(version)}" for name, version in found["versions"].items())
    return (
        f"Compute capability {_plain(found['compute_capability'])}, {found['multiprocessors']} multiprocessors at "
        f"{found['clock_hz'] / 1e9:.3g} GHz at most. {versions}.\n"
    )


def _matmul(job):
    title = f"Matmul, {job['m']:,} × {job['k']:,} times {job['k']:,} × {job['n']:,}, {job['dtype']}, TF32 off"
    columns = {
        "FLOP/s": lambda row: in_rate(row["gflops"] * 1e9, "FLOP/s"),
        "of cuBLAS": lambda row: in_percent(row["of_cublas"]),
    }
    return _table(title, job["rungs"], columns)


def _mean_shift(job):
    """A table for each number of points."""
    columns = {
        "of the exponentials' bound": lambda row: in_percent(row["of_bound"]),
        "over batched": lambda row: f"{row['over_batched']:.3g} times" if "over_batched" in row else "–",
    }
    for n in sorted({row["n"] for row in job["rungs"]}):
        title = f"Mean shift, one update of {n:,} points, d = {job['d']}, {job['dtype']}"
        yield _table(title, [row for row in job["rungs"] if row["n"] == n], columns)


def _table(title, rows, columns):
    """A list-table: rung, time, spread and what `columns` make of a row; a skipped rung has its reason."""
    lines = [f".. list-table:: {title}", "   :header-rows: 1", ""]
    for cells in [["rung", "time", "spread", *columns], *(_cells(row, columns) for row in rows)]:
        lines += [f"   {'*' if at == 0 else ' '} - {cell}" for at, cell in enumerate(cells)]
    return "\n".join([*lines, ""])


def _cells(row, columns):
    name = f"``{row['rung']}``"
    if "skipped" in row:
        return [name, f"skipped: {_plain(row['skipped'])}", *["–"] * (1 + len(columns))]
    spread = f"{in_seconds(row['fastest'])} to {in_seconds(row['slowest'])}" if row["rounds"] > 1 else "once"
    return [name, in_seconds(row["seconds"]), spread, *(column(row) for column in columns.values())]


def _heading(words, line):
    return f"{words}\n{line * len(words)}\n"


def _plain(words):
    """The words, with nothing in them that means something to reStructuredText."""
    return re.sub(r"([\\*`_|])", r"\\\1", str(words))
