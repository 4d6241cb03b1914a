"""Words of other libraries: no attribute is there, and what the message says to write instead is."""

import copy
import functools
import pickle
import re

import numpy as np
import pytest

import minitensor as mt
from minitensor import Tensor
from minitensor.core.words import ARGUMENTS, FUNCTIONS, METHODS
from minitensor.errors import DTypeError

WORDS = sorted({word for words in METHODS for word in words.split()})
ON_MODULE = sorted({word for words in METHODS | FUNCTIONS for word in words.split()} - {*dir(mt), "transpose"})


@pytest.mark.parametrize(
    ("word", "shape", "here"),
    [
        ("permute", (2, 3), "permute_dims(1, 0)"), ("permute", (2, 3, 4), "permute_dims(2, 1, 0)"),
        ("unsqueeze", (2,), "expand_dims(axis)"), ("view", (2, 3), "reshape(-1)"), ("dot", (2, 2), "a @ b"),
        ("norm", (3,), "minitensor.norms.norm(x)"), ("cuda", (), "to('cupy')"), ("sort", (3,), "minitensor.sort(x)"),
    ],
)  # fmt: skip
def test_a_word_is_told_in_ours(backend, word, shape, here):
    with pytest.raises(AttributeError, match=rf"^Tensor has no {word}: here {re.escape(here)}"):
        getattr(mt.zeros(shape), word)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_no_attribute(word):
    x = mt.zeros((2, 3))
    assert not hasattr(x, word)
    assert not hasattr(Tensor, word)
    assert word not in dir(x)
    assert getattr(x, word, None) is None


@pytest.mark.parametrize("word", ON_MODULE)
def test_the_module_tells_too(word):
    assert not hasattr(mt, word)
    with pytest.raises(AttributeError, match=rf"^minitensor has no {word}: here "):
        getattr(mt, word)


@pytest.mark.parametrize("text", [*METHODS.values(), *FUNCTIONS.values()])
def test_what_is_to_be_written_instead_is_there(text):
    text = text.replace("{name}", "sort")
    for name in re.findall(r"(?:^|\s)\.(\w+)", text):
        assert hasattr(Tensor, name), name
    for path in re.findall(r"minitensor\.([\w.]*\w)", text):
        assert functools.reduce(getattr, path.split("."), mt) is not None


X = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("softmax", lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
        ("relu", lambda x: np.where(x > 0, x, 0)),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("ptp", np.ptp),
    ],
)
def test_a_formula_computes_what_the_word_does(backend, word, expected):
    (formula,) = (text for words, text in METHODS.items() if word in words.split())
    result = eval(formula, {"x": mt.tensor(X), "minitensor": mt})
    np.testing.assert_allclose(result.numpy(), expected(X), 1e-12)


@pytest.mark.parametrize("use", [
    lambda x: x.sum(dim=0), lambda x: mt.mean(x, dim=0), lambda x: x.var(dim=1), lambda x: x.squeeze(dim=0),
    lambda x: mt.sort(x, dim=0), lambda x: x.argmax(dim=0), lambda x: mt.variable(x).sum(dim=0),
])  # fmt: skip
def test_an_argument_is_told_in_our_words(backend, use):
    with pytest.raises(DTypeError, match=r"^\w+ has no argument dim: here axis=$"):
        use(mt.zeros((1, 3)))


def test_an_argument_that_nobody_knows_is_refused_with_those_there_are(backend):
    x = mt.zeros((1, 3))
    with pytest.raises(TypeError, match=r"^sum has no argument kitchen: it takes axis, keepdims, dtype$"):
        x.sum(kitchen=1)
    with pytest.raises(TypeError, match=r"^any has no argument ddof: it takes axis, keepdims$"):
        (x > 0).any(ddof=1)
    with pytest.raises(TypeError, match=r"^std has no argument ddof: here correction=$"):
        x.std(ddof=1)


def test_arguments_are_named_once():
    assert not ARGUMENTS.keys() & set(ARGUMENTS.values())


@pytest.mark.parametrize(("use", "listed"), [
    (lambda: mt.zeros(2, 3), "zeros(2, 3)"), (lambda: mt.ones(2, 3, 4), "ones(2, 3, 4)"),
])  # fmt: skip
def test_a_shape_is_one_argument(backend, use, listed):
    name, _, sizes = listed.partition("(")
    with pytest.raises(TypeError, match=re.escape(f"{listed}: here a shape is one argument; write {name}(({sizes})")):
        use()


def test_what_a_library_asks_an_object_for_is_as_it_was(backend):
    x = mt.tensor([[1.0, 2.0]])
    for made in (copy.copy(x), copy.deepcopy(x)):
        assert made.tolist() == x.tolist()
    assert not any(hasattr(x, name) for name in ("__array_interface__", "__cuda_array_interface__", "_repr_png_"))
    assert hasattr(x, "_repr_html_")
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'kitchen'"):
        _ = x.kitchen


def test_a_tensor_is_pickled_on_numpy():
    assert pickle.loads(pickle.dumps(mt.tensor([1.0, 2.0]))).tolist() == [1.0, 2.0]


def test_what_a_subclass_has_is_no_word():
    assert {"backward", "grad"} <= set(dir(mt.variable([1.0])))
    assert "view" not in dir(mt.variable([1.0]))
