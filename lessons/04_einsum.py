"""
Einsum: say which letters meet
==============================

A matrix product, a trace, a table of distances: each is a nest of loops that multiplies numbers
and adds some of the products up. Einstein summation gives every axis a letter and writes such a
nest as a short text, like ``mk,kn->mn``. In this lesson you read such texts as loops, write a
small einsum of your own, and see why the one of this library needs no loops at all.
"""

# %%
# A spec is a nest of loops
# -------------------------
#
# How do you read ``mk,kn->mn``? Left of the arrow stands one term for each tensor, with one letter
# for each of its axes. Right of the arrow stand the axes of the result. Now write one loop for each
# letter, those of the result outside:
#
# * the loops over ``m`` and ``n`` choose an element of the result;
# * ``k`` is not in the result, so its loop adds up into that element.
#
# Inside all the loops, the elements that the letters choose are multiplied.

import minitensor as mt

a = mt.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])  # m = 2, k = 3
b = mt.tensor([[1.0, 0.0], [0.0, 1.0], [10.0, 100.0]])  # k = 3, n = 2

out = mt.zeros((2, 2))
for m in range(2):
    for n in range(2):
        for k in range(3):
            out[m, n] += a[m, k] * b[k, n]

print(out)
assert (out == mt.einsum("mk,kn->mn", a, b)).all()
assert (out == a @ b).all()

# %%
# The loops, ``mt.einsum`` and ``@`` agree. The letters have no meaning of their own: ``ab,bc->ac``
# says the same. Only *where* each one stands counts.
#
# What can happen to a letter?
# ----------------------------
#
# The picture draws each tensor as a box and each letter as a wire. A wire that arrives at the
# result is a *free* letter. A wire that ends between two boxes is a *contracted* letter: it is
# summed. In ``qnd,qnd->qn`` the letters ``q`` and ``n`` stand in both tensors and in the result.
# Along them the tensors are multiplied element by element, and nothing is summed; ``d`` is.

from minitensor import plot

plot.meeting("mk,kn->mn", "qnd,qnd->qn")

# %%
# A small zoo
# -----------
#
# One rule gives many operations that have names of their own. Each line below shows a spec beside
# the usual expression for it, and checks that the two are equal. Read each spec as loops before you
# look at the name. A letter that stands *twice in one term* uses one loop for two axes, so it walks
# down the diagonal: in ``ii->`` the loop reads ``square[i, i]``.

rng = mt.random.generator(4)
square = mt.random.normal(rng, (3, 3))
matrix = mt.random.normal(rng, (2, 3))
u, v = mt.random.normal(rng, 3), mt.random.normal(rng, 3)
w = mt.random.normal(rng, 4)
stack, other = mt.random.normal(rng, (5, 2, 3)), mt.random.normal(rng, (5, 3, 4))

zoo = [
    ("ij->ji", [matrix], matrix.T, "transpose"),
    ("ij->i", [matrix], matrix.sum(1), "sum of each row"),
    ("ij->", [matrix], matrix.sum(), "sum of all"),
    ("ii->i", [square], mt.stack([square[i, i] for i in range(3)]), "diagonal"),
    ("ii->", [square], square[0, 0] + square[1, 1] + square[2, 2], "trace"),
    ("i,i->", [u, v], u @ v, "dot product"),
    ("i,j->ij", [u, w], u[:, None] * w, "outer product"),
    ("ij,j->i", [matrix, v], matrix @ v, "matrix times vector"),
    ("bmk,bkn->bmn", [stack, other], stack @ other, "stack of matrix products"),
]
for spec, tensors, expected, name in zoo:
    result = mt.einsum(spec, *tensors)
    assert result.shape == expected.shape
    assert (abs(result - expected) < 1e-12).all()
    print(f"{spec:<13} {name:<25} shape {result.shape}")

# %%
# Write your own: the letters and their sizes
# -------------------------------------------
#
# An einsum has two jobs. The first is to read the text: cut it at the arrow and at the commas, and
# give each letter the size of its axis. A letter has *one* size, wherever it stands; this is the
# only thing that can be wrong with the shapes once each axis has its letter. ``strict=True`` lets
# Python refuse a term that has too many letters or too few.


def read(spec, tensors):
    inputs, output = spec.split("->")
    terms = inputs.split(",")
    sizes = {}
    for term, tensor in zip(terms, tensors, strict=True):
        for letter, size in zip(term, tensor.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(f"{letter!r} has two sizes, {sizes[letter]} and {size}")
    return terms, output, sizes


print(read("mk,kn->mn", [a, b]))

# %%
# Write your own: the loops
# -------------------------
#
# The second job is the nest of loops. Its depth depends on the spec, so it cannot be written as
# ``for`` lines. ``itertools.product`` is a nest of any depth: it goes through all tuples of
# positions, the last letter fastest. The outer ``product`` runs over the free letters, and so
# visits the elements of the result in the order of memory. The inner one runs over the summed
# letters.

from itertools import product
from math import prod


def small_einsum(spec, *tensors):
    terms, output, sizes = read(spec, tensors)
    summed = [letter for letter in sizes if letter not in output]
    numbers = [tensor.tolist() for tensor in tensors]
    results = []
    for free in product(*(range(sizes[letter]) for letter in output)):
        total = 0
        for rest in product(*(range(sizes[letter]) for letter in summed)):
            at = dict(zip([*output, *summed], free + rest, strict=True))
            total += prod(pick(x, [at[c] for c in t]) for x, t in zip(numbers, terms, strict=True))
        results.append(total)
    return mt.tensor(results).reshape([sizes[letter] for letter in output])


def pick(nested, place):
    for index in place:
        nested = nested[index]
    return nested


for spec, tensors, _, _ in zoo:
    assert (abs(small_einsum(spec, *tensors) - mt.einsum(spec, *tensors)) < 1e-12).all()
print(f"small_einsum agrees with mt.einsum on all {len(zoo)} specs")

# %%
# About twenty lines are the whole idea; diagonals, sums and stacks needed no code of their own.
# What ``mt.einsum`` adds is speed, ``...`` for axes without a letter, a rule for specs without an
# arrow, and better messages.
#
# What a good error says
# ----------------------
#
# An einsum that fails should say *which* letter, on *which* operand, and what to do. The carets
# point at the letters in question. (Ours said only that ``k`` has two sizes.)

from minitensor.errors import EinsumError

for spec, tensors in [("mk,kn->mn", (a, b.T)), ("mk,kn->mx", (a, b))]:
    try:
        mt.einsum(spec, *tensors)
    except EinsumError as error:
        print(error, end="\n\n")

# %%
# A size of 1 does not stretch
# ----------------------------
#
# Broadcasting stretches an axis of size 1. Should einsum do it too? NumPy's einsum does: below, the
# ``k`` of the first operand is 1, that of the second is 2, and NumPy sums without a word. In a
# matrix product that is almost always a mistake, and ``@`` refuses it in NumPy as well. Here a
# letter has one size, always. Where you want broadcasting, ``...`` asks for it.

import numpy as np

print("NumPy:", np.einsum("mk,kn->mn", np.ones((3, 1)), np.ones((2, 4))).tolist()[0])
try:
    mt.einsum("mk,kn->mn", mt.ones((3, 1)), mt.ones((2, 4)))
except EinsumError as error:
    print("minitensor:", error)

print(mt.einsum("...mk,kn->...mn", mt.ones((5, 3, 2)), mt.ones((2, 4))).shape)

# %%
# Why ours is fast: it is lowered to matrix products
# --------------------------------------------------
#
# How can an einsum run without loops? First each operand is tidied by itself: diagonals are taken,
# and letters that nothing else needs are summed. Then the letters of two operands fall into four
# groups: in both and in the result (*batch*), only in the left one, only in the right one, and in
# both but summed. Merge each of the last three groups into one axis. What remains is a stack of
# matrix products, which the backend hands to BLAS. Only the order and the grouping of axes had to
# be worked out, and for that the shapes are enough. The plans below are made without any numbers.

from minitensor.einsum.planner import plan

for spec, shapes in [
    ("mk,kn->mn", ((20, 30), (30, 40))),
    ("abk,kn->nab", ((4, 5, 30), (30, 40))),
    ("qnd,qnd->qn", ((6, 7, 2), (6, 7, 2))),
]:
    print(spec)
    for step in plan(spec, shapes):
        print(f"    {step.call:<13} axes of its result: {step.result}")

# %%
# The first spec is one call. In the second, ``(ab)`` is two letters merged into one axis, and the
# last step puts ``n`` in front. In the third nothing but ``d`` is summed and no letter belongs to
# one operand alone, so each result is a dot product (``vecdot``).
#
# What does that gain? A *ladder* of this library does one job in several ways, checks that they
# agree, and times them. Here the job is a matrix product, 64 by 64 by 64.

from minitensor import ladder, matmul


@ladder.rung("the loops of this lesson", memory=lambda a, b: 0)
def small_einsum_loops(a, b):
    return small_einsum("mk,kn->mn", a, b)


rungs = (small_einsum_loops, matmul.broadcasting_3d, matmul.einsum, matmul.blas)
left, right = mt.random.normal(rng, (64, 64)), mt.random.normal(rng, (64, 64))
einsums = matmul.LADDER._replace(name="mk,kn->mn", rungs=rungs)
plot.climbs(ladder.run(einsums, left, right, title="four ways", time_limit=3.0))

# %%
# The bars are on a logarithmic scale: each grid line is ten times the one before. The last rung,
# ``blas``, is ``@``. To that ``mt.einsum`` adds the time to look up its plan, about a microsecond;
# then it calls the same matrix product.
#
# Homework of the course: distances and means
# -------------------------------------------
#
# The course finds the distance of a point ``x`` to each row of ``X`` by
# ``sqrt(((x - X)**2).sum(1))`` and asks for it as an einsum. Squaring and summing are a product of
# the differences with themselves in which ``d`` is summed: ``nd,nd->n``. The table of squares is
# then never written to memory. (The subtraction cannot be part of it: einsum multiplies and adds.)

X = mt.random.normal(rng, (7, 2))
x = X[0]
difference = x - X
by_hand = mt.sqrt(((x - X) ** 2).sum(1))
dist = mt.sqrt(mt.einsum("nd,nd->n", difference, difference))
assert (abs(dist - by_hand) < 1e-12).all()
print(dist.shape, dist[:3].tolist())

# %%
# For many query points at once, a new axis ``q`` comes in front, and the spec says what it does:
# ``qnd,qnd->qn``. Mean shift then needs the mean of the data, weighted by a function of the
# distance. The weights have the axes ``q`` and ``n``, the data ``n`` and ``d``, and the sum over
# ``n`` is ``qn,nd->qd``: a matrix product. These two einsums are a rung of the ladder of lesson 6,
# and it agrees.

from minitensor.cluster.mean_shift import einsum as einsum_rung

queries = X[:3]
differences = queries[:, None, :] - X[None, :, :]
squared = mt.einsum("qnd,qnd->qn", differences, differences)
assert (abs(squared - (differences**2).sum(2)) < 1e-12).all()

weights = mt.exp(-squared / 2)
means = mt.einsum("qn,nd->qd", weights, X) / mt.einsum("qn->q", weights)[:, None]
assert (abs(means - (weights[:, :, None] * X).sum(1) / weights.sum(1)[:, None]) < 1e-12).all()
assert (abs(means - einsum_rung(queries, X, bandwidth=1.0)) < 1e-12).all()
print(differences.shape, "->", squared.shape, "->", means.shape)

# %%
# What to take away
# -----------------
#
# * Each letter is a loop. In the output it is free; absent from the output it is summed; twice in
#   one term it walks the diagonal.
# * A letter has one size. Broadcasting is asked for with ``...``, never guessed.
# * Any einsum of two operands is a stack of matrix products, once its letters are grouped, or
#   simpler still. That is why it is fast.
#
# Try it
# ------
#
# 1. Which spec sums each *column* of ``matrix``? Which one scales row ``i`` of ``matrix`` by the
#    ``i``-th number of a vector? Add both to the zoo.
# 2. ``mt.einsum("ij,kl->", ...)`` sums over four letters. How many products does ``small_einsum``
#    compute for it, and how could you get the same number with far fewer? (What can be added up
#    before the tensors meet?)
# 3. Let ``small_einsum`` take a spec without an arrow: the output is then each letter that stands
#    only once, in alphabetical order. Check ``"ij,jk"`` and ``"ii"`` against ``mt.einsum``.
