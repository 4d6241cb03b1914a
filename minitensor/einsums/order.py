"""In which order the operands meet: the cheapest pairs, found before any number is touched.

A product of several tensors may be done two at a time in any order. Every order gives the same answer, but not at the
same price: with x of shape (1000, 10), 'ij,kj,kl->il' on x, x, x costs 40 million operations from the left and 400
thousand from the right, and its intermediate result is 1000 × 1000 instead of 10 × 10.

Up to `EXACT` operands all orders are weighed, by dynamic programming over subsets: the best way to make the product of
a set is the best split of it in two, each made in its best way. That takes 3ⁿ splits. Beyond, a greedy search takes the
pair whose product is smallest compared with what it replaces. Neither is ever worse than going from left to right.
"""

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import NamedTuple

from minitensor.einsums.parser import Label, Labels

Pair = tuple[int, int]

EXACT = 7  # operands: 3⁷ splits take 5 to 20 milliseconds (tests/benchmarks/claims.py)


class Cost(NamedTuple):
    """What an order costs; smaller is better, and the first number that differs decides.

    flops : multiplications, and as many additions where something is summed
    peak : elements of the intermediate results that live at one time, the answer with them
    largest : elements of the largest intermediate result; the answer is not one
    """

    flops: int
    peak: int
    largest: int


class Order(NamedTuple):
    """Pairs (a, b), a < b, in the order in which value b is combined into value a, until only value 0 is left."""

    pairs: tuple[Pair, ...]
    cost: Cost


class Network:
    """Operands by their labels: what each product of some of them keeps, and what making it costs.

    A set of operands is an int with one bit for each of them.
    """

    def __init__(self, terms: Sequence[Iterable[Label]], output: Iterable[Label], sizes: dict[Label, int]) -> None:
        self.sizes = {label: max(size, 1) for label, size in sizes.items()}  # empty axes would hide every difference
        self.terms = [frozenset(term) for term in terms]
        self.output = frozenset(output)
        self.all = (1 << len(self.terms)) - 1
        self._kept: dict[int, frozenset[Label]] = {}

    def size(self, labels: Iterable[Label]) -> int:
        return prod(self.sizes[label] for label in labels)

    def kept(self, some: int) -> frozenset[Label]:
        """The labels of the product of these operands: those that another operand or the output needs."""
        if some not in self._kept:
            inside: set[Label] = set()
            needed = set(self.output)
            for number, term in enumerate(self.terms):
                (inside if some >> number & 1 else needed).update(term)
            self._kept[some] = frozenset(inside & needed)
        return self._kept[some]

    def is_intermediate(self, some: int) -> bool:
        return some != self.all and some & (some - 1) != 0

    def join(self, a: int, b: int, cost_a: Cost, cost_b: Cost) -> Cost:
        """The cost of making both products in turn and then the product of the two."""
        both = self.kept(a) | self.kept(b)
        result = self.kept(a | b)
        size = self.size(result)
        waiting, second = (self.size(self.kept(some)) * self.is_intermediate(some) for some in (a, b))
        flops = self.size(both) * (1 if result == both else 2)
        return Cost(
            cost_a.flops + cost_b.flops + flops,
            max(cost_a.peak, waiting + cost_b.peak, waiting + second + size),
            max(cost_a.largest, cost_b.largest, size * self.is_intermediate(a | b)),
        )


FREE = Cost(0, 0, 0)


def best_order(
    terms: Sequence[Labels], output: Labels, sizes: dict[Label, int], memory_limit: int | None = None
) -> Order:
    """The cheapest order whose intermediate results have at most `memory_limit` elements each.

    Where no order that was found keeps to the limit, the one whose largest intermediate result is smallest.

    >>> best_order([("i", "j"), ("j", "k"), ("k",)], ("i",), {"i": 9, "j": 9, "k": 9}).pairs
    ((1, 2), (0, 1))
    """
    network = Network(terms, output, sizes)
    search = exact if len(terms) <= EXACT else greedy
    found = [left_to_right(network), search(network, _by_flops)]
    if memory_limit is not None and min(order.cost.largest for order in found) > memory_limit:
        found.append(search(network, _by_memory))
    if memory_limit is not None and len(terms) <= EXACT:
        found.append(exact(network, lambda cost: (cost.largest > memory_limit, *cost)))
    fitting = [order for order in found if memory_limit is None or order.cost.largest <= memory_limit]
    # The first of equals wins: left to right, unless another order is cheaper.
    return min(fitting, key=lambda order: order.cost) if fitting else min(found, key=lambda o: _by_memory(o.cost))


def _by_flops(cost: Cost) -> tuple[int, ...]:
    return cost


def _by_memory(cost: Cost) -> tuple[int, ...]:
    return cost.largest, cost.flops


def left_to_right(network: Network) -> Order:
    done, cost, pairs = 1, FREE, []
    for b in range(1, len(network.terms)):
        cost = network.join(done, 1 << b, cost, FREE)
        done |= 1 << b
        pairs.append((0, b))
    return Order(tuple(pairs), cost)


def exact(network: Network, key: Callable[[Cost], tuple]) -> Order:
    """Every way to split every set of operands, small sets first."""
    best: dict[int, tuple[Cost, int]] = {1 << number: (FREE, 0) for number in range(len(network.terms))}
    for some in sorted(range(1, network.all + 1), key=int.bit_count):
        lowest = some & -some
        part = right = some & ~lowest  # of the two halves, the one without the first operand
        while right:
            cost = network.join(some ^ right, right, best[some ^ right][0], best[right][0])
            if some not in best or key(cost) < key(best[some][0]):
                best[some] = cost, right
            right = (right - 1) & part
    pairs: list[Pair] = []

    def walk(some: int) -> int:
        """Write down the pairs that make this product, and return the number of the value that it will be."""
        _, right = best[some]
        if right:
            a, b = walk(some ^ right), walk(right)
            pairs.append((a, b))
        return (some & -some).bit_length() - 1

    walk(network.all)
    return Order(tuple(pairs), best[network.all][0])


def greedy(network: Network, key: Callable[[Cost], tuple]) -> Order:
    """Each time the pair whose product is smallest compared with its two factors; by memory, the smallest product."""
    values = {1 << number: FREE for number in range(len(network.terms))}
    factor = 0 if key is _by_memory else 1
    scores: dict[Pair, tuple[int, int]] = {}

    def score(a: int, b: int) -> tuple[int, int]:
        if (a, b) not in scores:
            size = network.size(network.kept(a | b))
            gone = network.size(network.kept(a)) + network.size(network.kept(b))
            scores[a, b] = size - factor * gone, network.size(network.kept(a) | network.kept(b))
        return scores[a, b]

    pairs: list[Pair] = []
    peak = 0
    while len(values) > 1:
        numbers = sorted(values, key=lambda some: some & -some)
        a, b = min(((a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :]), key=lambda pair: score(*pair))
        live = sum(network.size(network.kept(some)) for some in values if network.is_intermediate(some))
        peak = max(peak, live + network.size(network.kept(a | b)))
        cost = network.join(a, b, values.pop(a), values.pop(b))
        values[a | b] = cost
        pairs.append(((a & -a).bit_length() - 1, (b & -b).bit_length() - 1))
    return Order(tuple(pairs), values[network.all]._replace(peak=peak))
