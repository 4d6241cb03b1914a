"""49 Similar: which text is nearest to a picture
Predict, lesson 11, 5 blanks, 2 minutes.

A picture and a text are near if their embeddings point in the same direction. The
cosine of the angle between them says how near: 1 in the same direction, 0 at a right
angle. Draw these; you need "A small CLIP".

      image 0   (3, 4)     length 5             text 0   (10, 0)    to the right
      image 1   (0, 2)     straight up          text 1   (0, 0.5)   straight up
      image 2   (12, 5)    length 13
"""

import minitensor as mt

images = mt.tensor([[3.0, 4.0], [0.0, 2.0], [12.0, 5.0]])
texts = mt.tensor([[10.0, 0.0], [0.0, 0.5]])


def unit(rows):
    return rows / mt.sqrt((rows**2).sum(1, keepdims=True))


cosines = unit(images) @ unit(texts).T
products = images @ texts.T

answers = {
    "cosines.shape": ...,
    "cosines[0].tolist()": ...,
    # Which text is nearest to each image, and which image to each text?
    "cosines.argmax(1).tolist()": ...,
    "cosines.argmax(0).tolist()": ...,
    # With which text has each image the largest product?
    "products.argmax(1).tolist()": ...,
}
