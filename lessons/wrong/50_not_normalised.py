"""the rows are used as long as they are: a cosine is of rows of length 1"""

import minitensor as mt


def contrastive_loss(image: mt.Tensor, text: mt.Tensor, tau: float) -> mt.Tensor:
    """image (n, d), text (n, d), tau > 0 -> ()."""
    scores = image @ text.T / tau
    surprise = -2 * mt.einsum("ii->i", scores).mean()
    for axis in (0, 1):
        top = scores.max(axis, keepdims=True)
        total = mt.exp(scores - top).sum(axis, keepdims=True)
        surprise = surprise + (mt.log(total) + top).mean()
    return surprise / 2
