"""Blobs where the truth says, and scikit-learn's digits and photographs as it has them."""

import sys

import numpy as np
import pytest

import minitensor as mt
from minitensor.data import PHOTOGRAPHS, blobs, digits, photograph, shapes


@pytest.mark.parametrize("wrong", [{"clusters": 0}, {"each": 0}, {"each": 2.5}, {"each": True}])
def test_blobs_of_nothing(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.*; it must be a whole number, 1 or more"):
        blobs(0, **wrong)


def test_blobs_are_where_the_truth_says(backend):
    points, truth = blobs(seed=3, clusters=4, each=500)
    for cluster in range(4):
        own = points[truth == cluster]
        assert own.shape == (500, 2)
        np.testing.assert_allclose(own.var(0).numpy(), [5, 5], rtol=0.25)


def test_blobs_of_numpys_numbers():
    found = blobs(3, clusters=np.int64(2), each=np.int32(5))
    np.testing.assert_array_equal(found[0].numpy(), blobs(3, clusters=2, each=5)[0].numpy())


def test_digits_are_on_the_current_backend(backend):
    datasets = pytest.importorskip("sklearn.datasets", reason="the digits come with scikit-learn, an extra")
    images, truth = digits()
    theirs = datasets.load_digits()
    assert (images.backend, images.dtype, truth.dtype) == (backend, "float64", "int64")
    np.testing.assert_array_equal(images.numpy(), theirs.data)
    np.testing.assert_array_equal(truth.numpy(), theirs.target)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs(backend, name):
    datasets = pytest.importorskip("sklearn.datasets", reason="the photos come with scikit-learn, an extra")
    photo = photograph(name)
    assert (photo.backend, photo.dtype) == (backend, "uint8")
    np.testing.assert_array_equal(photo.numpy(), datasets.load_sample_image(f"{name}.jpg"))


def test_another_photograph():
    with pytest.raises(ValueError, match="there is no photograph 'moon'; choose one of china, flower"):
        photograph("moon")


@pytest.mark.parametrize(
    ("missing", "call"),
    [("sklearn", digits), ("sklearn", lambda: photograph("china")), ("PIL", lambda: photograph("china"))],
)
def test_without_an_extra_the_error_says_what_to_install(monkeypatch, missing, call):
    monkeypatch.setitem(sys.modules, missing, None)
    if missing == "sklearn":
        monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(mt.errors.MissingExtraError, match=r"pip install (scikit-learn|pillow)"):
        call()


def test_shapes_are_what_they_say(backend):
    found = {name: (points.numpy(), truth.numpy()) for name, (points, truth) in shapes(3, each=400).items()}
    spread = {name: [points[truth == each].std(0) for each in range(truth.max() + 1)]
              for name, (points, truth) in found.items()}  # fmt: skip
    np.testing.assert_allclose(spread["round"], 0.22, rtol=0.1)
    widths = np.mean(spread["densities"], axis=1)
    np.testing.assert_allclose(widths[1:] / widths[:-1], 3.0, rtol=0.15)
    points, truth = found["sizes"]
    wide = points[truth == 0] - [-0.6, 0.0]
    assert np.hypot(*wide.T).max() <= 1.0
    assert np.bincount(truth).tolist() == [800, 64, 64]
    points, truth = found["moons"]
    radii = [np.hypot(*(points[truth == side] - middle).T) for side, middle in enumerate([(-0.5, -0.25), (0.5, 0.25)])]
    np.testing.assert_allclose([r.mean() for r in radii], 1.0, atol=0.02)
    points, truth = found["stretched"]
    lengths = [np.linalg.svd(points[truth == each] - points[truth == each].mean(0))[1] for each in range(3)]
    assert all(2.5 < long / wide < 4.5 for long, wide in lengths)
    assert all(np.array_equal(shapes(3)[name][0].numpy(), points.numpy()) for name, (points, _) in shapes(3).items())


def test_shapes_of_nothing():
    with pytest.raises(ValueError, match="shapes: each=7; it must be a whole number, 8 or more"):
        shapes(0, each=7)
