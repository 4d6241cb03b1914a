"""The checks that are written once: what they take, and what they say of the rest."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.core import checks
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError

NONE = [True, False, np.True_, "3", None, math.nan, -math.inf, 1j, [1], np.zeros(2)]


@given(st.integers(-(2**70), 2**70))
def test_whole_numbers_of_every_kind_become_pythons(n):
    given = [n] + [kind(n) for kind in (np.int64, np.int8, np.uint16) if np.iinfo(kind).min <= n <= np.iinfo(kind).max]
    for value in given:
        found = checks.whole("f: steps", value)
        assert type(found) is int
        assert found == n


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70))
def test_numbers_of_every_kind_become_floats(x):
    for value in (x, np.float64(x)):
        found = checks.number("f: tol", value)
        assert type(found) is float
        assert found == float(x)
    assert checks.number("f: tol", np.float32(0.5), 0.5, 0.5) == 0.5


def test_a_tensor_without_axes_is_a_number(backend):
    assert checks.whole("f: steps", mt.tensor(3), 1) == 3
    assert checks.number("f: tol", mt.tensor(0.25), 0) == 0.25
    assert checks.distance("f: bandwidth", mt.tensor(2)) == 2.0
    for wrong in (mt.tensor([3]), mt.tensor(True)):
        for check in (checks.whole, checks.number, checks.distance):
            with pytest.raises(InputError):
                check("f: x", wrong)


@pytest.mark.parametrize("wrong", [*NONE, 2.0, np.float64(2.0), math.inf])
def test_what_is_no_whole_number_is_refused(wrong):
    with pytest.raises(InputError, match=r"f: steps=.*; it must be a whole number, 1 or more"):
        checks.whole("f: steps", wrong, 1)


@pytest.mark.parametrize("wrong", [*NONE, math.inf, 10**400, -1e-300, np.int8(-1)])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(InputError, match=r"f: tol=.*; it must be a number, 0 or more"):
        checks.number("f: tol", wrong, 0)


@pytest.mark.parametrize("wrong", [*NONE, math.inf, 10**400, 0, -1.0])
def test_what_is_no_distance_is_refused(wrong):
    with pytest.raises(InputError, match=r"f: bandwidth=.*; it is a distance and must be positive and finite"):
        checks.distance("f: bandwidth", wrong)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_both_ends_of_a_range_belong_to_it(end):
    assert checks.number("f: quantile", end, 0, 1) == end
    with pytest.raises(InputError, match=r"f: quantile=.*; it must be a number from 0 to 1"):
        checks.number("f: quantile", end * 3 - 1, 0, 1)
    assert checks.whole("f: steps", 1, 1, 1) == 1
    with pytest.raises(InputError, match="from 1 to 1"):
        checks.whole("f: steps", 2, 1, 1)


def test_a_word_that_nobody_knows():
    checks.choice("f: kernel", "flat", ("flat", "gaussian"))
    for wrong in ("fla", 3, None):
        with pytest.raises(InputError, match=f"^f: there is no kernel {wrong!r}; choose one of flat, gaussian$"):
            checks.choice("f: kernel", wrong, ("flat", "gaussian"))


def test_points_are_a_table_of_finite_floats(backend):
    for dtype in ("float16", "float32", "float64"):
        if (backend, dtype) != ("strict", "float16"):  # the standard has no float16
            checks.points("f: points", mt.ones((3, 2), dtype))
    for x, kind, message in [
        (mt.ones((3, 2), "int64"), DTypeError, "f: points are int64, not floats"),
        (mt.ones(3), ShapeError, r"f: points have shape \(3,\), not \(points, dimensions\). Reshape your data"),
        (mt.ones((0, 2)), InputError, r"f: points have 0 sample\(s\)"),
        (mt.ones((2, 0)), InputError, r"f: points have 0 feature\(s\)"),
        (
            mt.tensor([[1.0], [math.inf], [math.nan]]),
            InputError,
            r"in 2 of 3 points, the first is points\[1\]",
        ),
    ]:
        with pytest.raises(kind, match=message):
            checks.points("f: points", x)
    with pytest.raises(
        DTypeError, match=r"X is a numpy.ndarray, not a minitensor.Tensor; write minitensor.tensor\(X\)"
    ):
        checks.points("X", np.ones((3, 2)))


def test_two_matrices_that_fit(backend):
    assert checks.matrices("f", mt.ones((2, 3)), mt.ones((3, 4), "float32")) == (2, 3, 4)
    assert checks.matrices("f", mt.ones((2, 3)), mt.ones((4, 3)), rows=True) == (2, 3, 4)
    assert checks.matrices("f", mt.ones((0, 3), "float32"), mt.ones((3, 0), "float32"), dtype="float32") == (0, 3, 0)
    for a, b, options, kind, message in [
        (
            np.ones((2, 3)),
            mt.ones((3, 4)),
            {},
            DTypeError,
            r"f: a is a numpy.ndarray, not a minitensor.Tensor; write minitensor.tensor\(a\)",
        ),
        (mt.ones((2, 3)), mt.ones(3), {}, ShapeError, r"f: b has shape \(3,\); a matrix has two axes"),
        (mt.ones((2, 3), "int32"), mt.ones((3, 4)), {}, DTypeError, "f: a is int32, not floats"),
        (mt.ones((2, 3)), mt.ones((3, 4)), {"dtype": "float32"}, DTypeError, r"use .astype\('float32'\)"),
        (mt.ones((2, 3)), mt.ones((2, 3)), {}, ShapeError, "3 on axis 1, b of .* 2 on axis 0; they must be equal"),
        (mt.ones((2, 3)), mt.ones((3, 4)), {"rows": True}, ShapeError, "3 on axis 1, b of .* 4 on axis 1"),
    ]:
        with pytest.raises(kind, match=message):
            checks.matrices("f", a, b, **options)


def test_two_matrices_on_two_backends():
    here, elsewhere = mt.ones((2, 3)).to("numpy"), mt.ones((4, 3)).to("strict")
    with pytest.raises(DeviceError, match=r"f: queries are on numpy, points on strict; write points\.to\('numpy'\)"):
        checks.matrices("f", here, elsewhere, words=("queries", "points"), rows=True)


HALF = np.ones((2, 6), "float16")


@pytest.mark.parametrize(
    ("x", "least", "kind", "message"),
    [
        (
            np.ones(6),
            1,
            ShapeError,
            r"the data has shape \(6,\), not \(pictures, pixels\); write data\[None\] for one pic",
        ),
        (np.ones((5, 2, 3)), 1, ShapeError, r"\(5, 2, 3\), not .*; write data.reshape\(len\(data\), -1\)$"),
        (HALF, 1, DTypeError, r"the data is float16, not float32 or float64; use .astype\('float64'\)"),
        (np.ones((2, 6), "int64"), 1, DTypeError, r"the data is int64, not floats; use .astype\('float64'\)"),
        (np.ones((0, 6)), 1, InputError, r"shape \(0, 6\), which holds no pictures; give one at least"),
        (np.ones((2, 0)), 1, InputError, r"shape \(2, 0\), which holds no pixels; give one at least"),
        (np.ones((0, 0)), 0, InputError, r"shape \(0, 0\), which holds no pixels; give one at least"),
        (np.array([[1.0], [math.nan]]), 0, InputError, r"NaN or infinity in 1 of 2 pictures, the first is data\[1\]"),
    ],
)
def test_what_are_no_pictures_is_refused(x, least, kind, message):
    with mt.use_backend("numpy"), pytest.raises(kind, match=message):
        checks.pictures("f: the data", mt.tensor(x), least)


def test_pictures_are_pictures(backend):
    checks.pictures("f: x", mt.ones((3, 4), "float32"))
    checks.pictures("f: x", mt.ones((0, 4)), least=0)
    assert checks.sides("f: x", [2, np.int64(3)], mt.ones((1, 6))) == (2, 3)


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        (9, ShapeError, r"f: shape=9; write \(rows, columns\)"),
        ((1, 2, 3), ShapeError, r"f: shape=\(1, 2, 3\); write"),
        ((2.0, 3), InputError, "f: rows=2.0; it must be a whole number"),
        ((2, 0), InputError, "f: columns=0; it must be a whole number"),
        ((2, 4), ShapeError, r"f: images of shape \(1, 6\) have 6 pixels each, not 2 × 4; give their shape="),
    ],
)
def test_what_is_no_shape_of_pictures_is_refused(shape, kind, message):
    with pytest.raises(kind, match=message):
        checks.sides("f: images", shape, mt.ones((1, 6)))


def test_two_backends_are_named():
    here, there = (mt.ones(2).to(name) for name in ("numpy", "strict"))
    checks.together("f: a", here, "b", here)
    with pytest.raises(
        DeviceError, match=r"f: words are on numpy, but this clip is on strict; write words.to\('strict'\)"
    ):
        checks.together("f: words", here, "this clip", there)
