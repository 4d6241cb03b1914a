from itertools import pairwise

import pytest
from einsum_strategies import problems
from hypothesis import given
from hypothesis import strategies as st

from minitensor.einsums.order import EXACT, FREE, Network, _by_flops, _by_memory, best_order, greedy, left_to_right
from minitensor.einsums.planner import tidied
from minitensor.errors import EinsumError


@st.composite
def networks(draw, least=2, most=EXACT + 3):
    """Terms, an output and sizes: labels shared by any number of operands, also by none."""
    letters = "abcdefghij"
    terms = draw(st.lists(st.lists(st.sampled_from(letters), unique=True, max_size=4), min_size=least, max_size=most))
    present = sorted({letter for term in terms for letter in term})
    output = draw(st.lists(st.sampled_from(present), unique=True, max_size=3)) if present else []
    sizes = {letter: draw(st.sampled_from([0, 1, 2, 3, 10, 50])) for letter in present}
    # What stands in one operand alone is summed before the pairs are made.
    kept = [tuple(c for c in term if c in output or sum(c in other for other in terms) > 1) for term in terms]
    return kept, tuple(output), sizes


def cost_of(network, pairs):
    """The cost of these pairs, and of what is left in the end."""
    values = {number: (1 << number, FREE) for number in range(len(network.terms))}
    for a, b in pairs:
        assert a < b
        (set_a, cost_a), (set_b, cost_b) = values[a], values.pop(b)
        values[a] = set_a | set_b, network.join(set_a, set_b, cost_a, cost_b)
    assert list(values) == [0]
    return values[0][1]


@given(networks())
def test_never_worse_than_left_to_right(case):
    found, network = best_order(*case), Network(*case)
    assert cost_of(network, found.pairs).flops == found.cost.flops
    assert cost_of(network, found.pairs).largest == found.cost.largest
    assert found.cost.flops <= left_to_right(network).cost.flops


def every_order(numbers):
    if len(numbers) == 1:
        yield ()
    for i, a in enumerate(numbers):
        for b in numbers[i + 1 :]:
            for rest in every_order([number for number in numbers if number != b]):
                yield ((a, b), *rest)


@given(networks(most=4))
def test_up_to_the_limit_no_order_is_cheaper(case):
    network = Network(*case)
    orders = every_order(list(range(len(network.terms))))
    assert best_order(*case).cost.flops == min(cost_of(network, pairs).flops for pairs in orders)


@given(networks(most=4), st.sampled_from([1, 3, 10, 100]))
def test_the_memory_limit_is_kept_wherever_it_can_be(case, limit):
    network, found = Network(*case), best_order(*case, memory_limit=limit)
    costs = [cost_of(network, pairs) for pairs in every_order(list(range(len(network.terms))))]
    fitting = [cost.flops for cost in costs if cost.largest <= limit]
    if fitting:
        assert found.cost.largest <= limit
        assert found.cost.flops == min(fitting)
    else:
        assert found.cost.largest == min(cost.largest for cost in costs)


@given(problems(6))
def test_a_spec_is_never_worse_than_from_left_to_right(problem):
    _, _, (_, output, sizes), terms, order = tidied(problem.spec, problem.shapes)
    assert order.cost.flops <= left_to_right(Network(terms, output, sizes)).cost.flops


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


def test_many_operands_begin_with_the_pair_that_shrinks_most():
    sizes = {"a": 10, "b": 100, "c": 10, "d": 2, "e": 1}
    network = Network([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")], ("a", "e"), sizes)
    assert greedy(network, _by_flops).pairs[0] == (0, 1)  # 100 numbers for 2,000; (2, 3) would give 10 for 22
    assert greedy(network, _by_memory).pairs[0] == (2, 3)


def test_many_operands_under_a_limit_are_searched_by_memory():
    sizes = dict(zip("abcdefghi", (2, 2, 5, 3, 1, 5, 10, 1, 2), strict=True))
    terms = list(pairwise("abcdefghi"))
    assert len(terms) > EXACT
    assert best_order(terms, ("a", "i"), sizes).cost.largest == 6
    assert best_order(terms, ("a", "i"), sizes, memory_limit=5).cost.largest == 5


def test_a_limit_that_cannot_be_kept_is_an_error():
    with pytest.raises(EinsumError) as caught:
        tidied("ij,jk,kl->il", ((9, 2), (2, 9), (9, 9)), 10)
    assert str(caught.value) == (
        "'ij,jk,kl->il' has no order of pairs whose intermediate results all have at most 10 elements; "
        "the best that was found needs one of 18\nfix: memory_limit=18, or more"
    )
