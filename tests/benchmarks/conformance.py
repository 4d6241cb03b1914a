"""The official tests of the Array API standard, on minitensor and on NumPy, in one run: how many pass of each.

    python tests/benchmarks/conformance.py PATH [--examples N] [--workers N]

PATH is a checkout of https://github.com/data-apis/array-api-tests, its submodule too; what that needs must be installed
here (its requirements.txt). The main namespace alone is tested: of `linalg` minitensor has what others ask for, of
`fft` nothing. Meant to fail: mean, std and var of no elements, which minitensor refuses.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]
EXTENSIONS = ("linalg", "fft")


def outcomes(path, module, examples, workers):
    """What became of each test: "passed", "failed" or "skipped", by its name."""
    environment = os.environ | {
        "ARRAY_API_TESTS_MODULE": module,
        "ARRAY_API_TESTS_VERSION": "2025.12",
        "PYTHONPATH": str(ROOT),
    }
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        arguments = [
            sys.executable, "-m", "pytest", "array_api_tests", "-q", "--tb=no", "-p", "no:cacheprovider", "-p",
            "no:randomly", f"--junit-xml={report}", f"--max-examples={examples}", "--derandomize", "--disable-deadline",
            "--disable-extension", *EXTENSIONS, *(("-n", str(workers)) if workers > 1 else ()),
        ]  # fmt: skip
        # That an extension has a name is asked of every module.
        arguments += [f"--deselect=array_api_tests/test_has_names.py::test_has_names[{name}-" for name in EXTENSIONS]
        told = subprocess.run(arguments, cwd=path, env=environment, capture_output=True, text=True, check=False)
        if not report.exists():
            sys.exit(told.stdout[-2000:] + told.stderr[-2000:])
        return {
            f"{case.get('classname')}::{case.get('name')}": outcome(case)
            for case in ElementTree.parse(report).iter("testcase")
        }


def outcome(case):
    kinds = {part.tag for part in case}
    return "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, help="the checkout of array-api-tests")
    parser.add_argument("--examples", type=int, default=20, help="how many inputs a test draws (20)")
    parser.add_argument("--workers", type=int, default=1, help="processes, with pytest-xdist (1)")
    given = parser.parse_args()
    found = {}
    for module in ("minitensor", "numpy"):
        found[module] = outcomes(given.path, module, given.examples, given.workers)
        counts = {kind: list(found[module].values()).count(kind) for kind in ("passed", "failed", "skipped")}
        print(f"{module:12}", *(f"{count:5} {kind}" for kind, count in counts.items()), flush=True)
    ours, theirs = found["minitensor"], found["numpy"]
    for name in sorted(ours):
        if ours[name] != "passed" == theirs.get(name):
            print(f"    {ours[name]} here alone: {re.sub(r'^array_api_tests.', '', name)}")
    passed, wanted = (list(each.values()).count("passed") for each in (ours, theirs))
    print(f"goal: at least as many pass as NumPy's own: {'MET' if passed >= wanted else 'MISSED'}")


if __name__ == "__main__":
    main()
