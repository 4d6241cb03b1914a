"""Models on the small scale: diffusion that needs no training, and what guides it.

Diffusion with no network: `schedule.py` is how the noise falls; `diffusion.py` is the ideal denoiser of a data set,
which is one step of mean shift, and the samplers; `patches.py` is the same step on patches, which makes pictures that
are not in the data; `softmax.py` is weighted means that are exact however small all weights are; `guidance.py` makes a
denoiser of a denoiser that also heeds a score or an embedding; `copying.py` is how near samples are to the data.
"""

from minitensor.models.copying import Nearness, nearness
from minitensor.models.diffusion import Denoiser, Journey, ideal_denoiser, sample
from minitensor.models.guidance import guided_by_data, guided_by_gradient, guided_by_projection
from minitensor.models.patches import patch_denoiser
from minitensor.models.schedule import noise_levels

__all__ = [
    "Denoiser",
    "Journey",
    "Nearness",
    "guided_by_data",
    "guided_by_gradient",
    "guided_by_projection",
    "ideal_denoiser",
    "nearness",
    "noise_levels",
    "patch_denoiser",
    "sample",
]
