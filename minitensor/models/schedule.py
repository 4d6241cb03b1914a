"""How the noise falls from one step of a sampler to the next."""

from minitensor.core import checks
from minitensor.errors import InputError


def noise_levels(steps: int = 18, high: float = 20.0, low: float = 0.02, rho: float = 7.0) -> tuple[float, ...]:
    """The standard deviations of the noise at which a sampler stops, from `high` down to `low`, in units of the data.

    Their ρ-th roots are evenly spaced (Karras et al. 2022, equation 5): with ρ = 1 the levels are, and the larger ρ is,
    the more of them are low, where pictures get their details. After the last, a sampler goes to 0 in one step more.

    steps : how many levels, 1 or more; one level is `high` alone

    >>> [round(level, 2) for level in noise_levels(5)]
    [20.0, 6.06, 1.44, 0.23, 0.02]
    >>> noise_levels(3, high=3.0, low=1.0, rho=1.0)
    (3.0, 2.0, 1.0)

    Raises InputError for no steps, for levels or a ρ that are not positive, and where `low` is not below `high`.
    """
    steps = checks.whole("noise_levels: steps", steps, 1)
    high, low = checks.positive("noise_levels: high", high), checks.positive("noise_levels: low", low)
    rho = checks.positive("noise_levels: rho", rho)
    if low >= high:
        raise InputError(f"noise_levels: low={low:g} is not below high={high:g}; noise falls, so swap them")
    if steps == 1:
        return (high,)
    top, bottom = high ** (1 / rho), low ** (1 / rho)
    between = [(top + i / (steps - 1) * (bottom - top)) ** rho for i in range(1, steps - 1)]
    return (high, *between, low)
