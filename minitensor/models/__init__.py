"""Models on the small scale: a CLIP that finds the caption of a picture, and diffusion that makes pictures of noise.

The small CLIP: `captions.py` measures pictures and puts it into words; `pictures.py` is which digits are learned from,
and copies of them altered a little; `words.py` makes bags of words of texts; `layers.py` is what an encoder is made of;
`clip.py` is the two encoders; `training.py` is the contrastive loss and what makes it less, a step of which is in
`adam.py`; `retrieving.py` is how well it finds; `stored.py` puts arrays into files that are safe to read;
`scale.py` is a scale at which no square overflows.

Diffusion with no network: `schedule.py` is how the noise falls; `diffusion.py` is the ideal denoiser of a data set,
which is one step of mean shift, and the samplers; `patches.py` is the same step on patches, which makes pictures that
are not in the data; `softmax.py` is weighted means that are exact however small all weights are; `guidance.py` makes a
denoiser of a denoiser that also heeds a score or an embedding; `copying.py` is how near samples are to the data.
"""

from minitensor.models.captions import Measures, Thresholds, describe, digit_of, measure, thresholds
from minitensor.models.clip import Clip
from minitensor.models.copying import Nearness, nearness
from minitensor.models.diffusion import Denoiser, Journey, ideal_denoiser, sample
from minitensor.models.guidance import guided_by_data, guided_by_gradient, guided_by_projection
from minitensor.models.patches import patch_denoiser
from minitensor.models.pictures import altered, altered_pairs, split
from minitensor.models.retrieving import Retrieval, retrieval
from minitensor.models.schedule import noise_levels
from minitensor.models.training import contrastive_loss, train_clip

__all__ = [
    "Clip",
    "Denoiser",
    "Journey",
    "Measures",
    "Nearness",
    "Retrieval",
    "Thresholds",
    "altered",
    "altered_pairs",
    "contrastive_loss",
    "describe",
    "digit_of",
    "guided_by_data",
    "guided_by_gradient",
    "guided_by_projection",
    "ideal_denoiser",
    "measure",
    "nearness",
    "noise_levels",
    "patch_denoiser",
    "retrieval",
    "sample",
    "split",
    "thresholds",
    "train_clip",
]
