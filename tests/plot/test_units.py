"""The bars are the clocks of the prediction, the one that bounds is marked, and all of it is called PREDICTED."""

import numpy as np
import pytest
from matplotlib.colors import same_color
from pictures import words

from minitensor import plot
from minitensor.errors import InputError, PredictionError
from minitensor.gpu import cuda, kernel
from minitensor.plot.style import RED


@kernel
def doubled(x, out):
    i = cuda.grid(1)
    out[i] = x[i] * 2


@pytest.fixture
def launches():
    x, out = np.ones(2**20, "float32"), np.zeros(2**20, "float32")
    return [("wide", doubled.sample(2)[2**12, 256](x, out)), ("narrow", doubled.sample(2)[2**14, 64](x, out))]


def test_the_longest_bar_is_marked(launches, tmp_path):
    fig = plot.speed_of_light(launches)
    assert len(fig.axes) == 2
    for ax, (name, launch) in zip(fig.axes, launches, strict=True):
        found = launch.predict("RTX 3090")
        lengths = [bar.get_x() + bar.get_width() for bar in ax.patches]
        assert lengths == pytest.approx([clocks for clocks in found.units.values() if clocks])
        marked = [same_color(bar.get_facecolor(), RED) for bar in ax.patches]
        assert [length for length, is_marked in zip(lengths, marked, strict=True) if is_marked] == [max(lengths)]
        assert ax.get_title(loc="left").startswith(f"{name}: PREDICTED ")
    assert "special functions" not in [label.get_text() for label in fig.axes[0].get_yticklabels()]
    assert "bounds it" in words(fig)
    assert fig.get_suptitle().startswith("PREDICTED, not measured")
    assert "untested" in plot.speed_of_light(launches, "L4").get_suptitle()
    assert plot.save(fig, tmp_path / "a.png").stat().st_size > 1_000


def test_what_cannot_be_drawn_is_refused(launches):
    with pytest.raises(InputError, match="no launch"):
        plot.speed_of_light([])
    with pytest.raises(PredictionError, match="no facts of a GPU called 'RTX 1'"):
        plot.speed_of_light(launches, "RTX 1")
