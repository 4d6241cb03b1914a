"""turning a tensor moved its numbers, so that they lie in memory in the new order"""

answers = {
    "t.T.strides": (3, 1),
}
