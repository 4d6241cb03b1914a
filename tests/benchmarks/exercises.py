"""How long ``minitensor check N`` takes, a process each, for every solution and for an answer that never ends.

``python tests/benchmarks/exercises.py [--each 3]``; the goal is 5 s for an exercise. Other programs that run make it
longer: the least of several rounds counts.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from minitensor.exercise import files

GOAL = 5.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=2, help="rounds, of which the least counts (%(default)s)")
    rounds = parser.parse_args().each
    with tempfile.TemporaryDirectory() as folder:
        command([sys.executable, "-m", "minitensor", "start", folder])
        found = {}
        for number, path in files.exercises().items():
            Path(folder, path.name).write_bytes(files.solution(number).read_bytes())
            found[path.stem] = min(checked(number, folder) for _ in range(rounds))
        Path(folder, "06_dot.py").write_text("def dot(a, b):\n    while True:\n        pass\n", encoding="utf-8")
        found["06_dot, endless"] = min(checked(6, folder) for _ in range(rounds))
    for name, seconds in sorted(found.items(), key=lambda each: -each[1])[:8]:
        print(f"{name:<20} {seconds:5.2f} s")
    print(f"the median {sorted(found.values())[len(found) // 2]:.2f} s of {len(found)}")
    slowest = max(found.values())
    print(f"the slowest {slowest:.2f} s, goal {GOAL:.0f} s: {'MET' if slowest <= GOAL else 'MISSED'}")


def checked(number: int, folder: str) -> float:
    start = time.perf_counter()
    command([sys.executable, "-m", "minitensor", "check", str(number), "--dir", folder])
    return time.perf_counter() - start


def command(words: list[str]) -> None:
    result = subprocess.run(words, capture_output=True, text=True)
    if "Traceback" in result.stderr:
        raise SystemExit(result.stderr)


if __name__ == "__main__":
    main()
