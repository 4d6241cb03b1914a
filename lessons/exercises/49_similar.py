"""49 Similar: which text is nearest to a picture
Predict, lesson 11, 5 blanks, 2 minutes.

A picture and a text are near if their embeddings point in the same direction. The
cosine of the angle between them says how near: 1 in the same direction, 0 at a right
angle. These embeddings have two numbers each, so that you can draw them. You need "A
small CLIP".

      4      image 0
                            5      image 2 (12, 5)
      2  image 1
      0 --------------------------------- text 0 (10, 0)
         0   3        10   12            text 1 is (0, 0.5)
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
    # for each image the text that is nearest, then for each text the nearest image
    "cosines.argmax(1).tolist()": ...,
    "cosines.argmax(0).tolist()": ...,
    # for each image the text whose product with it is largest
    "products.argmax(1).tolist()": ...,
}
