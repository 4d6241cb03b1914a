"""The frame in which mean shift sees the data: exact in and out, and what rounding costs is in the bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import MeanShift, mean_shift
from minitensor.cluster.frame import frame_of
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.choosing import choose
from minitensor.errors import InputError

DTYPES = ["float32", "float64"]


@st.composite
def anywhere(draw, dtypes=("float32", "float64")):
    """Points (n, d) of any dtype, at any distance from the origin, and a bandwidth in which they are not very wide."""
    dtype = draw(st.sampled_from(dtypes))
    n, d = draw(st.integers(1, 60)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    unit = draw(st.sampled_from([2.0**-10, 1.0, 300.0]))
    points = rng.normal(0, 1, (n, d)) + 5 * rng.integers(0, 2, (n, 1))
    offset = draw(st.sampled_from([0.0, 3.0, 300.0, 1e6])) * rng.uniform(-1, 1, d)
    return mt.tensor((points + offset) * unit, dtype=dtype), draw(st.sampled_from([0.5, 1.0, 4.0])) * unit


def exact_update(points, bandwidth):
    """Of the points as their dtype holds them, with more digits than float64 has."""
    x = points.numpy().astype(np.longdouble)
    x = x - x[0]
    weights = np.exp(-((x[:, None] - x) ** 2).sum(2) / (2 * np.longdouble(bandwidth) ** 2))
    return weights @ x / weights.sum(1)[:, None] + points.numpy()[0].astype(np.longdouble)


# Of updates that are a tenth of a bandwidth off, some go on to and fro, which is said.
@pytest.mark.filterwarnings("ignore::minitensor.errors.ConvergenceWarning")
@pytest.mark.parametrize("method", ["grid", "cells", "fourier"])
@examples(50)
@given(case=anywhere(), error=st.sampled_from([0.1, 1e-2, 1e-6]))
def test_the_bound_holds_in_the_dtype_of_the_data(backend, method, case, error):
    points, bandwidth = case[0].to(backend), case[1]
    error = error if method != "grid" else max(error, 0.05)
    frame = frame_of(points)
    data, width = frame.enter(points), frame.inside(bandwidth)
    way = choose(method, data, width, error, MEMORY)
    moved = frame.leave(way.shift(data)[0])
    wrong = np.sqrt(((moved.numpy().astype(np.longdouble) - exact_update(points, bandwidth)) ** 2).sum(1)).max()
    stated = mean_shift(points, bandwidth, method=method, error=error).error_bound
    assert stated == frame.outside(way.error_bound) + frame.rounding(width, len(points))
    assert wrong <= stated
    assert (
        stated
        <= 1.01 * error * bandwidth
        + 100 * float(np.finfo(points.dtype).eps) * (float(abs(points).max().item()) + 10 * bandwidth)
        or method == "cells"
    )


@examples(60)
@given(case=anywhere(("float32", "float64")))
def test_what_comes_in_goes_out_again(backend, case):
    points = case[0].to(backend)
    frame = frame_of(points)
    inside = frame.enter(points)
    error = abs(frame.leave(inside) - points).max().item()
    assert error <= 2 * float(np.finfo(points.dtype).eps) * float(abs(points).max().item())
    assert inside.dtype == points.dtype
    assert frame.reach == 0 or 1 <= frame.reach < 2
    assert abs(inside).max().item() == frame.reach
    assert (inside == 0).any(0).all()  # on each axis the middle is a coordinate of a point


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("factor", ["largest", "smallest", "subnormal"])
def test_the_ends_of_the_range(backend, dtype, factor):
    kind = np.finfo(dtype)
    unit = {
        "largest": 2.0 ** (kind.maxexp - 2),
        "smallest": float(kind.tiny),
        "subnormal": float(kind.smallest_subnormal),
    }
    numbers = np.array([[-2.0, 1.0], [-1.0, 2.0], [1.0, -2.0], [2.0, 0.0], [2.0, 0.0]])
    points = mt.tensor(numbers * unit[factor], dtype=dtype)
    frame = frame_of(points)
    inside = frame.enter(points).numpy().astype("float64")  # where nothing overflows
    np.testing.assert_array_equal(inside - inside[0], (numbers - numbers[0]) * (unit[factor] / frame.unit))
    np.testing.assert_array_equal(frame.leave(frame.enter(points)).numpy(), points.numpy())
    assert mean_shift(points, unit[factor], kernel="flat").labels.tolist() == [1, 2, 3, 0, 0]
    assert mean_shift(points, unit[factor] * 2, kernel="flat").labels.tolist() == [0, 0, 2, 1, 1]


def test_float16_is_seen_in_float32():
    with mt.use_backend("numpy"):
        points = mt.tensor(np.arange(5_000)[:, None] % 2 + 1000, dtype="float16")
        frame = frame_of(points)
        assert frame.enter(points).dtype == "float32"
        found = mean_shift(points, 9.0)  # in float16 a sum of 5,000 weights stops at 2,048
        assert found.centers.dtype == "float16"
        assert found.centers.tolist() == [[1000.5]]


def test_a_start_beyond_all_reach_is_refused(backend):
    points = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(InputError, match=r"a start is 1.0e\+30 from the middle of the points, .*; leave it out"):
        mean_shift(points, 1.0, starts=mt.tensor([[0.0, 0.0], [1e30, 0.0]]))
    for starts, clusters in (([[1e9, 0.0]], 1), ([[1e9, 0.0], [1.0, 2.0]], 2)):
        found = mean_shift(points, 1.0, starts=mt.tensor(starts))
        assert found.centers.shape == (clusters, 2)
        assert [1e9, 0.0] in found.centers.tolist()
    same = mt.tensor([[7.0, 7.0]] * 3)
    assert mean_shift(same, 1.0, starts=mt.tensor([[7.5, 7.0]])).centers.tolist() == [[7.0, 7.0]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_new_point_may_be_anywhere(backend, dtype):
    """To one at the end of the range all peaks are as near; nothing overflows on its account."""
    most = float(np.finfo(dtype).max)
    for unit, offset in ((1.0, 0.0), (1e-30, 0.0), (most / 16, 0.0), (2.0**-3, 1024.0)):
        points = mt.tensor([[-1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]], dtype=dtype) * unit + offset
        model = MeanShift(bandwidth=0.5 * unit).fit(points)
        new = mt.tensor([[-9.0, 3.0], [9.0, 3.0]], dtype=dtype) * unit + offset
        assert model.predict(mt.concat([new, mt.full((1, 2), -most, dtype=dtype)]))[:2].tolist() == [0, 1]
    same = MeanShift().fit(mt.full((3, 1), most, dtype=dtype))
    assert same.predict(mt.tensor([[-most], [0.0]], dtype=dtype)).tolist() == [0, 0]
