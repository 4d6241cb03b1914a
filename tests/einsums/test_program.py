"""Which calls a plan makes, and how many numbers it copies: a plan ten times slower would give the same answer."""

import numpy as np
import pytest

from minitensor.backend import load
from minitensor.einsums.planner import plan, tidied


def planned(spec, *shapes, memory="", itemsize=8):
    """The calls of a plan with the values that they take.

    memory : for each operand the letters of its axes as they lie in memory, with ',' between
    """
    terms = spec.split("->")[0].split(",")
    orders = tuple(
        tuple(term.index(letter) for letter in order) for term, order in zip(terms, memory.split(","), strict=False)
    )
    steps = plan(tidied(spec, shapes), itemsize, orders if memory else None)
    return " ".join(f"{step.call}{''.join(map(str, step.operands))}" for step in steps)


def copied(spec, *shapes, memory="", itemsize=8):
    """How many numbers a plan copies, seen by running it on NumPy arrays that lie in memory row by row."""
    lib, total = load("numpy"), 0
    values = {number: np.ones(shape) for number, shape in enumerate(shapes)}
    for step in plan(tidied(spec, shapes), itemsize):
        into = min(step.operands)
        if len(step.operands) == 1:
            result = lib.call_of_one(step.call, step.argument, "float64", len(step.result))(values[into])
            if step.call in ("reshape", "copy") and not np.shares_memory(result, values[into]):
                total += result.size
        else:
            a, b = (values.pop(number) for number in step.operands)
            result = lib.call_of_two(step.call, "float64", (a.ndim, b.ndim))(a, b)
        values[into] = result
    return total


SQUARE = (512, 512)


@pytest.mark.parametrize(
    ("spec", "shapes", "calls"),
    [
        # BLAS takes a transposed matrix as it is.
        ("mk,kn->mn", [(5, 784), (784, 10)], "matmul01"),
        ("mk,nk->mn", [SQUARE] * 2, "permute_dims1 matmul01"),
        ("km,kn->mn", [SQUARE] * 2, "permute_dims0 matmul01"),
        ("mk,kn->nm", [SQUARE] * 2, "matmul01 permute_dims0"),
        # A large product is faster wide than tall, in float64; and a narrow factor stands left where both run down.
        ("mk,kn->mn", [(50_000, 784), (784, 10)], "permute_dims1 permute_dims0 matmul10 permute_dims0"),
        ("mk,kn->mn", [(784, 10), (10, 50_000)], "matmul01"),
        ("ni,nj->ij", [(10_000, 784), (10_000, 10)], "permute_dims1 matmul10 permute_dims0"),
        ("ni,nj->ij", [(100, 90), (100, 10)], "permute_dims1 matmul10 permute_dims0"),
        ("ni,nj->ij", [(100, 90), (100, 70)], "permute_dims0 matmul01"),
        # A batch is a stack; where it lies last in memory, a copy is cheaper than products with gaps.
        ("bij,bjk->bik", [(256, 32, 32)] * 2, "matmul01"),
        ("mkb,knb->mnb", [(16, 16, 256)] * 2, "permute_dims0 permute_dims1 copy0 copy1 matmul01 permute_dims0"),
        ("mkb,knb->mnb", [(4, 4, 9)] * 2, "permute_dims0 permute_dims1 matmul01 permute_dims0"),
        ("bqhd,bkhd->bhqk", [(4, 128, 8, 64)] * 2, "permute_dims0 permute_dims1 matmul01"),
        # Labels merge where they are neighbours: one large product instead of a stack, or the other way round.
        ("bsi,io->bso", [(2, 8, 16), (16, 8)], "reshape0 matmul01 reshape0"),
        ("bmk,kn,np->bmp", [(2, 1, 3), (3, 4), (4, 6)], "reshape0 matmul01 matmul02 reshape0"),
        ("abcd,cdef->abef", [(16,) * 4] * 2, "reshape0 reshape1 matmul01 reshape0"),
        ("bcxyij,ocij->boxy", [(16, 3, 32, 32, 5, 5), (8, 3, 5, 5)],
         "reshape1 permute_dims0 reshape0 matmul10 reshape0"),
        # Axes of size 1 are left out.
        ("...ij,...jk->...ik", [(64, 32, 32), (1, 32, 32)], "squeeze1 matmul01"),
        # The pairs are made from the thin end.
        ("ij,jk,kl,l->i", [(200, 200)] * 3 + [(200,)], "matmul23 matmul12 matmul01"),
        ("ij,ij->", [(500, 500)] * 2, "reshape0 reshape1 vecdot01"),
    ],
)  # fmt: skip
def test_the_calls_of_a_plan(spec, shapes, calls):
    assert planned(spec, *shapes) == calls


def test_in_float32_a_tall_product_is_as_good_as_a_wide_one():
    assert planned("mk,kn->mn", (50_000, 784), (784, 10), itemsize=4) == "matmul01"


@pytest.mark.parametrize(
    ("memory", "calls"),
    [
        ("bsi,io", "reshape0 matmul01 reshape0"),
        ("sbi,io", "permute_dims0 reshape0 matmul01 reshape0 permute_dims0"),
        ("ibs,io", "reshape0 matmul01 reshape0"),
        ("bis,io", "matmul01"),
        ("sib,io", "permute_dims0 matmul01 permute_dims0"),
    ],
)
def test_the_order_in_memory_decides_what_merges(memory, calls):
    assert planned("bsi,io->bso", (4, 8, 16), (16, 8), memory=memory) == calls


@pytest.mark.parametrize(
    ("spec", "shapes", "numbers"),
    [
        ("mk,nk->mn", [SQUARE] * 2, 0),
        ("bqhd,bkhd->bhqk", [(4, 128, 8, 64)] * 2, 0),
        ("bsi,oi->bso", [(32, 64, 256), (128, 256)], 0),
        ("abcd,cdef->abef", [(16,) * 4] * 2, 0),
        ("abcd,dfbe->acef", [(16,) * 4] * 2, 2 * 16**4),  # neither pair of summed labels lies side by side
        ("bcxyij,ocij->boxy", [(16, 3, 32, 32, 5, 5), (8, 3, 5, 5)], 16 * 3 * 32 * 32 * 5 * 5),
        ("mkb,knb->mnb", [(16, 16, 256)] * 2, 2 * 16 * 16 * 256),
        ("ijk,jr,kr->ir", [(60, 60, 60), (60, 16), (60, 16)], 0),
        ("apb,bqc,crd,dse,eta->pqrst", [(8, 3, 8)] * 5, 8 * 27 * 8 + 8 * 9 * 8),
        ("ab,bcd,de,cef,f->a", [(20, 30), (30, 8, 25), (25, 30), (8, 30, 9), (9,)], 8 * 25),
        ("pi,qj,ijkl,rk,sl->pqrs", [(12, 12)] * 2 + [(12,) * 4] + [(12, 12)] * 2, 0),
    ],
)
def test_the_numbers_that_a_plan_copies(spec, shapes, numbers):
    assert copied(spec, *shapes) == numbers
