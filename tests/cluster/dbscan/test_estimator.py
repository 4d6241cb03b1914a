"""The class DBSCAN: what it is given, what it answers in, what it refuses."""

import numpy as np
import pytest
from cluster_strategies import Table

import minitensor as mt
from minitensor import backend as backends
from minitensor.cluster import DBSCAN
from minitensor.data import blobs
from minitensor.errors import DTypeError, InputError, ShapeError

POINTS = [[0.0, 0.0], [0.3, 0.0], [5.0, 5.0], [0.0, 0.3], [5.2, 5.0], [9.0, 0.0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_answers_are_tensors_where_tensors_were_given(backend, dtype):
    model = DBSCAN(0.4, min_samples=2).fit(mt.tensor(POINTS, dtype))
    assert model.labels_.tolist() == [0, 0, 1, 0, 1, -1]
    assert model.core_sample_indices_.tolist() == [0, 1, 2, 3, 4]
    assert model.components_.tolist() == mt.tensor(POINTS[:5], dtype).tolist()
    assert (model.labels_.backend, model.components_.dtype, model.labels_.dtype) == (backend, dtype, "int64")


@pytest.mark.parametrize("given", [POINTS, np.array(POINTS), np.array(POINTS, "float32"), np.array(POINTS) * 10],
                         ids=["lists", "float64", "float32", "scaled"])  # fmt: skip
def test_and_arrays_where_arrays_were(given):
    model = DBSCAN(0.4 * (10 if np.max(given) > 10 else 1), min_samples=2).fit(given)
    assert isinstance(model.labels_, np.ndarray)
    np.testing.assert_array_equal(model.labels_, [0, 0, 1, 0, 1, -1])
    np.testing.assert_array_equal(model.components_, np.asarray(given)[:5])


def test_arrays_of_another_library():
    given = backends.load("strict").from_numpy(np.array(POINTS))
    assert isinstance(DBSCAN(0.4, min_samples=2).fit(given).labels_, type(given))


def test_integers_float16_and_columns_with_names():
    assert DBSCAN(1.0, min_samples=2).fit([[1], [2], [9]]).labels_.tolist() == [0, 0, -1]
    assert DBSCAN(1.0, min_samples=2).fit(np.array([[1], [2], [9]], "float16")).labels_.tolist() == [0, 0, -1]
    named = DBSCAN(0.4, min_samples=2).fit(Table(POINTS, ["east", "north"]))
    assert named.feature_names_in_.tolist() == ["east", "north"]
    assert named.n_features_in_ == 2
    assert not hasattr(named.fit(POINTS), "feature_names_in_")


@pytest.mark.parametrize("method", ["cells", "leaves"])
def test_weights(backend, method):
    points, weights = mt.tensor([[0.0], [1.0], [5.0]]), mt.tensor([3.0, 1.0, 4.0])
    model = DBSCAN(1.0, min_samples=4, method=method)
    assert model.fit(points).labels_.tolist() == [-1, -1, -1]
    assert model.fit(points, sample_weight=weights).labels_.tolist() == [0, 0, 1]
    assert model.fit(points, sample_weight=[3, -1, 4]).core_sample_indices_.tolist() == [2]
    assert model.fit_predict(points, sample_weight=np.array([4.0, 0.0, 0.0])).tolist() == [0, 0, -1]


def test_methods_find_the_same_and_many_dimensions_have_one():
    points = blobs(2, each=100)[0]
    right = DBSCAN(1.0).fit(points).labels_.tolist()
    assert DBSCAN(1.0, method="leaves").fit(points).labels_.tolist() == right
    high = mt.random.normal(mt.random.generator(0), (30, 5))
    assert DBSCAN(2.0).fit(high).labels_.tolist() == DBSCAN(2.0, method="leaves").fit(high).labels_.tolist()


@pytest.mark.parametrize(
    ("model", "points", "options", "error", "message"),
    [
        (DBSCAN(0.0), POINTS, {}, InputError, "DBSCAN: eps=0.0; it is a distance and must be positive and finite"),
        (DBSCAN(float("inf")), POINTS, {}, InputError, "DBSCAN: eps=inf"),
        (DBSCAN("1"), POINTS, {}, InputError, "DBSCAN: eps='1'"),
        (DBSCAN(min_samples=0), POINTS, {}, InputError, "DBSCAN: min_samples=0; it must be a whole number, 1 or more"),
        (DBSCAN(min_samples=2.0), POINTS, {}, InputError, "DBSCAN: min_samples=2.0"),
        (DBSCAN(method="tree"), POINTS, {}, InputError, "there is no method 'tree'; choose one of auto, cells"),
        (DBSCAN(method="cells"), [[0.0] * 4], {}, InputError, "cells are for 1 to 3 dimensions, and X has 4"),
        (DBSCAN(), [[float("nan")]], {}, InputError, "X holds NaN or infinity"),
        (DBSCAN(), np.zeros((0, 2)), {}, InputError, "0 sample"),
        (DBSCAN(), [1.0, 2.0], {}, ShapeError, "Reshape your data"),
        (DBSCAN(), POINTS, {"sample_weight": [1.0]}, ShapeError, r"sample_weight.shape == \(1,\), expected \(6,\)"),
        (DBSCAN(), POINTS, {"sample_weight": [[1.0]] * 6}, ShapeError, r"sample_weight.shape == \(6, 1\)"),
        (DBSCAN(), POINTS, {"sample_weight": [float("nan")] * 6}, InputError, r"sample_weight\[0\] is nan"),
        (DBSCAN(), POINTS, {"sample_weight": [0.0] * 6}, InputError, "at least one non-zero number"),
        (DBSCAN(), POINTS, {"sample_weight": ["a"] * 6}, DTypeError, "sample_weight"),
    ],
)
def test_what_it_refuses(model, points, options, error, message):
    with pytest.raises(error, match=message):
        model.fit(points, **options)
    assert not hasattr(model, "labels_")


def test_it_prints_its_parameters_and_shows_how_far_it_has_got(capfd):
    assert repr(DBSCAN(0.3, min_samples=9)) == "DBSCAN(eps=0.3, min_samples=9)"
    DBSCAN(0.4, min_samples=2, verbose=True).fit(POINTS)
    assert "DBSCAN" in capfd.readouterr().err
    DBSCAN(0.4, min_samples=2).fit(POINTS)
    assert capfd.readouterr().err == ""
