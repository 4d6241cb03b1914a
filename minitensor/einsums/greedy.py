"""A good order of many values: the pair that gains most, again and again, and then better orders of small parts.

`greedy` takes the pair whose product is smallest compared with what it replaces. `improve` then gives the few values
below each product their best order. Some noise in the choice of pairs makes other trees, of which `best_found` keeps
the cheapest. The noise is the same at every call, and the work is counted, not timed: an order depends on neither the
machine nor what it does besides.
"""

from collections.abc import Iterable
from functools import reduce
from heapq import heapify, heappop, heappush
from itertools import combinations
from math import log
from operator import or_
from random import Random

from minitensor.einsums.exact import Exact
from minitensor.einsums.network import Left, Network, Tree, bits_of

WORK = 12_000  # splits, some 10 milliseconds (tests/benchmarks/einsum_order.py): after so many no new tree is begun
PAIR, PART = 15, 100  # a pair that is weighed, and a part that is looked at, take as long as so many splits
WIDEST = 6  # values of a part whose best order is searched
CROWD = 2.5  # operands that share a label, on average, from which labels decide rather than pairs
SMALL = 1000  # a part that takes less than one in so many operations is left as it is


def best_found(network: Network, limit: int | None = None) -> Tree:
    """Of some trees, each improved, the cheapest; one that keeps to the limit, if there is one.

    limit : the most elements that an intermediate result may have
    """

    def price(tree: Tree) -> tuple[bool, int]:
        return limit is not None and tree.largest() > limit, tree.flops()

    crowded = limit is None and sum(map(int.bit_count, network.terms)) > CROWD * network.labels
    random, work, best = Random(0), 0, None
    while best is None or work < WORK:
        noise = Noise(random, random.choice((0.3, 1.0))) if best else None
        if crowded:
            tree, more = by_label(network, noise)
        else:
            tree, more = greedy(network, random.choice((0, 2, 4, 6)) if best else 4, noise, limit)
        work += more
        work += improve(tree, max(WORK - work, WORK // 2), limit)
        best = tree if best is None else min(best, tree, key=price)
    return best


class Noise:
    """What makes another tree: 1 of heat is a factor of about 3 in size."""

    def __init__(self, random: Random, heat: float) -> None:
        self.random, self.heat = random, heat

    def add(self, lost: int) -> float:
        return (log(lost) if lost > 0 else -log(1 - lost)) + self.heat * log(-log(self.random.random() or 0.5))


def by_label(network: Network, noise: Noise | None = None) -> tuple[Tree, int]:
    """The tree in which the label is summed first that leaves the smallest product; and the work.

    Where many operands share each label, there are fewer labels than pairs, and one pair says little.
    """
    left, tree, size, work = Left(network), Tree(network), network.size, 0
    labels, holders = left.labels, left.holders

    def join(numbers: Iterable[int]) -> int:
        """All these, the smallest first."""
        nonlocal work
        queue = sorted((size[labels[number]], number) for number in numbers)
        while len(queue) > 1:
            (_, a), (_, b) = heappop(queue), heappop(queue)
            node = tree.add(a, b, left.product(a, b))
            left.combine(a, b, node)
            heappush(queue, (size[labels[node]], node))
            work += PAIR
        return queue[0][1]

    def together(bit: int) -> int:
        nonlocal work
        work += len(holders[bit])
        return reduce(or_, (labels[number] for number in holders[bit]), bit) ^ bit

    alike: dict[int, list[int]] = {}
    for number, own in labels.items():
        alike.setdefault(own, []).append(number)
    for numbers in alike.values():
        join(numbers)
    waiting = {bit: together(bit) for bit in holders if not bit & network.output}
    while waiting:
        bit = min(waiting, key=lambda bit: noise.add(size[waiting[bit]]) if noise else size[waiting[bit]])
        del waiting[bit]
        if holders[bit]:
            waiting.update(
                (other, together(other)) for other in bits_of(labels[join(holders[bit])]) if other in waiting
            )
    join(labels)
    return tree, work


def greedy(network: Network, factor: int = 4, noise: Noise | None = None, limit: int | None = None) -> tuple[Tree, int]:
    """The tree in which the pair comes first whose product is smallest compared with its two parts; and the work.

    factor : how many quarters of the sizes of the two parts count against that of the product
    """
    left, tree, size, work = Left(network), Tree(network), network.size, 0
    labels, holders = left.labels, left.holders

    def weighed(a: int, b: int) -> tuple[float, int, int]:
        lost = 4 * size[left.product(a, b)] - factor * (size[labels[a]] + size[labels[b]])
        return noise.add(lost) if noise else lost, a, b

    def combine(a: int, b: int) -> int:
        node = tree.add(a, b, left.product(a, b))
        left.combine(a, b, node)
        return node

    alike: dict[int, int] = {}
    for number, own in list(labels.items()):
        alike[own] = combine(alike[own], number) if own in alike else number
    pairs = {pair for numbers in holders.values() for pair in combinations(sorted(numbers), 2)}
    waiting = [weighed(a, b) for a, b in sorted(pairs)]
    heapify(waiting)
    while len(labels) > 1:
        work += 1
        if waiting:
            _, a, b = heappop(waiting)
            if a not in labels or b not in labels:
                continue
            if limit is not None and len(labels) > 2 and size[left.product(a, b)] > limit:
                continue
        else:  # what is left shares no label, or is over the limit
            a, b = sorted(sorted(labels, key=lambda number: size[labels[number]])[:2])
        node = combine(a, b)
        for number in sorted(set().union(*(holders[bit] for bit in bits_of(labels[node]))) - {node}):
            heappush(waiting, weighed(number, node))
    return tree, PAIR * work


def improve(tree: Tree, work: int, limit: int | None = None) -> int:
    """Give the values below each product their best order, while there is work left to do; how much was done."""
    labels, parts, done = tree.labels, tree.parts, 0
    seen: set[tuple[int, ...]] = set()
    better = True
    while better and done < work:
        better = False
        products = tree.below()
        worth = sum(map(tree.flops_of, products)) // SMALL
        for node in products:
            if node not in parts:
                continue
            values, inside = _part(tree, node)
            known = sum(map(tree.flops_of, inside))
            if len(values) == 2 or known < worth or tuple(values) in seen or done > work:
                continue
            seen.add(tuple(values))
            done += PART + 3 ** len(values) // 2
            found = Exact(tree.network.size, [labels[value] for value in values], labels[node]).search(known, limit)
            if found is not None:
                better = True
                tree.replace(inside, values, found)
    return done


def _part(tree: Tree, node: int) -> tuple[list[int], list[int]]:
    """The largest few values of which a product is made, and the products between."""
    labels, size = tree.labels, tree.network.size
    values, inside = sorted(tree.parts[node]), [node]
    while len(values) < WIDEST and (open := [value for value in values if value in tree.parts]):
        inside.append(max(open, key=lambda value: size[labels[value]]))
        values.remove(inside[-1])
        values = sorted((*values, *tree.parts[inside[-1]]))
    return values, inside
