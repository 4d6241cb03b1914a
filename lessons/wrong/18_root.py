"""the root is not taken"""

answers = {
    "norms.norm(v, 2).item()": 100.0,
    "norms.rmse(guess, truth).item()": 4.0,
}
