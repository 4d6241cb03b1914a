"""The orders in which minitensor's einsum makes its pairs against those of opt_einsum, and how long planning takes.

    python tests/benchmarks/einsum_order.py [--networks N] [--only orders|times]

Orders: random networks of opt_einsum.testing.rand_equation, each operand joined to 2 to 4 others, sizes 2 to 9. The
operations of every order are counted in the same way, by the letters alone. A ratio is the peer's operations over ours:
above 1 where our order is cheaper.

Times: milliseconds of the processor, the least of a few rounds. `einsum_plan` reads, fits, orders and writes the steps,
where the peers read and order. A spec has 52 letters, so that from some 40 operands on its letters are shared by many.
"""

import argparse
import math
import platform
import random
import string
import time
from collections import Counter

import opt_einsum
from opt_einsum.testing import rand_equation

import minitensor as mt
from minitensor.einsums.order import best_order
from minitensor.einsums.parser import parse
from minitensor.einsums.planner import tidied

SIZES = (4, 6, 8, 9, 10, 11, 12, 14, 20, 30, 50, 100, 200)
EXACT_PEER = 14  # operands up to which opt_einsum's dp is asked
ROUNDS = 5


def network(count, seed):
    """Terms, an output, and sizes."""
    spec, shapes = rand_equation(count, 2 + seed % 3, n_out=seed % 3, d_min=2, d_max=9, seed=seed)
    left, output = spec.split("->")
    sizes = {}
    for term, shape in zip(left.split(","), shapes, strict=True):
        sizes.update(zip(term, shape, strict=True))
    times = Counter("".join("".join(set(term)) for term in left.split(",")))
    terms = ["".join(c for c in dict.fromkeys(t) if times[c] > 1 or c in output) for t in left.split(",")]
    return terms, output, sizes


def operations(terms, output, sizes, path):
    """Multiplications, and as many additions where something is summed. A path takes places out of what is left."""
    left, total = [frozenset(term) for term in terms], 0
    for places in path:
        parts = [left.pop(place) for place in sorted(places, reverse=True)]
        both = frozenset().union(*parts)
        kept = both & frozenset(output).union(*left)
        total += math.prod(sizes[label] for label in both) * (len(parts) - 1 + (kept != both))
        left.append(kept)
    return total


def path_of(pairs, count):
    """Our pairs as a path: the product goes to the end of what is left."""
    left, path = list(range(count)), []
    for a, b in pairs:
        path.append((left.index(a), left.index(b)))
        left = [number for number in left if number not in (a, b)] + [a]
    return path


def peers(count):
    names = {"auto": "auto", "greedy": "greedy"}
    return {"dp": opt_einsum.DynamicProgramming("flops"), **names} if count <= EXACT_PEER else names


def theirs(terms, output, sizes, optimize):
    shapes = [tuple(sizes[label] for label in term) for term in terms]
    return opt_einsum.contract_path(f"{','.join(terms)}->{output}", *shapes, shapes=True, optimize=optimize)[0]


def orders(networks):
    print(f"Operations of a peer's order over those of ours, {networks} random networks for each number of operands:")
    print("geometric mean, median, and the 10 and 90 per cent\n")
    print(f"{'operands':>8}" + "".join(f"{name:>32}" for name in ("dp", "auto", "greedy")))
    for count in SIZES:
        ratios = {name: [] for name in ("dp", "auto", "greedy")}
        for seed in range(networks):
            case = network(count, seed)
            ours = operations(*case, path_of(best_order(*case).pairs, count))
            for name, optimize in peers(count).items():
                ratios[name].append(operations(*case, theirs(*case, optimize)) / ours)
        print(f"{count:8}" + "".join(f"{_spread(found):>32}" for found in ratios.values()), flush=True)


def _spread(ratios):
    if not ratios:
        return ""
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    ratios = sorted(ratios)
    middle, low, high = (ratios[int(part * len(ratios))] for part in (0.5, 0.1, 0.9))
    return f"{mean:8.3g} {middle:6.3g} {low:6.3g} {high:8.3g}"


def least(call, *given, **options):
    """Milliseconds of the processor, so that a busy machine adds little."""
    best = math.inf
    for _ in range(ROUNDS):
        tidied.cache_clear()
        start = time.process_time()
        call(*given, **options)
        best = min(best, time.process_time() - start)
    return best * 1000


def specs(count):
    """By name: a ring of letters, random letters two and three at a time, the same term again and again."""
    letters, choose = string.ascii_letters, random.Random(count)
    each = {
        "ring": [letters[i % 52] + letters[(i + 1) % 52] for i in range(count)],
        "random pairs": ["".join(choose.sample(letters, 2)) for _ in range(count)],
        "random threes": ["".join(choose.sample(letters, 3)) for _ in range(count)],
        "one term": ["ij"] * count,
    }
    return {name: (",".join(terms) + "->", [(3,) * len(term) for term in terms]) for name, terms in each.items()}


def times():
    print("\nMilliseconds of a plan, and of the peer's path\n")
    print(f"{'operands':>8} {'':14}{'einsum_plan':>14}{'auto':>10}{'greedy':>10}{'dp':>10}")
    for count in (2, 3, 4, 6, 8, 10, 12, 20, 100, 200, 300):
        for name, (spec, shapes) in specs(count).items():
            took = [least(mt.einsum_plan, spec, *shapes)]
            for optimize in ("auto", "greedy", "dp") if count <= EXACT_PEER else ("auto", "greedy"):
                took += [least(opt_einsum.contract_path, spec, *shapes, shapes=True, optimize=optimize)]
            print(f"{count:8} {name:14}{took[0]:14.2f}" + "".join(f"{each:10.2f}" for each in took[1:]), flush=True)
    print("\nMilliseconds to read a spec\n")
    for spec in ("ij,jk->ik", "a" * 40_000, ",".join(["ab"] * 13_000), "," * 40_000):
        print(f"{len(spec):8} characters, {spec[:9]}{least(parse, spec):10.3f}")


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--networks", type=int, default=200)
    reader.add_argument("--only", choices=("orders", "times"))
    options = reader.parse_args()
    print(f"opt_einsum {opt_einsum.__version__}, Python {platform.python_version()}\n")
    if options.only != "times":
        orders(options.networks)
    if options.only != "orders":
        times()


if __name__ == "__main__":
    main()
