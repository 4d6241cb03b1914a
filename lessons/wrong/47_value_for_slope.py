"""the values are written down: how fast does each change if x does?"""

answers = {
    "x.grad.tolist()": [0.0, 2.0, 3.0],
}
