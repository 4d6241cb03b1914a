"""A gradient beside differences of the function itself: slow, inexact, and made without any rule."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from minitensor.autograd.front import grad
from minitensor.core import checks
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import GradientError

EPS = {2: 2.0**-10, 4: 2.0**-23, 8: 2.0**-52}  # from 1 to the next float, by the bytes of one


def central_difference(f: Callable[..., Any], *args: Any, place: int = 0, step: float | None = None) -> Tensor:
    """(f(x + h) − f(x − h)) / 2h along each element of the argument at `place`: its gradient, nearly.

    f : of Tensors, to one number; step : h, in the unit of x; ∛eps of the size of each element (of 1 at least) if not
    given, where the error of the formula, h²f‴/6, and that of rounding, eps·f/h, are about equal
    Returns a Tensor like the argument. Time: f twice for each element.

    >>> import minitensor as mt
    >>> f"{central_difference(lambda x: x**3, mt.tensor(2.0)).item():.8f}"
    '12.00000000'

    Raises InputError for a step that is not positive.
    """
    x = args[place] if isinstance(args[place], Tensor) else tensor(float(args[place]))
    if step is not None:
        checks.positive("central_difference: step", step)
    third = EPS[x.dtype.itemsize] ** (1 / 3)
    slopes = zeros((x.size,), like=x)
    for at, middle in enumerate(x.reshape(-1).tolist()):
        h = step or third * max(1.0, abs(middle))
        ends = []
        for moved in (middle + h, middle - h):
            flat = x.reshape(-1).copy()
            flat[at] = moved
            ends.append((flat[at].item(), float(f(*args[:place], flat.reshape(x.shape), *args[place + 1 :]))))
        (above, of_above), (below, of_below) = ends
        slopes[at] = (of_above - of_below) / (above - below)  # of the places that the dtype has, not of those meant
    return slopes.reshape(x.shape)


def check_gradient(f: Callable[..., Any], *args: Any, argnums: Sequence[int] = (0,), tolerance: float = 1e-6) -> float:
    """The largest difference between the gradient of f and its central differences, in units of 1 + their size.

    f : of Tensors, best float64, to one number; smooth at these arguments

    >>> import minitensor as mt
    >>> check_gradient(lambda x: (x.exp() * x).sum(), mt.tensor([0.5, -1.0])) < 1e-9
    True

    Raises GradientError where one is larger than the tolerance, or NaN: it names the argument, the element and both.
    """
    worst = 0.0
    for place, exact in zip(argnums, grad(f, tuple(argnums))(*args), strict=True):
        near = central_difference(f, *args, place=place)
        slopes = (x.reshape(-1).tolist() for x in (exact, near))
        for index, ours, theirs in zip(product(*map(range, exact.shape)), *slopes, strict=True):
            off = abs(ours - theirs) / (1 + abs(theirs))
            if not off <= tolerance:
                raise GradientError(
                    f"check_gradient: along argument {place} at {index} the gradient is {ours:.8g}, the central "
                    f"difference {theirs:.8g}; one of the rules is wrong, or f has a corner here"
                )
            worst = max(worst, off)
    return worst
