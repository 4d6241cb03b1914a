"""Samples stand over what they are nearest to, and noise becomes the picture that came out."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

import minitensor as mt
from minitensor import plot
from minitensor.errors import InputError, ShapeError
from minitensor.models import ideal_denoiser, nearness, noise_levels, sample
from minitensor.plot.style import RED

DATA = mt.tensor(np.random.default_rng(0).random((5, 6)) * 9)
LEVELS = noise_levels(7, 4.0, 0.1)


def went(count=3):
    noise = mt.random.normal(mt.random.generator(1), (count, 6))
    return sample(ideal_denoiser(DATA), noise, LEVELS, "euler", path=True)


def shown(ax):
    return [np.asarray(image.get_array()) for image in ax.images]


# over_nearest
def test_each_sample_stands_over_the_nearest_with_their_distance():
    samples = mt.concat([DATA[2:3], DATA[:3] + 1.5])
    near = nearness(samples, DATA)
    fig = plot.over_nearest(samples, DATA, near, typical=2.0, shape=(2, 3), columns=3, title="all")
    (ax,) = fig.axes
    pictures = shown(ax)
    for number in range(4):
        np.testing.assert_array_equal(pictures[2 * number].reshape(-1), samples[number].numpy())
        np.testing.assert_array_equal(pictures[2 * number + 1].reshape(-1), DATA[near.rows[number].item()].numpy())
        left, right, bottom, top = ax.images[2 * number].get_extent()
        below = ax.images[2 * number + 1].get_extent()
        assert (right - left, bottom - top) == pytest.approx((3, 2))
        assert (below[0], below[2] > bottom) == (left, True)
    words = [text.get_text() for text in ax.texts]
    distances = [f"{each / 2:.2f}" for each in near.distances.tolist()]
    assert [each for each in words if each == "copy" or each[0].isdigit()] == ["copy", *distances[1:]]
    assert words.count("sample") == 2  # two rows of three
    red = [patch for patch in ax.patches if to_hex(patch.get_edgecolor()) == RED]
    assert sorted(patch.get_xy()[0] for patch in red) == [0, 0]
    assert ax.get_title(loc="left") == "all"
    assert len({image.get_clim() for image in ax.images}) == 1


# becoming
@pytest.mark.parametrize("stops", [2, 4, 7, 20])
def test_there_is_what_there_was_and_what_was_seen_at_each_level(stops):
    journey = went()
    fig = plot.becoming(journey, 1, shape=(2, 3), stops=stops, title="one")
    axes = np.reshape(fig.axes, (2, -1))
    assert axes.shape[1] == min(stops, 7) + 1
    titles = [f"noise {level:.2g}" for level in LEVELS]
    for top, bottom in axes[:, :-1].T:
        at = titles.index(top.get_title())
        np.testing.assert_array_equal(shown(top)[0].reshape(-1), journey.places[at][1].numpy())
        np.testing.assert_array_equal(shown(bottom)[0].reshape(-1), journey.guesses[at][1].numpy())
    assert [axes[0, 0].get_title(), axes[0, -2].get_title()] == [titles[0], titles[-1]]
    np.testing.assert_array_equal(shown(axes[0, -1])[0].reshape(-1), journey.samples[1].numpy())
    assert fig._suptitle.get_text() == "one"


# denoising
def test_the_animation_goes_from_noise_to_the_picture_and_holds_it(tmp_path):
    journey = went()
    animation = plot.denoising(journey, samples=2, shape=(2, 3), title="noise")
    axes = np.reshape(animation._fig.axes, (2, 2))
    for frame in animation.new_frame_seq():
        animation._func(frame)
        stop = min(frame, 7)
        for number in range(2):
            here = (*journey.places, journey.samples)[stop][number].numpy()
            seen = journey.guesses[min(stop, 6)][number].numpy()
            np.testing.assert_array_equal(shown(axes[0, number])[0].reshape(-1), here)
            np.testing.assert_array_equal(shown(axes[1, number])[0].reshape(-1), seen)
        noise = (*LEVELS, 0.0)[stop]
        assert animation._fig._suptitle.get_text() == f"noise: step {stop} of 7, noise {noise:.2g}"
    assert frame * animation._interval > 7 * animation._interval + 1000
    with Image.open(plot.save(animation, tmp_path / "a.gif")) as image:
        assert image.n_frames > 5


def test_there_are_no_more_samples_than_there_are():
    assert len(plot.denoising(went(2), samples=9, shape=(2, 3))._fig.axes) == 4


# What cannot be drawn.
def test_what_cannot_be_drawn_is_said():
    journey = went()
    with pytest.raises(InputError, match=r"no stops to draw; keep them with sample\(..., path=True\)"):
        plot.becoming(journey._replace(places=(), guesses=()), shape=(2, 3))
    with pytest.raises(InputError, match="there is no sample 3 among 3; they count from 0"):
        plot.becoming(journey, 3, shape=(2, 3))
    with pytest.raises(InputError, match="denoising: there are no samples"):
        plot.denoising(went(0), shape=(2, 3))
    with pytest.raises(ShapeError, match=r"pictures of 8 × 8 pixels are rows of 64; these have shape \(1, 6\)"):
        plot.denoising(journey)
    with pytest.raises(ShapeError, match=r"rows of 64; these have shape \(5, 6\)"):
        plot.over_nearest(DATA, DATA, nearness(DATA, DATA), 1.0)
