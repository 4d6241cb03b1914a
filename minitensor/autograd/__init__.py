"""Gradients: how a number changes when what it was computed from changes by a little.

`front.py` has the functions to begin with, `grad`, `value_and_grad` and `variable`; `variables.py` is the Tensor that
records what is computed with it; `tape.py` is what is recorded, and goes back over it; `rules.py` is the table of what
each operation gives to each operand, with the longer rules in `places.py` and `products.py`; `check.py` compares a
gradient with differences of the function itself.
"""

from minitensor.autograd.check import central_difference, check_gradient
from minitensor.autograd.front import grad, value_and_grad, variable
from minitensor.autograd.variables import Variable

__all__ = ["Variable", "central_difference", "check_gradient", "grad", "value_and_grad", "variable"]
