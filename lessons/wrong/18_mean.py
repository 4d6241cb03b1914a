"""errors are added up, as a norm does, and no mean is taken"""

answers = {
    "norms.mae(guess, truth).item()": 4.0,
    "norms.mse(guess, truth).item()": 16.0,
    "norms.rmse(guess, truth).item()": 4.0,
}
