"""Warnings point at the line that led to them, whoever gives them."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import minitensor as mt
from minitensor.backend.warned import pointing, warn
from minitensor.cluster import KMeans, MeanShift, mean_shift

HERE = Path(__file__).name
SCRIPT = """
import numpy as np
import minitensor as mt
x = mt.tensor([0.0, 1.0])
x.log()  # divide by zero encountered in log
1 / x  # divide by zero encountered in divide
mt.sqrt(x - 1)  # invalid value encountered in sqrt
mt.exp(mt.tensor(1000.0))  # overflow encountered in exp
mt.variable([0.0]).log()  # divide by zero encountered in log
x /= mt.tensor([1.0, 0.0])  # divide by zero encountered in divide
assert x.tolist() == [0.0, np.inf]
y = mt.full(2, 2.0, "float32")
y *= 1e300  # overflow encountered in multiply
assert y.tolist() == [np.inf, np.inf]
y = mt.full(2, 2e38, "float32")
y += y  # overflow encountered in add
assert y.tolist() == [np.inf, np.inf]
with np.errstate(all="ignore"):
    x.log() / 0.0
"""


def run(*options):
    clean = {name: value for name, value in os.environ.items() if name not in ("MINITENSOR_BACKEND", "PYTHONWARNINGS")}
    return subprocess.run([sys.executable, *options, "-"], input=SCRIPT, env=clean, capture_output=True, text=True)


def test_numpys_warnings_point_at_the_users_line():
    expected = [
        f"<stdin>:{number}: RuntimeWarning: {line.partition('# ')[2]}"
        for number, line in enumerate(SCRIPT.splitlines(), 1)
        if "encountered" in line
    ]
    result = run()
    assert (result.returncode, result.stdout, result.stderr.splitlines()) == (0, "", expected)
    assert run("-W", "ignore").stderr == ""
    strict = run("-W", "error")
    assert strict.stderr.splitlines()[-1] == "RuntimeWarning: divide by zero encountered in log"


def pointed(caught, number, message):
    """That there is one warning, and of this file, `number` lines below the head of the function that calls."""
    (one,) = caught
    assert Path(one.filename).name == HERE
    assert one.lineno == sys._getframe(1).f_code.co_firstlineno + number
    assert message in str(one.message)


def test_mean_shift_points(recwarn):
    X = mt.tensor(np.random.default_rng(0).normal(size=(20, 2)))
    mean_shift(X, 1.0, max_iter=1)
    pointed(recwarn, 2, "mean_shift stopped after max_iter=1 updates")


def test_an_estimator_points(recwarn):
    X = mt.tensor(np.random.default_rng(0).normal(size=(20, 2)))
    MeanShift(bandwidth=1.0, max_iter=1).fit_predict(X)
    pointed(recwarn, 2, "mean_shift stopped after max_iter=1 updates")


def test_kmeans_points(recwarn):
    KMeans(n_clusters=3).fit(mt.ones((5, 2)))
    pointed(recwarn, 1, "Number of distinct clusters (1)")


def test_kmeans_of_given_centres_points(recwarn):
    KMeans(n_clusters=2, init=np.eye(2), n_init=5).fit_predict(mt.eye(2))
    pointed(recwarn, 1, "performing only one init")


def test_a_warning_may_be_an_error_and_then_nothing_is_lost():
    x = mt.tensor([0.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="divide by zero encountered in log"):
            x.log()
        with pytest.raises(RuntimeWarning, match="encountered in divide"):
            _ = x / 0.0
    assert x.tolist() == [0.0, 1.0]
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        x.log()


def test_a_block_that_fails_warns_of_nothing(recwarn):
    def failing():
        with pointing("log"):
            np.log(np.zeros(2))
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert not list(recwarn)
    warn("hand over", UserWarning)
    assert Path(recwarn.pop().filename).name == HERE
