"""The 1-norm adds the sizes, 6 + 8 = 14, the 2-norm is the root of 36 + 64, the norm
for infinity is the largest size, 8: no sign is left in any of them. The four errors are
0, 0, 0, 4. Their mean size is 4 / 4, the mean of their squares 16 / 4, and its root is
2. That is the 2-norm, 4, divided by the root of 4: a mean brings in how many there are,
a norm does not.
"""

import math

import minitensor as mt
from minitensor import norms

v = mt.tensor([6.0, -8.0])
guess = mt.tensor([1.0, 2.0, 3.0, 4.0])
truth = mt.tensor([1.0, 2.0, 3.0, 8.0])  # only the last is wrong, by 4

answers = {
    "norms.norm(v, 1).item()": 14.0,
    "norms.norm(v, 2).item()": 10.0,
    "norms.norm(v, math.inf).item()": 8.0,
    "norms.mae(guess, truth).item()": 1.0,
    "norms.mse(guess, truth).item()": 4.0,
    "norms.rmse(guess, truth).item()": 2.0,
}
