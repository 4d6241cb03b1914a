"""Answers that are right and leave a star open, and answers that only what they cost, or what they show, can refuse."""

import math

import numpy as np
import pytest

import minitensor as mt
from minitensor.exercise import check
from minitensor.gpu import cuda, kernel


def moved(q, p, h):
    weights = mt.exp(-((q[:, None] - p) ** 2).sum(2) / (2 * h**2))
    return weights @ p / weights.sum(1)[:, None]


def all_at_once(p, h, size):
    return moved(p, p, h)


def by_differences(p, h, size):
    return mt.concat([moved(p[start : start + size], p, h) for start in range(0, len(p), size)])


def test_right_numbers_from_a_table_of_all_pairs_are_refused():
    outcome = check(24, all_at_once)
    assert outcome.status == "wrong"
    assert "n * n" in outcome.text
    assert "the most is" in outcome.text


@pytest.mark.parametrize(
    ("number", "answer", "stars"),
    [
        (17, lambda x, y: ((x[:, None] - y) ** 2).sum(2), (False,)),
        (17, lambda x, y: mt.stack([((row - y) ** 2).sum(1) for row in x]), (True,)),
        (21, lambda x, y: ((x[:, None] - y) ** 2).sum(2), (False, True)),
        (24, by_differences, (False,)),
        (16, lambda: ("mn->nm", "nn->n", "m,n->mn", "m,mn->mn", "mn->n", "mk,nk->mn", "bmk,bkn->bmn", "m,mn,n->",
                      "mn,mn->m", "mn,n->m"), (False,)),
    ],
)  # fmt: skip
def test_a_plain_answer_is_right_and_a_star_is_open(number, answer, stars):
    outcome = check(number, answer)
    assert outcome.status == "right", outcome.text
    assert outcome.stars == stars, outcome.text


def centred_by_a_point(x, y):
    x, y = x - x[0], y - x[0]
    return (x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * x @ y.T


def test_a_distance_below_0_by_rounding_leaves_a_star_open():
    outcome = check(21, centred_by_a_point)
    assert outcome.stars == (True, False)
    assert "one of yours is -" in outcome.text


def plain_norm(x, p):
    return abs(x).max() if p == math.inf else (abs(x) ** p).sum() ** (1 / p)


def scaled_norm(x, p):
    largest = abs(x).max()
    return largest if p == math.inf else ((abs(x) / largest) ** p).sum() ** (1 / p) * largest


@pytest.mark.parametrize(
    ("number", "answer", "said"),
    [(19, plain_norm, "yours inf"), (19, scaled_norm, "expected 0.0 yours nan"), (23, moved, "yours [[nan, nan]]")],
)
def test_an_open_star_says_what_came_out(number, answer, said):
    outcome = check(number, answer)
    assert (outcome.status, outcome.stars) == ("right", (False,))
    assert said in " ".join(outcome.text.split())


WAY = [mt.tensor([[math.cos(step / 4), math.sin(step / 4)]]) for step in range(20)]
PICTURES = [mt.full((3, 4), float(step % 2)) for step in range(12)]


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (WAY[:5], "5 frames"),
        (WAY[0], "something else than a list of Tensors"),
        ([1.0] * 20, "something else than a list of Tensors"),
        ([WAY[0]] * 20, "one Tensor, again and again"),
        ([WAY[0][:] for _ in range(20)], "one Tensor, again and again"),
        ([*WAY[:12], WAY[11].copy()], "frame 12 is the same as frame 11"),
        ([*WAY, mt.full((1, 2), mt.nan)], "frame 20 holds what is no finite number"),
        ([*WAY, PICTURES[0]], "frame 20 has another shape than frame 19"),
        ([mt.arange(3.0) + step for step in range(12)], "frames of shape (3,)"),
    ],
)
def test_what_is_no_animation_is_said(frames, said):
    outcome = check(26, lambda: frames)
    assert outcome.status == "wrong"
    assert said in outcome.text


@pytest.mark.parametrize(("frames", "star"), [(WAY, False), (PICTURES, True)])
def test_an_animation_that_jumps_at_its_end_leaves_a_star_open(frames, star):
    outcome = check(26, lambda: frames)
    assert (outcome.status, outcome.stars) == ("right", (star,))


@kernel
def one_adds_for_its_block(x, out, n):
    if cuda.threadIdx.x == 0:
        value = np.float32(0)
        for i in range(cuda.blockIdx.x * 64, min(cuda.blockIdx.x * 64 + 64, n)):
            value += x[i]
        cuda.atomic_add(out, 0, value)


@kernel
def one_goes_along_a_row(img, out, h, w):
    x, row = cuda.grid(2)
    if x == 0 and row < h:
        for col in range(w):
            left, right = np.int32(img[row, max(col - 1, 0)]), img[row, min(col + 1, w - 1)]
            out[row, col] = np.uint8((left + img[row, col] + right + 1) // 3)


@pytest.mark.parametrize(("number", "answer"), [(36, one_adds_for_its_block), (44, one_goes_along_a_row)])
def test_few_threads_that_do_the_work_of_many_are_refused(number, answer):
    outcome = check(number, answer)
    assert (outcome.status, outcome.word) == ("wrong", "too-much")
    assert "few threads do the work of many" in outcome.text


@kernel
def one_sums_up_what_all_fetched(x, out, n):
    part = cuda.shared_memory(np.float32, 64)
    i, thread = cuda.grid(1), cuda.threadIdx.x
    part[thread] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    if thread == 0:
        for at in range(1, 64):
            part[at] += part[at - 1]
    cuda.syncthreads()
    if i < n:
        out[i] = part[thread]


def test_few_additions_by_one_thread_leave_the_star_open():
    outcome = check(38, one_sums_up_what_all_fetched)
    assert (outcome.status, outcome.stars) == ("right", (False,))
    assert "in shared memory" in outcome.text
