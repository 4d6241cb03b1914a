"""In which order the operands meet: the cheapest pairs, found before any number is touched.

A product of several tensors may be done two at a time in any order. Every order gives the same answer, but not at the
same price: with x of shape (1000, 10), 'ij,kj,kl->il' on x, x, x costs 40 million operations from the left and 400
thousand from the right, and its intermediate result is 1000 × 1000 instead of 10 × 10.

Up to `EXACT` operands all orders are weighed (`exact.py`); beyond, many good ones are made (`greedy.py`). Neither is
ever worse than going from left to right.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from operator import or_

from minitensor.einsums.exact import Exact
from minitensor.einsums.greedy import best_found, greedy
from minitensor.einsums.network import Network, Order, Tree
from minitensor.einsums.parser import Label, Labels

FEW = 4  # operands, up to which every order is weighed at once
EXACT = 10  # operands: 3¹⁰/2 splits take 5 to 15 milliseconds (tests/benchmarks/claims.py)


def best_order(
    terms: Sequence[Labels], output: Labels, sizes: dict[Label, int], memory_limit: int | None = None
) -> Order:
    """The cheapest order whose intermediate results have at most `memory_limit` elements each.

    terms : the labels of the operands; each label is in two of them, or in the output

    Where no order that was found keeps to the limit, the one whose largest intermediate result is smallest.

    >>> best_order([("i", "j"), ("j", "k"), ("k",)], ("i",), {"i": 9, "j": 9, "k": 9}).pairs
    ((1, 2), (0, 1))
    """
    network = Network(terms, output, sizes)
    found = [left_to_right(network)]
    if len(terms) > EXACT:
        found.append(best_found(network))
        if memory_limit is not None and found[-1].largest() > memory_limit:
            found.append(best_found(network, memory_limit))
    elif len(terms) > 2:
        if len(terms) > FEW:
            found.append(greedy(network)[0])
        found += exact(network, found, memory_limit)

    def price(tree: Tree) -> tuple[int, int]:
        over = memory_limit is not None and tree.largest() > memory_limit
        return tree.largest() if over else 0, tree.flops()

    return min(found, key=price).order()  # the first of equals: left to right, unless another order is cheaper


def left_to_right(network: Network) -> Tree:
    # By the terms from a place on, and the output.
    needed = list(accumulate(reversed(network.terms), or_, initial=network.output))[::-1]
    tree = Tree(network)
    for number in range(1, len(network.terms)):
        kept = (tree.labels[tree.root] | network.terms[number]) & needed[number + 1]
        tree.add(tree.root, number, kept)
    return tree


def exact(network: Network, known: list[Tree], limit: int | None) -> list[Tree]:
    """The cheapest tree that keeps to the limit, if it is cheaper than those that are known and keep to it too.

    If none does, the cheapest of those whose largest intermediate result is smallest.
    """
    search = Exact(network.size, network.terms, network.output)
    fitting = [tree.flops() for tree in known if limit is None or tree.largest() <= limit]
    most = 2 * len(network.terms) * network.size[reduce(or_, network.terms)]
    pairs = search.search(min(fitting, default=most), limit)
    if pairs is None and not fitting:
        pairs = search.search(most, search.least_limit())
    if pairs is None:
        return []
    tree = Tree(network)
    tree.build(range(len(network.terms)), pairs)
    return [tree]
