import numpy as np
import pytest

import minitensor as mt
from minitensor import plot
from minitensor.errors import InputError


def tables(count):
    rng = np.random.default_rng(0)
    return [mt.tensor(rng.integers(0, 9, (4, 3)).astype("float64")) for _ in range(count)]


def test_tables_stand_before_their_sum():
    parts = tables(2)
    figure = plot.added(parts, parts[0] + parts[1], ["a", "b", "both"])
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["a", "b", "both"]
    assert [ax.texts[0].get_text() for ax in figure.axes] == ["", "+", "="]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), parts[1].numpy().T ** 0.5)
    assert plot.added(parts, parts[0] + parts[1] + 1, ["a", "b", "more"]).axes[2].texts[0].get_text() == "… ="


def test_every_order_ends_on_the_same_sum():
    parts = tables(5)
    animation = plot.adding(parts, {"in order": range(5), "backwards": [4, 3, 2, 1, 0]})
    axes = animation._fig.axes
    animation._func(1)
    assert [ax.get_title(loc="left") for ax in axes] == ["in order: 2 of 5 chunks", "backwards: 2 of 5 chunks"]
    one, other = (ax.images[0].get_array() for ax in axes)
    assert (one != other).any()
    animation._func(12)
    one, other = (ax.images[0].get_array() for ax in axes)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(one, sum(part.numpy() for part in parts).T ** 0.5)


def test_each_task_stands_above_those_that_it_needs():
    needs = {"end": ["add 0", "read 0"], "add 0": ["read 0", "read 1"], "read 0": [], "read 1": []}
    (ax,) = plot.task_graph(needs, "a graph").axes
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert heights == {"end": 2, "add": 1, "read ×2": 0}
    assert len(ax.lines) == 4
    assert all(line.get_ydata()[0] < line.get_ydata()[1] for line in ax.lines)
    assert ax.get_title(loc="left") == "a graph"


@pytest.mark.parametrize("needs", [{"a": ["b"], "b": ["a"]}, {"a": ["elsewhere"]}, {"a": ["a"]}])
def test_tasks_that_never_begin_are_refused(needs):
    with pytest.raises(InputError, match="'a' needs what is not there, or itself in the end"):
        plot.task_graph(needs)
