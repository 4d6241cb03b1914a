"""Where numbers are wrong: the pattern is named exactly when it is the pattern."""

import numpy as np
import pytest

from minitensor.exercise.messages.patterns import at_edges, pattern_of, where_wrong

i = np.arange(70)
row, col = np.indices((40, 70))


@pytest.mark.parametrize(
    ("wrong", "block", "text"),
    [
        (i >= 0, 32, "All 70 are wrong."),
        (np.array([True, True]), 32, "Both are wrong."),
        (np.array([True]), 32, "out[0] is wrong."),
        (np.array([[True]]), 32, "out[0, 0] is wrong."),
        (i == 0, 32, "69 of 70 are right. Wrong: out[0]: the first."),
        (i == 69, 32, "69 of 70 are right. Wrong: out[69]: the last."),
        ((i == 0) | (i == 69), 32, "68 of 70 are right. Wrong: out[0], out[69]: the first and the last."),
        (i == 7, 32, "69 of 70 are right. Wrong: out[7]."),
        (i > 0, 32, "1 of 70 is right. Wrong: out[1] .. out[69]: all but the first."),
        (i % 32 == 0, 32, "67 of 70 are right. Wrong: out[0], out[32], out[64]: the first of each block."),
        (
            (i % 32 == 0) & (i > 0), 32,
            "68 of 70 are right. Wrong: out[32], out[64]: the first of each block but the first.",
        ),
        (i % 32 == 31, 32, "68 of 70 are right. Wrong: out[31], out[63]: the last of each full block."),
        (
            (i % 32 == 31) | (i == 69), 32,
            "67 of 70 are right. Wrong: out[31], out[63], out[69]: the last of each block.",
        ),
        (
            (i % 32 == 0) & (i > 0) | (i % 32 == 31), 32,
            "66 of 70 are right. Wrong: out[31], out[32], out[63], out[64]: the two where blocks meet.",
        ),
        (i >= 64, 32, "64 of 70 are right. Wrong: out[64] .. out[69]: the last block."),
        (i >= 32, 32, "32 of 70 are right. Wrong: out[32] .. out[69]: all but the first block."),
        (i < 64, 32, "6 of 70 are right. Wrong: out[0] .. out[63]: all but the last block."),
        ((i >= 32) & (i < 64), 32, "38 of 70 are right. Wrong: out[32] .. out[63]: block 1."),
        (i % 2 == 1, 32, "35 of 70 are right. Wrong: out[1], out[3] .. out[69]: every second."),
        (i >= 35, None, "35 of 70 are right. Wrong: out[35] .. out[69]: the second half."),
        ((i > 3) & (i < 9), None, "65 of 70 are right. Wrong: out[4] .. out[8]."),
        (i % 9 == 4, None, "62 of 70 are right. Wrong: out[4], out[13] .. out[67]."),
    ],
)  # fmt: skip
def test_along_one_axis(wrong, block, text):
    assert where_wrong("out", wrong, block) == text


@pytest.mark.parametrize(
    ("wrong", "pattern"),
    [
        (row == 3, "row 3"),
        (row == 0, "the first row"),
        (col == 69, "the last column"),
        (col % 2 == 1, "every second column"),
        (col >= 64, "the columns of the last tile"),
        ((col % 32 == 0) & (col > 0), "the first column of each tile but the first"),
        ((row % 8 == 7), "the last row of each tile"),
        ((row == 0) | (col == 0), "the first row and the first column"),
        ((row == 0) | (col == 0) | (row == 39) | (col == 69), "the edge"),
        (row != col, "all but those with row = column"),
        (col > row, "those right of the diagonal"),
        ((row >= 32) & (col >= 64), "the last block"),
        ((row == 3) & (col == 5), ""),
        ((row + col) % 2 == 0, ""),
    ],
)
def test_in_a_table(wrong, pattern):
    assert pattern_of(wrong, (32, 8)) == pattern


def test_a_square_has_a_diagonal():
    assert pattern_of(~np.eye(5, dtype=bool)) == "all but the diagonal"
    assert pattern_of(np.eye(5, dtype=bool)) == "the diagonal"


def test_one_colour_of_a_photograph():
    wrong = np.zeros((4, 5, 3), bool)
    wrong[:, :, 2] = True
    assert pattern_of(wrong) == "all with index 2 along axis 2"
    assert where_wrong("out", wrong).startswith("40 of 60 are right. Wrong: out[0, 0, 2] .. out[3, 4, 2]: ")


def test_edges_of_blocks():
    assert at_edges((i % 32 == 0) & (i > 0), 32)
    assert at_edges((i % 32 == 0) & (i > 0) | (i % 32 == 31), 32)
    assert at_edges(np.arange(33) == 32, 32)
    assert at_edges((row % 8 == 0) & (row > 0), (32, 8))
    assert not at_edges(i == 0, 32)
    assert not at_edges(i > 40, 32)
    assert not at_edges(i >= 0, 32)


def test_without_axes():
    assert where_wrong("out", np.array(True)) == "out is wrong."


def test_a_pattern_is_only_named_where_it_fits():
    rng = np.random.default_rng(0)
    for _ in range(200):
        size = int(rng.integers(5, 90))
        wrong = rng.random(size) < 0.5
        if wrong.any() and not wrong.all() and (np.diff(np.flatnonzero(wrong)) > 1).any():
            assert pattern_of(wrong, 32) in ("", "the first and the last")
