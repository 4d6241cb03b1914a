"""How the noise falls."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.errors import InputError
from minitensor.models import noise_levels


@given(steps=st.integers(2, 40), high=st.floats(1.0, 100.0), ratio=st.floats(0.001, 0.9), rho=st.floats(1.0, 10.0))
def test_the_roots_of_the_levels_are_evenly_spaced(steps, high, ratio, rho):
    low = high * ratio
    levels = noise_levels(steps, high, low, rho)
    assert (len(levels), levels[0], levels[-1]) == (steps, high, low)
    assert all(a > b for a, b in pairwise(levels))
    gaps = [a ** (1 / rho) - b ** (1 / rho) for a, b in pairwise(levels)]
    even = (high ** (1 / rho) - low ** (1 / rho)) / (steps - 1)
    assert all(math.isclose(gap, even, abs_tol=1e-12 * high) for gap in gaps)


def test_the_levels_of_the_paper():
    # Karras et al. 2022, table 1, with its σ from 0.002 to 80 and ρ = 7: the 18 levels of its CIFAR-10 samplers.
    levels = noise_levels(18, 80.0, 0.002)
    assert [round(level, 3) for level in levels[:4]] == [80.0, 57.586, 40.786, 28.375]


def test_one_level_is_the_highest():
    assert noise_levels(1) == (20.0,)
    assert noise_levels(1, high=0.01) == (0.01,)


@pytest.mark.parametrize("rho", [1e-3, 0.1, 1.0, 7.0, 1e3, 1e10, 1e200])
def test_every_rho_gives_levels_that_fall(rho):
    levels = noise_levels(9, rho=rho)
    assert all(a > b for a, b in pairwise(levels))
    if rho > 1e9:  # in the limit the logarithms are evenly spaced
        even = [20.0 * (0.02 / 20.0) ** (i / 8) for i in range(9)]
        assert levels == pytest.approx(even, rel=1e-6)


def test_levels_between_extremes():
    levels = noise_levels(5, high=1e300, low=1e-300, rho=1e6)
    assert all(a > b for a, b in pairwise(levels))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "noise_levels: steps=0; it must be a whole number, 1 or more"),
        ({"steps": 2.5}, "noise_levels: steps=2.5; it must be a whole number, 1 or more"),
        ({"low": 0.0}, "noise_levels: low=0.0; it must be positive and finite"),
        ({"high": math.inf}, "noise_levels: high=inf; it must be positive and finite"),
        ({"rho": -1}, "noise_levels: rho=-1; it must be positive and finite"),
        (
            {"steps": 9, "rho": 1e-300},
            "noise_levels: 9 levels from 20.0 to 0.02 with rho=1e-300 do not all differ as floats; take fewer steps, "
            "or a rho nearer to 7",
        ),
        (
            {"steps": 3, "high": 1 + 2.3e-16, "low": 1.0, "rho": 7},
            "noise_levels: 3 levels from 1.0000000000000002 to 1.0 with rho=7 do not all differ as floats; take fewer "
            "steps, or a rho nearer to 7",
        ),
        ({"high": 1.0, "low": 2.0}, "noise_levels: low=2 is not below high=1; noise falls, so swap them"),
    ],
)
def test_levels_that_mean_nothing_are_refused(options, message):
    with pytest.raises(InputError) as caught:
        noise_levels(**options)
    assert str(caught.value) == message
