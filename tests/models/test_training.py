"""The contrastive loss against its definition, and what training sees, stops at, and refuses."""

import math
from functools import partial

import numpy as np
import pytest
from clips import pairs_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.autograd import check_gradient
from minitensor.models import training
from minitensor.models.captions import describe, thresholds
from minitensor.models.layers import unit
from minitensor.models.pictures import altered_pairs, split
from minitensor.models.retrieving import retrieval
from minitensor.models.training import contrastive_loss, train_clip

pytestmark = pytest.mark.thorough_on_strict

small = partial(train_clip, size=4, hidden=8, inner=6, batch=16)


def loss_by_definition(images, texts, captions, sharpness):
    """Cross entropies in Python loops: what is expected is spread evenly over what has the same caption."""
    scores = images @ texts.T * math.exp(sharpness)
    n, total = len(captions), 0.0
    for table in (scores, scores.T):
        for row in range(n):
            same = [column for column in range(n) if captions[column] == captions[row]]
            log_sum = math.log(sum(math.exp(score) for score in table[row]))
            total -= sum(table[row][column] - log_sum for column in same) / len(same)
    return total / (2 * n)


def embedded(seed, n=6):
    rng = np.random.default_rng(seed)
    return [unit(mt.tensor(rng.normal(size=(n, 3)))) for _ in range(2)], rng.integers(0, 4, n)


def same_of(captions):
    return mt.tensor(captions[:, None] == captions)


@examples(50)
@given(st.integers(0, 2**32 - 1), st.floats(-1, 4))
def test_the_loss_is_the_definition(backend, seed, sharpness):
    (images, texts), captions = embedded(seed)
    found = contrastive_loss(images, texts, same_of(captions), mt.tensor(sharpness)).item()
    exact = loss_by_definition(images.numpy(), texts.numpy(), captions.tolist(), sharpness)
    assert math.isclose(found, exact, rel_tol=1e-10, abs_tol=1e-10)


@examples(5)
@given(st.integers(0, 2**32 - 1))
def test_the_gradient_of_the_loss(seed):
    (images, texts), captions = embedded(seed)
    loss = lambda a, b, s: contrastive_loss(a, b, same_of(captions), s)  # noqa: E731
    check_gradient(loss, images, texts, mt.tensor(1.0), argnums=(0, 1, 2))


def test_equal_captions_are_no_mistake():
    """Two pictures of one caption, each exactly where the caption is: nothing pulls them apart."""
    captions = np.array([0, 0, 1])
    places = mt.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    slope = mt.grad(lambda a: contrastive_loss(unit(a), places, same_of(captions), mt.tensor(4.0)))
    assert abs(slope(places)).max().item() < 1e-12
    apart = contrastive_loss(places, places, mt.eye(3, dtype="bool"), mt.tensor(4.0)).item()
    known = contrastive_loss(places, places, same_of(captions), mt.tensor(4.0)).item()
    assert math.isclose(known, 2 / 3 * math.log(2), rel_tol=1e-9)
    assert math.isclose(apart, known, rel_tol=1e-9)  # the surprise is the same; only, it cannot be made less


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_learns(backend, dtype):
    images, captions = pairs_of(0, 80, dtype=dtype)
    clip = small(images, captions, steps=80, dtype=dtype, rate=0.02)
    assert (clip.middle.backend, clip.middle.dtype, clip.words) == (
        backend,
        "float64",
        ("1", "7", "a", "heavy", "light"),
    )
    assert {x.dtype for x in clip.weights} == {np.dtype(dtype)}
    found = retrieval(clip, *pairs_of(1, 50, dtype=dtype))
    assert found.top1 > 0.9
    assert found.text1 == 1


@pytest.mark.parametrize(("offset", "scale"), [(1e9, 1.0), (0.0, 1e-100), (0.0, 1e-300), (0.0, 1e100), (0.0, 1e300)])
def test_float32_weights_learn_wherever_float64_pictures_are(backend, offset, scale):
    (images, captions), (fresh, own) = pairs_of(0, 80), pairs_of(1, 50)
    clip = small(images * scale + offset, captions, steps=80, rate=0.02)
    assert retrieval(clip, fresh * scale + offset, own).top1 > 0.9


def test_texts_of_the_same_words_are_one_text():
    images, captions = pairs_of(0, 40)
    turned = [
        " ".join(reversed(caption.split())).title() + "!" if i % 2 else caption for i, caption in enumerate(captions)
    ]
    clip, same = (small(images, each, steps=20, dtype="float64") for each in (turned, captions))
    for x, y in zip(clip.weights, same.weights, strict=True):
        np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=1e-7, atol=1e-9)
    found, wanted = (retrieval(clip, images, each) for each in (turned, captions))
    assert found == wanted
    assert found.captions == 4


def test_it_is_the_same_on_every_backend_and_every_time(backend):
    images, captions = pairs_of(0, 40)
    clip = small(images, captions, seed=3, steps=20, dtype="float64")
    with mt.use_backend("numpy"):
        other = small(images.to("numpy"), captions, seed=3, steps=20, dtype="float64")
    for x, y in zip(clip.weights, other.weights, strict=True):
        np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=1e-7, atol=1e-9)
    again = small(images, captions, seed=3, steps=20, dtype="float64")
    assert all((x == y).all() for x, y in zip(clip.weights, again.weights, strict=True))
    assert (small(images, captions, seed=4, steps=20).weights.image_first != clip.weights.image_first).any()


def test_what_counts_is_where_the_pictures_are():
    with mt.use_backend("strict"):
        images, captions = pairs_of(0, 24)
    with mt.use_backend("numpy"):
        clip = small(images, captions, steps=1, vary=lambda some, texts, rng: (some, texts))
        assert retrieval(clip, images, captions).pictures == 24
    assert {x.backend for x in (*clip.weights, clip.middle, clip.spread)} == {"strict"}


def test_the_pairs_held_back_are_never_learned_from():
    images, captions = pairs_of(0, 50)
    seen = []

    def vary(some, texts, rng):
        seen.append((some, texts))
        return mt.concat([some, some]), texts * 2

    small(images, captions, steps=2, held=0.2, vary=vary)
    ((some, texts),) = seen
    assert (some.shape, len(texts)) == ((40, 6), 40)
    of = {tuple(image): caption for image, caption in zip(images.tolist(), captions, strict=True)}
    assert [of[tuple(image)] for image in some.tolist()] == texts
    assert len({tuple(image) for image in some.tolist()}) == 40


def test_the_best_look_is_kept_and_it_ends_when_looks_get_no_better(monkeypatch):
    monkeypatch.setattr(training, "PATIENCE", 100)
    rng, looks, seen = np.random.default_rng(0), [], []
    images, captions = rng.normal(size=(40, 6)), [f"a {digit}" for digit in rng.integers(0, 5, 40)]  # by chance

    def vary(some, texts, rng):
        seen.extend(some.tolist())
        return some, texts

    with mt.use_backend("numpy"):
        report = lambda *look: looks.append(look)  # noqa: E731
        clip = small(mt.tensor(images), captions, steps=2000, rate=0.02, dtype="float64", vary=vary, report=report)
        back = [row for row, image in enumerate(images.tolist()) if image not in seen]
        told = np.array([captions[row] for row in back])
        embedded = clip.embed_images(mt.tensor(images[back])), clip.embed_texts(list(told))
        kept = contrastive_loss(*embedded, same_of(told), clip.weights.sharpness).item()
    best = min(looks, key=lambda look: look[2])
    assert len(back) == 4
    assert looks[-1][0] == best[0] + 100 < 2000
    assert [look[0] for look in looks] == list(range(0, looks[-1][0] + 1, training.EVERY))
    assert math.isnan(looks[0][1])
    assert looks[-1][1] < looks[1][1]  # it goes on learning by heart
    assert math.isclose(kept, best[2], rel_tol=1e-9)


def test_progress_goes_to_stderr(capsys):
    small(*pairs_of(0, 20), steps=1, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "clip: loss" in err
    small(*pairs_of(0, 20), steps=1)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"captions": ["a 7"] * 39}, "40 pictures and 39 captions; each picture needs one"),
        ({"captions": ["a 7"] * 40}, "40 pairs and 1 captions of different words; it takes 20 and 2"),
        (
            {"images": mt.ones((5, 6)), "captions": list("12345")},
            "5 pairs and 5 captions of different words; it takes 20 and 2",
        ),
        ({"images": mt.ones((40, 6))}, "all pixels of all pictures are equal"),
        ({"images": mt.full((40, 6), math.nan)}, "hold NaN or infinity"),
        ({"images": mt.ones((40, 2, 3))}, r"have shape \(40, 2, 3\), .*; write images.reshape\(len\(images\), -1\)"),
        ({"captions": ["a 7", ""] * 20}, "'' has no word in it"),
        ({"captions": ["cat"] * 20 + ["CAT!"] * 20}, "40 pairs and 1 captions of different words"),
        ({"images": mt.ones((40, 6), "float16")}, "float16, not float32 or float64"),
        (
            {"vary": lambda images, captions, rng: None},
            "train_clip: vary gave a NoneType, not two: pictures and captions",
        ),
        ({"vary": 3}, "train_clip: vary is of type int, not a function"),
        ({"vary": lambda images, captions, rng: (images, captions[1:])}, "each picture needs one"),
        ({"seed": -1}, "seed=-1; it must be a whole number"),
        ({"steps": 0}, "steps=0; it must be a whole number, 1 or more"),
        ({"batch": 1}, "batch=1; it must be a whole number, 2 or more"),
        ({"size": 0}, "train_clip: size=0; it must be a whole number, 1 or more"),
        ({"held": 0.6}, "held=0.6; it must be a number from 0 to 0.5"),
        ({"rate": 0}, "train_clip: rate=0; it must be positive and finite"),
        ({"dtype": "int64"}, "there is no dtype 'int64'; choose one of float32, float64"),
    ],
)
def test_what_is_refused(change, message):
    images, captions = pairs_of(0, 40)
    given = {"images": images, "captions": captions, "steps": 4, **change}
    with pytest.raises((ValueError, TypeError), match=message):
        small(**given)


def test_a_loss_that_is_no_number_any_more_is_refused():
    message = "the loss is nan after 20 steps; take a smaller rate"
    with pytest.raises(ValueError, match=message), np.errstate(all="ignore"):
        small(*pairs_of(0, 40), steps=100, rate=1e38)


@pytest.mark.thorough
def test_the_digits_are_told_apart():
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn, an extra")
    with mt.use_backend("numpy"):
        images, truth = mt.data.digits()
        at, (seen, held) = thresholds(images), split(0)
        captions = describe(images, truth, at)
        told = [[captions[row] for row in rows.tolist()] for rows in (seen, held)]
        clip = train_clip(images[seen], told[0], vary=partial(altered_pairs, at=at))
        found = retrieval(clip, images[held], told[1], captions)
    assert (found.pictures, found.captions) == (400, 102)
    for name, goal in {"top1": 0.75, "top5": 0.97, "digit": 0.97, "text1": 0.80, "text5": 0.95}.items():
        assert getattr(found, name) >= goal, name
