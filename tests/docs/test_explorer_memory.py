"""The memory explorer's script, run by Node, counts what the simulator counts; its lines of Python run."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "docs" / "static" / "explore"
STRIDES, SIZES = range(65), (1, 2, 4, 8)
OFFSETS = {"global": (0, 1, 2, 3, 5, 7, 8, 16, 31, 32, 33, 63), "shared": (0, 1, 63)}
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="the script is run by Node, which is not here")
ASK = """
const explorer = require(process.argv[1] + "/memory.js");
const states = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = states.map((state) => {
  try {
    const model = explorer.page.read(state);
    const { sectors, fewest, lines, rounds, conflicts, clocks } = model;
    const { choices } = explorer.page.ask(model);
    const right = choices.filter((choice) => choice.right).map((choice) => Number(choice.label));
    const words = explorer.page.say(model);
    const counted = [sectors.length, fewest, lines, rounds.length, conflicts, clocks];
    return { counted, right, words, python: explorer.page.python(model) };
  } catch (problem) {
    return { [problem.constructor.name]: problem.message };
  }
});
process.stdout.write(JSON.stringify(answers));
"""


@pytest.fixture(scope="module")
def making():
    sys.path.insert(0, str(ROOT / "docs"))
    yield importlib.import_module("making.explorer_memory")
    sys.path.remove(str(ROOT / "docs"))


def state(stride, offset, size, space):
    return {"stride": str(stride), "offset": str(offset), "size": str(size), "space": space}


def answers(states, scripts=SCRIPTS):
    """What the script says of each state."""
    ran = subprocess.run(
        ["node", "-e", ASK, str(scripts)], input=json.dumps(states), capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def table(making):
    """For each read what the counters of a real launch say: sectors, fewest, lines, rounds, conflicts, clocks."""
    found, length = {}, 31 * 64 + 64
    for size, stride in product(SIZES, STRIDES):
        for offset in OFFSETS["global"]:
            load = making.counted(stride, offset, size, "global", length)
            ((rounds, lines, wide),) = load.global_shapes
            assert (load.global_requests, wide) == (1, False)
            clocks, more = max(rounds, lines / 3.5), rounds - max(1, size // 4)
            right = [load.load_sectors, load.fewest_sectors, lines, rounds, more, clocks]
            found[stride, offset, size, "global"] = right
        for offset in OFFSETS["shared"]:
            load = making.counted(stride, offset, size, "shared", length)
            ((rounds, delivered),) = load.shared_shapes
            found[stride, offset, size, "shared"] = [rounds, load.bank_conflicts, max(rounds, delivered / 128)]
    return found


def differences(table, scripts=SCRIPTS):
    """The reads of which the script says something else than the launch."""
    said = answers([state(*key) for key in table], scripts)
    return [
        (key, right, each)
        for (key, right), each in zip(table.items(), said, strict=True)
        if each["counted"][0 if key[3] == "global" else 3 :] != right
        or each["right"] != [right[0]]
        or "NaN" in each["words"]
    ]


@needs_node
def test_script_and_simulator_agree(table):
    assert len(table) == 65 * 4 * (12 + 3)
    assert differences(table) == []


@needs_node
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("const SECTOR = 32;", "const SECTOR = 64;"),
        ("const LOOKUPS = 3.5;", "const LOOKUPS = 4;"),
        ("const unit = Math.max(BANK, size);", "const unit = BANK;"),
        ("const together = Math.min(WARP, banks);", "const together = WARP;"),
        ("rounds.length - least;", "rounds.length - 1;"),
    ],
)
def test_a_wrong_script_is_found(table, tmp_path, right, wrong):
    shutil.copytree(SCRIPTS, tmp_path / "explore")
    script = tmp_path / "explore" / "memory_rules.js"
    text = script.read_text(encoding="utf-8")
    assert text.count(right) == 1
    script.write_text(text.replace(right, wrong), encoding="utf-8")
    some = {key: right for key, right in table.items() if key[0] % 7 == 0}
    assert differences(some, tmp_path / "explore")


@needs_node
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"stride": "65"}, "The stride is a whole number from 0 to 64, not “65”."),
        ({"stride": "-1"}, "not “-1”"),
        ({"offset": "NaN"}, "The offset is a whole number from 0 to 63, not “NaN”."),
        ({"offset": ""}, "The offset is a whole number from 0 to 63."),
        ({"size": "3"}, "An element has 1, 2, 4 or 8 bytes, not “3”."),
        ({"size": "toString"}, "not “toString”"),
        ({"space": "constant"}, "The memory is global or shared, not “constant”."),
    ],
)
def test_what_it_does_not_take_has_a_sentence(changed, words):
    (said,) = answers([state(2, 0, 4, "global") | changed])
    assert words in said["Problem"]


@needs_node
@pytest.mark.parametrize(
    ("case", "printed"),
    [
        ((2, 0, 4, "global"), "8 sectors 2 clocks"),
        ((1, 1, 4, "global"), "5 sectors 1 clocks"),
        ((9, 0, 8, "global"), "32 sectors 5.142857142857143 clocks"),
        ((32, 0, 4, "shared"), "32 clocks 31 replays"),
        ((33, 0, 4, "shared"), "1 clocks 0 replays"),
        ((0, 0, 4, "shared"), "1 clocks 0 replays"),
        ((2, 5, 1, "shared"), "1 clocks 0 replays"),
    ],
)
def test_its_lines_of_python_print_the_same(making, tmp_path, case, printed):
    (said,) = answers([state(*case)])
    assert said["python"] == making.code(*case)
    script = tmp_path / "same.py"
    script.write_text(said["python"], encoding="utf-8")
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=ROOT, env=_env(), check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == printed


def _env():
    return os.environ | {"PYTHONPATH": str(ROOT)}


def test_without_javascript_a_case_is_worked_out(making):
    html = making.still(state(2, 0, 4, "global"))
    assert "8 sectors: 256 bytes move, 128 are asked for, 50%." in html
    assert html.count("memory-touched") == 8
    assert html.count("memory-wire") == 32
    html = making.still(state(1, 1, 4, "global"))
    assert "5 sectors: 160 bytes move, 128 are asked for, 80%." in html
    assert html.count("memory-idle") == 3
    assert np.isfinite([float(x) for x in _numbers(html)]).all()


def _numbers(html):
    return re.findall(r'\b(?:x|y|width|height)="([^"]+)"', html)
