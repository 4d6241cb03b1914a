"""FLOPs, bytes and intermediate results against examples counted by hand."""

import re

import pytest
from einsum_strategies import problems
from hypothesis import given

from minitensor.einsums import explain
from minitensor.einsums.explain import explain_einsum
from minitensor.einsums.planner import Step


@pytest.mark.parametrize(
    ("spec", "shapes", "flops", "read", "written"),
    [
        ("mk,kn->mn", [(2, 3), (3, 4)], 2 * 2 * 3 * 4, 6 + 12, 8),
        ("i,i->", [(7,), (7,)], 14, 14, 1),
        ("i,j->ij", [(2,), (5,)], 10, 7, 10),
        ("ij,ij->ij", [(2, 5), (2, 5)], 10, 20, 10),
        ("bmk,bkn->bmn", [(5, 2, 3), (5, 3, 4)], 5 * 2 * 2 * 3 * 4, 5 * (6 + 12), 5 * 8),
        ("ij->i", [(2, 5)], 10, 10, 2),
        ("ii->", [(4, 4)], 4, 4, 1),
        ("ii->i", [(4, 4)], 0, 0, 0),
        ("ij->ji", [(2, 5)], 0, 0, 0),
        ("...i,i->...", [(4, 3), (3,)], 24, 12 + 3, 4),
        ("...i,...i->...", [(4, 3), (1, 3)], 24, 12 + 3, 4),
        ("ij,jk->k", [(2, 3), (3, 4)], 6 + 2 * 3 * 4, 6 + (3 + 12), 3 + 4),  # sums i out of the first
        ("i,->i", [(6,), ()], 6, 7, 6),
        ("ij,jk->ik", [(0, 3), (3, 4)], 0, 12, 0),
    ],
)
def test_one_stage(spec, shapes, flops, read, written):
    found = explain_einsum(spec, *shapes, itemsize=4)
    assert (found.flops, found.read, found.written) == (flops, 4 * read, 4 * written)
    (stage,) = found.stages
    assert (stage.flops, stage.read, stage.written) == (found.flops, found.read, found.written)
    assert found.intensity == flops / max(4 * (read + written), 1)


def axes(words):
    """The axes that "b(mn)" has: b, and m and n merged."""
    return tuple(tuple(axis.strip("()")) for axis in re.findall(r"\(\w*\)|\w", words))


def given_plan(monkeypatch, *steps):
    monkeypatch.setattr(explain, "plan", lambda tidy, itemsize: steps)


def test_a_chain_pair_by_pair(monkeypatch):
    given_plan(monkeypatch, Step("matmul", (0, 1), (), axes("ac")), Step("matmul", (0, 2), (), axes("ad")))
    found = explain_einsum("ab,bc,cd->ad", (10, 20), (20, 30), (30, 5))
    assert [(stage.takes, stage.gives) for stage in found.stages] == [
        (("x0[a,b]", "x1[b,c]"), "t1[a,c]"), (("t1[a,c]", "x2[c,d]"), "out[a,d]")
    ]  # fmt: skip
    assert [stage.operands for stage in found.stages] == [(0, 1), (0, 2)]
    assert [stage.flops for stage in found.stages] == [2 * 10 * 20 * 30, 2 * 10 * 30 * 5]
    assert [stage.read for stage in found.stages] == [8 * (200 + 600), 8 * (300 + 150)]
    assert [stage.written for stage in found.stages] == [8 * 300, 8 * 50]
    assert (found.largest, found.largest_bytes) == ("t1[a,c]", 8 * 300)
    assert found.naive_flops == 3 * 10 * 20 * 30 * 5


def test_another_order_is_followed(monkeypatch):
    given_plan(monkeypatch, Step("matmul", (1, 2), (), axes("bd")), Step("matmul", (0, 1), (), axes("ad")))
    found = explain_einsum("ab,bc,cd->ad", (10, 20), (20, 30), (30, 5))
    assert [stage.takes for stage in found.stages] == [("x1[b,c]", "x2[c,d]"), ("x0[a,b]", "t1[b,d]")]
    assert found.flops == 2 * 20 * 30 * 5 + 2 * 10 * 20 * 5
    assert found.largest == "t1[b,d]"


def test_calls_of_a_later_planner_are_counted_too(monkeypatch):
    given_plan(
        monkeypatch,
        Step("copy", (1,), (), axes("bc")),
        Step("tensordot", (1, 0), (), axes("ca")),
        Step("permute_dims", (0,), (1, 0), axes("ac")),
    )
    (stage,) = explain_einsum("ab,bc->ac", (2, 3), (3, 4)).stages
    assert (stage.takes, stage.gives) == (("x1[b,c]", "x0[a,b]"), "out[a,c]")
    assert stage.lowering == "copy x1 row by row, tensordot, transpose out to (a, c)"
    assert (stage.flops, stage.read, stage.written) == (48, 8 * (12 + 18), 8 * (12 + 8))


@pytest.mark.parametrize(
    ("result", "words"),
    [("a(bc)", "reshape x0 to (2, 12)"), ("(ab)c", "reshape x0 to (2, 12)"), ("abc", "reshape x0 to (2, 12)")],
)
def test_merging_neighbours_is_free(result, words, monkeypatch):
    given_plan(monkeypatch, Step("reshape", (0,), (2, 12), axes(result)))
    found = explain_einsum("abc->abc", (2, 3, 4))
    assert (found.stages[0].lowering, found.read, found.written) == (words, 0, 0)


@pytest.mark.parametrize("result", ["b(ac)", "(cba)", "(ba)c", "a(cb)"])
def test_merging_what_does_not_lie_side_by_side_is_a_copy(result, monkeypatch):
    order = result.replace("(", "").replace(")", "")
    given_plan(
        monkeypatch,
        Step("permute_dims", (0,), (), axes(order)),
        Step("reshape", (0,), (), axes(result)),
        Step("sum", (0,), (), axes("a")),
    )
    found = explain_einsum("abc->a", (2, 3, 4))
    assert "copy x0" in found.stages[0].lowering
    assert (found.read, found.written) == (8 * (24 + 24), 8 * (24 + 2))
    assert (found.largest, found.largest_bytes) == (f"the copy x0[{','.join(order)}]", 8 * 24)


def test_what_is_no_sum_costs_no_operations(monkeypatch):
    given_plan(monkeypatch, Step("astype", (0,), (), axes("ab")), Step("sum", (0,), (1,), axes("a")))
    (stage,) = explain_einsum("ab->a", (2, 3)).stages
    assert stage.lowering == "astype of x0, sum x0 over b"
    assert (stage.flops, stage.read, stage.written) == (6, 8 * (6 + 6), 8 * (6 + 2))


def test_a_diagonal_lies_apart(monkeypatch):
    given_plan(monkeypatch, Step("diagonal", (0,), (), axes("ij")), Step("reshape", (0,), (6,), axes("(ij)")))
    (stage,) = explain_einsum("iij->ij", (2, 2, 3)).stages
    assert stage.lowering == "take the diagonal of x0, copy x0 to shape (6,)"


def test_an_axis_of_size_1_merges_from_anywhere(monkeypatch):
    given_plan(
        monkeypatch, Step("permute_dims", (0,), (1, 0, 2), axes("iab")), Step("reshape", (0,), (5, 3), axes("(ia)b"))
    )
    (stage,) = explain_einsum("aib->iab", (5, 1, 3)).stages
    assert stage.lowering == "transpose x0 to (i, a, b), reshape x0 to (5, 3)"


def test_an_axis_of_size_1_lies_beside_any():
    found = explain_einsum("aib,ibk->ak", (5, 1, 3), (1, 3, 4))
    assert "copy" not in found.stages[0].lowering


@given(problems(4))
def test_every_spec_has_costs(problem):
    found = explain_einsum(problem.spec, *problem.shapes)
    assert len(found.stages) == max(len(problem.shapes) - 1, 1)
    assert min(found.flops, found.read, found.written, found.largest_bytes) >= 0
    assert found.flops == sum(stage.flops for stage in found.stages)
    assert found.stages[-1].gives.startswith("out[")
    operands = {name for stage in found.stages for name in stage.takes if name.startswith("x")}
    assert len(operands) == len(problem.shapes)
