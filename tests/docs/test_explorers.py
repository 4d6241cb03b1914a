"""The explorers' scripts, run by Node, say what the library says."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from docs.explorers import TABLES

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "docs" / "static" / "explore"
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="the explorers are run by Node, which is not here")


def differences(name, cases, scripts=SCRIPTS):
    """The cases for which the script's answer is not the library's: (state, what is right, what the script says)."""
    states = json.dumps([case["state"] for case in cases])
    command = ["node", HERE / "run_explorer.mjs", scripts, name]
    ran = subprocess.run(command, input=states, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert len(found) == len(cases)
    return [
        (case["state"], case["right"], said)
        for case, said in zip(cases, found, strict=True)
        if {key: said.get(key) for key in case["right"]} != case["right"]
        and not ("Problem" in case["right"] and said.get("Problem"))
    ]


@pytest.mark.parametrize("name", TABLES)
def test_script_and_library_agree(name):
    cases = TABLES[name]()
    assert len(cases) > 400
    assert differences(name, cases) == []


@pytest.mark.parametrize(
    ("name", "file", "right", "wrong"),
    [
        ("broadcasting", "broadcasting_rules.js", "others.size > 1 ? null", "others.size > 2 ? null"),
        ("broadcasting", "broadcasting_rules.js", "has size 1 and is", "is"),
        ("einsum", "einsum_rules.js", "=== made ? 1n : 2n", "=== made ? 1n : 1n"),
        ("einsum", "einsum_rules.js", "places[first], places[i]", "places[i]"),
        ("einsum", "einsum_rules.js", "(leaves.length > 2 && exact(fromLeft.flops)) || fromLeft", "fromLeft"),
    ],
)
def test_a_wrong_script_is_found(tmp_path, name, file, right, wrong):
    shutil.copytree(SCRIPTS, tmp_path / "explore")
    script = tmp_path / "explore" / file
    text = script.read_text(encoding="utf-8")
    assert text.count(right) == 1
    script.write_text(text.replace(right, wrong), encoding="utf-8")
    assert differences(name, TABLES[name](100), tmp_path / "explore")


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("broadcasting", {"shapes": ""}, "A shape is missing"),
        ("broadcasting", {"shapes": "3x1"}, "There is one shape"),
        ("broadcasting", {"shapes": "3,4,5"}, "There are 3 shapes"),
        ("broadcasting", {"shapes": "3x,4"}, "“3x” is no shape"),
        ("broadcasting", {"shapes": "NaN,4"}, "“NaN” is no shape"),
        ("broadcasting", {"shapes": "3.5,4"}, "“3.5” is no shape"),
        ("broadcasting", {"shapes": "(3,),(4"}, "is no shape"),
        ("broadcasting", {"shapes": "3,-1"}, "A size is 0 or more, not -1"),
        ("broadcasting", {"shapes": "3x1 4"}, "Is a comma missing in “3x1 4”? Write 3x1,4."),
        ("broadcasting", {"shapes": "3x1; 4"}, "Is a comma missing in “3x1; 4”? Write 3x1,4."),
        ("broadcasting", {"shapes": "(3 1),(4,)"}, "Is a comma missing in “(3 1)”? Write (3, 1)."),
        ("einsum", {"spec": "ik,kj->ij", "sizes": "2x3 3x4"}, "Is a comma missing in “2x3 3x4”? Write 2x3,3x4."),
        ("broadcasting", {"shapes": "3,1000001"}, "Sizes here go up to 1,000,000"),
        ("broadcasting", {"shapes": "1x1x1x1x1x1x1,1"}, "at most 6 axes"),
        ("einsum", {"spec": " ", "sizes": "()"}, "Write a spec"),
        ("einsum", {"spec": "...i->i", "sizes": "2"}, "letters only"),
        ("einsum", {"spec": "α->", "sizes": "2"}, "a-z and A-Z"),
        ("einsum", {"spec": "a,b,c,d,e->", "sizes": "2,2,2,2,2"}, "up to 4 operands, not 5"),
        ("einsum", {"spec": "abcde,fghij,klmno->", "sizes": "2,2,2"}, "up to 12 letters"),
        ("einsum", {"spec": "ij->", "sizes": "2x0"}, "Sizes here are 1 or more"),
        ("einsum", {"spec": "ij->", "sizes": ""}, "A shape is missing"),
    ],
)
def test_what_an_explorer_does_not_take_has_a_sentence(name, state, words):
    ((_, _, said),) = differences(name, [{"state": state, "right": {"result": 0}}])
    assert words in said["Problem"]
