"""
Einsum: say which letters meet
==============================

A matrix product, a trace, a table of distances: each is a nest of loops that multiplies
numbers and adds some of the products up. Einstein summation gives every axis a letter
and writes such a nest as a short text, like ``mk,kn->mn``. In this lesson you read such
texts as loops, write a parser that turns them into loops, see why the library turns
them into matrix products instead, and find the cheap order in which to multiply four
matrices.

About 30 minutes. Needs lessons 2 and 3.
"""

# %%
# A spec is a nest of loops
# -------------------------
#
# How do you read ``mk,kn->mn``? Left of the arrow stands one term for each tensor, with
# one letter for each of its axes. Right of the arrow stand the axes of the result. Now
# write one loop for each letter, those of the result outside:
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
# The loops, ``mt.einsum`` and ``@`` agree. The letters have no meaning of their own:
# ``ab,bc->ac`` says the same. Only *where* each one stands counts.
#
# What can happen to a letter?
# ----------------------------
#
# The picture draws each tensor as a box and each letter as a wire. A wire that arrives
# at the result is a *free* letter. A wire that ends between two boxes is a *contracted*
# letter: it is summed. In ``qnd,qnd->qn`` the letters ``q`` and ``n`` stand in both
# tensors and in the result. Along them the tensors are multiplied element by element,
# and nothing is summed; ``d`` is.
# `The einsum explorer <../explore/einsum.html?spec=ik,kj-%3Eij&sizes=5x784,784x10>`__,
# a page of the site, shows the loops of any spec, and what they cost.

from minitensor import plot

# alt: Two drawings of tensors as boxes and letters as wires. In mk,kn->mn the wire k
#      joins a and b and is summed, while m and n run down to the result. In qnd,qnd->qn
#      the wires q and n join both boxes and run on to the result; d joins them and ends
#      there, summed.
plot.meeting("mk,kn->mn", "qnd,qnd->qn")

# %%
# A small zoo
# -----------
#
# One rule gives many operations that have names of their own. Each line below shows a
# spec beside the usual expression for it, and checks that the two are equal. Read each
# spec as loops before you look at the name. A letter that stands *twice in one term*
# uses one loop for two axes, so it walks down the diagonal: in ``ii->`` the loop reads
# ``square[i, i]``.

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
# A parser, step one: split
# -------------------------
#
# Can a program read a spec as you just did? It takes three steps. First cut the text at
# the arrow, and what is left of it at the commas: one term for each tensor, and the
# letters of the result.


def split(spec):
    inputs, output = spec.split("->")
    return inputs.split(","), output


print(split("mk,kn->mn"))
print(split("ii->"))

# %%
# Step two: label
# ---------------
#
# Now give each letter the size of its axis. A letter has *one* size, wherever it
# stands; this is the only thing that can be wrong with the shapes once each axis has
# its letter. ``strict=True`` lets Python refuse a term that has too many letters or too
# few.


def label(terms, tensors):
    sizes = {}
    for term, tensor in zip(terms, tensors, strict=True):
        for letter, size in zip(term, tensor.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(
                    f"{letter!r} has two sizes, {sizes[letter]} and {size}"
                )
    return sizes


print(label(["mk", "kn"], [a, b]))
try:
    label(["mk", "kn"], [a, b.T])
except ValueError as error:
    print(error)

# %%
# Step three: the loop nest
# -------------------------
#
# How many loops are there? One for each letter, so the nest cannot be written in
# advance. The parser writes it, as text: a ``for`` line for each letter, each further
# to the right than the one before. The loops over the free letters go through the
# result in the order of memory.


def loop_nest(terms, output, sizes):
    names = [f"x{i}" for i in range(len(terms))]
    summed = [letter for letter in sizes if letter not in output]
    lines, indent = [f"def nest({', '.join(names)}):", "    results = []"], "    "
    for letter in output:
        lines.append(f"{indent}for {letter} in range({sizes[letter]}):")
        indent += "    "
    lines.append(f"{indent}total = 0")
    keep = f"{indent}results.append(total)"
    for letter in summed:
        lines.append(f"{indent}for {letter} in range({sizes[letter]}):")
        indent += "    "
    pairs = zip(names, terms, strict=True)
    factors = [name + "".join(f"[{letter}]" for letter in term) for name, term in pairs]
    lines.append(f"{indent}total += {' * '.join(factors)}")
    return "\n".join([*lines, keep, "    return results"])


print(loop_nest(["mk", "kn"], "mn", {"m": 2, "k": 3, "n": 2}))

# %%
# Does it agree?
# --------------
#
# That is the nest from the beginning. ``exec`` runs such a text as Python, and leaves
# the function that it defines in a dictionary. So the three steps make an einsum.
# Diagonals, sums and stacks needed no code of their own.


def small_einsum(spec, *tensors):
    terms, output = split(spec)
    sizes = label(terms, tensors)
    space = {}
    exec(loop_nest(terms, output, sizes), space)
    results = space["nest"](*[tensor.tolist() for tensor in tensors])
    return mt.tensor(results).reshape([sizes[letter] for letter in output])


for spec, tensors, _, _ in zoo:
    own, theirs = small_einsum(spec, *tensors), mt.einsum(spec, *tensors)
    assert own.shape == theirs.shape
    assert (abs(own - theirs) < 1e-12).all()
print(f"small_einsum agrees with mt.einsum on all {len(zoo)} specs")

# %%
# A size of 1 does not stretch
# ----------------------------
#
# What does ``mt.einsum`` add? Speed, ``...`` for axes without a letter, a rule for
# specs without an arrow, and messages that point at the letter. It does *not* stretch a
# size of 1 under a letter, as NumPy's einsum does: below, ``k`` is 1 in one operand and
# 2 in the other, and NumPy sums without a word. In a matrix product that is almost
# always a mistake. Where you want broadcasting, ``...`` asks for it.

import numpy as np
from minitensor.errors import EinsumError

print("NumPy:", np.einsum("mk,kn->mn", np.ones((3, 1)), np.ones((2, 4))).tolist()[0])
try:
    mt.einsum("mk,kn->mn", mt.ones((3, 1)), mt.ones((2, 4)))
except EinsumError as error:
    print("minitensor:", error)

print(mt.einsum("...mk,kn->...mn", mt.ones((5, 3, 2)), mt.ones((2, 4))).shape)

# %%
# Lowered to matrix products
# --------------------------
#
# What does the library do with a spec? It takes the same steps, but no loops. It sorts
# the letters of two operands into four groups: in both and in the result (*batch*),
# only in the left one, only in the right one, and in both but summed. With each of the
# last three groups merged into one axis, what remains is a matrix product, or a stack
# of them along the batch. This is called *lowering*. ``explain_einsum`` shows it; the
# shapes are enough for that.

print(mt.explain_einsum("abk,kn->nab", (4, 5, 30), (30, 40)))

# %%
# From top to bottom: the letters, the loops, and what is done instead of the loops.
# ``a`` and ``b`` stand in the left operand alone, so they are merged into one axis of
# 20, and part again after the product. The reshapes and the transpose only change
# strides, as in lesson 1.
#
# Two operands with the very same letters become a dot product (``vecdot``), and where
# nothing is summed, broadcasting is enough. Here is the zoo, lowered.

for spec, tensors, _, _ in zoo:
    print(f"{spec:<13} {mt.explain_einsum(spec, *tensors).stages[0].lowering}")

# %%
# Why that is a thousand times faster
# -----------------------------------
#
# A matrix product goes to BLAS, a compiled library. What does that gain? A *ladder* of
# this library does one job in several ways, checks that they agree, and times them. The
# job here is a product of 100 by 100 matrices: a million multiplications. So 1 ms in
# the picture is 1 ns for each of them.

from minitensor import ladder
from minitensor.matrix_product import rungs as matmul


@ladder.rung("the loop nest of this lesson", memory=matmul.loops.memory)
def your_loop_nest(a, b):
    return small_einsum("mk,kn->mn", a, b)


rungs = (your_loop_nest, matmul.broadcasting_3d, matmul.einsum, matmul.blas)
left, right = mt.random.normal(rng, (100, 100)), mt.random.normal(rng, (100, 100))
ways = matmul.LADDER._replace(name="mk,kn->mn", rungs=rungs)
# alt: Bars of the time of one call on a logarithmic axis: the loop nest of this lesson
#      is the longest, broadcasting_3d is tens of times faster, and einsum and blas are
#      equally short, several hundred times faster.
plot.climbs(ways.climb(left, right, title="a million multiplications, four ways"))

# %%
# The bars are on a logarithmic scale: each grid line is ten times the one before.
#
# * In the loop nest, Python runs the innermost line a million times. Each time it looks
#   up names, takes four elements of lists and makes two new floats, for one product and
#   one sum.
# * ``broadcasting_3d`` is one line of Python. But each of the million products is
#   written to a table in memory, and read back to be summed.
# * ``einsum`` looks up its plan, which takes about a microsecond, and then is ``blas``.
#   There is no table. BLAS keeps small blocks of the matrices close to the processor,
#   uses every number many times while it is there, and multiplies several pairs of
#   numbers with one instruction.
#
# A chain of four
# ---------------
#
# From three operands on there is one more question: which two meet first? Here ``a``
# and ``c`` are tall, half a million rows of three numbers, and ``b`` is wide. The
# picture draws the *tensor network*: ``a`` to ``d`` are the nodes ``x0`` to ``x3``,
# each letter is a line with its size, and a free letter is a line with a loose end. The
# pair that the library multiplies first has a halo.

n = 500_000
chain = "ij,jk,kl,lm->im"
a, c = mt.random.normal(rng, (n, 3)), mt.random.normal(rng, (n, 3))
b, d = mt.random.normal(rng, (3, n)), mt.random.normal(rng, (3, 3))

# alt: Four nodes in a chain, x0 to x3, joined by the letters j, k and l; i and m have
#      loose ends. The halo of the first pair encloses x1 and x2, which share k, of size
#      500,000; the letters that leave the halo have size 3.
plot.einsum(chain, a, b, c, d)

# %%
# What does each order cost?
# --------------------------
#
# A chain of matrices may be bracketed in any way; the result is the same. Count the
# operations: cut the chain in two at every place, bracket both parts in every way, and
# multiply them, which takes 2·rows·inner·columns operations.


def orders(names, sizes):
    if len(names) == 1:
        yield names, 0
    for cut in range(1, len(names)):
        product = 2 * sizes[0] * sizes[cut] * sizes[-1]
        for left, before in orders(names[:cut], sizes[: cut + 1]):
            for right, after in orders(names[cut:], sizes[cut:]):
                yield f"({left} {right})", before + after + product


costs = dict(orders("abcd", (n, 3, n, 3, 3)))
for order in sorted(costs, key=costs.get):
    print(f"{order:<15} {costs[order]:>21,} operations")
print(f"five loops {mt.explain_einsum(chain, a, b, c, d).naive_flops:>26,} operations")
times = costs["(((a b) c) d)"] / min(costs.values())
print(f"from the left it is {times:,.0f} times the least")
assert times > 100_000

# %%
# From the left is how Python reads ``a @ b @ c @ d``. It begins with ``a @ b``, half a
# million rows of half a million numbers, two terabytes. The cheapest order begins
# inside the halo: there the long ``k`` is summed away, and of ``b`` and ``c`` only a 3
# by 3 matrix is left.
#
# ``mt.einsum`` counts like this before it multiplies, and what it will do is its
# *plan*. There the operands are numbered from 0, and what comes of two of them keeps
# the smaller number. After the arrow stand its letters. So ``matmul(1, 2)`` multiplies
# ``b`` and ``c``, and ``matmul(1, 3)`` that and ``d``, as in the cheapest order above.
# Each ``permute_dims`` is a transpose, which moves no number. There are three because
# the last product is taken lying down: (3, 3) @ (3, 500000), then turned, instead of
# (500000, 3) @ (3, 3). The result is the same, and by the planner's rough prices a wide
# product is quicker than a tall one.
#
# The result is checked on five rows, for which we can afford the order from the left.

plan = mt.einsum_plan(chain, a, b, c, d)
print(plan)
assert plan.flops == min(costs.values())

result = plan(a, b, c, d)
five = a[:5] @ b @ c @ d
assert (abs(result[:5] - five) < 1e-9 * abs(five).max()).all()
print(result.shape)

# %%
# Homework of the course: distances
# ---------------------------------
#
# The course finds the distance of a point ``x`` to each row of ``X`` by
# ``sqrt(((x - X)**2).sum(1))`` and asks for it as an einsum. Squaring and summing are a
# product of the differences with themselves in which ``d`` is summed: ``nd,nd->n``. The
# table of squares is then never written to memory. (The subtraction cannot be part of
# it: einsum multiplies and adds.)

X = mt.random.normal(rng, (7, 2))
x = X[0]
difference = x - X
distances = mt.sqrt(mt.einsum("nd,nd->n", difference, difference))
assert (abs(distances - mt.sqrt(((x - X) ** 2).sum(1))) < 1e-12).all()
print([round(distance, 3) for distance in distances.tolist()])

# %%
# Homework of the course: a weighted mean
# ---------------------------------------
#
# Mean shift needs the mean of the data as each of many query points sees it, weighted
# by a function of the distance. A new axis ``q`` comes in front: the squared distances
# are ``qnd,qnd->qn``. The weights have the axes ``q`` and ``n``, the data ``n`` and
# ``d``, and the sum over ``n`` is ``qn,nd->qd``, a matrix product. These two einsums
# are a rung of the ladder of lesson 6. Both broadcasting and that rung check the
# answer.

from minitensor.cluster.meanshift import einsum as einsum_rung

queries = X[:3]
differences = queries[:, None, :] - X
squared = mt.einsum("qnd,qnd->qn", differences, differences)
weights = mt.exp(-squared / 2)
means = mt.einsum("qn,nd->qd", weights, X) / mt.einsum("qn->q", weights)[:, None]
by_broadcasting = (weights[:, :, None] * X).sum(1) / weights.sum(1)[:, None]
assert (abs(means - by_broadcasting) < 1e-12).all()
assert (abs(means - einsum_rung(queries, X, bandwidth=1.0)) < 1e-12).all()
print(differences.shape, "->", squared.shape, "->", means.shape)

# %%
# What to take away
# -----------------
#
# * Each letter is a loop. In the output it is free; absent from the output it is
#   summed; twice in one term it walks the diagonal.
# * A letter has one size. Broadcasting is asked for with ``...``, never guessed.
# * Any einsum of two operands is a stack of matrix products, once its letters are
#   grouped, or simpler still. Compiled code then runs the loops, about a thousand times
#   faster than Python.
# * With more operands, count before you multiply: the order can be worth more than the
#   code.
#
# Try it
# ------
#
# Exercises 15 to 17 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Which spec sums each *column* of ``matrix``? Which one scales row ``i`` of
#    ``matrix`` by the ``i``-th number of a vector? Add both to the zoo.
# 2. ``mt.einsum("ij,kl->", ...)`` sums over four letters. How many products does
#    ``small_einsum`` compute for it, and how could you get the same number with far
#    fewer? (What can be added up before the tensors meet?)
# 3. Let ``small_einsum`` take a spec without an arrow: the output is then each letter
#    that stands only once, in alphabetical order. Check ``"ij,jk"`` and ``"ii"``
#    against ``mt.einsum``.
# 4. Give ``d`` one column instead of three. Where does the halo go, and why? (To the
#    right end.)
