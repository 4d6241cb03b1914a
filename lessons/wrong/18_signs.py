"""the numbers keep their signs: a norm takes the size of each"""

answers = {
    "norms.norm(v, 1).item()": -2.0,
    "norms.norm(v, math.inf).item()": 6.0,
}
