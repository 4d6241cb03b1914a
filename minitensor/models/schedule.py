"""How the noise falls from one step of a sampler to the next."""

import math
from itertools import pairwise

from minitensor.core import checks
from minitensor.errors import InputError


def noise_levels(steps: int = 18, high: float = 20.0, low: float = 0.02, rho: float = 7.0) -> tuple[float, ...]:
    """The standard deviations of the noise at which a sampler stops, from `high` down to `low`, in units of the data.

    Their ρ-th roots are evenly spaced (Karras et al. 2022, equation 5): with ρ = 1 the levels are, and the larger ρ is,
    the more of them are low, where pictures get their details. After the last, a sampler goes to 0 in one step more.

    steps : how many levels, 1 or more; one level is `high` alone

    >>> [round(level, 2) for level in noise_levels(5)]
    [20.0, 6.06, 1.44, 0.23, 0.02]
    >>> [round(level, 9) for level in noise_levels(3, high=3.0, low=1.0, rho=1.0)]
    [3.0, 2.0, 1.0]

    Raises InputError for no steps, for levels or a ρ that are not positive, where `low` is not below `high`, and for so
    many steps, or such a ρ, that two levels would be equal.
    """
    steps = checks.whole("noise_levels: steps", steps, 1)
    high, low = checks.positive("noise_levels: high", high), checks.positive("noise_levels: low", low)
    rho = checks.positive("noise_levels: rho", rho)
    if steps == 1:
        return (high,)
    if low >= high:
        raise InputError(f"noise_levels: low={low:g} is not below high={high:g}; noise falls, so swap them")
    root = math.expm1(
        (math.log(low) - math.log(high)) / rho
    )  # that of low/high, less 1, of which no ρ takes the digits
    between = [math.exp(math.log(high) + rho * math.log1p(i / (steps - 1) * root)) for i in range(1, steps - 1)]
    levels = (high, *between, low)
    if any(a <= b for a, b in pairwise(levels)):
        raise InputError(
            f"noise_levels: {steps} levels from {high!r} to {low!r} with rho={rho:g} do not all differ as floats; take "
            "fewer steps, or a rho nearer to 7"
        )
    return levels
