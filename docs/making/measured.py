"""``{measured}``: what `tests/benchmarks/gpu.py` wrote on real GPUs, as tables for each machine and ladder."""

from typing import NamedTuple

from minitensor.ladder import stored
from minitensor.text.numbers import in_percent, in_rate, in_seconds

COMMAND = "python tests/benchmarks/gpu.py"
NOBODY = f"""Nobody has measured a GPU yet. On a machine with one, `{COMMAND}` does it within five minutes, and writes a
file from which this page makes its tables. Until then there are no times here, since none may be quoted that nobody
measured. What the GPU rungs load, store and compute can be counted without a GPU: `minitensor tour` shows it.
"""
ABOUT = f"""Each was made by `{COMMAND}`: every result is checked before it is timed; times are medians of one call,
device synchronised, and "spread" is from the fastest to the slowest round.
"""


class Table(NamedTuple):
    """A table of a ladder: the first cell of a row is the name of its rung."""

    title: str
    headings: list[str]
    rows: list[list[str]]


def page(measurements):
    """Paragraphs and tables, the newest measurement first; without any it says so."""
    parts = [ABOUT if measurements else NOBODY]
    for found in reversed(measurements):
        parts += [_machine(found), _matmul(found["matmul"]), *_mean_shift(found["mean_shift"])]
    return parts


def _machine(found):
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return (
        f"{found['device']}, {found['date']}: compute capability {found['compute_capability']}, "
        f"{found['multiprocessors']} multiprocessors at {found['clock_hz'] / 1e9:.3g} GHz at most. {versions}."
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
    """Rung, time, spread and what `columns` make of a row; a skipped rung has its reason."""
    return Table(title, ["rung", "time", "spread", *columns], [_cells(row, columns) for row in rows])


def _cells(row, columns):
    if "skipped" in row:
        return [row["rung"], f"skipped: {row['skipped']}", *["–"] * (1 + len(columns))]
    spread = f"{in_seconds(row['fastest'])} to {in_seconds(row['slowest'])}" if row["rounds"] > 1 else "once"
    return [row["rung"], in_seconds(row["seconds"]), spread, *(column(row) for column in columns.values())]


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    from making.wide_tables import code, prose, table

    class Measured(SphinxDirective):
        def run(self):
            self.env.note_reread()
            return [_node(part) for part in page(stored())]

    def _node(part):
        if isinstance(part, str):
            return nodes.paragraph("", "", *prose(part))
        return table(part.headings, [[[code(name)], *cells] for name, *cells in part.rows], part.title, ["measured"])

    app.add_directive("measured", Measured)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
