"""The mean-shift playground's script, run by Node, finds what the library finds: every update, labels, centres."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import minitensor as mt
from minitensor.cluster import mean_shift
from minitensor.data import shapes
from minitensor.errors import ConvergenceWarning

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "docs" / "static" / "explore"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="the script is run by Node, which is not here")
ASK = """
const explorer = require(process.argv[1] + "/mean_shift.js");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = cases.map(({ points, bandwidth, blurring }) => {
  const found = explorer.meanShift(points, bandwidth, { blurring });
  const right = explorer.choicesOf(found, points.length).filter((choice) => choice.right).map((choice) => choice.label);
  return { ...found, right, words: explorer.say(found) };
});
process.stdout.write(JSON.stringify(answers));
"""
READ = """
const explorer = require(process.argv[1] + "/mean_shift.js");
const [query, states, sets] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const state = explorer.stateOf(query, states);
try {
  const model = explorer.read(state, sets);
  const said = { state, model, address: explorer.addressOf(state), python: explorer.python(model) };
  process.stdout.write(JSON.stringify(said));
} catch (problem) {
  process.stdout.write(JSON.stringify({ [problem.constructor.name]: problem.message }));
}
"""
STATES = [
    {"case": "heaps", "points": "", "bandwidth": "0.3", "blurring": "0"},
    {"case": "moons", "points": "", "bandwidth": "0.25", "blurring": "0"},
]


@pytest.fixture(scope="module")
def making():
    sys.path.insert(0, str(ROOT / "docs"))
    yield importlib.import_module("making.explorer_mean_shift")
    sys.path.remove(str(ROOT / "docs"))


def node(program, given, scripts=SCRIPTS):
    ran = subprocess.run(
        ["node", "-e", program, str(scripts)], input=json.dumps(given), capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def cases(named):
    """Points, a bandwidth, blurring or not: those of the page, clusters of every kind, noise, a few points."""
    rng = np.random.default_rng(7)
    sets = list(named.values())
    sets += [points.numpy() for points, _ in shapes(3, each=12).values()]
    sets += [np.round(rng.uniform((-2.4, -1.6), (2.4, 1.6), (n, 2)), 2) for n in (1, 2, 3, 10, 50, 200)]
    sets += [np.array([[1.0, 2.0], [1.0, 2.0]]), rng.normal(size=(30, 2)) * 0.1 + [1000, -500]]
    for points in map(np.asarray, sets):
        for bandwidth in (0.01, 0.1, 0.25, 0.6, 2.0):
            for blurring in (False, True):
                yield {"points": points.tolist(), "bandwidth": bandwidth, "blurring": blurring}


def library(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mean_shift(mt.tensor(case["points"]), case["bandwidth"], blurring=case["blurring"], path=True)


@pytest.fixture(scope="module")
def table(making):
    return [(case, library(case)) for case in cases(making.sets())]


def fault(case, found, said):
    """What the script has otherwise than the library, or nothing. Numbers may differ by 1e-9 of the largest."""
    path = np.stack([each.numpy() for each in found.path])
    if (found.n_iter, found.converged) != (said["updates"], said["moving"] == 0):
        return f"{said['updates']} updates for {found.n_iter}"
    if found.labels.tolist() != said["labels"]:
        return "labels"
    size = np.abs(case["points"]).max()
    for name, right, got in (("path", path, said["path"]), ("centers", found.centers.numpy(), said["centers"])):
        if not np.abs(right - np.array(got)).max() <= 1e-9 * size:
            return name
    clusters = str(found.centers.shape[0])
    if said["right"] != [clusters] or not said["words"].startswith(f"{clusters} cluster") or "NaN" in said["words"]:
        return "words"
    return None


def faults(table, scripts=SCRIPTS):
    said = node(ASK, [case for case, _ in table], scripts)
    every = [(case["bandwidth"], fault(case, found, each)) for (case, found), each in zip(table, said, strict=True)]
    return [each for each in every if each[1]]


@needs_node
def test_script_and_library_agree(table):
    assert len(table) > 150
    assert faults(table) == []


@needs_node
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("(2 * h * h)", "(h * h)"),
        ("tol = 1e-4", "tol = 2e-4"),
        ("if (!blurring || !on.length) moving = on;", "moving = on;"),
        ("shift(asking, data, width)", "shift(asking, before, width)"),
        ("apart(i, center) > reach ** 2", "apart(i, center) > (reach / 2) ** 2"),
        ("sizes[b] - sizes[a] ||", "sizes[a] - sizes[b] ||"),
        ("most = 300", "most = 30"),
    ],
)
def test_a_wrong_script_is_found(table, tmp_path, right, wrong):
    shutil.copytree(SCRIPTS, tmp_path / "explore")
    script = tmp_path / "explore" / "mean_shift_rules.js"
    text = script.read_text(encoding="utf-8")
    assert text.count(right) == 1
    script.write_text(text.replace(right, wrong), encoding="utf-8")
    small = [(case, found) for case, found in table if len(case["points"]) < 100]
    assert faults(small, tmp_path / "explore")


@needs_node
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?case=hills", "There is no case “hills”; there are heaps, moons, widths."),
        ("?case=toString", "There is no case “toString”"),
        ("?bandwidth=0", "The bandwidth is a number from 0.001 to 1000, not “0”."),
        ("?bandwidth=", "The bandwidth is a number from 0.001 to 1000."),
        ("?bandwidth=1e999", "not “1e999”"),
        ("?points=_", "There is no point"),
        ("?points=1,2,3", "“1,2,3” is no point"),
        ("?points=1,NaN", "“1,NaN” is no point"),
        ("?points=1,", "“1,” is no point"),
        ("?points=0,0_3,0", "The point “3,0” is off the plane, which goes from -2.4 to 2.4 and from -1.6 to 1.6."),
        ("?points=" + "0,0_" * 201, "Here are at most 200 points; these are 201."),
    ],
)
def test_what_it_does_not_take_has_a_sentence(making, query, words):
    assert words in node(READ, [query, STATES, making.sets()])["Problem"]


@needs_node
def test_the_address_holds_the_state(making):
    said = node(READ, ["?case=moons", STATES, making.sets()])
    assert said["model"] == {"points": making.sets()["moons"], "bandwidth": 0.25, "blurring": False}
    query = "?points=0,0.5_-1,1&bandwidth=0.4&blurring=1"
    said = node(READ, [query, STATES, making.sets()])
    assert said["model"] == {"points": [[0, 0.5], [-1, 1]], "bandwidth": 0.4, "blurring": True}
    assert said["address"] == query


@needs_node
def test_its_lines_of_python_print_the_same(making, tmp_path):
    said = node(READ, ["?case=moons", STATES, making.sets()])
    assert said["python"] == making.code(said["model"]["points"], 0.25)
    script = tmp_path / "same.py"
    script.write_text(said["python"], encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, env=env, check=False)
    assert ran.stdout.strip() == "6 clusters after 63 updates", ran.stderr


def test_without_javascript_a_case_is_worked_out(making):
    html = making.still({"case": "heaps", "bandwidth": "0.3"})
    assert "3 clusters of 60 points: 20, 20, 20, after 10 updates." in html
    assert html.count("shift-ring") == html.count("shift-path") == 60
    assert html.count("shift-peak") == 3
    assert "nan" not in html


def test_what_the_page_says_of_its_cases(making):
    """The text beside the playground: a bandwidth too small, one too large, moons and widths that are found or not."""
    clusters = {("heaps", 0.01): 58, ("heaps", 1.2): 1, ("moons", 0.4): 2, ("widths", 0.2): 9, ("widths", 0.44): 3}
    found = {}
    for name, bandwidth in clusters:
        case = {"points": making.sets()[name], "bandwidth": bandwidth, "blurring": False}
        found[name, bandwidth] = library(case)
    assert {key: each.centers.shape[0] for key, each in found.items()} == clusters
    labels = found["moons", 0.4].labels.numpy()
    assert min(len(set(labels[:30])), len(set(labels[30:]))) == 2  # both moons are in pieces
    labels = found["widths", 0.44].labels.numpy().reshape(3, 20)
    assert sum(np.bincount(row).max() for row in labels) >= 59
