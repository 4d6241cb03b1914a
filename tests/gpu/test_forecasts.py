"""The table of predictions says what it is, and the report shows the same clocks line by line."""

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from minitensor.errors import PredictionError
from minitensor.gpu import compare, cuda, forecast, kernel
from minitensor.gpu.counters import Counters

COUNTED = [each.name for each in dataclasses.fields(Counters) if each.type in (int, "int")]


@kernel
def scaled(x, out):
    i = cuda.grid(1)
    out[i] = cuda.exp(x[i]) * 2


@pytest.fixture(scope="module")
def launch():
    x, out = np.ones(2**20, "float32"), np.zeros(2**20, "float32")
    return scaled.sample(2)[2**12, 256](x, out)


def printed(table, width=160):
    file = io.StringIO()
    Console(file=file, width=width).print(table)
    return file.getvalue()


def test_the_table_of_predictions(launch):
    found = launch.predict("RTX 3090")
    text = printed(forecast("two kernels", [("first", found), ("second", found)]))
    assert "PREDICTED for the RTX 3090 at 1.695 GHz; not measured" in text
    assert text.count("DRAM") == 2
    assert text.count("1×") == 2
    assert "published measurements" in text
    assert "on which not all of these kernels" in printed(forecast("one", [("first", launch.predict("L4"))]))
    assert printed(forecast("nothing", []))
    assert "…" not in printed(forecast("two kernels", [("gpu_register_tiled", found)]), 60)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_table_of_counts_is_never_cut(width, launch):
    launch = dataclasses.replace(launch, counters=Counters(**dict.fromkeys(COUNTED, 12_345_678)))
    text = printed(compare("two kernels", [("gpu_register_tiled", launch), ("gpu_naive", launch)]), width)
    assert "…" not in text
    assert "FLOP/B" in text
    headings = next(line for line in text.splitlines() if line.split()[:1] == ["rung"])
    assert ("conflicts" in headings) == (width > 60)


def test_the_report_shows_the_clocks_of_each_line(launch):
    text = launch.report("RTX 3090")
    assert str(launch.predict("RTX 3090")) in text
    heading = next(line for line in text.splitlines() if line.strip().endswith("line"))
    for unit in ("issue", "FP32", "special", "L1"):
        assert f" {unit}" in heading
        assert f" {unit}" not in launch.report()
    line = next(line for line in text.splitlines() if "cuda.exp" in line)
    assert f" {2**20 // 32 * 2 / 82:,.0f} " in line  # each exp of a warp takes the unit for two clocks


def test_the_report_says_why_there_is_no_prediction(launch):
    x = np.ones(4, "float32")
    assert "not predicted: scaled: 1 blocks are less than a wave" in scaled[1, 4](x, x.copy()).report("RTX 3090")
    with pytest.raises(PredictionError, match="no facts"):
        launch.report("RTX 9090")
