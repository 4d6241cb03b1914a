"""Mistakes of learners in the exercises of lessons 1 to 3 that are not seeded there: none of them passes."""

import pytest

from minitensor.exercise import check, files
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.programs import known

MISTAKES = [
    ("strides", "size = math.prod(shape)\nreturn tuple(size / math.prod(shape[: k + 1]) for k in range(len(shape)))",
     "wrong-type"),
    ("strides", "return [math.prod(shape[axis + 1:]) for axis in range(len(shape))]", "wrong-type"),
    ("strides", "rows, columns = shape\nreturn columns, 1", "raises"),
    ("strides", "return tuple(math.prod(shape[axis + 1:]) for axis in range(len(shape) - 1))", "wrong-shape"),
    ("permute", "return [shape[k] for k in axes], [strides[k] for k in axes]", "wrong-type"),
    ("permute", "return tuple(strides[k] for k in axes), tuple(shape[k] for k in axes)", "numbers"),
    ("permute", "return tuple(sorted(shape)), tuple(sorted(strides))", "numbers"),
    ("mirror", "return abs(strides[1]) * (shape[1] - 1) + offset, shape, (strides[0], -abs(strides[1]))", "numbers"),
    ("mirror", "return offset + shape[1], shape, (strides[0], -strides[1])", "width"),
    ("mirror", "return offset + strides[0] - 1, shape, (strides[0], -strides[1])", "numbers"),
    ("dot", "if len(a) != len(b):\n    return 0.0\nreturn sum(x * y for x, y in zip(a, b))", "refuse"),
    ("dot", "assert len(a) == len(b)\nreturn sum(x * y for x, y in zip(a, b))", "refuse"),
    ("dot", "total = 0.0\nfor i in range(len(a)):\n    total += a[i] * b[i]\nreturn total", "refuse"),
    ("dot", "total = a[0] * b[0]\nfor x, y in zip(a[1:], b[1:], strict=True):\n    total += x * y\nreturn total",
     "raises"),
    ("broadcast", "return tuple(max(x, y) for x, y in zip(a, b))", "wrong-shape"),
    ("broadcast", "return max(a, b)", "wrong-shape"),
    ("broadcast", "return a if len(a) > len(b) else b", "numbers"),
    ("expand", "return tuple(0 if n == 1 else s for n, s in zip(shape, strides))", "wrong-shape"),
    ("expand", "return (*(0,) * (len(to) - len(shape)), *(0 if n == 1 else s for n, s in zip(shape, strides)))",
     "every-one"),
    ("dbscan_core", "return (((p[:, None] - p) ** 2).sum(2) <= eps * eps + 1e-5).sum(1) >= min_samples", "numbers"),
    ("lsh_hash", "above = (x @ planes.T >= 0).astype('int64')\n"
     "return above @ mt.tensor([2 ** min(i, 31) for i in range(len(planes))], dtype='int64')", "numbers"),
    ("matmul_rows", "return a.__matmul__(b)", "forbidden"),
    ("choose", "return getattr(mt, 'wh' + 'ere')(q, a, b)", "forbidden"),
    ("dbscan_core", "from minitensor.cluster import DBSCAN as D\nreturn D(eps).fit(p).labels >= 0", "forbidden"),
    ("expand", "return tuple(0 for _ in to)", "numbers"),
    ("rmse", "return ((guess - truth) ** 2).sum().sqrt()", "numbers"),
    ("rmse", "return ((guess - truth[:, None]) ** 2).mean(axis=0).sqrt()", "wrong-shape"),
    ("rmse", "return ((guess[:, 0] - truth) ** 2).mean().sqrt().item()", "wrong-type"),
    ("rmse", "return ((guess - truth[:, None]) ** 2).mean(axis=1).sqrt()", "wrong-shape"),
    ("choose", "b[q] = a[q]\nreturn b", "changed-input"),
    ("choose", "return mt.where(q, a, b)", "forbidden"),
    ("choose", "return q.astype('float64') * a + (~q).astype('float64') * b", "wrong-dtype"),
    ("choose", "return q * a + (1 - q) * b", "wrong-dtype"),
    ("choose", "return mt.maximum(q * a, ~q * b)", "other-half"),
    ("matmul_rows", "return a @ b", "forbidden"),
    ("matmul_rows", "return mt.einsum('ik,kj->ij', a, b)", "forbidden"),
    ("matmul_rows", "c = mt.zeros((a.shape[0], b.shape[1]))\nfor row in range(len(a)):\n"
     "    c[row] = (a[row, :, None] * b).sum(0)\nreturn c", "wrong-dtype"),
    ("matmul_rows", "return mt.stack([(a[row, :, None] * b).sum(0) for row in range(len(a))], axis=1)", "wrong-shape"),
    ("matmul_outer", "c = mt.zeros((a.shape[0], b.shape[1]), a.dtype)\nfor i in range(len(b)):\n"
     "    c += a[:, i, None] + b[i]\nreturn c", "numbers"),
    ("matmul_outer", "c = mt.zeros((a.shape[0], b.shape[1]), a.dtype)\nfor i in range(1, len(b)):\n"
     "    c += a[:, i, None] * b[i]\nreturn c", "numbers"),
]  # fmt: skip


def number_of(name):
    return next(number for number, each in EXERCISES.items() if each.name == name)


def answered(name, body, tmp_path):
    """The outcome of the stub with this body."""
    number = number_of(name)
    text = files.stub(number).read_text(encoding="utf-8")
    path = tmp_path / files.stub(number).name
    path.write_text(text.replace("raise NotImplementedError", body.replace("\n", "\n    ")), encoding="utf-8")
    return check(number, path=path)


@pytest.mark.parametrize(("name", "body", "word"), MISTAKES)
def test_a_mistake_that_is_not_seeded_does_not_pass(name, body, word, tmp_path):
    outcome = answered(name, body, tmp_path)
    assert outcome.status == "wrong", body
    assert outcome.word == word, outcome.text


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("mirror", "r, c = shape\ns, t = strides\nreturn offset + t * c - t, shape, (s, -t)"),
        ("dot", "if len(a) != len(b):\n    raise ValueError\nreturn sum(a[i] * b[i] for i in range(len(a)))"),
        ("rmse", "return mt.einsum('ii->i', (guess - truth) ** 2).mean().sqrt()"),
        ("choose", "return ~q * b + q * a"),
        ("matmul_rows", "c = mt.zeros((len(a), b.shape[1]), a.dtype)\nfor row in range(len(a)):\n"
         "    for col in range(b.shape[1]):\n        c[row, col] = (a[row] * b[:, col]).sum()\nreturn c"),
        ("matmul_outer", "c = mt.zeros((len(a), b.shape[1]), a.dtype)\nfor i in range(len(b)):\n"
         "    c = c + a[:, i, None] * b[i]\nreturn c"),
    ],
)  # fmt: skip
def test_a_plain_answer_is_right_and_the_star_is_open(name, body, tmp_path):
    outcome = answered(name, body, tmp_path)
    assert outcome.status == "right", outcome.text
    assert outcome.stars == (False,), outcome.text


def test_the_words_of_an_own_error_do_not_hide_which_mistake_it_is(tmp_path):
    path = files.wrong(number_of("broadcast"))["left"]
    body = "\n".join(line[4:] for line in path.read_text(encoding="utf-8").split('tensors."""\n')[1].splitlines())
    outcome = answered("broadcast", body.replace("do not fit", "are no pair"), tmp_path)
    assert outcome.word == "left", outcome.text


def test_the_brackets_of_a_signature_are_not_counted():
    assert "list[float]" in known(files.solution(number_of("dot"))).text
    assert check("dot", path=files.solution(number_of("dot"))).stars == (True,)


def test_a_tuple_of_a_few_numbers_is_shown_whole(tmp_path):
    text = answered("permute", "return shape, strides", tmp_path).text
    assert "expected  ((3, 2), (1, 3))" in text
    assert "yours     ((2, 3), (3, 1))" in text


def test_a_mend_that_is_untouched_is_told_what_its_fault_is():
    outcome = check("score", path=files.stub(number_of("score")))
    assert outcome.status == "undone"
    assert outcome.word == "trap"
