"""the weights of the whole table add up to 1, and not those of each row"""

import minitensor as mt


def contrastive_loss(image: mt.Tensor, text: mt.Tensor, tau: float) -> mt.Tensor:
    """image (n, d), text (n, d), tau > 0 -> ()."""
    image = image / mt.sqrt((image**2).sum(1, keepdims=True))
    text = text / mt.sqrt((text**2).sum(1, keepdims=True))
    scores = image @ text.T / tau
    return mt.log(mt.exp(scores).sum()) - mt.einsum("ii->i", scores).mean()
