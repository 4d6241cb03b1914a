"""a product is taken to say what a cosine says: how long are the texts?"""

answers = {
    "products.argmax(1).tolist()": [1, 1, 0],
}
