"""the cosines are multiplied by the temperature: a low one makes differences larger"""

import minitensor as mt


def contrastive_loss(image: mt.Tensor, text: mt.Tensor, tau: float) -> mt.Tensor:
    """image (n, d), text (n, d), tau > 0 -> ()."""
    image = image / mt.sqrt((image**2).sum(1, keepdims=True))
    text = text / mt.sqrt((text**2).sum(1, keepdims=True))
    scores = image @ text.T * tau
    surprise = -2 * mt.einsum("ii->i", scores).mean()
    for axis in (0, 1):
        surprise = surprise + mt.log(mt.exp(scores).sum(axis)).mean()
    return surprise / 2
