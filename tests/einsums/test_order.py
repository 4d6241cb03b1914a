"""Which order is chosen: never dearer than from left to right, the cheapest of all up to ten operands."""

from itertools import pairwise
from random import Random

import pytest
from einsum_strategies import problems
from hypothesis import given
from hypothesis import strategies as st

from minitensor.einsums import order
from minitensor.einsums.exact import Exact
from minitensor.einsums.greedy import WORK, Noise, best_found, by_label, greedy, improve
from minitensor.einsums.network import Cost, Network
from minitensor.einsums.order import EXACT, best_order, left_to_right
from minitensor.einsums.planner import tidied
from minitensor.errors import EinsumError


@st.composite
def networks(draw, least=2, most=EXACT + 3, letters="abcdefghij"):
    """Terms, an output and sizes: labels shared by any number of operands, also by none."""
    terms = draw(st.lists(st.lists(st.sampled_from(letters), unique=True, max_size=4), min_size=least, max_size=most))
    present = sorted({letter for term in terms for letter in term})
    output = draw(st.lists(st.sampled_from(present), unique=True, max_size=3)) if present else []
    sizes = {letter: draw(st.sampled_from([0, 1, 2, 3, 10, 50])) for letter in present}
    return tidy(terms, output), tuple(output), sizes


def tidy(terms, output):
    """What stands in one operand alone is summed before the pairs are made."""
    return [tuple(c for c in term if c in output or sum(c in other for other in terms) > 1) for term in terms]


def cost_of(case, pairs):
    """The cost of these pairs, counted on sets of letters, one pair after another."""
    terms, output, sizes = case
    values = {number: (frozenset(term), False) for number, term in enumerate(terms)}
    flops = peak = largest = 0

    def size(labels):
        product = 1
        for label in labels:
            product *= max(sizes[label], 1)
        return product

    for a, b in pairs:
        assert a < b
        live = sum(size(labels) for labels, made in values.values() if made)
        both = values[a][0] | values.pop(b)[0]
        needed = set(output).union(*(labels for number, (labels, _) in values.items() if number != a))
        kept = both & needed
        values[a] = kept, True
        flops += size(both) * (1 if kept == both else 2)
        peak = max(peak, live + size(kept))
        largest = max(largest, size(kept) if len(values) > 1 else 0)
    assert list(values) == [0]
    return Cost(flops, peak, largest)


def every_order(numbers):
    if len(numbers) == 1:
        yield ()
    for i, a in enumerate(numbers):
        for b in numbers[i + 1 :]:
            for rest in every_order([number for number in numbers if number != b]):
                yield ((a, b), *rest)


@given(networks())
def test_never_worse_than_left_to_right(case):
    found = best_order(*case)
    assert cost_of(case, found.pairs) == found.cost
    assert found.cost <= cost_of(case, [(0, number) for number in range(1, len(case[0]))])
    assert left_to_right(Network(*case)).order().cost == cost_of(case, left_to_right(Network(*case)).order().pairs)


@given(networks(most=4))
def test_up_to_the_limit_no_order_is_cheaper(case):
    costs = [cost_of(case, pairs) for pairs in every_order(list(range(len(case[0]))))]
    assert best_order(*case).cost.flops == min(costs).flops


@given(networks(least=5, most=EXACT))
def test_no_greedy_tree_beats_the_exact_one(case):
    network, found = Network(*case), best_order(*case)
    for tree in (greedy(network)[0], by_label(network)[0], best_found(network)):
        assert tree.flops() >= found.cost.flops


def test_up_to_ten_operands_every_order_is_weighed(monkeypatch):
    monkeypatch.setattr(order, "best_found", None)  # whoever asks for it now fails
    assert len(best_order(*random_network(0, 10, "abcdefghijkl", 3)).pairs) == 9
    with pytest.raises(TypeError):
        best_order(*random_network(0, 11, "abcdefghijkl", 3))


@given(networks(most=4), st.sampled_from([1, 3, 10, 100]))
def test_the_memory_limit_is_kept_wherever_it_can_be(case, limit):
    found = best_order(*case, memory_limit=limit)
    costs = [cost_of(case, pairs) for pairs in every_order(list(range(len(case[0]))))]
    fitting = [cost.flops for cost in costs if cost.largest <= limit]
    if fitting:
        assert found.cost.largest <= limit
        assert found.cost.flops == min(fitting)
    else:
        assert found.cost.largest == min(cost.largest for cost in costs)


@given(networks(least=3, most=EXACT), st.data())
def test_the_least_limit_is_the_least(case, data):
    """With more operands than all orders can be tried of: an order keeps to it, and none to one less."""
    least = Exact(Network(*case).size, Network(*case).terms, Network(*case).output).least_limit()
    assert best_order(*case, memory_limit=least).cost.largest <= least
    assert best_order(*case, memory_limit=least - 1).cost.largest == least
    more = data.draw(st.integers(least, 4 * least))
    assert best_order(*case, memory_limit=more).cost.flops <= best_order(*case, memory_limit=least).cost.flops


@given(networks(least=EXACT + 1, most=EXACT + 4, letters="abcdefghijklmnopqrst"), st.integers(0, 2**32))
def test_every_way_to_make_a_tree_counts_right(case, seed):
    network = Network(*case)
    for noise in (None, Noise(Random(seed), 1.0)):
        for tree, _ in (greedy(network, noise=noise), by_label(network, noise)):
            before = tree.order()
            assert cost_of(case, before.pairs) == before.cost
            improve(tree, 10_000)
            after = tree.order()
            assert cost_of(case, after.pairs) == after.cost
            assert after.cost.flops <= before.cost.flops


@given(networks(least=EXACT + 1, most=EXACT + 4, letters="abcdefghijklmnopqrst"))
def test_the_same_order_at_every_call(case):
    assert best_order(*case) == best_order(*case)


@given(networks(least=EXACT + 1, most=EXACT + 2, letters="abcdefgh"), st.integers(1, 2500))
def test_a_limit_on_many_operands(case, limit):
    free, lean = best_order(*case), best_order(*case, memory_limit=limit)
    assert cost_of(case, lean.pairs) == lean.cost
    assert lean.cost.largest <= max(limit, free.cost.largest)
    if free.cost.largest <= limit:
        assert lean == free


@given(problems(6))
def test_a_spec_is_never_worse_than_from_left_to_right(problem):
    _, _, (_, output, sizes), terms, found = tidied(problem.spec, problem.shapes)
    assert found.cost.flops <= left_to_right(Network(terms, output, sizes)).flops()


def test_a_chain_is_done_from_its_thin_end():
    sizes = {"a": 1000, "b": 1000, "c": 1000, "d": 1}
    found = best_order([("a", "b"), ("b", "c"), ("c", "d")], ("a", "d"), sizes)
    assert found.pairs == ((1, 2), (0, 1))
    assert found.cost == (4_000_000, 2000, 1000)


def test_among_equals_it_goes_from_left_to_right():
    terms = [tuple("ab"), tuple("bc"), tuple("cd"), tuple("de")]
    assert best_order(terms, ("a", "e"), dict.fromkeys("abcde", 7)).pairs == ((0, 1), (0, 2), (0, 3))


def test_a_long_chain_takes_no_detour():
    letters = "abcdefghijklmnopqrstuvwxyz"
    terms = [tuple(pair) for pair in pairwise(letters)]
    found = best_order(terms, ("a", "z"), dict.fromkeys(letters, 10))
    assert found.cost.flops == 24 * 2000
    assert found.cost.largest == 100


def test_the_pair_that_shrinks_most_comes_first():
    sizes = {"a": 10, "b": 100, "c": 10, "d": 2, "e": 1}
    network = Network([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")], ("a", "e"), sizes)
    tree, _ = greedy(network)
    assert tree.parts[4] == (0, 1)  # 100 numbers for 2,000; (2, 3) would give 10 for 22
    tree, _ = greedy(network, factor=0)
    assert tree.parts[4] == (2, 3)  # the smallest product


def test_where_many_operands_share_each_label_the_cheapest_label_goes_first():
    sizes = {"a": 9, "b": 2, "c": 5, "d": 2}
    terms = [tuple(term) for term in ("ab", "bc", "ac", "bc", "bd", "cd", "cd", "ad", "ac", "ab")]
    tree, _ = by_label(Network(terms, (), sizes))
    sums = [tree.labels[node] for node in tree.below() if tree.flops_of(node) > tree.network.size[tree.labels[node]]]
    assert sums[0] == 0b1110  # without a, then without c
    assert best_order(terms, (), sizes).cost.flops <= tree.flops()


def ring(count, sizes):
    """Operands in a ring, each sharing a label with the next."""
    labels = list(range(count))
    return list(zip(labels, [*labels[1:], 0], strict=True)), (), dict(zip(labels, sizes, strict=True))


@pytest.mark.parametrize("count", [11, 14, 20, 30])
def test_the_search_is_as_good_as_the_best_order_of_a_ring(count):
    random = Random(count)
    case = ring(count, [random.randrange(2, 12) for _ in range(count)])
    assert best_order(*case).cost.flops <= 1.02 * cheapest_ring(case)


def best_of_runs(case, join):
    """Over all ways to make runs of neighbours of two shorter ones, as for a chain of matrices that ends in its trace.

    join : what is known of the two runs, with the sizes before, between and after them, to what it is of the whole
    """
    terms, _, sizes = case
    count = len(terms)
    best = {(start, 1): 0 for start in range(count)}
    for length in range(2, count + 1):
        for start in range(count):
            ends = sizes[start], sizes[(start + length) % count] if length < count else None
            best[start, length] = min(
                join(best[start, cut], best[(start + cut) % count, length - cut], sizes[(start + cut) % count], *ends)
                for cut in range(1, length)
            )
    return min(best[start, count] for start in range(count))


def cheapest_ring(case):
    return best_of_runs(case, lambda one, other, middle, a, z: one + other + 2 * a * middle * (z or 1))


def leanest_ring(case):
    return best_of_runs(case, lambda one, other, middle, a, z: max(one, other, a * z if z else 0))


def test_many_operands_under_a_limit_keep_to_it():
    """Neither from left to right does, nor the order of the fewest operations."""
    tried = 0
    for seed in range(6):
        random = Random(seed)
        case = ring(40, [random.randrange(2, 50) for _ in range(40)])
        limit, free = leanest_ring(case), best_order(*case)
        if free.cost.largest > limit:
            tried += 1
            lean = best_order(*case, memory_limit=limit)
            assert lean.cost.largest == limit
            assert cost_of(case, lean.pairs) == lean.cost
    assert tried > 2


def random_network(seed, count, letters, rank):
    """Terms of so many of these letters; one of them is in the output."""
    random = Random(seed)
    terms = [random.sample(letters, random.randint(1, rank)) for _ in range(count)]
    sizes = {letter: random.choice((2, 3, 5, 9)) for letter in sorted({c for term in terms for c in term})}
    output = (random.choice(list(sizes)),)
    return tidy(terms, output), output, sizes


@pytest.mark.parametrize("seed", [37, 82, 108, 133])
def test_a_limit_decides_where_no_order_that_is_known_keeps_to_it(seed):
    case = random_network(seed, 5, "abcdefg", 4)
    network = Network(*case)
    costs = [cost_of(case, pairs) for pairs in every_order(list(range(5)))]
    limit = min(cost.largest for cost in costs)
    known = [left_to_right(network).largest(), greedy(network)[0].largest(), best_order(*case).cost.largest]
    assert min(known) > limit
    found = best_order(*case, memory_limit=limit).cost
    assert found.largest == limit
    assert found.flops == min(cost.flops for cost in costs if cost.largest == limit)


def test_of_many_trees_the_cheapest_is_kept():
    for seed in range(8):
        network = Network(*random_network(seed, 16, "abcdefghijklmnopqrst", 3))
        first, _ = greedy(network)
        improve(first, WORK)
        assert best_found(network).flops() <= first.flops()


def test_a_crowd_is_ordered_by_labels():
    """Of 80 operands on 16 letters: better than pair by pair."""
    better = 0
    for seed in range(6):
        network = Network(*random_network(seed, 80, "abcdefghijklmnop", 3))
        by_labels, by_pairs = by_label(network)[0].flops(), greedy(network)[0].flops()
        assert best_found(network).flops() <= by_labels
        better += by_labels < by_pairs
    assert better > 3


@pytest.mark.parametrize("count", [150, 300])
def test_the_work_does_not_grow_with_the_square_of_the_operands(count, monkeypatch):
    """Counted, not timed: the parts that are looked at, and the pairs that are weighed in a ring."""
    looked = []
    search = Exact.search
    monkeypatch.setattr(Exact, "search", lambda *given: looked.append(1) or search(*given))
    terms, _, sizes = ring(count, [3] * count)
    best_order(terms, (), sizes)
    assert len(looked) < 300
    assert greedy(Network(terms, (), sizes))[1] < 60 * count


def test_a_limit_that_cannot_be_kept_is_an_error():
    with pytest.raises(EinsumError) as caught:
        tidied("ij,jk,kl->il", ((9, 2), (2, 9), (9, 9)), 10)
    assert str(caught.value) == (
        "'ij,jk,kl->il' has no order of pairs whose intermediate results all have at most 10 elements; "
        "the best that was found needs one of 18\nfix: memory_limit=18, or more"
    )
