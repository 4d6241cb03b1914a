"""Every picture and animation. The only room that imports matplotlib.

Each function draws on a new figure and returns it; nothing is written but by `save` and `save_all`.
"""

from minitensor.plot.clusters import clusters, moving
from minitensor.plot.ladders import climb_and_clusters, climbs
from minitensor.plot.style import close_all, figure, headless, is_headless, save, save_all, show_all

__all__ = [
    "climb_and_clusters",
    "climbs",
    "close_all",
    "clusters",
    "figure",
    "headless",
    "is_headless",
    "moving",
    "save",
    "save_all",
    "show_all",
]
