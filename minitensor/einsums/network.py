"""Operands as a network: which labels each product keeps, and what a tree of products costs.

A set of labels is an int with one bit for each of them, so that the labels of a product are found by three operations
on ints, and the size of a set is looked up.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from minitensor.einsums.parser import Label, Labels

Pair = tuple[int, int]


class Cost(NamedTuple):
    """What an order costs.

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


WORD = 12  # labels


class Sizes(dict[int, int]):
    """The number of elements of every set of labels that was asked for."""

    def __init__(self, sizes: Iterable[int]) -> None:
        super().__init__({0: 1})
        self.update({1 << bit: max(size, 1) for bit, size in enumerate(sizes)})  # 0 would hide every difference

    def __missing__(self, labels: int) -> int:
        low = labels & -labels
        word = labels & ((low << WORD) - low)  # the sizes of these few labels are wanted often
        size = self[word] * self[labels ^ word] if word != labels else self[low] * self[labels ^ low]
        self[labels] = size
        return size


class Network:
    """Operands and output by their labels, as bits. Every label of an operand is in another or in the output."""

    def __init__(self, terms: Sequence[Labels], output: Labels, sizes: dict[Label, int]) -> None:
        bits = {label: 1 << bit for bit, label in enumerate(sizes)}
        self.terms = [sum(map(bits.__getitem__, term)) for term in terms]
        self.output = sum(map(bits.__getitem__, output))
        self.size = Sizes(sizes.values())
        self.labels = len(sizes)

    def flops(self, a: int, b: int, result: int) -> int:
        """Of the product of two values with these labels."""
        both = a | b
        return self.size[both] << (both != result)


class Left:
    """The values that are left while pairs become one: the labels of each, and which values hold a label."""

    def __init__(self, network: Network) -> None:
        self.labels = dict(enumerate(network.terms))
        self.holders: dict[int, set[int]] = {}
        for number, labels in self.labels.items():
            for bit in bits_of(labels):
                self.holders.setdefault(bit, set()).add(number)
        self.output = network.output
        # A product keeps what both its parts hold only if the output or a third value has it too.
        self.many = network.output | sum(bit for bit, numbers in self.holders.items() if len(numbers) > 2)

    def product(self, a: int, b: int) -> int:
        """The labels of the product of two values."""
        of_a, of_b = self.labels[a], self.labels[b]
        return (of_a ^ of_b) | (of_a & of_b & self.many)

    def combine(self, a: int, b: int, result: int) -> None:
        """Put their product, value `result`, in the place of a and b."""
        made = self.product(a, b)
        for bit in bits_of(self.labels.pop(a) | self.labels.pop(b)):
            numbers = self.holders[bit]
            numbers -= {a, b}
            if made & bit:
                numbers.add(result)
            if len(numbers) == 2:
                self.many &= ~bit | self.output
        self.labels[result] = made


def bits_of(labels: int) -> Iterable[int]:
    while labels:
        lowest = labels & -labels
        yield lowest
        labels ^= lowest


class Tree:
    """Which two parts each product is made of. The operands are nodes 0, 1, ...; products have higher numbers.

    labels : of every node
    parts : of every product
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.labels = dict(enumerate(network.terms))
        self.parts: dict[int, Pair] = {}
        self.root = 0
        self.next = len(network.terms)

    def add(self, a: int, b: int, labels: int) -> int:
        """The number of a new product. The last one that is added is the root."""
        node = self.root = self.next
        self.next += 1
        self.parts[node], self.labels[node] = (a, b), labels
        return node

    def build(self, values: Sequence[int], pairs: Iterable[tuple[int, int, int]]) -> int:
        """Add products of these values: places of two, and their labels. The product has the next place."""
        nodes = list(values)
        for a, b, labels in pairs:
            nodes.append(self.add(nodes[a], nodes[b], labels))
        return nodes[-1]

    def replace(self, inside: list[int], values: Sequence[int], pairs: Iterable[tuple[int, int, int]]) -> None:
        """Make a product, the first of those inside, from these values in another way."""
        root = self.root
        for gone in inside:
            del self.parts[gone]
        self.parts[inside[0]] = self.parts.pop(self.build(values, pairs))
        self.root = root

    def flops_of(self, node: int) -> int:
        a, b = self.parts[node]
        return self.network.flops(self.labels[a], self.labels[b], self.labels[node])

    def below(self) -> list[int]:
        """The products, each after its parts."""
        found, stack = [], [self.root]
        while stack:
            node = stack.pop()
            if node in self.parts:
                found.append(node)
                stack += self.parts[node]
        return found[::-1]

    def flops(self) -> int:
        return sum(map(self.flops_of, self.parts))

    def largest(self) -> int:
        size = self.network.size
        return max((size[self.labels[node]] for node in self.parts if node != self.root), default=0)

    def order(self) -> Order:
        """Its pairs and their cost. Of two parts, the one that needs more memory while it is made comes first."""
        size = self.network.size
        lowest = {number: number for number in range(len(self.network.terms))}
        peak, first = dict.fromkeys(lowest, 0), {}
        waiting = dict.fromkeys(lowest, 0)  # elements of the node, if it is an intermediate result
        for node in self.below():
            a, b = sorted(self.parts[node], key=lowest.__getitem__)
            lowest[node] = lowest[a]
            waiting[node] = made = size[self.labels[node]]
            ways = [max(peak[x], waiting[x] + peak[y]) for x, y in ((a, b), (b, a))]
            first[node] = (a, b) if ways[0] <= ways[1] else (b, a)
            peak[node] = max(min(ways), waiting[a] + waiting[b] + made)
        pairs, stack = [], [self.root]
        while stack:  # backwards
            node = stack.pop()
            if node in self.parts:
                one, other = (lowest[part] for part in self.parts[node])
                pairs.append((min(one, other), max(one, other)))
                stack += first[node]
        return Order(tuple(pairs[::-1]), Cost(self.flops(), peak[self.root], self.largest()))
