"""How every picture looks, and where pictures go."""

import atexit
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter

from minitensor.errors import InputError
from minitensor.text.files import written

INK, GREY, LIGHT = "#222222", "#777777", "#dddddd"
# Far apart also for those who see red and green alike: tests/plot/test_colours.py computes how far.
BLUE, ORANGE, GREEN, RED, PURPLE, BROWN = "#3f548e", "#e28518", "#479d49", "#9d1f0f", "#9879cd", "#7b5a45"
PALE_BLUE = "#9dbbe0"  # beside a bar in BLUE
COLORS = (BLUE, ORANGE, GREEN, RED, PURPLE, BROWN)

# A picture is drawn under these settings, by `@styled` functions; outside of them matplotlib's stay as they were.
styled = matplotlib.rc_context(
    {
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.titlesize": 12,
        "axes.titlelocation": "left",
    }
)

_animations: list[Any] = []


@styled
def figure(rows: int = 1, columns: int = 1, width: float = 8.0, height: float = 4.5, **options: Any) -> tuple[Any, Any]:
    """A new figure and its axes."""
    fig, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)
    for ax in fig.axes:
        ax.tick_params(labelsize=11)  # now: ticks are made when they are drawn, under other settings
    return fig, axes


def as_data(artist: Any) -> Any:
    """The artist, marked: its colours are the data, and who draws for a dark page leaves them as they are."""
    artist.is_data = True
    return artist


def animated(fig: Any, draw: Any, frames: int, interval: int = 120) -> Any:
    """An animation that calls ``draw(frame)`` for each frame, `interval` milliseconds apart."""
    # Laid out once, and with the next line for good, so that frames are drawn faster: tests/benchmarks/claims.py.
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    animation = FuncAnimation(fig, styled(draw), frames=frames, interval=interval)
    _animations.append(animation)
    return animation


def save(picture: Any, path: str | Path) -> Path:
    """Write a figure in the format that the path ends in (PNG if in none), an animation as GIF, and return the path.

    Raises InputError for an ending that matplotlib does not know, WriteError where the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower().removeprefix(".")
    if isinstance(picture, FuncAnimation):
        if ending != "gif":
            raise InputError(f"{str(path)!r} is not the name of an animation: end it in .gif")
        canvas = picture._fig.canvas  # type: ignore[attr-defined]
        canvas.draw_idle = lambda: None  # a frame is drawn when it is written, and need not be drawn before
        try:
            with written(path) as where:
                writer = PillowWriter(fps=1000 // picture._interval)  # type: ignore[attr-defined]
                picture.save(where, writer=writer, dpi=80)
        finally:
            del canvas.draw_idle
        return path
    known = picture.canvas.get_supported_filetypes()
    if ending and ending not in known:
        raise InputError(f"{str(path)!r} is not the name of a picture: end it in one of {', '.join(sorted(known))}")
    with written(path) as where:
        picture.savefig(where, format=ending or "png", dpi=110)
    return path


def headless() -> None:
    """Draw without a screen from now on."""
    matplotlib.use("Agg")


def is_animation(picture: Any) -> bool:
    """Whether it moves."""
    return isinstance(picture, FuncAnimation)


def drawn() -> list[Any]:
    """Every open figure, the first drawn first; in the place of a figure that moves, its animation."""
    moving = {id(animation._fig): animation for animation in _animations}
    figures = [plt.figure(number) for number in plt.get_fignums()]
    return [moving.get(id(fig), fig) for fig in figures]


def save_all(directory: str | Path, stem: str, first: int = 1) -> list[Path]:
    """Write every open figure as ``stem-1.png`` and so on, an animation as ``.gif``, and close them.

    first : the number of the first
    """
    named = [(each, f"{stem}-{i}.{'gif' if is_animation(each) else 'png'}") for i, each in enumerate(drawn(), first)]
    paths = [save(picture, Path(directory) / name) for picture, name in named]
    close_all()
    return paths


def is_headless() -> bool:
    """Whether there is no screen to show a picture on."""
    return matplotlib.get_backend().lower() == "agg"


def show_all() -> int:
    """Show every open figure on the screen, if there is one, until it is closed. Returns how many there were."""
    figures = [plt.figure(number) for number in plt.get_fignums()]
    if not is_headless():
        for number, fig in enumerate(figures, 1):
            if fig.canvas.manager:
                fig.canvas.manager.set_window_title(f"picture {number}")
        plt.show()
    close_all()
    return len(figures)


def close_all() -> None:
    """Forget all pictures that were drawn."""
    plt.close("all")
    for animation in _animations:
        animation._draw_was_started = True  # else matplotlib warns that it was never shown
    _animations.clear()


def close(picture: Any) -> None:
    """Close one figure or animation, so that nothing shows or saves it any more."""
    plt.close(picture._fig if is_animation(picture) else picture)
    if is_animation(picture):
        picture._draw_was_started = True  # else matplotlib warns that it was never shown
        _animations.remove(picture)


def _at_the_end() -> None:
    """A lesson that ran as a script says how to see its pictures; an animation gives no warning."""
    lesson = re.fullmatch(r"(\d\d)_\w+\.py", Path(sys.argv[0]).name)
    if lesson and (count := len(plt.get_fignums())):
        how = f"To see {count} pictures: minitensor lesson {int(lesson[1])}, or with --out DIR, which keeps them"
        sys.stderr.write(f"{how}\n")
    close_all()


atexit.register(_at_the_end)
