"""What the library says of some hundreds of cases of the explorers: the oracle of their scripts.

python tests/docs/explorers.py    prints the tables as JSON: for each explorer its cases, each a state and what is right
"""

import json
import random
import sys

import minitensor as mt
from minitensor.errors import BroadcastError, EinsumError

SIZES = (1, 1, 2, 3, 4, 5, 30, 784)
FAULTS = (  # one of each kind of message, with two that point at a letter
    ("ij,jk->ik", ((2, 3), (4, 5))),
    ("ij,jk->ik", ((2, 3), (1, 5))),
    ("ij,jk->ik", ((2, 1), (3, 5))),
    ("ii->i", ((2, 3),)),
    ("ii->i", ((1, 3),)),
    ("ij,jk->ix", ((2, 3), (3, 5))),
    ("ij,jk->ii", ((2, 3), (3, 5))),
    ("ij,jk->i->k", ((2, 3), (3, 5))),
    ("ij->i,j", ((2, 3),)),
    ("i.j->i", ((2, 3),)),
    ("ij-i", ((2, 3),)),
    ("ij>i", ((2, 3),)),
    ("ij- >i", ((2, 3),)),
    ("i1->i", ((2, 3),)),
    ("i'->i", ((2, 3),)),
    ("i\\->i", ((2, 3),)),
    ("ij,jk->ik", ((2, 3),)),
    ("ij", ((2, 3), (3, 5))),
    ("ij,->i", ((2, 3), (3,))),
    ("ij->i", ((2,),)),
    ("ij->i", ((2, 3, 4),)),
    (",->", ((), ())),
)


def as_text(shapes):
    """Shapes as an address has them.

    >>> as_text([(3, 1), (4,), ()])
    '3x1,4,()'
    """
    return ",".join("x".join(map(str, shape)) or "()" for shape in shapes)


# --- broadcasting ------------------------------------------------------------------------------------------------


def broadcasting(count=400, seed=0):
    """Pairs of shapes: equal, with ones, with missing axes, transposed, random."""
    draw = random.Random(seed)
    named = [
        ((3, 1), (4,)),
        ((3, 4), (4,)),
        ((2, 3, 1), (3, 4)),
        ((4, 3), (4,)),
        ((4,), (4, 1)),
        ((4, 1), (4,)),
        ((), ()),
    ]
    pairs = named + [_two_shapes(draw) for _ in range(count)]
    return [_case({"shapes": as_text(pair)}, _broadcasting(*pair)) for pair in pairs]


def _two_shapes(draw):
    one = tuple(draw.choice((0, *SIZES)) for _ in range(draw.randrange(5)))
    other = list(one[draw.randrange(len(one) + 1) :] if draw.random() < 0.5 else one[: draw.randrange(len(one) + 1)])
    for axis in range(len(other)):
        if draw.random() < 0.25:
            other[axis] = draw.choice(SIZES)
    if draw.random() < 0.2:
        other.reverse()
    both = [one, tuple(other)]
    draw.shuffle(both)
    return both


def _broadcasting(a, b):
    try:
        result, text = mt.broadcast_shapes(a, b), mt.explain_broadcast(a, b)
    except BroadcastError as error:
        result, text = None, str(error)
    faults = [int(line.split()[1].rstrip(":")) for line in text.splitlines() if "disagree" in line]
    trap = a[0] if len(a) == 1 and b == (a[0], 1) and a[0] > 1 else 0
    trap = trap or (b[0] if len(b) == 1 and a == (b[0], 1) and b[0] > 1 else 0)
    return {"result": result, "text": text, "faults": faults, "fixed": _fixed(a, b, text), "trap": trap}


def _fixed(a, b, text):
    """The shapes after the fix that the message names was done to real Tensors; None where it names no code."""
    fix = next((line for line in text.splitlines() if line.startswith("fix: ")), "")
    if not fix.startswith(("fix: give", "fix: transpose")):
        return None
    name, code = fix.replace(",", "").split()[2], fix.partition(", ")[2].partition(", which")[0]
    tensors = {"a": mt.expand(mt.zeros(()), a), "b": mt.expand(mt.zeros(()), b)}
    tensors[name] = eval(code, {}, tensors)
    return [tensors["a"].shape, tensors["b"].shape]


# --- einsum ------------------------------------------------------------------------------------------------------


def einsum(count=400, seed=0):
    """Specs of one to four operands, and every kind of fault."""
    draw = random.Random(seed)
    named = [
        ("ij,jk,k->i", ((30, 40), (40, 50), (50,))),
        ("ik,kj->ij", ((5, 784), (784, 10))),
        ("ii->", ((3, 3),)),
        ("bhqd,bhkd->bhqk", ((2, 4, 8, 16), (2, 4, 9, 16))),
        ("ij,jk,kl,lm->im", ((1000, 1000), (1000, 1000), (1000, 1000), (1000, 1))),
        ("ij,jk,kl,lm->im", ((10**6, 10**6), (10**6, 10**6), (10**6, 10**6), (10**6, 10**6))),
        *FAULTS,
    ]
    drawn = [_spec(draw) for _ in range(count)]
    return [_case({"spec": spec, "sizes": as_text(shapes)}, _einsum(spec, shapes)) for spec, shapes in named + drawn]


def _spec(draw):
    letters = draw.sample("abcdijkXYZ", draw.randint(1, 6))
    sizes = {letter: draw.choice((1, 2, 3, 5, 7, 30, 100)) for letter in letters}
    terms = ["".join(draw.choices(letters, k=draw.randrange(4))) for _ in range(draw.randint(1, 4))]
    shapes = [tuple(sizes[letter] for letter in term) for term in terms]
    spec = ",".join(terms)
    if draw.random() < 0.85:
        present = sorted(set(spec) - {","})
        spec += " -> "[draw.randrange(2) :] + "".join(draw.sample(present, draw.randint(0, len(present))))
    if draw.random() < 0.2:  # a slip: one more character, or one size that is another
        at = draw.randrange(len(spec) + 1)
        spec = spec[:at] + draw.choice("ijkQ,->. 7") + spec[at:]
    elif draw.random() < 0.15 and any(shapes):
        number = draw.choice([number for number, shape in enumerate(shapes) if shape])
        shapes[number] = (draw.choice((1, 4)), *shapes[number][1:])
    return spec, tuple(shapes)


def _einsum(spec, shapes):
    """The plan and the explanation; numbers as text, since they may be too large for JavaScript's own."""
    if not spec.strip():
        return {"Problem": ...}
    if max(len(shapes), spec.split("->")[0].count(",") + 1) > 4 or "..." in spec:
        return {"Problem": ...}
    try:
        plan, explained = mt.einsum_plan(spec, *shapes), mt.explain_einsum(spec, *shapes)
    except EinsumError as error:
        return {"error": str(error)}
    ones = any(1 in shape for shape in shapes)  # where axes of size 1 are dropped, explain_einsum counts otherwise
    made = ["".join(sorted(set(stage.gives.partition("[")[2]) - set(",]"))) for stage in explained.stages]
    return {
        "loops": explained.loops,
        "output": "".join(letter.name for letter in explained.letters if letter.kept),
        "pairs": [list(pair) for pair in plan._tidied.order.pairs],
        "flops": str(plan.flops),
        "largest": str(plan.largest_intermediate),
        "naive": str(explained.naive_flops),
        "all": ... if ones else str(explained.flops),
        "made": ... if len(shapes) < 2 or ones else made,
    }


# --- tables ------------------------------------------------------------------------------------------------------


def _case(state, right):
    """A case as JSON would give it back; what is not compared is left out."""
    right = {name: value for name, value in right.items() if value is not ... or name == "Problem"}
    return json.loads(json.dumps({"state": state, "right": right}, default=lambda _: "any sentence"))


TABLES = {"broadcasting": broadcasting, "einsum": einsum}

if __name__ == "__main__":
    json.dump({name: table() for name, table in TABLES.items()}, sys.stdout, indent=1)
