"""sRGB to L*u*v* and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.segment.colour import luv_to_srgb, srgb_to_luv

# Bruce Lindbloom's calculator, D65, sRGB.
KNOWN = {
    (0, 0, 0): (0, 0, 0),
    (255, 255, 255): (100, 0, 0),
    (128, 128, 128): (53.585, 0, 0),
    (255, 0, 0): (53.241, 175.015, 37.756),
    (0, 255, 0): (87.735, -83.078, 107.398),
    (0, 0, 255): (32.297, -9.405, -130.342),
    (1, 1, 1): (0.2742, 0, 0),
}


@pytest.mark.parametrize(("rgb", "luv"), KNOWN.items())
def test_known_colours(backend, rgb, luv):
    found = srgb_to_luv(mt.tensor(rgb, "float64") / 255).numpy()
    np.testing.assert_allclose(found, luv, atol=6e-3)


@pytest.mark.parametrize(("dtype", "atol"), [("float32", 2e-3), ("float64", 2e-6)])
@given(seed=st.integers(0, 2**32 - 1))
def test_there_and_back(backend, dtype, atol, seed):
    rgb = mt.random.uniform(mt.random.generator(seed), (5, 3, 3)).astype(dtype)
    back = luv_to_srgb(srgb_to_luv(rgb))
    assert back.dtype == dtype
    np.testing.assert_allclose(back.numpy(), rgb.numpy(), atol=atol)


def test_grey_has_no_hue_and_grows_lighter(backend):
    grey = mt.linspace(0, 1, 256)[:, None] * mt.ones((1, 3))
    luv = srgb_to_luv(grey).numpy()
    np.testing.assert_allclose(luv[:, 1:], 0, atol=1e-5)
    assert (np.diff(luv[:, 0]) > 0).all()


def test_what_no_screen_can_show_is_clipped(backend):
    rgb = luv_to_srgb(mt.tensor([[120.0, 0.0, 0.0], [50.0, 300.0, 0.0], [50.0, 0.0, -400.0], [-3.0, 1.0, 1.0]])).numpy()
    assert (rgb >= 0).all()
    assert (rgb <= 1).all()
    np.testing.assert_allclose(rgb[[0, 3]], [[1, 1, 1], [0, 0, 0]], atol=1e-6)


def test_it_agrees_with_scikit_image():
    color = pytest.importorskip("skimage.color", reason="scikit-image is a peer, not an extra")
    rgb = np.random.default_rng(0).uniform(size=(7, 5, 3))
    np.testing.assert_allclose(srgb_to_luv(mt.tensor(rgb)).numpy(), color.rgb2luv(rgb), atol=0.02)
    luv = color.rgb2luv(rgb)
    np.testing.assert_allclose(luv_to_srgb(mt.tensor(luv)).numpy(), color.luv2rgb(luv), atol=1e-3)


@pytest.mark.parametrize("function", [srgb_to_luv, luv_to_srgb])
@pytest.mark.parametrize(
    ("colours", "message"),
    [
        (np.zeros(3), "the colours are a numpy.ndarray, not a minitensor.Tensor; write minitensor.tensor"),
        (mt.tensor([1, 2, 3]), "the colours are int64, not floats"),
        (mt.zeros((3, 4)), r"the colours have shape \(3, 4\); the last axis must hold the 3 channels"),
        (mt.tensor(1.0), r"the colours have shape \(\); the last axis"),
    ],
)
def test_bad_input_is_named(function, colours, message):
    with pytest.raises((TypeError, ValueError), match=f"{function.__name__}: {message}"):
        function(colours)
