"""Which thread of a warp touches which address: what coalescing and bank conflicts look like."""

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from minitensor.errors import InputError
from minitensor.gpu import Launch
from minitensor.gpu.counters import BANK, BANKS, SECTOR
from minitensor.plot.style import BLUE, GREY, INK, LIGHT, ORANGE, figure, styled
from minitensor.text.numbers import in_share

PALE = "#dfe3e8"
WIDTH = 100.0  # of a picture, in its own units
DEPTH = 30.0  # between threads and memory


@styled
def memory_access(*launches: Launch, array: str, kind: str = "load", line: int = 0) -> Any:
    """For each launch, the first access of the first warp to one array: its threads above, memory below.

    A line goes from each thread to the element that it touches. Global memory is drawn as its sectors of 32 bytes that
    are touched. Each is moved whole: blue is what was asked for, pale what comes along unasked. Shared memory is drawn
    as its 32 banks, the words of each one below another. A bank gives one word at a time: orange where it has to give
    several.

    array : the name of the array, or of the shared memory, in the kernel
    kind : "load", "store" or "atomic"
    line : the number of the line in the source file; 0 is the first that touches the array in this way

    Raises InputError where a launch did not touch the array in this way, or where a real GPU ran it.
    """
    if not launches:
        raise InputError("memory_access: give it at least one launch, which is what name[grid, block](...) returns")
    samples = [_sample(launch, array, kind, line) for launch in launches]
    shared = [sample.space == "shared" for sample in samples]
    heights = [2.4 + 0.14 * len(_rows(sample)) if sample.space == "shared" else 2.7 for sample in samples]
    fig, axes = figure(len(samples), 1, width=10, height=sum(heights), height_ratios=heights, squeeze=False)
    fig.get_layout_engine().set(hspace=0.08)
    for launch, sample, is_shared, ax in zip(launches, samples, shared, axes[:, 0], strict=True):
        threads = (np.array(sample.threads) % BANKS + 0.5) * WIDTH / BANKS
        for lane in range(BANKS):
            _thread(ax, lane, lane in [thread % BANKS for thread in sample.threads])
        places = _banks(ax, sample) if is_shared else _sectors(ax, sample)
        ends = np.stack([np.stack([threads, np.zeros(len(threads))], 1), places], 1)
        ax.add_collection(LineCollection(list(ends), colors=BLUE, linewidths=1.0, alpha=0.75))
        text = launch.source.lines[sample.line - launch.source.line].strip()
        ax.set_title(f"{launch.name}, {kind} of {array} on line {sample.line}:  {text}", fontsize=11)
        ax.set_xlim(-9, WIDTH + 1)
        ax.set_axis_off()
        ax.text(-1, -2.5, "threads", ha="right", va="center", color=INK, fontsize=9.5)
    return fig


def _sample(launch: Launch, array: str, kind: str, line: int) -> Any:
    found = [each for each in launch.samples if (each.array, each.kind) == (array, kind) and line in (0, each.line)]
    if not found:
        known = ", ".join(f"{each.kind} of {each.array} on line {each.line}" for each in launch.samples) or "nothing"
        raise InputError(
            f"memory_access: {launch.name} made no {kind} of {array!r}{f' on line {line}' if line else ''}; "
            f"the simulator saw {known}"
        )
    return min(found, key=lambda each: each.line)


def _thread(ax: Any, lane: int, there: bool) -> None:
    size = WIDTH / BANKS
    color = INK if there else LIGHT
    ax.add_patch(Rectangle((lane * size + 0.2, -5), size - 0.4, 5, facecolor="white", edgecolor=color, linewidth=1.0))
    ax.text((lane + 0.5) * size, -2.5, lane, ha="center", va="center", fontsize=8, color=color)


def _sectors(ax: Any, sample: Any) -> np.ndarray:
    """Draw the sectors that are touched, side by side with a gap where others lie between; where each line ends."""
    each = max(1, SECTOR // sample.itemsize)  # elements in a sector
    addresses = np.array(sample.addresses)
    touched = np.unique(addresses // each)
    gaps = np.cumsum(np.diff(touched, prepend=touched[0]) > 1)  # before each sector
    cell = min(WIDTH / (len(touched) * each + gaps[-1] * each / 4), WIDTH / BANKS)
    left = (np.arange(len(touched)) * each + gaps * each / 4) * cell
    for sector, x in zip(touched, left, strict=True):
        for element in range(each):
            asked = sector * each + element in addresses
            color = BLUE if asked else PALE
            ax.add_patch(
                Rectangle((x + element * cell, DEPTH), cell, 6, facecolor=color, edgecolor="white", linewidth=0.4)
            )
        ax.add_patch(Rectangle((x, DEPTH), each * cell, 6, fill=False, edgecolor=INK, linewidth=1.3, zorder=2))
        if len(touched) <= 16 or (sector == touched[:: len(touched) // 16 + 1]).any():
            label = f"{sector * SECTOR:,}"
            ax.text(x + each * cell / 2, DEPTH + 8.5, label, ha="center", va="center", fontsize=8, color=GREY)
    ax.text(-1, DEPTH + 3, "memory", ha="right", va="center", color=INK, fontsize=9.5)
    ax.text(-1, DEPTH + 8.5, "byte", ha="right", va="center", color=GREY, fontsize=8)
    used, moved = len(np.unique(addresses)) * sample.itemsize, len(touched) * SECTOR
    sectors = "1 sector" if len(touched) == 1 else f"{len(touched)} sectors"
    words = f"{sectors} of {SECTOR} bytes: {moved:,} bytes moved, {used:,} of them asked for ({in_share(used / moved)})"
    ax.text(0, DEPTH + 13, words, va="center", color=INK, fontsize=10)
    ax.set_ylim(DEPTH + 15, -6)
    return np.stack([left[np.searchsorted(touched, addresses // each)] + (addresses % each + 0.5) * cell,
                     np.full(len(addresses), DEPTH)], 1)  # fmt: skip


def _words(sample: Any) -> np.ndarray:
    """The 4-byte word, counted from the start of the array, in which each element begins."""
    return np.array(sample.addresses) * sample.itemsize // BANK


def _rows(sample: Any) -> np.ndarray:
    return np.unique(_words(sample) // BANKS)


def _banks(ax: Any, sample: Any) -> np.ndarray:
    """Draw the rows of the 32 banks that are touched; where each line ends."""
    words, rows, size, high = _words(sample), _rows(sample), WIDTH / BANKS, 4.0
    asked = np.unique(words)
    given = np.bincount(asked % BANKS, minlength=BANKS)
    for at, row in enumerate(rows):
        for bank in range(BANKS):
            wanted = row * BANKS + bank in asked
            color = (ORANGE if given[bank] > 1 else BLUE) if wanted else PALE
            ax.add_patch(
                Rectangle((bank * size, DEPTH + at * high), size, high, facecolor=color, edgecolor="white", linewidth=1)
            )
    bottom = DEPTH + len(rows) * high
    for bank in range(BANKS):
        ax.text((bank + 0.5) * size, bottom + 2.5, bank, ha="center", va="center", fontsize=8, color=GREY)
    ax.text(-1, DEPTH + len(rows) * high / 2, "words", ha="right", va="center", color=INK, fontsize=9.5)
    ax.text(-1, bottom + 2.5, "bank", ha="right", va="center", color=GREY, fontsize=8)
    most = int(given.max())
    told = "no two words of one bank: 1 round"
    if most > 1:
        told = f"up to {most} words of one bank: {most} rounds, {most - 1} more than without conflicts"
    ax.text(0, bottom + 8, told, va="center", color=INK, fontsize=10)
    ax.set_ylim(bottom + 10, -6)
    return np.stack([(words % BANKS + 0.5) * size, DEPTH + np.searchsorted(rows, words // BANKS) * high], 1)
