"""Which calls a plan makes, and how many numbers it copies: a plan ten times slower would give the same answer."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from minitensor.backend import load
from minitensor.einsums.planner import plan, tidied

CASES = Path(__file__).parents[1] / "benchmarks" / "einsum_cases.py"


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
    values = {number: np.zeros(shape) for number, shape in enumerate(shapes)}
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
        # Any of the last two axes may be the one whose neighbours lie side by side.
        ("bkm,bkn->bmn", [(64, 32, 32)] * 2, "permute_dims0 matmul01"),
        # A label of the batch is not merged with those around it.
        ("ga,dgba->dbg", [(16, 2), (16, 16, 64, 2)], "reshape0 permute_dims1 matmul01 reshape0 permute_dims0"),
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


def test_the_last_pair_is_made_so_that_its_result_has_the_order_of_the_output():
    spec, shapes = "bdc,dgb->bcg", [(33, 64, 16), (64, 16, 33)]
    assert planned(spec, *shapes, memory="bcd,gbd") == "permute_dims0 permute_dims1 matmul01"
    assert planned(f"{spec[:-3]}cgb", *shapes, memory="bcd,gbd") == "permute_dims1 matmul10 permute_dims0"


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


# Each case of tests/benchmarks/einsum_cases.py: its calls, and the numbers that it copies.
PLANS = {
    "course 5×784": ("matmul01", 0),
    "course 50,000×784": ("matmul01", 0),
    "512³": ("matmul01", 0),
    "512³, b transposed": ("permute_dims1 matmul01", 0),
    "512³, a transposed": ("permute_dims0 matmul01", 0),
    "512³, both transposed": ("matmul10 permute_dims0", 0),
    "512³, out transposed": ("matmul01 permute_dims0", 0),
    "gradient ni,nj->ij": ("permute_dims1 matmul10 permute_dims0", 0),
    "int64 256³": ("matmul01", 0),
    "complex 256³": ("matmul01", 0),
    "matrix-vector": ("matmul01", 0),
    "vector-matrix": ("matmul01", 0),
    "batch 10,000×3²": ("matmul01", 0),
    "batch 1,000×8²": ("matmul01", 0),
    "batch 256×32²": ("matmul01", 0),
    "batch 16×256²": ("matmul01", 0),
    "batch last": ("permute_dims0 permute_dims1 copy0 copy1 matmul01 permute_dims0", 131072),
    "batch of 1 by ...": ("squeeze1 matmul01", 0),
    "attention scores": ("permute_dims1 matmul01", 0),
    "attention outputs": ("matmul01", 0),
    "attention bqhd": ("permute_dims0 permute_dims1 matmul01", 0),
    "linear bsi,oi->bso": ("permute_dims0 reshape0 matmul10 reshape0 permute_dims0", 0),
    "linear bsi,io->bso": ("permute_dims1 permute_dims0 reshape0 matmul10 reshape0 permute_dims0", 0),
    "outer": ("reshape0 multiply01", 0),
    "dot": ("vecdot01", 0),
    "trace": ("trace0", 0),
    "diagonal": ("diagonal0", 0),
    "sum by row": ("sum0", 0),
    "sum by column": ("sum0", 0),
    "transpose": ("permute_dims0", 0),
    "Hadamard": ("multiply01", 0),
    "Hadamard with transpose": ("permute_dims1 multiply01", 0),
    "column scaling": ("multiply01", 0),
    "Frobenius": ("reshape0 reshape1 vecdot01", 0),
    "distances d=3": ("vecdot01", 0),
    "distances d=64": ("vecdot01", 0),
    "abcd,cdef->abef": ("reshape0 reshape1 matmul01 reshape0", 0),
    "abcd,dfbe->acef": ("permute_dims0 reshape0 permute_dims1 reshape1 matmul01 reshape0 permute_dims0", 131072),
    "5×5 convolution": ("reshape1 permute_dims0 reshape0 matmul10 reshape0", 1228800),
    "bilinear": ("matmul01 permute_dims0 reshape2 matmul02 reshape0", 0),
    "chain of 3": ("matmul12 matmul01", 0),
    "chain of 4": ("matmul23 matmul12 matmul01", 0),
    "MTTKRP": (
        "permute_dims1 reshape1 permute_dims2 reshape2 multiply12 reshape1 "
        "permute_dims0 reshape0 matmul10 permute_dims0",
        0,
    ),
    "four-index transformation": (
        "reshape2 matmul02 reshape0 matmul10 reshape0 matmul30 reshape0 permute_dims4 matmul04 reshape0",
        0,
    ),
    "five operands": (
        "reshape3 matmul34 reshape3 permute_dims3 matmul23 reshape1 permute_dims2 reshape2 matmul12 matmul01",
        200,
    ),
    "MPS ring": (
        "reshape0 reshape1 matmul01 reshape4 reshape0 matmul40 "
        "reshape2 reshape3 matmul23 reshape0 permute_dims0 "
        "reshape0 reshape2 permute_dims2 reshape2 matmul02 reshape0 permute_dims0",
        2304,
    ),
    "six operands": ("matmul01 matmul02 matmul03 matmul04 reshape0 permute_dims5 reshape5 vecdot05", 1600),
    "2×2 product": ("matmul01", 0),
    "4×4 product": ("matmul01", 0),
    "8×8 product": ("matmul01", 0),
    "4×4, b transposed": ("permute_dims1 matmul01", 0),
    "4×4, a transposed": ("permute_dims0 matmul01", 0),
    "4×4 times vector": ("matmul01", 0),
    "vector times 4×4": ("matmul01", 0),
    "dot of 8": ("vecdot01", 0),
    "outer 4": ("reshape0 multiply01", 0),
    "transpose 4×4": ("permute_dims0", 0),
    "trace 4×4": ("trace0", 0),
    "sum 4×4": ("sum0", 0),
    "Hadamard 4×4": ("multiply01", 0),
    "batch 2×3×3": ("matmul01", 0),
    "chain of 3, 4×4": ("matmul01 matmul02", 0),
}


@pytest.fixture(scope="module")
def cases():
    """By name the spec, the shapes and the bytes of a number of every case of the benchmark; no number is made."""
    found = importlib.util.spec_from_file_location("einsum_cases", CASES)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    module._numbers = lambda rng, shape, dtype="float64": np.broadcast_to(np.zeros((), dtype), shape)
    return {
        case.name: (case.spec, [each.shape for each in case.operands], np.result_type(*case.operands).itemsize)
        for case in module.cases()
    }


def test_every_case_of_the_benchmark_has_a_plan_here(cases):
    assert list(cases) == list(PLANS)


@pytest.mark.parametrize("name", PLANS)
def test_the_plan_of_a_case_of_the_benchmark(name, cases):
    spec, shapes, itemsize = cases[name]
    calls, numbers = PLANS[name]
    assert planned(spec, *shapes, itemsize=itemsize) == calls
    assert copied(spec, *shapes, itemsize=itemsize) == numbers
