"""facts @ weights is (n, d) @ (d, 1) = (n, 1): a column. Against the prices of shape
(n,) it is stretched to a table of (n, n), every guess minus every price, and the mean
of its squares is a number like any other. guesses[:, 0] has the shape (n,) of the
prices; prices[:, None] would do as well. Each guess then meets its own price.
"""

import minitensor as mt


def score(facts: mt.Tensor, weights: mt.Tensor, prices: mt.Tensor) -> mt.Tensor:
    """The mean squared error of the guesses: (n, d), (d, 1), (n,) -> ()"""
    guesses = facts @ weights
    errors = guesses[:, 0] - prices
    return (errors**2).mean()


if __name__ == "__main__":
    houses = mt.tensor([[80.0, 3.0], [120.0, 5.0], [60.0, 2.0]])
    weights = mt.tensor([[2.0], [10.0]])
    prices = mt.tensor([190.0, 290.0, 140.0])
    print("mean squared error:", score(houses, weights, prices).item())
