"""Pictures in a notebook: each once, below the cell that drew it, and animations that play."""

import io
from contextlib import suppress
from typing import Any

from minitensor.errors import InputError
from minitensor.plot.style import close_all, drawn, headless, is_animation


def in_notebook() -> None:
    """From now on show every picture below the cell that drew it, once, and close it; animations can be played.

    For the first cell of a notebook in Jupyter, VS Code or Colab, or of IPython in a browser. A picture that matplotlib
    draws without this library is shown too. Raises InputError outside a notebook.
    """
    try:
        from IPython import get_ipython

        shell = get_ipython()
    except ImportError:
        shell = None
    if shell is None:
        raise InputError("this is no notebook; minitensor.plot.save(picture, path) writes a picture")
    headless()
    with suppress(ImportError, ValueError):
        from matplotlib_inline.backend_inline import flush_figures

        shell.events.unregister("post_execute", flush_figures)  # it shows stills, and of an animation the first frame
    with suppress(ValueError):
        shell.events.unregister("post_execute", show)  # where the cell is run again
    shell.events.register("post_execute", show)


def show() -> None:
    """Show what was drawn since the last call."""
    from IPython.display import HTML, Image, display

    try:
        for picture in drawn():
            display(HTML(playable(picture)) if is_animation(picture) else Image(as_png(picture)))
    finally:
        close_all()


def as_png(fig: Any) -> bytes:
    """A figure as the bytes of a PNG file."""
    file = io.BytesIO()
    fig.savefig(file, format="png", dpi=110)
    return file.getvalue()


def playable(animation: Any) -> str:
    """An animation as HTML with buttons, its frames inside."""
    return str(animation.to_jshtml(default_mode="loop"))
