"""What the library says of a state of an explorer: the guess that is right, and what the page must then show.

Each function takes a state, as the address has it, and gives {guess, said, raises, printed, shown}: the labels of the
guesses that are right (none where nothing is asked), words of the sentence, the error that the Python ends in, what
the Python prints (None: not compared), and a check of what stands on the page.
"""

from itertools import combinations

import numpy as np
from making.explorer_broadcasting import shapes_of
from making.explorer_mean_shift import sets
from making.explorer_memory import counted

import minitensor as mt
from minitensor.cluster import mean_shift as climb
from minitensor.errors import BroadcastError, EinsumError

COUNTERS = {
    "global": {"global_requests", "load_sectors", "fewest_sectors", "coalescing"},
    "shared": {"shared_requests", "bank_conflicts"},
}
COLOURS = 8  # of clusters, and as many stand in the table


def many(number, one):
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def broadcasting(state):
    a, b = shapes_of(state["shapes"])
    text, result, raises = mt.explain_broadcast(a, b), None, None
    try:
        result = mt.broadcast_shapes(a, b)
    except BroadcastError:
        raises = "BroadcastError"

    def shown(page):
        assert page.locator(".explore-text").text_content() == text

    return {
        "guess": [str(result) if raises is None else "an error"],
        "said": f"{a} and {b} make {result}." if raises is None else f"{a} and {b} do not fit",
        "raises": raises,
        "printed": f"{text}\n{result}" if raises is None else None,
        "shown": shown,
    }


def einsum(state):
    spec, shapes = state["spec"], shapes_of(state["sizes"])
    try:
        found = mt.explain_einsum(spec, *shapes)
    except EinsumError as error:
        message = str(error)
        return {
            "guess": ["an error"] if "size" in message else [],
            "said": "It fails",
            "raises": "EinsumError",
            "printed": None,
            "shown": lambda page: text_is(page, ".explore-fault", message),
        }
    ones = any(1 in shape for shape in shapes)  # explain_einsum leaves axes of size 1 out, the page and the plan do not
    guess = beginnings(spec, shapes) if len(shapes) > 2 else [f"{found.naive_flops:,}"]
    return {
        "guess": guess,
        "said": "operation" if ones else many(found.flops, "operation"),
        "raises": None,
        "printed": str(found),
        "shown": lambda page: text_is(page, 'pre[aria-label="the loops"]', found.loops),
    }


def beginnings(spec, shapes):
    """The pairs of operands with which a cheapest order can begin, as the page names them."""
    terms, costs = spec.replace(" ", "").partition("->")[0].split(","), {}
    output = "".join(letter.name for letter in mt.explain_einsum(spec, *shapes).letters if letter.kept)
    for pair in combinations(range(len(terms)), 2):
        rest = [at for at in range(len(terms)) if at not in pair]
        needed = set(output).union(*(terms[at] for at in rest))
        sizes = {letter: size for at in pair for letter, size in zip(terms[at], shapes[at], strict=True)}
        made = [letter for letter in sizes if letter in needed]
        first = mt.einsum_plan(f"{','.join(terms[at] for at in pair)}->{''.join(made)}", *(shapes[at] for at in pair))
        then = mt.einsum_plan(
            f"{','.join(terms[at] for at in rest)},{''.join(made)}->{output}",
            *(shapes[at] for at in rest), tuple(sizes[letter] for letter in made),
        )  # fmt: skip
        costs["x{} with x{}".format(*pair)] = first.flops + then.flops
    return [words for words, cost in costs.items() if cost == min(costs.values())]


def text_is(page, selector, text):
    assert page.locator(selector).first.text_content() == text


def memory(state):
    load = counted(int(state["stride"]), int(state["offset"]), int(state["size"]), state["space"])
    ((rounds, *more),) = getattr(load, f"{state['space']}_shapes")
    number, one = (load.load_sectors, "sector") if state["space"] == "global" else (rounds, "clock")
    clocks = max(rounds, more[0] / 3.5) if state["space"] == "global" else f"{load.bank_conflicts} replays"

    def shown(page):
        rows = page.locator(".explore-shown tr").evaluate_all(
            "all => all.map(row => [...row.cells].map(each => each.innerText))"
        )
        counters = {name: text for _, text, name in rows[1:] if name in COUNTERS[state["space"]]}
        assert set(counters) == COUNTERS[state["space"]]
        for name, text in counters.items():
            right = getattr(load, name)
            assert abs(float(text.strip("%")) - right * (100 if text.endswith("%") else 1)) <= 0.05 * text.endswith("%")

    printed = f"{number} sectors {clocks} clocks" if state["space"] == "global" else f"{number} clocks {clocks}"
    return {"guess": [str(number)], "said": many(number, one), "raises": None, "printed": printed, "shown": shown}


def points_of(state):
    if state.get("points"):
        return [tuple(map(float, each.split(","))) for each in state["points"].split("_") if each]
    return sets()[state["case"]]


def mean_shift(state):
    points, blurring = points_of(state), state.get("blurring") == "1"
    found = climb(mt.tensor(points, dtype="float64"), float(state["bandwidth"]), blurring=blurring)
    labels, centers = found.labels.tolist(), found.centers.numpy()

    def shown(page):
        colours = page.locator(".shift-dot").evaluate_all(
            "all => all.map(dot => Number(/shift-(\\d+)/.exec(dot.getAttribute('class'))[1]))"
        )
        assert colours == [label % COLOURS for label in labels]
        peaks = page.locator(".explore table tr").evaluate_all("all => all.map(row => row.cells[2].innerText)")[1:]
        peaks = [list(map(float, each.split(","))) for each in peaks if each]  # the last row may say how many more
        assert np.allclose(peaks, centers[:COLOURS], rtol=0, atol=1e-3)

    return {
        "guess": [str(len(centers))] if len(points) > 1 else [],
        "said": f"{many(len(centers), 'cluster')} of {many(len(points), 'point')}",
        "raises": None,
        "printed": f"{len(centers)} clusters after {found.n_iter} updates",
        "shown": shown,
    }


SAYS = {"broadcasting": broadcasting, "einsum": einsum, "memory": memory, "mean_shift": mean_shift}
