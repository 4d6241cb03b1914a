"""The grid: its bound against exact updates, its order, what its one line of correction gains, its flow map."""

import contextlib
import tracemalloc

import numpy as np
import pytest
from cluster_strategies import clouds, distances, exact_means, rounding
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.meanshift import binning, grid
from minitensor.data import blobs
from minitensor.errors import OutOfMemoryError


def errors(points, bandwidth, spacing, corrected=True):
    made = grid.build(points, bandwidth, spacing, corrected)
    return distances(made.shift(points)[0], exact_means(points, points, bandwidth)[0]), made.error_bound


@examples(40)
@given(
    points=clouds(), spacing=st.sampled_from([0.2, 0.25, 0.4]), bandwidth=st.floats(1.0, 3.0), corrected=st.booleans()
)
def test_no_update_is_off_by_more_than_the_bound(backend, points, spacing, bandwidth, corrected):
    points = points.to(backend)
    wrong, bound = errors(points, bandwidth, spacing, corrected)
    assert wrong.max() <= bound + rounding(points)


def test_the_bound_is_no_idle_promise():
    for seed, each in ((1, 300), (2, 1_000)):
        points, _ = blobs(seed, each=each)
        wrong, bound = errors(points[:1_500], 2.5, 1 / 8)
        assert bound < 0.1 * 2.5
        assert bound < 100 * wrong.max()


@pytest.mark.parametrize("spacing", [0.5, 0.1, 0.02])
def test_the_logarithm_of_the_kernel_is_off_by_what_the_proof_says(spacing):
    """Steps 1 to 5 at the head of the file, by brute force over both fractions and all distances."""
    variance = 1 - spacing**2 / 3
    t = np.linspace(0, 1, 11)
    cells = np.arange(-int(6 / spacing), int(6 / spacing))
    j, u, v = (axis.ravel() for axis in np.meshgrid(cells, t, t, indexing="ij"))
    kernel = sum(
        (u if a else 1 - u) * (v if b else 1 - v) * np.exp(-(((j + a - b) * spacing) ** 2) / (2 * variance))
        for a in (0, 1)
        for b in (0, 1)
    )
    r = (j + u - v) * spacing
    off = np.log(kernel) + r**2 / 2 + spacing**2 / variance / 8
    assert (abs(off) <= spacing**2 / variance * (0.125 + r**2 / 6) * (1 + 1e-9)).all()


@pytest.mark.parametrize("corrected", [True, False])
def test_the_bound_takes_the_longest_distance_that_a_pair_of_nodes_stands_for(corrected):
    """A query and a point that share in two nodes lie up to a step away from each."""
    spacing, offsets = 0.25, np.arange(20) * 0.25
    u, v = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    r = abs(offsets[:, None] + (u - v).ravel() * spacing)
    variance = 1 - spacing**2 / 3 if corrected else 1.0
    off = spacing**2 / variance * (0.125 + r**2 / (6 if corrected else 4))
    assert (grid._wrong(mt.tensor(offsets), spacing, corrected).numpy()[:, None] >= off * (1 - 1e-12)).all()


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("corrected", [True, False])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_error_falls_with_the_square_of_the_spacing(backend, d, corrected):
    rng = mt.random.generator(d)
    points = mt.random.normal(rng, (300, d), std=1.3)
    spacings = np.array([0.4, 0.28, 0.2] if d == 3 else [0.4, 0.2, 0.1, 0.05])
    sizes = [np.sqrt((errors(points, 1.0, spacing, corrected)[0] ** 2).mean()) for spacing in spacings]
    assert np.polyfit(np.log(spacings), np.log(sizes), 1)[0] == pytest.approx(2, abs=0.25)


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_taking_back_the_blur_lowers_the_error_four_to_six_times(backend, seed):
    points, _ = blobs(seed, each=300)
    plain, corrected = (np.sqrt((errors(points, 2.5, 0.2, how)[0] ** 2).mean()) for how in (False, True))
    assert 3.5 <= plain / corrected <= 6.5


@examples(30)
@given(points=clouds(most=2), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_points_does_not_matter(backend, points, seed):
    points = points.to(backend)
    order = mt.random.permutation(mt.random.generator(seed), len(points))
    one, other = (grid.build(each, 1.0, 0.25) for each in (points, points[order]))
    assert other.keys.tolist() == one.keys.tolist()
    np.testing.assert_allclose(other.sums.numpy(), one.sums.numpy(), rtol=1e-9, atol=1e-9)
    assert other.error_bound == pytest.approx(one.error_bound, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("sides", [{1: 4, 2: 4, 3: 4}, {1: 64, 2: 8, 3: 8}])
@examples(30)
@given(points=clouds())
def test_chunks_and_blocks_do_not_change_an_update(backend, sides, points):
    points = points.to(backend)
    whole = grid.build(points, 1.0, 0.5)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for file, name, value in (
            (binning, "CHUNK", 7),
            (grid, "CHUNK", 7),
            (grid, "STRIP", 5),
            (binning, "SIDES", sides),
        ):
            monkeypatch.setattr(file, name, value)
        small = grid.build(points, 1.0, 0.5)
        for one, other in zip(whole.shift(points), small.shift(points), strict=True):
            np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-5, atol=rounding(points))
        starts = small.starts(points)
        np.testing.assert_array_equal(
            starts[0][starts[1]].numpy(), whole.starts(points)[0][whole.starts(points)[1]].numpy()
        )
    assert small.error_bound == pytest.approx(whole.error_bound, rel=1e-6, abs=1e-6)


@examples(30)
@given(points=clouds(), seed=st.integers(0, 2**32 - 1))
def test_blocks_that_no_point_is_in_are_smoothed_when_a_query_comes(backend, points, seed):
    """Anywhere in the box, as a grid of large blocks has it, which smooths all at once."""
    points = points.to(backend)
    array = points.numpy().astype("float64")
    places = np.random.default_rng(seed).uniform(array.min(0), array.max(0), (20, array.shape[1]))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(binning, "SIDES", {1: 4, 2: 4, 3: 4})
        small = grid.build(points, 1.0, 0.5)
    some, before = mt.tensor(places, like=small.box.low), len(small.keys)
    whole = grid.build(points, 1.0, 0.5)
    for one, other in zip(whole.shift(some), small.shift(some), strict=True):
        np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-7, atol=1e-7)
    keys = small.keys.tolist()
    assert keys == sorted(set(keys))
    assert len(keys) >= before


@examples(40)
@given(points=clouds(most=2))
def test_a_mean_never_leaves_the_box_of_the_points(backend, points):
    points = points.to(backend)
    moved = grid.build(points, 1.0, 0.25).shift(points)[0].numpy()
    slack = rounding(points)
    assert (moved >= points.numpy().min(0) - slack).all()
    assert (moved <= points.numpy().max(0) + slack).all()


@pytest.mark.parametrize("copies", [1, 7])
def test_points_in_one_place_stay_where_they_are(backend, copies):
    points = mt.tensor([[0.1, 0.7]] * copies + [[60.3, 50.9]])
    moved, weights = grid.build(points, 1.0).shift(points)
    np.testing.assert_allclose(moved.numpy(), points.numpy(), atol=1e-12)
    np.testing.assert_allclose(weights.numpy()[:, 0], [copies] * copies + [1], rtol=0.01)


def test_where_no_point_is_a_query_stays_and_beyond_the_box_it_is_taken_inside(backend):
    made = grid.build(mt.tensor([[0.0], [100.0]]), 1.0)
    assert made.shift(mt.tensor([[50.0]]))[0].item() == 50.0
    beyond = made.shift(mt.tensor([[-9.0], [109.0]]))[0]
    np.testing.assert_allclose(beyond.numpy(), [[0.0], [100.0]], atol=1e-9)


@examples(40)
@given(points=clouds(most=2), beyond=st.floats(0.1, 50.0))
def test_a_query_outside_of_the_box_is_taken_at_the_nearest_place_inside(backend, points, beyond):
    points = points.to(backend)
    made, array = grid.build(points, 1.0, 0.25), points.numpy()
    low, high = array.min(0, keepdims=True), made.box.low.numpy() + made.box.step * (np.array(made.box.shape) - 1.0)
    for inside, outside in ((low, low - beyond), (high[None], high[None] + beyond)):
        found, wanted = (made.shift(mt.tensor(each, like=made.box.low).to(backend)) for each in (outside, inside))
        np.testing.assert_allclose(found[1].numpy(), wanted[1].numpy(), atol=1e-9)
        if wanted[1].item():
            np.testing.assert_allclose(found[0].numpy(), wanted[0].numpy(), atol=1e-6)


def test_the_correction_is_the_default():
    points = blobs(0, each=10)[0]
    usual, corrected, plain = (grid.build(points, 2.5, 0.25, *more) for more in ((), (True,), (False,)))
    np.testing.assert_array_equal(usual.sums.numpy(), corrected.sums.numpy())
    assert usual.error_bound == corrected.error_bound < plain.error_bound


def test_a_grid_may_take_all_of_its_room_and_no_more():
    points = blobs(0, each=10)[0]
    need = 32 * 3 * grid.build(points, 2.5).count
    assert grid.build(points, 2.5, room=need).count * 96 == need
    with pytest.raises(OutOfMemoryError):
        grid.build(points, 2.5, room=need - 1)


def test_the_room_is_half_of_what_is_free(monkeypatch):
    points, numpy = blobs(0, each=10)[0], type(mt.backend.load("numpy"))
    need = 32 * 3 * grid.build(points, 2.5).count
    for free, fits in ((2 * need, True), (2 * need - 2, False), (None, True)):
        monkeypatch.setattr(numpy, "free_memory", lambda self, free=free: free)
        with contextlib.nullcontext() if fits else pytest.raises(OutOfMemoryError, match="do not fit into"):
            assert grid.build(points.to("numpy"), 2.5).count * 96 == need


@examples(40)
@given(points=clouds(), spacing=st.sampled_from([0.25, 0.5]))
def test_the_flow_map_sends_every_point_to_its_nearest_node(backend, points, spacing):
    points = points.to(backend)
    made = grid.build(points, 1.0, spacing)
    starts, home = made.starts(points)
    assert starts.dtype == points.dtype
    assert sorted(set(home.tolist())) == list(range(len(starts)))  # no node without a point
    assert len(np.unique(starts.numpy(), axis=0)) == len(starts)
    assert (abs(starts[home] - points).numpy() <= spacing / 2 + rounding(points)).all()


@pytest.mark.thorough
def test_memory_is_what_the_docstring_says():
    for d, bandwidth, n in ((2, 0.3, 2_000), (2, 0.3, 200_000), (3, 2.0, 2_000)):
        points = mt.random.uniform(mt.random.generator(0), (n, d), 0, 20)
        tracemalloc.start()
        made = grid.build(points, bandwidth, 0.125)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= 32 * (d + 1) * made.count + 16 * n + 4e7


@pytest.mark.parametrize("far", [1e3, 1e7])
def test_a_far_outlier_costs_a_few_blocks(backend, far):
    near = blobs(0, each=10)[0]
    points = mt.concat([near, mt.tensor([[far, far]])])
    without, made = grid.build(near, 2.5), grid.build(points, 2.5)
    assert made.count <= without.count + 4 * 32**2
    moved = made.shift(points)[0]
    np.testing.assert_allclose(moved.numpy()[-1], [far, far], rtol=1e-12)
    np.testing.assert_allclose(moved.numpy()[:-1], without.shift(near)[0].numpy(), atol=1e-6)
    assert made.error_bound == pytest.approx(without.error_bound, rel=0.1)


def test_what_is_too_large_is_not_allocated():
    points = mt.random.uniform(mt.random.generator(0), (2_000, 2), 0, 1e7)
    tracemalloc.start()
    with pytest.raises(OutOfMemoryError, match=r"nodes, 0.125 bandwidths apart, do not fit .* method='cells'"):
        grid.build(points, 2.5, room=10**8)
    assert tracemalloc.get_traced_memory()[1] < 1e7
    tracemalloc.stop()
    with pytest.raises(OutOfMemoryError, match="cannot be counted; use method='cells'"):
        grid.build(points, 1e-4)


@pytest.mark.parametrize(
    ("shape", "spacing", "message"),
    [((3, 4), 0.1, "the points have 4 dimensions"), ((3, 2), 0.0, "spacing=0.0"), ((3, 2), 0.8, "at most 0.75")],
)
def test_what_a_grid_cannot_be(shape, spacing, message):
    with pytest.raises(ValueError, match=message):
        grid.build(mt.zeros(shape), 1.0, spacing)
