"""a number that is used twice gets one of its two shares only"""

answers = {
    "b.grad.item()": 3.0,
}
