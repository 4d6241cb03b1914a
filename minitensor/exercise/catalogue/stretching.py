"""Lesson 3: broadcasting, its trap, and what it does for the matrix product."""

from collections.abc import Iterator
from typing import Any

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

EXERCISES = (
    Exercise(
        "shapes",
        hints=(
            "Write the two shapes below each other so that their last axes meet, and fill in 1 where one has none.",
            "On each axis of the result is the larger of the two sizes, and each operand may be stretched somewhere.",
            "guesses is (1, 5) beside (5, 1), and so is each a row beside a column. The mean over axis 1 of a (3, 4) "
            "table is (3,), which does not meet the axis of 3. A stretched axis is passed in steps of 0.",
        ),
    ),
)
