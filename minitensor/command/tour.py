"""The tour: both ladders, end to end, on real input, with tables, pictures and an animation."""

import itertools
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from minitensor import backend, random
from minitensor.cluster import mean_shift
from minitensor.cluster.meanshift import LADDER as MEAN_SHIFT
from minitensor.cluster.meanshift import kernels as mean_shift_kernels
from minitensor.cluster.meanshift.rungs import GPU_LADDER as GPU_MEAN_SHIFT
from minitensor.core.tensor import Tensor
from minitensor.data import blobs, digits
from minitensor.errors import MissingExtraError
from minitensor.gpu import Launch, compare, forecast
from minitensor.gpu.cards import card
from minitensor.gpu.counters import Counters
from minitensor.ladder import Climb, Ladder, ceilings, table
from minitensor.matrix_product import kernels as matmul_kernels
from minitensor.matrix_product import rungs as matmul
from minitensor.text.bar import progress
from minitensor.text.files import on_screen
from minitensor.text.hints import install, missing
from minitensor.text.numbers import in_seconds

SEED = 2  # six clusters that do not overlap
SIDE, QUERIES = 2304, 2**19  # of what is predicted: blocks enough for more than a wave on the largest card
BANDWIDTH = 2.5


def tour(out: Path, quick: bool = False, as_json: bool = False, gpu: str = "RTX 3090") -> None:
    """Climb both ladders on the chosen backend, print the tables and write four PNG files and a GIF into `out`.

    quick : smaller inputs, and rungs slower than a quarter of a second skipped
    as_json : print one JSON object instead of tables
    gpu : the card that the GPU rungs are predicted for, where there is no GPU
    Raises MissingExtraError where one of the lessons' packages is missing, PredictionError for an unknown card.
    """
    card(gpu)
    if gone := missing():
        raise MissingExtraError(f"the tour needs {', '.join(gone)}: {install(*gone)}")
    from rich.console import Console

    from minitensor import plot

    plot.headless()
    start = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)  # find out now, not after the work, whether it can be written
    on_gpu = backend.current().runs_kernels_on == "gpu"
    points, _ = blobs(SEED, each=50 if quick else 250, dtype="float32" if on_gpu else "float64")
    jobs: list[tuple[Ladder, tuple[Any, ...], str]] = [
        *(
            (matmul.GPU_LADDER if on_gpu else matmul.LADDER, pair, f"{what} ({_shape(pair)})")
            for what, pair in products(quick)
        ),
        (
            GPU_MEAN_SHIFT if on_gpu else MEAN_SHIFT,
            (points, points, BANDWIDTH),
            f"one update of {points.shape[0]:,} points, bandwidth {BANDWIDTH}",
        ),
    ]
    steps, total = itertools.count(), sum(len(ladder.rungs) for ladder, _, _ in jobs) + 5
    with progress("tour", shown=True) as shown:

        def step(words: str) -> None:
            if shown:
                shown(next(steps), total, words)

        step("the ceilings of this machine")
        for kind in ("float32", "float64"):
            ceilings(kind)
        climbs = [
            ladder.climb(
                *inputs,
                title=title,
                time_limit=0.25 if quick else 5.0,
                seconds=0.1 if quick else 0.5,
                on_rung=lambda name, job=ladder.name: step(f"{job}: {name}"),  # type: ignore[misc]
            )
            for ladder, inputs, title in jobs
        ]
        # One roof for all: what a later climb found of the machine counts for the earlier too.
        climbs = [climb.placed(ceilings(climb.ceilings.dtype)) if climb.ceilings else climb for climb in climbs]
        step("the GPU rungs, on a simulated GPU")
        simulated = {} if on_gpu else simulations(quick)
        step(f"the same, PREDICTED for the {gpu}")
        predicted = {} if on_gpu else predictions(gpu, quick)
        step("mean shift: until the points stand still")
        found = mean_shift(points, BANDWIDTH, path=True)
        step("drawing, and the animation")
        pictures = {
            "matmul.png": plot.climbs(*climbs[:-1]),
            "mean_shift.png": plot.climb_and_clusters(climbs[-1], points, found.labels, found.centers),
            "roofline.png": plot.roofline(*climbs),
            "mean_shift.gif": plot.moving(found.path, found.labels),
        }
        if predicted:
            pictures["gpu.png"] = plot.speed_of_light(matmul_kernels.simulated(SIDE, deep(quick), SIDE, sample=1), gpu)
        paths = [plot.save(picture, out / name) for name, picture in pictures.items()]
        plot.close_all()
        step("done")
    seconds = time.perf_counter() - start
    summary = {"clusters": found.centers.shape[0], "updates": found.n_iter, "converged": found.converged}
    if as_json:
        files = [str(path) for path in paths]
        report = {"backend": backend.get_backend(), "seconds": seconds, "mean_shift": summary, "files": files}
        report["climbs"] = [_finite(climb) for climb in climbs]
        report["simulated"] = {
            job: {name: _counts(launch.counters or Counters()) for name, launch in launches}
            for job, launches in simulated.items()
        }
        report["predicted"] = {
            job: {name: asdict(prediction) for name, prediction in found} for job, found in predicted.items()
        }
        print(json.dumps(report, indent=2))
        return
    console = Console()
    for climb in climbs:
        console.print(table(climb))
        console.print()
    for title, launches in simulated.items():
        console.print(compare(title, launches))
        console.print()
    for title, foreseen in predicted.items():
        console.print(forecast(title, foreseen))
        console.print()
    console.print(
        f"Mean shift found {summary['clusters']} clusters in {points.shape[0]:,} points after {found.n_iter} updates."
    )
    console.print(f"The tour took {in_seconds(seconds)} on the {backend.get_backend()} backend. Look at:")
    for path in paths:
        console.print(f"  {on_screen(path)}", soft_wrap=True, highlight=False, markup=False)
    console.print(
        "Next: minitensor lesson 1 begins with pixels, lesson 10 finds slopes, lesson 11 makes digits of words. "
        "minitensor start my-exercises begins the exercises, which check themselves. README.md names the files to read "
        "in an evening.",
        highlight=False,
    )


def products(quick: bool = False) -> list[tuple[str, tuple[Tensor, Tensor]]]:
    """The course's matrix products on real digits of 8 × 8 pixels, times random weights; and one of a cube's size."""
    images = (digits()[0] / 16).astype("float32")
    rng = random.generator(SEED)
    weights = random.normal(rng, (64, 10), dtype="float32")
    side = 128 if quick else 512
    cube = tuple(random.normal(rng, (side, side), dtype="float32") for _ in range(2))
    return [
        ("5 digits", (images[:5], weights)),
        (f"{images.shape[0]:,} digits", (images, weights)),
        (f"{side}³", (cube[0], cube[1])),
    ]


def simulations(quick: bool = False) -> dict[str, list[tuple[str, Launch]]]:
    """What the GPU rungs do, counted at small sizes, for a machine that has no GPU to time them on."""
    side, n = (32, 64) if quick else (128, 256)
    return {
        f"matmul on a GPU: {side} × 16 times 16 × {side}, float32": matmul_kernels.simulated(side, 16, side),
        f"mean shift on a GPU: one update of {n} points in two dimensions, float32": mean_shift_kernels.simulated(n),
    }


def predictions(gpu: str, quick: bool = False) -> dict[str, list[tuple[str, Any]]]:
    """What the GPU rungs are PREDICTED to take at sizes that fill a GPU, by a block or two of each."""
    rng = random.generator(SEED)
    k = deep(quick)
    a, b = (random.normal(rng, shape, dtype="float32").to("numpy") for shape in ((SIDE, k), (k, SIDE)))
    queries, points = (random.normal(rng, (n, 2), dtype="float32").to("numpy") for n in (QUERIES, 4 * k))
    product = f"matmul on the {gpu}: {SIDE:,} × {k} times {k} × {SIDE:,}, float32"
    update = f"mean shift on the {gpu}: one update of {QUERIES:,} queries over {4 * k:,} points, float32"
    return {
        product: matmul.GPU_LADDER.predictions(a, b, gpu=gpu),
        update: GPU_MEAN_SHIFT.predictions(queries, points, BANDWIDTH, gpu=gpu),
    }


def _counts(counters: Counters) -> dict[str, int]:
    """The plain numbers among them, for JSON."""
    return {name: count for name, count in asdict(counters).items() if type(count) is int}


def deep(quick: bool) -> int:
    """The length of the sums of the products that are predicted."""
    return 64 if quick else 256


def _shape(pair: tuple[Tensor, Tensor]) -> str:
    return " times ".join(f"{x.shape[0]:,} × {x.shape[1]}" for x in pair) + f", {pair[0].dtype}"


def _finite(climb: Climb) -> dict[str, Any]:
    """JSON has no NaN: what was not measured is null."""
    plain = climb.asdict()
    plain["rows"] = [{key: None if value != value else value for key, value in row.items()} for row in plain["rows"]]
    return plain
