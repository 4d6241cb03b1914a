"""Models on the small scale: a CLIP that finds the caption of a picture.

The small CLIP: `captions.py` measures pictures and puts it into words; `pictures.py` is which digits are learned from,
and copies of them altered a little; `words.py` makes bags of words of texts; `layers.py` is what an encoder is made of;
`clip.py` is the two encoders; `training.py` is the contrastive loss and what makes it less, a step of which is in
`adam.py`; `retrieving.py` is how well it finds; `stored.py` puts arrays into files that are safe to read.
"""

from minitensor.models.captions import Measures, Thresholds, describe, digit_of, measure, thresholds
from minitensor.models.clip import Clip
from minitensor.models.pictures import altered, altered_pairs, split
from minitensor.models.retrieving import Retrieval, retrieval
from minitensor.models.training import contrastive_loss, train_clip

__all__ = [
    "Clip",
    "Measures",
    "Retrieval",
    "Thresholds",
    "altered",
    "altered_pairs",
    "contrastive_loss",
    "describe",
    "digit_of",
    "measure",
    "retrieval",
    "split",
    "thresholds",
    "train_clip",
]
