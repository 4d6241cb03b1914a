"""50 Contrastive loss: how surprising is the own text, among all of them?
Write, lesson 11, about 9 lines, 25 minutes.

Row i of image and row i of text are a pair. Make every row one of length 1, so that
products are cosines. Divided by the temperature tau they are scores. e to the scores
are weights, as in attention. The *surprise* of an image is -log of the share that its
own text has of the weights in its row; that of a text, of the share of its own image in
its column. The loss is the mean of all 2n surprises.

                text 0   text 1   text 2
      image 0    own       .        .     along: which text is it?
      image 1     .       own       .
      image 2     .        .       own
                down: which image is it?

Lesson 11 trains a small CLIP with it; lesson 10 has log_softmax. einsum("ii->i", table)
is the diagonal of a table (lesson 4).

Star: tau = 0.001 gives a finite number too: scores of 1000 overflow the exponential.
"""

import minitensor as mt


def contrastive_loss(image: mt.Tensor, text: mt.Tensor, tau: float) -> mt.Tensor:
    """image (n, d), text (n, d), tau > 0 -> ()."""
    raise NotImplementedError
