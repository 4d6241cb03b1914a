"""only texts are looked for, along the rows: an image is looked for as well"""

import minitensor as mt


def contrastive_loss(image: mt.Tensor, text: mt.Tensor, tau: float) -> mt.Tensor:
    """image (n, d), text (n, d), tau > 0 -> ()."""
    image = image / mt.sqrt((image**2).sum(1, keepdims=True))
    text = text / mt.sqrt((text**2).sum(1, keepdims=True))
    scores = image @ text.T / tau
    total = mt.exp(scores).sum(1)
    return (mt.log(total) - mt.einsum("ii->i", scores)).mean()
