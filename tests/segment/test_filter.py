"""Every pixel moves uphill: against the definition in float64, whatever the tiles and the threads."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.segment.filter import POWER, REACH, STRETCH, _tile, mean_shift_filter


def picture_of(seed, height=13, width=17, channels=3):
    """Steps of colour in two directions, and noise."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    steps = np.stack([10.0 * (rows > height // 3), 7.0 * (columns > width // 2), rows * 0.3][:channels], axis=-1)
    return steps + rng.normal(size=steps.shape)


def by_definition(picture, space, colour, steps):
    """Python loops over pixels, float64."""
    height, width, _ = picture.shape
    reach = math.ceil(REACH * space) + 0.5
    rows, columns = np.mgrid[:height, :width]
    points = np.concatenate([np.stack([rows, columns], -1) / space, picture / colour], axis=-1)
    out = points.copy()
    for y in range(height):
        for x in range(width):
            seen = points[(rows - y) ** 2 + (columns - x) ** 2 <= reach**2]
            for _ in range(steps):
                weights = np.maximum(1 - ((seen - out[y, x]) ** 2).sum(-1) / 256, 0) ** 128
                out[y, x] += STRETCH * (weights @ seen / weights.sum() - out[y, x])
    return out


@pytest.mark.parametrize(("space", "colour", "steps"), [(1.0, 2.0, 1), (2.0, 4.0, 3), (0.3, 3.0, 2)])
def test_it_is_the_definition(backend, space, colour, steps):
    picture = picture_of(1)
    found = mean_shift_filter(mt.tensor(picture), space, colour, steps=steps)
    assert (found.shape, found.dtype) == ((13, 17, 5), "float32")
    np.testing.assert_allclose(found.numpy(), by_definition(picture, space, colour, steps), atol=2e-4)


@examples(8)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)),
    tile=st.integers(1, 12),
    threads=st.integers(1, 4),
)
def test_it_is_the_same_for_any_tile_size_and_thread_count(backend, seed, size, tile, threads):
    picture = mt.tensor(picture_of(seed, *size))
    usual = mean_shift_filter(picture, 1.5, 4.0, steps=3)
    assert usual.shape == (*size[:2], 2 + size[2])
    np.testing.assert_allclose(
        mean_shift_filter(picture, 1.5, 4.0, steps=3, tile=tile, threads=threads).numpy(), usual.numpy(), atol=1e-3
    )


@pytest.mark.parametrize("turn", ["rows", "columns", "transpose"])
def test_a_picture_turned_round_gives_the_result_turned_round(backend, turn):
    picture = picture_of(3)
    height, width, _ = picture.shape
    key = {"rows": np.s_[::-1], "columns": np.s_[:, ::-1]}.get(turn)
    turned = picture[key] if key else picture.transpose(1, 0, 2)
    plain, found = (mean_shift_filter(mt.tensor(x.copy()), 2.0, 4.0).numpy() for x in (picture, turned))
    expected = (plain[key] if key else plain.transpose(1, 0, 2)[..., [1, 0, 2, 3, 4]]).copy()
    if turn == "rows":
        expected[..., 0] = (height - 1) / 2.0 - expected[..., 0]
    elif turn == "columns":
        expected[..., 1] = (width - 1) / 2.0 - expected[..., 1]
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_the_weights_are_nearly_a_gaussians():
    u = np.linspace(0, 256, 10_001)
    assert np.abs((1 - u / (2 * POWER)) ** POWER - np.exp(-u / 2)).max() < 0.003


def test_noise_goes_and_edges_stay(backend):
    picture = picture_of(5, 20, 20)
    moved = mean_shift_filter(mt.tensor(picture), 2.0, 3.0).numpy()[..., 2] * 3.0
    top, bottom = moved[:5], moved[9:]
    assert top.std() < 0.3
    assert bottom.std() < 0.3
    assert bottom.mean() - top.mean() > 9


def test_a_picture_of_one_colour_keeps_it(backend):
    moved = mean_shift_filter(mt.full((6, 5, 3), 4.25), 2.0, 0.5).numpy()
    np.testing.assert_allclose(moved[..., 2:], 8.5, rtol=1e-6)


@pytest.mark.parametrize("height", [1, 4, 9])
def test_a_space_beyond_the_picture_is_as_wide_as_it(backend, height):
    picture = mt.tensor(picture_of(6, height, 7))
    wide = mean_shift_filter(picture, 1e4, 3.0).numpy()[..., 2:]
    np.testing.assert_allclose(wide, by_definition(picture.numpy(), 1e4, 3.0, 5)[..., 2:], atol=1e-3)
    np.testing.assert_allclose(mean_shift_filter(picture, 1e300, 3.0).numpy()[..., 2:], wide, atol=1e-3)


@pytest.mark.parametrize("colour", [1.0, 0.05, 0.01])
def test_a_colour_bandwidth_far_below_the_steps_of_colour(backend, colour):
    picture = np.full((12, 16, 3), (180.0, 3.0, -2.0))
    picture[:, 7:] += [6.0, 0.5, 0.1]
    moved = mean_shift_filter(mt.tensor(picture), 5.0, colour).numpy()[..., 2:] * colour
    np.testing.assert_allclose(moved, picture, atol=0.1 * colour)


@pytest.mark.parametrize("colour", [0.3, 2.0])
def test_colours_far_apart_are_still_the_definition(backend, colour):
    picture = picture_of(4)
    picture[:, 9:] += 60.0
    found = mean_shift_filter(mt.tensor(picture), 1.5, colour, steps=3).numpy()
    np.testing.assert_allclose(found, by_definition(picture, 1.5, colour, 3), atol=2e-3)


@examples(10)
@given(
    seed=st.integers(0, 2**32 - 1),
    added=st.tuples(*[st.integers(-(2**18), 2**18)] * 3),
    colour=st.sampled_from([0.25, 1.0, 8.0]),
)
def test_a_colour_added_to_all_pixels_is_added_to_the_result(backend, seed, added, colour):
    picture = np.round(picture_of(seed, 7, 8) * 16) / 16  # float64 holds it, and all that is added, exactly
    plain = mean_shift_filter(mt.tensor(picture), 2.0, colour).numpy()
    added = np.clip(added, -(2**18) * colour, 2**18 * colour).round()
    found = mean_shift_filter(mt.tensor(picture + added), 2.0, colour).numpy()
    expected = plain + np.concatenate([[0.0, 0.0], added / colour])
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=2e-3)  # float32 holds the sum to 6e-8


@given(seed=st.integers(0, 2**32 - 1), size=st.floats(1e-30, 1e30))
def test_other_units_of_colour(backend, seed, size):
    picture = picture_of(seed, 5, 6)
    plain = mean_shift_filter(mt.tensor(picture), 2.0, 3.0).numpy()
    found = mean_shift_filter(mt.tensor(picture * size), 2.0, 3.0 * size).numpy()
    np.testing.assert_allclose(found, plain, atol=1e-3)


def test_no_step_leads_downhill(backend):
    picture = picture_of(8, 9, 10)
    reach = math.ceil(REACH * 2.0) + 0.5
    rows, columns = np.mgrid[:9, :10]
    points = np.concatenate([np.stack([rows, columns], -1) / 2.0, picture / 4.0], axis=-1)
    before = None
    for steps in range(1, 7):
        places = mean_shift_filter(mt.tensor(picture), 2.0, 4.0, steps=steps).numpy().astype("float64")
        dense = np.empty((9, 10))
        for y, x in np.ndindex(9, 10):
            seen = points[(rows - y) ** 2 + (columns - x) ** 2 <= reach**2]
            dense[y, x] = (np.maximum(1 - ((seen - places[y, x]) ** 2).sum(-1) / 256, 0) ** 129).sum()
        assert before is None or (dense >= before * (1 - 1e-4)).all()
        before = dense


def test_progress_ends_at_one():
    seen = []
    mean_shift_filter(mt.tensor(picture_of(7)), 2.0, 4.0, steps=1, progress=seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)


def test_the_products_of_a_tile_stay_small():
    for reach in range(60):
        for channels in (1, 3):
            side = _tile(reach, reach // 2, channels)
            work = [
                each**2 * (each + 2 * reach) * (each + 2 * (reach // 2)) * (4 + channels) for each in (side, side + 1)
            ]
            assert work[0] <= 2**18 or side == 1
            assert work[1] > 2**18


GOOD = mt.zeros((2, 3, 1))


@pytest.mark.parametrize(
    ("picture", "options", "message"),
    [
        (
            np.zeros((2, 2, 1)),
            {},
            "the picture is a numpy.ndarray, not a minitensor.Tensor; write minitensor.tensor\\(picture\\)",
        ),
        (mt.tensor([[[1]]]), {}, "the picture is int64, not floats"),
        (mt.zeros((2, 2)), {}, r"the picture has shape \(2, 2\), not \(height, width, channels\)"),
        (mt.zeros((2, 0, 3)), {}, r"the picture has shape \(2, 0, 3\), not"),
        (GOOD, {"space": 0.0}, "space=0.0; it is a distance"),
        (GOOD, {"colour": -2}, "colour=-2; it is a distance"),
        (GOOD, {"colour": math.nan}, "colour=nan; it is a distance"),
        (GOOD, {"space": "wide"}, "space='wide'; it is a distance"),
        (
            mt.full((2, 3, 1), 300.0),
            {"colour": 1e-5},
            "colour=1e-05 is too small beside 300, .*; it must be 0.00029 or",
        ),
        (GOOD, {"space": 1e-7}, "space=1e-07 is too small beside 3"),
        (mt.full((2, 3, 1), math.nan), {}, "the picture's numbers go from nan to nan; they must be finite"),
        (mt.full((2, 3, 1), math.inf), {}, "the picture's numbers go from inf to inf; they must be finite"),
        (GOOD, {"steps": 0}, "steps=0; it must be a whole number, 1 or more"),
        (GOOD, {"steps": 2.5}, "steps=2.5; it must be a whole number"),
    ],
)
def test_bad_input_is_named(picture, options, message):
    with pytest.raises((TypeError, ValueError), match=f"mean_shift_filter: {message}"):
        mean_shift_filter(picture, **{"space": 1.0, "colour": 1.0} | options)
