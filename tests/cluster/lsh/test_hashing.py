"""How often points collide is what the formulas say; a code is the sum of slices times factors, exactly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsh_cases import KINDS

import minitensor as mt
from minitensor.cluster.lsh import sign_collision, stable_collision
from minitensor.cluster.lsh.hashing import EXACT, MOST_BITS, MOST_TABLES, SLICES, chunks, draw

MANY = 12_000  # independent directions
FALSE_ALARM = 1e-6  # of each test: with 22 of them one in 45,000 runs of other seeds fails by chance


def bound(p):
    """How far the share of `MANY` independent events of probability p may be from p: Bernstein's inequality."""
    log = math.log(2 / FALSE_ALARM)
    return math.sqrt(2 * p * (1 - p) * log / MANY) + 2 * log / (3 * MANY)


def share_of_collisions(kind, a, b, seed):
    """How often two places share a slice, over `MANY` directions; directions of different tables are independent."""
    both = mt.tensor(np.stack([a, b]))
    hashing = draw(mt.random.generator(seed), kind, MANY // MOST_BITS, MOST_BITS, both)
    one, other = hashing.slices(hashing.projections(both)).numpy()
    return (one == other).mean()


@pytest.mark.parametrize("d", [2, 17])
@pytest.mark.parametrize("angle", [0.0, 0.1, 0.7, math.pi / 2, 2.5, math.pi])
def test_two_directions_are_on_one_side_as_often_as_their_angle_says(angle, d):
    a, b = np.zeros(d), np.zeros(d)
    a[:2], b[:2] = (3.0, 0.0), (0.2 * math.cos(angle), 0.2 * math.sin(angle))
    right = sign_collision(angle)
    assert abs(share_of_collisions("sign", a, b, seed=d) - right) <= bound(right)


@pytest.mark.parametrize("d", [1, 12])
@pytest.mark.parametrize("distance", [0.0, 0.1, 0.5, 1.0, 4.0])
def test_two_points_are_in_one_slice_as_often_as_their_distance_says(distance, d):
    a, step = np.random.default_rng(0).normal(size=(2, d))
    right = stable_collision(distance)
    found = share_of_collisions("stable", a, a + distance * step / np.linalg.norm(step), seed=d)
    assert abs(found - right) <= bound(right)


def test_a_wrong_formula_is_found_out():
    """One that forgets a factor 2, and one that takes half the angle."""
    c = 1.0
    wrong = math.erf(c / math.sqrt(2)) - (1 - math.exp(-(c**2) / 2)) / (math.sqrt(2 * math.pi) * c)
    assert abs(wrong - stable_collision(1.0)) > 2 * bound(wrong)
    assert abs(1 - 0.7 / (2 * math.pi) - sign_collision(0.7)) > 2 * bound(0.7)


@pytest.mark.parametrize(("distance", "width"), [(0.3, 1.0), (2.0, 0.7), (5.0, 5.0)])
def test_the_formula_is_the_integral(distance, width):
    t = (np.arange(20_000) + 0.5) / 20_000 * width
    density = np.exp(-0.5 * (t / distance) ** 2) * math.sqrt(2 / math.pi) / distance
    integral = (density * (1 - t / width)).mean() * width
    assert stable_collision(distance, width) == pytest.approx(integral, abs=1e-7)


@given(kind=st.sampled_from(KINDS), tables=st.integers(1, 5), bits=st.integers(1, MOST_BITS), seed=st.integers(0, 99))
def test_codes_are_exact_sums_and_equal_where_slices_are(backend, kind, tables, bits, seed):
    places = mt.random.normal(mt.random.generator(seed), (7, 3)) * 100
    hashing = draw(mt.random.generator(seed), kind, tables, bits, places)
    slices = hashing.slices(hashing.projections(places)).numpy().astype("int64").reshape(7, tables, bits)
    factors = hashing.factors.numpy().sum(1).astype("int64").reshape(tables, bits)
    codes = hashing.codes(places)
    assert codes.dtype == "int64"
    np.testing.assert_array_equal(codes.numpy(), (slices * factors).sum(2))
    same = (slices[:, None] == slices).all(3)
    np.testing.assert_array_equal(codes.numpy()[:, None] == codes.numpy(), same)


@pytest.mark.parametrize("bits", [1, 16, MOST_BITS])
def test_the_largest_code_is_a_whole_number_that_float64_holds(bits):
    hashing = draw(mt.random.generator(0), "stable", MOST_TABLES, bits, mt.ones((1, 2)))
    far = hashing.codes(mt.ones((2, 2)) * mt.tensor([[1e12], [-1e12]]))
    assert abs(far).max().item() <= EXACT
    assert (abs(hashing.factors).sum(0) * (SLICES + 1)).max().item() < 2 * EXACT


def test_fewer_planes_are_the_first_of_more():
    places = mt.random.normal(mt.random.generator(1), (20, 4))
    few, more = (draw(mt.random.generator(5), "sign", 3, bits, places).codes(places) for bits in (4, 9))
    np.testing.assert_array_equal(few.numpy(), more.numpy() % 2**4)


def test_no_places_have_no_codes(backend):
    places = mt.ones((3, 2))
    assert draw(mt.random.generator(0), "sign", 4, 5, places).codes(places[:0]).shape == (0, 4)
    assert list(chunks(0, 3)) == []
