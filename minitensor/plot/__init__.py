"""Every picture and animation. The only room that imports matplotlib.

Each function draws on a new figure and returns it; nothing is written but by `save`, `save_all` and `animate`.
"""

from importlib.util import find_spec

from minitensor.errors import MissingExtraError
from minitensor.text.hints import install

if not find_spec("matplotlib"):
    raise MissingExtraError(f"pictures need matplotlib: {install('matplotlib')}")

from minitensor.plot.accesses import memory_access
from minitensor.plot.centres import attraction, settling
from minitensor.plot.chance import randomness
from minitensor.plot.chunks import added, adding, task_graph
from minitensor.plot.contests import contest
from minitensor.plot.einsums import meeting
from minitensor.plot.frames import animate
from minitensor.plot.hashes import collisions, probing, recalls, slices
from minitensor.plot.intensity import intensities
from minitensor.plot.ladders import climb_and_clusters, climbs
from minitensor.plot.landscapes import arrows, directions, walks
from minitensor.plot.neighbourhoods import growing, k_distances, labelled, surroundings
from minitensor.plot.networks import einsum
from minitensor.plot.norms import reaction, unit_balls
from minitensor.plot.notebooks import in_notebook
from minitensor.plot.photographs import colour_cloud, outlined, palette, photos, recoloured, save_pixels, trade_off
from minitensor.plot.points import clusters, kernels, moving, one_path, panels, paths
from minitensor.plot.rooflines import roofline
from minitensor.plot.samples import becoming, denoising, gallery, over_nearest
from minitensor.plot.scaling import growth
from minitensor.plot.slopes import secants, step_errors
from minitensor.plot.style import close_all, drawn, figure, headless, is_headless, save, save_all, show_all
from minitensor.plot.tensors import images, memory, pairs, product, stretched
from minitensor.plot.traffic import whole_climb
from minitensor.plot.training import fits, losses, pushed
from minitensor.plot.units import speed_of_light

__all__ = [
    "added",
    "adding",
    "animate",
    "arrows",
    "attraction",
    "becoming",
    "climb_and_clusters",
    "climbs",
    "close_all",
    "clusters",
    "collisions",
    "colour_cloud",
    "contest",
    "denoising",
    "directions",
    "drawn",
    "einsum",
    "figure",
    "fits",
    "gallery",
    "growing",
    "growth",
    "headless",
    "images",
    "in_notebook",
    "intensities",
    "is_headless",
    "k_distances",
    "kernels",
    "labelled",
    "losses",
    "meeting",
    "memory",
    "memory_access",
    "moving",
    "one_path",
    "outlined",
    "over_nearest",
    "pairs",
    "palette",
    "panels",
    "paths",
    "photos",
    "probing",
    "product",
    "pushed",
    "randomness",
    "reaction",
    "recalls",
    "recoloured",
    "roofline",
    "save",
    "save_all",
    "save_pixels",
    "secants",
    "settling",
    "show_all",
    "slices",
    "speed_of_light",
    "step_errors",
    "stretched",
    "surroundings",
    "task_graph",
    "trade_off",
    "unit_balls",
    "walks",
    "whole_climb",
]
