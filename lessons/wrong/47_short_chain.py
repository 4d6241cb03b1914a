"""the way back stops one link early: what happens to w before it is added?"""

answers = {
    "w.grad.item()": 6.0,
}
