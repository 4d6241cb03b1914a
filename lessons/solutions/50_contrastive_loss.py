"""50 Contrastive loss: how surprising is the own text, among all of them?

-log of a share is the log of the sum of the weights less the own score, so the weights
need not be divided: log(sum) of every row and of every column, twice less the diagonal.
Taking the largest score of a row away before exp, and adding it again after log,
changes nothing but the size of the numbers: exp then gets 0 at most, and one of the
terms is 1, so that the log is finite. It has to be the largest of each row, and of each
column: with the largest of the table a row far below it would be all zeros.
"""

import minitensor as mt


def contrastive_loss(image: mt.Tensor, text: mt.Tensor, tau: float) -> mt.Tensor:
    """image (n, d), text (n, d), tau > 0 -> ()."""
    image = image / mt.sqrt((image**2).sum(1, keepdims=True))
    text = text / mt.sqrt((text**2).sum(1, keepdims=True))
    scores = image @ text.T / tau
    surprise = -2 * mt.einsum("ii->i", scores).mean()
    for axis in (0, 1):
        top = scores.max(axis, keepdims=True)
        total = mt.exp(scores - top).sum(axis, keepdims=True)
        surprise = surprise + (mt.log(total) + top).mean()
    return surprise / 2
