"""turning a tensor changed its shape alone: then a step to the next row would be what it was"""

answers = {
    "t.T.strides": (4, 1),
}
