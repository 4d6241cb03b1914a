"""10 Score: a loss that says the wrong thing
Mend, lesson 3, 1 line, 5 minutes.

The program guesses the price of each house from its area and its rooms, and scores the
guesses by their mean squared error. For the houses below every guess is exactly right:

    area  rooms     weights     guess     price
      80      3        2          190       190
     120      5       10          290       290
      60      2                   140       140

and yet the score is 7777.8, where it should be 0. One line of score is wrong. (Run the
file with Python to see the number.) You need "A trap" of lesson 3.
"""

import minitensor as mt


def score(facts: mt.Tensor, weights: mt.Tensor, prices: mt.Tensor) -> mt.Tensor:
    """The mean squared error of the guesses: (n, d), (d, 1), (n,) -> ()"""
    guesses = facts @ weights
    errors = guesses - prices
    return (errors**2).mean()


if __name__ == "__main__":
    houses = mt.tensor([[80.0, 3.0], [120.0, 5.0], [60.0, 2.0]])
    weights = mt.tensor([[2.0], [10.0]])
    prices = mt.tensor([190.0, 290.0, 140.0])
    print("mean squared error:", score(houses, weights, prices).item())
