"""49 Similar: which text is nearest to a picture

A row for each image, a column for each text. Image 0 has length 5, so as a vector of
length 1 it is (0.6, 0.8); the texts lie along the two axes, so these are its cosines
with them. Along a row (axis 1) one looks for a text, down a column (axis 0) for an
image. Without unit() the product of image 0 with text 0 is the larger, 30 against 2,
because text 0 is long, not because it is near.
"""

import minitensor as mt

images = mt.tensor([[3.0, 4.0], [0.0, 2.0], [12.0, 5.0]])
texts = mt.tensor([[10.0, 0.0], [0.0, 0.5]])


def unit(rows):
    return rows / mt.sqrt((rows**2).sum(1, keepdims=True))


cosines = unit(images) @ unit(texts).T
products = images @ texts.T

answers = {
    "cosines.shape": (3, 2),
    "cosines[0].tolist()": [0.6, 0.8],
    # Which text is nearest to each image, and which image to each text?
    "cosines.argmax(1).tolist()": [1, 1, 0],
    "cosines.argmax(0).tolist()": [2, 1],
    # With which text has each image the largest product?
    "products.argmax(1).tolist()": [0, 1, 0],
}
